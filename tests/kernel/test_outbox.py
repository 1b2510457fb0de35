"""Does news arrive once, with its change, or not at all?"""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest

from peakday.kernel.database.errors import DatabaseAway
from peakday.kernel.outbox import (
    ATTEMPTS_MAX,
    BulkReaction,
    Reaction,
    announce,
    announce_many,
    deliver_in_bulk,
    deliver_pending,
)


@dataclass(frozen=True, slots=True)
class ShelfFilled:
    shelf: str
    count: int
    topic: str = "tests.ShelfFilled.v1"


class Listener:
    """A reaction that writes down what it heard, in the transaction of its delivery."""

    def __init__(self, name="tests.listener", failures=0):
        self.reaction = Reaction(name, "tests.ShelfFilled.v1", self)
        self.failures = failures
        self.calls = 0

    async def __call__(self, tx, news):
        self.calls += 1
        await tx.execute(
            "insert into heard values ($1, $2, $3)", self.reaction.name, news.event_id, news.payload["count"]
        )
        if self.calls <= self.failures:
            raise RuntimeError("the shelf fell down")


@pytest.fixture
async def heard(database):
    async with database.transaction() as tx:
        await tx.execute("create table heard (listener text, event_id uuid, count int)")

    async def rows():
        async with database.read() as connection:
            return [tuple(row) for row in await connection.fetch("select listener, count from heard order by 1, 2")]

    return rows


async def fill_shelf(database, clock, count=1):
    async with database.transaction() as tx:
        return await announce(tx, ShelfFilled("a", count), clock.now())


async def outbox_row(database, event_id):
    async with database.read() as connection:
        return await connection.fetchrow("select * from kernel.outbox where event_id = $1", event_id)


async def test_news_of_a_change_that_is_undone_is_never_told(database, clock, heard):
    async def fill_and_fail():
        async with database.transaction() as tx:
            await announce(tx, ShelfFilled("a", 1), clock.now())
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fill_and_fail()
    assert await deliver_pending(database, [Listener().reaction], clock) == 0
    assert await heard() == []


async def test_news_reaches_every_reaction_of_its_topic_and_no_other(database, clock, heard):
    other = Reaction("tests.other", "tests.ShelfEmptied.v1", Listener())
    first, second = Listener("tests.first"), Listener("tests.second")
    await fill_shelf(database, clock, 7)
    assert await deliver_pending(database, [first.reaction, second.reaction, other], clock) == 1
    assert await heard() == [("tests.first", 7), ("tests.second", 7)]


async def test_a_reaction_acts_once_although_its_news_is_delivered_twice(database, clock, heard):
    listener = Listener()
    event_id = await fill_shelf(database, clock, 7)
    await deliver_pending(database, [listener.reaction], clock)
    async with database.transaction() as tx:
        await tx.execute("update kernel.outbox set settled_at = null where event_id = $1", event_id)
    clock.advance(timedelta(hours=1))
    assert await deliver_pending(database, [listener.reaction], clock) == 1
    assert listener.calls == 1
    assert await heard() == [("tests.listener", 7)]


async def test_a_failed_reaction_leaves_nothing_and_is_tried_again_after_a_pause(database, clock, heard):
    listener = Listener(failures=1)
    event_id = await fill_shelf(database, clock, 7)
    assert await deliver_pending(database, [listener.reaction], clock) == 0
    assert await heard() == []
    assert await deliver_pending(database, [listener.reaction], clock) == 0
    assert listener.calls == 1, "not before its pause is over"
    clock.advance(timedelta(seconds=2))
    assert await deliver_pending(database, [listener.reaction], clock) == 1
    assert await heard() == [("tests.listener", 7)]
    row = await outbox_row(database, event_id)
    assert (row["attempts"], row["settled_at"], row["last_error"]) == (2, clock.now(), None)


async def test_a_reaction_that_fails_does_not_hold_back_the_others_nor_repeat_them(database, clock, heard):
    bad, good = Listener("tests.bad", failures=1), Listener("tests.good")
    await fill_shelf(database, clock, 7)
    await deliver_pending(database, [bad.reaction, good.reaction], clock)
    assert await heard() == [("tests.good", 7)]
    clock.advance(timedelta(seconds=2))
    await deliver_pending(database, [bad.reaction, good.reaction], clock)
    assert await heard() == [("tests.bad", 7), ("tests.good", 7)]
    assert good.calls == 1


async def test_after_the_last_attempt_news_is_set_aside_with_its_error(database, clock, heard):
    listener = Listener(failures=ATTEMPTS_MAX + 5)
    event_id = await fill_shelf(database, clock)
    for _ in range(ATTEMPTS_MAX + 2):
        await deliver_pending(database, [listener.reaction], clock)
        clock.advance(timedelta(hours=1))
    assert listener.calls == ATTEMPTS_MAX
    row = await outbox_row(database, event_id)
    assert row["attempts"] == ATTEMPTS_MAX
    assert row["settled_at"] is not None
    assert row["last_error"] == "tests.listener: RuntimeError('the shelf fell down')"
    assert await heard() == []


