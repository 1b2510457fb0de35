"""Does the board equal the record, however news comes in: late, doubled, in any order, with a worker that dies?"""

from datetime import UTC, datetime, timedelta

import pytest

from peakday.insight.advisor.audit import audit
from peakday.insight.advisor.board.counting import counting
from peakday.insight.advisor.board.windows import list_waves
from peakday.kernel.database.errors import DatabaseAway
from peakday.kernel.ids import derived_id
from peakday.kernel.outbox import BulkReaction, deliver_in_bulk
from tests.insight.advisor.board.selling import open_selling
from tests.trade.sale_events.builders import OPENING, plan_2026, publish

OPENS = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)


@pytest.fixture
async def selling(house):
    async with house.database.transaction() as tx:
        return await open_selling(tx, house.clock.now())


async def boards(house, *, simulated=False, shop_id=None):
    """(paid, given back, orders, buyers) of each board of a scope, by window."""
    async with house.database.read() as connection:
        rows = await connection.fetch(
            "select b.window_code, sum(m.paid_minor)::bigint, sum(m.refund_minor)::bigint, sum(m.orders)::bigint,"
            " max(b.buyers) from advisor.board b join advisor.board_minute m using (board_no)"
            " where b.shop_id is not distinct from $1 and b.simulated = $2 group by b.window_code",
            shop_id, simulated,
        )  # fmt: skip
    return {row[0]: tuple(row)[1:] for row in rows}


async def totals(house, dimension):
    async with house.database.read() as connection:
        rows = await connection.fetch(
            "select key, t.paid_minor, t.refund_minor, t.pieces from advisor.board_total t join advisor.board b"
            " using (board_no) where dimension = $1 and (b.shop_id is null or dimension = 'item') and not simulated",
            dimension,
        )  # fmt: skip
    return {row[0]: tuple(row)[1:] for row in rows}


@pytest.mark.capability("TE-12")
async def test_an_order_counts_on_the_markets_board_and_on_its_shops_in_every_dimension(house, selling):
    async with house.database.transaction() as tx:
        await selling.pay(tx, OPENS, minor=1500, buyer="ann", pieces=3)
        await selling.pay(tx, OPENS, minor=500, buyer="ann", shop=1)
        await selling.pay(tx, OPENS, minor=700, buyer="bob", simulated=True)
    assert await deliver_in_bulk(house.database, [counting()], house.clock) == 3
    assert await boards(house) == {"day:2026-11-11": (2000, 0, 2, 1)}
    assert await boards(house, simulated=True) == {"day:2026-11-11": (700, 0, 1, 1)}
    assert await boards(house, shop_id=selling.shop_ids[1]) == {"day:2026-11-11": (500, 0, 1, 1)}
    assert await totals(house, "origin") == {"domestic": (1500, 0, 1), "foreign": (500, 0, 1)}
    assert await totals(house, "belt") == {"海宁皮革": (1500, 0, 1), "": (500, 0, 1)}
    assert await totals(house, "brand") == {
        str(selling.brands["silk"]): (1500, 0, 3),
        str(selling.brands["wine"]): (500, 0, 1),
    }
    assert await totals(house, "region") == {"bj": (2000, 0, 2)}
    assert await totals(house, "item") == {
        str(selling.items[selling.shop_ids[0]][0]): (1500, 0, 3),
        str(selling.items[selling.shop_ids[1]][0]): (500, 0, 1),
    }
    assert await audit(house) == []


@pytest.mark.capability("TE-11")
async def test_a_late_event_and_a_refund_correct_the_minute_of_the_payment(house, selling):
    reaction = counting()
    async with house.database.transaction() as tx:
        early = await selling.pay(tx, OPENS, minor=1000)
        await selling.pay(tx, OPENS + timedelta(minutes=5), minor=300, buyer="bob")
    await deliver_in_bulk(house.database, [reaction], house.clock)
    async with house.database.transaction() as tx:
        await selling.pay(tx, OPENS + timedelta(seconds=59), minor=50, buyer="cleo")
        await selling.give_back(tx, early, 400, OPENS + timedelta(hours=9))
    await deliver_in_bulk(house.database, [reaction], house.clock)
    async with house.database.read() as connection:
        rows = await connection.fetch(
            "select minute * 60, m.paid_minor, m.refund_minor, m.orders from advisor.board_minute m"
            " join advisor.board b using (board_no) where b.shop_id is null order by 1"
        )
    first = int(OPENS.timestamp())
    assert [tuple(row) for row in rows] == [(first, 1050, 400, 2), (first + 300, 300, 0, 1)]
    assert await boards(house) == {"day:2026-11-11": (1350, 400, 3, 3)}
    assert await audit(house) == []


