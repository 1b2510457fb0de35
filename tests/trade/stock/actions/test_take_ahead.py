"""Is a batch that needs no look taken in one question, and only then, and whole or not at all?"""

import asyncio

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import connect
from peakday.trade.stock import api
from peakday.trade.stock.errors import SoldOut
from peakday.trade.stock.model import LevelKey, Need, Written
from tests.trade.stock.builders import NOON, OTHER_SKU, SHOP, SKU, Agreeing, a_claim, fill, holds, left

pytestmark = pytest.mark.capability("TE-09")
LATER, EARLIER = NOON.replace(year=2999), NOON.replace(year=2001)


class Telling(Agreeing):
    """A companion that can always tell what it would write, counts how often it had to look, and hears who stands."""

    ahead_sql = "noted as (select $2::text)"

    def __init__(self, until=LATER):
        super().__init__()
        self.until, self.looks, self.stood = until, 0, []

    async def prepare(self, tx, claims, at):
        self.looks += 1
        return self

    def can_write(self, claim):
        return claim.payload is None

    def write_ahead(self, claims):
        return Written("", self.until)

    def stand(self, claims, at):
        self.stood += [claim.claim_id for claim in claims]


class Broken(Telling):
    """What it hands over cannot be written."""

    ahead_sql = "noted as (insert into stock.event_limit select null, $2::text, null from go)"


def make_writer(database, part):
    return api.StockWriter(database, part, ahead=part)


async def ask(writer, *claims):
    """Refusal codes of these claims, asked together; '' where accepted."""
    answers = await asyncio.gather(*(writer.claim(claim) for claim in claims))
    return [answer.refusal.code if answer.refusal else "again" if answer.is_repeated else "" for answer in answers]


async def test_only_the_first_batch_looks(database):
    await fill(database, 100)
    part = Telling()
    writer = make_writer(database, part)
    assert await ask(writer, a_claim()) == [""]
    claims = [a_claim(quantity=2) for _ in range(10)]
    assert await ask(writer, *claims) == [""] * 10
    assert (part.looks, part.stood) == (1, [claim.claim_id for claim in claims])
    assert await left(database) == [79]
    assert await holds(database) == {"held": 21}


async def test_holds_are_the_same_on_both_ways(database):
    await fill(database, 100)
    writer = make_writer(database, Telling())
    first, second = a_claim(), a_claim()
    await ask(writer, first)
    await ask(writer, second)
    async with database.read() as tx:
        looked, ahead = await tx.fetch("select * from stock.hold order by held_at")
    apart = {"claim_id", "buyer_id", "held_at", "expires_at"}
    assert (looked["claim_id"], ahead["claim_id"]) == (first.claim_id, second.claim_id)
    assert {k: v for k, v in looked.items() if k not in apart} == {k: v for k, v in ahead.items() if k not in apart}
    assert looked["expires_at"] - looked["held_at"] == ahead["expires_at"] - ahead["held_at"]


async def test_a_claim_that_stands_is_found_again_and_takes_nothing(database):
    await fill(database, 10)
    writer = make_writer(database, Telling())
    claim, once = a_claim(), a_claim()
    twice = a_claim(claim_id=once.claim_id, buyer_id=once.buyer_id)
    assert await ask(writer, claim) == [""]
    assert await ask(writer, a_claim(), claim) == ["", "again"]
    assert await ask(writer, once, twice) == ["", "again"]
    assert await left(database) == [7]


async def test_the_last_units_are_sold_once(database):
    await fill(database, 5)
    part = Telling()
    writer = make_writer(database, part)
    await ask(writer, a_claim())
    assert await ask(writer, *(a_claim() for _ in range(7))) == [""] * 4 + ["sold_out"] * 3
    assert await left(database) == [0]


async def test_what_another_process_took_is_seen_by_the_record(database, database_url):
    await fill(database, 10)
    other = await connect(database_url, pool_size=2)
    writers = [make_writer(database, Telling()), make_writer(other, Telling())]
    for writer in writers:
        assert await ask(writer, a_claim()) == [""]
    assert await ask(writers[0], a_claim(quantity=8)) == [""]
    assert await ask(writers[1], a_claim()) == [SoldOut.code]  # it remembered eight
    await other.close()
    assert await left(database) == [0]


async def test_two_processes_that_take_ahead_at_once_sell_each_unit_once(database, database_url):
    await fill(database, 500)
    other = await connect(database_url, pool_size=4)
    writers = [make_writer(database, Telling()), make_writer(other, Telling())]
    found = await asyncio.gather(*(ask(w, *(a_claim() for _ in range(20))) for w in writers for _ in range(20)))
    await other.close()
    assert sum(code == "" for each in found for code in each) == 500
    assert await left(database) == [0]
    assert await holds(database) == {"held": 500}