async def test_two_workers_at_once_deliver_each_event_once(database, clock, heard):
    for count in range(40):
        await fill_shelf(database, clock, count)
    listener = Listener()
    settled = await asyncio.gather(*(deliver_pending(database, [listener.reaction], clock) for _ in range(2)))
    assert sum(settled) == 40
    assert await heard() == [("tests.listener", count) for count in range(40)]


async def test_one_call_delivers_at_most_its_batch(database, clock, heard):
    for count in range(5):
        await fill_shelf(database, clock, count)
    listener = Listener()
    assert await deliver_pending(database, [listener.reaction], clock, batch=3) == 3
    assert await deliver_pending(database, [listener.reaction], clock, batch=3) == 2


async def test_in_a_batch_only_the_event_that_fails_is_undone_and_tried_again(database, clock, heard):
    for count in range(30):
        await fill_shelf(database, clock, count)

    async def hear(tx, news):
        await tx.execute("insert into heard (listener, count) values ('tests.batch', $1)", news.payload["count"])
        assert news.payload["count"] != 7

    assert await deliver_pending(database, [Reaction("tests.batch", "tests.ShelfFilled.v1", hear)], clock) == 29
    assert await heard() == [("tests.batch", count) for count in range(30) if count != 7]
    async with database.read() as connection:
        left = await connection.fetch("select payload from kernel.outbox where settled_at is null")
    assert [row["payload"]["count"] for row in left] == [7]


async def test_news_that_nobody_reacts_to_is_settled_without_waiting_for_its_turn(database, clock):
    for count in range(30):
        await fill_shelf(database, clock, count)
    assert await deliver_pending(database, [], clock, batch=1) == 30
    async with database.read() as connection:
        assert await connection.fetchval("select count(*) from kernel.reaction_done") == 0


async def test_when_the_connection_is_lost_in_a_batch_nothing_counts_as_tried(database, clock, heard):
    event_id = await fill_shelf(database, clock, 7)

    async def lose(tx, news):
        async with database.read() as other:
            await other.execute("select pg_terminate_backend($1)", tx.get_server_pid())
        await tx.execute("select 1")

    with pytest.raises(DatabaseAway):
        await deliver_pending(database, [Reaction("tests.lose", "tests.ShelfFilled.v1", lose)], clock)
    assert (await outbox_row(database, event_id))["attempts"] == 0
    assert await deliver_pending(database, [Listener().reaction], clock) == 1


async def test_many_facts_are_announced_at_once_and_told_in_their_order(database, clock):
    async with database.transaction() as tx:
        await announce_many(tx, [ShelfFilled("a", count) for count in range(30)], clock.now())
    told = []

    async def note(tx, news):
        told.append(news.payload)

    assert await deliver_pending(database, [Reaction("tests.note", "tests.ShelfFilled.v1", note)], clock) == 30
    assert told == [{"shelf": "a", "count": count} for count in range(30)]


def in_bulk(run):
    return BulkReaction("tests.bulk", ("tests.ShelfFilled.v1",), run)


async def test_news_in_bulk_is_told_once_in_its_order_and_left_alone_by_the_others(database, clock):
    told = []

    async def hear(tx, news):
        told.append([one.payload["count"] for one in news])

    async with database.transaction() as tx:
        await announce_many(tx, [ShelfFilled("a", count) for count in range(5)], clock.now())
    assert await deliver_pending(database, [], clock, in_bulk=[in_bulk(hear)]) == 0
    assert await deliver_in_bulk(database, [in_bulk(hear)], clock, 3) == 3
    assert await deliver_in_bulk(database, [in_bulk(hear)], clock, 3) == 2
    assert await deliver_in_bulk(database, [in_bulk(hear)], clock, 3) == 0
    assert told == [[0, 1, 2], [3, 4]]


async def test_an_event_that_breaks_its_batch_is_set_aside_and_the_others_are_settled(database, clock, heard):
    async def hear(tx, news):
        for one in news:
            await tx.execute("insert into heard values ('bulk', $1, $2)", one.event_id, one.payload["count"])
            if one.payload["count"] == 2:
                raise RuntimeError("the shelf fell down")

    ids = [await fill_shelf(database, clock, count) for count in (1, 2, 3)]
    assert await deliver_in_bulk(database, [in_bulk(hear)], clock) == 2
    assert await heard() == [("bulk", 1), ("bulk", 3)]
    row = await outbox_row(database, ids[1])
    assert (row["settled_at"], row["attempts"]) == (None, 1)
    assert "the shelf fell down" in row["last_error"]


async def test_while_one_worker_takes_in_bulk_another_finds_nothing_to_do(database, clock):
    async def hear(tx, news):
        assert await deliver_in_bulk(database, [in_bulk(hear)], clock) == 0

    await fill_shelf(database, clock)
    assert await deliver_in_bulk(database, [in_bulk(hear)], clock) == 1