async def test_a_round_that_dies_before_its_commit_is_counted_once_by_the_next_worker(house, selling):
    async with house.database.transaction() as tx:
        await selling.pay_at_random(tx, OPENS, 30)
    reaction = counting()

    async def count_and_die(tx, news):
        await reaction.run(tx, news)
        raise DatabaseAway

    with pytest.raises(DatabaseAway):
        await deliver_in_bulk(
            house.database, [BulkReaction(reaction.name, reaction.topics, count_and_die)], house.clock
        )
    assert await boards(house) == {}
    assert await deliver_in_bulk(house.database, [reaction], house.clock) == 30
    assert await deliver_in_bulk(house.database, [counting()], house.clock) == 0
    assert await audit(house) == []


async def test_batches_of_any_size_give_the_same_board_and_it_equals_the_record(house, selling):
    async with house.database.transaction() as tx:
        await selling.pay_at_random(tx, OPENS, 60)
    reaction, sizes = counting(), [1, 7, 20, 100]
    for size in sizes:
        await deliver_in_bulk(house.database, [reaction], house.clock, size)
    assert await audit(house) == []
    async with house.database.transaction() as tx:
        await tx.execute("update advisor.board_minute set paid_minor = paid_minor + 1 where minute % 2 = 0")
        await tx.execute("delete from advisor.board_buyer where ctid in (select ctid from advisor.board_buyer limit 1)")
    broken = {finding.invariant for finding in await audit(house)}
    assert broken == {"board_minutes", "board_buyers"}


@pytest.mark.capability("TE-14")
async def test_a_milestone_is_told_once_with_its_instant_and_taken_back_when_a_refund_brings_it_below(house, selling):
    reaction = counting()

    async def milestones():
        async with house.database.read() as connection:
            rows = await connection.fetch(
                "select dimension, step_minor / 100, crossing_no, crossed_at, taken_back_at is not null"
                " from advisor.board_milestone order by step_minor, dimension, crossing_no"
            )
        return [tuple(row) for row in rows]

    async with house.database.transaction() as tx:
        await selling.pay(tx, OPENS, minor=900_000)
        crossing = await selling.pay(tx, OPENS + timedelta(minutes=1), minor=200_000)
        await selling.pay(tx, OPENS + timedelta(minutes=2), minor=100_000)
    await deliver_in_bulk(house.database, [reaction], house.clock)
    at = OPENS + timedelta(minutes=1)
    assert await milestones() == [("brand", 10_000, 1, at, False), ("shop", 10_000, 1, at, False)]
    async with house.database.transaction() as tx:
        await selling.pay(tx, OPENS + timedelta(minutes=3), minor=100_000)
    await deliver_in_bulk(house.database, [reaction], house.clock)
    assert len(await milestones()) == 2
    async with house.database.transaction() as tx:
        await selling.give_back(tx, crossing, 400_000, OPENS + timedelta(minutes=9))
    await deliver_in_bulk(house.database, [reaction], house.clock)
    assert [row[-1] for row in await milestones()] == [True, True]
    async with house.database.transaction() as tx:
        await selling.pay(tx, OPENS + timedelta(minutes=10), minor=500_000)
    await deliver_in_bulk(house.database, [reaction], house.clock)
    assert [(row[0], row[2], row[4]) for row in await milestones()] == [
        ("brand", 1, True), ("brand", 2, False), ("shop", 1, True), ("shop", 2, False)
    ]  # fmt: skip


async def test_buyers_are_counted_once_although_they_come_again_in_later_rounds(house, selling):
    reaction = counting()
    for buyer in ("ann", "bob", "ann"):
        async with house.database.transaction() as tx:
            await selling.pay(tx, OPENS, buyer=buyer)
        await deliver_in_bulk(house.database, [reaction], house.clock)
    assert await boards(house) == {"day:2026-11-11": (3000, 0, 3, 2)}
    async with house.database.read() as connection:
        assert (
            await connection.fetchval(
                "select count(*) from advisor.board_buyer where buyer_id = $1", derived_id(None, "buyer", "ann")
            )
            == 2
        )
        assert await connection.fetchval(
            "select array_agg(change_no order by change_no) from advisor.board_change"
        ) == [1, 2, 3]


@pytest.mark.capability("TE-15")
async def test_a_wave_has_a_board_of_its_own_beside_the_day(house, selling):
    await publish(house.database, plan_2026(), OPENING)
    async with house.database.transaction() as tx:
        wave = (await list_waves(tx))[0]
        await selling.pay(tx, wave.opens_at - timedelta(seconds=1), minor=100)
        await selling.pay(tx, wave.opens_at, minor=250)
    house.clock.advance(wave.opens_at - house.clock.now() + timedelta(days=1))
    await deliver_in_bulk(house.database, [counting()], house.clock)
    found = await boards(house)
    assert found[wave.code] == (250, 0, 1, 1)
    assert sum(paid for code, (paid, *_) in found.items() if code.startswith("day:")) == 350
    assert await audit(house) == []