async def test_a_limit_that_was_set_meanwhile_holds(database):
    await fill(database, 10)
    writer = make_writer(database, Telling())
    buyer = a_claim().buyer_id
    assert await ask(writer, a_claim(buyer_id=buyer)) == [""]
    async with database.transaction() as tx:
        await api.set_terms(tx, SYSTEM, LevelKey(SHOP, SKU), api.Terms(buyer_limit=2), NOON)
    assert await ask(writer, a_claim(buyer_id=buyer)) == [""]
    assert await ask(writer, a_claim(buyer_id=buyer)) == ["buyer_limit_reached"]
    assert await left(database) == [8]


async def test_units_set_aside_meanwhile_for_the_event_are_the_ones_that_are_taken(database):
    await fill(database, 10)
    writer = make_writer(database, Telling())
    wanted = [Need(SHOP, SKU, 1, "1111")]
    assert await ask(writer, a_claim(*wanted)) == [""]
    async with database.transaction() as tx:
        await tx.execute(
            "insert into stock.level (shop_id, sku_id, event_ref, available, changed_at)"
            " values ($1, $2, '1111', 1, $3)",
            SHOP, SKU, NOON,
        )  # fmt: skip
    assert await ask(writer, a_claim(*wanted)) == [""]
    assert await ask(writer, a_claim(*wanted)) == ["sold_out"]
    assert await left(database) == [9]


async def test_the_merchant_is_told_that_it_runs_low(database):
    await fill(database, 10)
    async with database.transaction() as tx:
        await api.set_terms(tx, SYSTEM, LevelKey(SHOP, SKU), api.Terms(low_mark=5), NOON)
    writer = make_writer(database, Telling())
    for _ in range(7):
        assert await ask(writer, a_claim()) == [""]
    async with database.read() as tx:
        news = await tx.fetch(
            "select payload ->> 'available' as units from kernel.outbox where topic like 'stock.Low%'"
        )
    assert [row["units"] for row in news] == ["5"]


async def test_what_needs_a_look_is_decided_and_the_rest_does_not_wait_for_it(database):
    await fill(database, 10, SKU, OTHER_SKU)
    part = Telling()
    writer = make_writer(database, part)
    await ask(writer, a_claim())
    claims = [a_claim(payload="look"), a_claim(), a_claim(Need(SHOP, OTHER_SKU, 1)), a_claim(Need(SHOP, SKU, 99))]
    assert await ask(writer, *claims) == ["", "", "", "stock_short"]
    assert (part.looks, part.stood) == (2, [claims[1].claim_id])
    assert part.written[1:] == [claims[0].claim_id, claims[2].claim_id]
    assert await left(database, SKU, OTHER_SKU) == [7, 9]


async def test_what_is_no_longer_right_is_not_written(database):
    await fill(database, 10)
    part = Telling(until=EARLIER)
    writer = make_writer(database, part)
    assert [await ask(writer, a_claim()) for _ in range(3)] == [[""]] * 3
    assert (part.looks, part.stood) == (3, [])
    assert await left(database) == [7]


async def test_several_skus_are_taken_all_or_none(database):
    await fill(database, 10, SKU, OTHER_SKU)
    part = Telling()
    writer = make_writer(database, part)
    tea, cup = Need(SHOP, SKU, 3), Need(SHOP, OTHER_SKU, 3)
    assert await ask(writer, a_claim(tea), a_claim(cup)) == ["", ""]
    assert await ask(writer, a_claim(tea), a_claim(cup), a_claim(tea)) == ["", "", ""]
    assert part.looks == 1
    async with database.transaction() as tx:  # somebody else takes some
        await tx.execute("update stock.level set available = 2 where sku_id = $1", OTHER_SKU)
    claims = [a_claim(Need(SHOP, SKU, 1)), a_claim(cup)]
    assert await ask(writer, *claims) == ["", "stock_short"]
    assert part.looks == 2  # the record said no to both, and both were decided
    assert part.written[-1] == claims[0].claim_id
    assert await left(database, SKU, OTHER_SKU) == [0, 2]


async def test_when_the_companions_part_cannot_be_written_no_unit_is_taken(database):
    await fill(database, 10)
    writer = make_writer(database, Broken())
    assert await ask(writer, a_claim()) == [""]
    (answer,) = await asyncio.gather(writer.claim(a_claim()), return_exceptions=True)
    assert type(answer).__name__ == "NotNullViolationError"
    assert await left(database) == [9]
    assert await holds(database) == {"held": 1}


async def test_a_server_that_ends_our_sessions_in_the_middle_loses_and_doubles_nothing(database):
    await fill(database, 3000)
    writer = make_writer(database, Telling())
    await ask(writer, a_claim())
    asked = [asyncio.create_task(writer.claim(a_claim())) for _ in range(2000)]
    for _ in range(5):
        await asyncio.sleep(0.01)
        async with database.read() as tx:
            await tx.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
    answers = await asyncio.gather(*asked)
    assert all(answer.refusal is None for answer in answers)
    assert await holds(database) == {"held": 2001}
    assert await left(database) == [999]
