"""Do buyers who come together get what is there, once, in their order, and nobody more than that?"""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from peakday.kernel.database import connect
from peakday.trade.stock import api
from peakday.trade.stock.errors import ClaimNotValid, NotStocked, SoldOut, StockShort
from peakday.trade.stock.model import Need
from tests.trade.stock.builders import OTHER_SKU, SHOP, SKU, Agreeing, a_claim, fill, holds, left

pytestmark = pytest.mark.capability("TE-09")


@pytest.fixture
async def writer(database):
    writer = api.StockWriter(database)
    yield writer
    await writer.close()


async def codes(writer, claims):
    answers = await asyncio.gather(*(writer.claim(claim) for claim in claims))
    return [answer.refusal.code if answer.refusal else "" for answer in answers]


async def test_a_hundred_units_go_to_the_first_hundred_of_a_thousand(database, writer):
    await fill(database, 100)
    found = await codes(writer, [a_claim() for _ in range(1000)])
    assert found == [""] * 100 + ["sold_out"] * 900
    assert await left(database) == [0]
    assert await holds(database) == {"held": 100}


async def test_connections_go_back_to_the_pool_as_they_were(database_url):
    alone = await connect(database_url, pool_size=1)
    writer = api.StockWriter(alone)
    await fill(alone, 1)
    assert await codes(writer, [a_claim(), a_claim()]) == ["", "sold_out"]
    await codes(writer, [a_claim()])
    await writer.close()
    async with alone.read() as connection:
        plans = [await connection.fetchval(f"show {name}") for name in ("enable_seqscan", "plan_cache_mode")]
    await alone.close()
    assert plans == ["on", "auto"]


async def test_two_writers_at_once_sell_each_unit_once(database, database_url):
    await fill(database, 500)
    other = await connect(database_url, pool_size=4)
    writers = [api.StockWriter(database), api.StockWriter(other)]
    found = await asyncio.gather(*(codes(w, [a_claim() for _ in range(400)]) for w in writers))
    await other.close()
    assert sum(code == "" for each in found for code in each) == 500
    assert await left(database) == [0]
    assert await holds(database) == {"held": 500}


async def test_a_claim_over_two_skus_gets_both_or_none(database, writer):
    await fill(database, 10, SKU)
    await fill(database, 1, OTHER_SKU)
    both = (Need(SHOP, SKU, 2), Need(SHOP, OTHER_SKU, 1))
    assert await codes(writer, [a_claim(*both), a_claim(*both), a_claim(Need(SHOP, SKU, 8))]) == ["", "sold_out", ""]
    assert await left(database, SKU, OTHER_SKU) == [0, 0]


async def test_the_same_claim_again_is_answered_as_the_first_time_and_takes_nothing(database, writer):
    await fill(database, 10)
    claim = a_claim(quantity=4)
    first = await writer.claim(claim)
    again = await writer.claim(claim)
    together = await asyncio.gather(*(writer.claim(a_claim(quantity=3, claim_id=UUID(int=5))) for _ in range(5)))
    assert (first.refusal, first.is_repeated) == (None, False)
    assert (again.refusal, again.is_repeated, again.at) == (None, True, first.at)
    assert [answer.is_repeated for answer in together] == [False, True, True, True, True]
    assert await left(database) == [3]


async def test_a_claim_that_two_processes_get_at_once_takes_its_units_once(database, database_url):
    await fill(database, 1000)
    other = await connect(database_url, pool_size=4)
    writers = [api.StockWriter(database), api.StockWriter(other)]
    claims = [a_claim() for _ in range(200)]
    answers = await asyncio.gather(*(writer.claim(claim) for claim in claims for writer in writers))
    await other.close()
    assert sum(answer.is_repeated for answer in answers) == 200
    assert all(answer.refusal is None for answer in answers)
    assert await left(database) == [800]


async def test_who_comes_back_after_it_was_sold_out_still_has_the_order(database, writer):
    await fill(database, 1)
    claim = a_claim()
    await writer.claim(claim)
    assert await codes(writer, [a_claim()]) == ["sold_out"]
    again = await writer.claim(claim)  # the level is known to be empty now
    assert (again.refusal, again.is_repeated) == (None, True)


async def test_units_that_came_back_are_found_again_within_the_memory_of_emptiness(database, writer):
    await fill(database, 1)
    claim = a_claim()
    answer = await writer.claim(claim)
    assert await codes(writer, [a_claim()]) == ["sold_out"]
    async with database.transaction() as tx:
        assert await api.release_claims(tx, [(claim.claim_id, None)], answer.at, "closed") == 1
    await asyncio.sleep(1.05)
    assert await codes(writer, [a_claim()]) == [""]


async def test_what_is_left_is_told_and_what_was_never_counted_is_not_for_sale(database, writer):
    await fill(database, 3)
    short = await writer.claim(a_claim(quantity=4))
    assert isinstance(short.refusal, StockShort)
    assert short.refusal.data["left"] == 3
    unknown = await writer.claim(a_claim(Need(SHOP, uuid4(), 1)))
    assert isinstance(unknown.refusal, NotStocked)
    assert await left(database) == [3]


async def test_what_no_person_can_mean_is_refused_before_anybody_looks(database, writer):
    await fill(database, 3)
    for needs in [(Need(SHOP, SKU, 0),), (Need(SHOP, SKU, -1),), (Need(SHOP, SKU, 1), Need(SHOP, SKU, 1)),
                  (Need(SHOP, SKU, 2**40),), tuple(Need(SHOP, UUID(int=i), 1) for i in range(301))]:  # fmt: skip
        with pytest.raises(ClaimNotValid):
            await writer.claim(a_claim(*needs))
    assert await left(database) == [3]


async def test_the_companion_may_refuse_and_writes_only_what_was_accepted(database):
    await fill(database, 5)
    claims = [a_claim() for _ in range(6)]
    companion = Agreeing([claims[1].claim_id], SoldOut())
    found = await codes(api.StockWriter(database, companion), claims)
    assert found == ["", "sold_out", "", "", "", ""]
    assert companion.written == [claim.claim_id for i, claim in enumerate(claims) if i != 1]
    assert await left(database) == [0]


async def test_when_the_companion_fails_nothing_is_held_and_each_claim_is_tried_alone(database):
    await fill(database, 5)
    companion = Agreeing()
    companion.fails = 2  # the batch, then the first claim by itself
    writer = api.StockWriter(database, companion)
    claims = [a_claim() for _ in range(3)]
    answers = await asyncio.gather(*(writer.claim(claim) for claim in claims), return_exceptions=True)
    assert [isinstance(answer, RuntimeError) for answer in answers] == [True, False, False]
    assert await left(database) == [3]
    assert await holds(database) == {"held": 2}


async def test_a_connection_that_breaks_loses_and_doubles_nothing(database):
    await fill(database, 2000)
    writer = api.StockWriter(database)
    asked = [asyncio.create_task(writer.claim(a_claim())) for _ in range(1500)]
    for _ in range(5):
        await asyncio.sleep(0.01)
        async with database.read() as tx:
            await tx.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
    answers = await asyncio.gather(*asked)
    assert all(answer.refusal is None for answer in answers)
    assert await holds(database) == {"held": 1500}
    assert await left(database) == [500]


async def test_holds_expire_half_an_hour_after_the_database_took_them(database, writer):
    await fill(database, 1)
    claim = a_claim()
    answer = await writer.claim(claim)
    async with database.read() as tx:
        (hold,) = await api.holds_of(tx, [claim.claim_id])
    assert (hold.held_at, hold.expires_at) == (answer.at, answer.at + timedelta(minutes=30))
