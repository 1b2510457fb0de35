"""How does news travel up the house without being lost or doubled?

An action calls `announce` in its own transaction: the news is committed with the change or not at all. The worker
calls `deliver_pending`, which hands each event to every reaction registered for its topic, a batch in one transaction.
Each reaction runs in a savepoint that also records (reaction, event): a second delivery finds the record and does
nothing. Events in a row share a savepoint; when one of them fails it is undone and each gets its own, so that a failing
reaction undoes only itself; it is tried again with growing pauses and, after `ATTEMPTS_MAX`, set
aside with its error for a person to see.

Who counts thousands a second takes news in bulk (`BulkReaction`, `deliver_in_bulk`): the only one that hears its
topics, so what it did and that the news is settled are one commit, and no record of each event is needed.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from peakday.kernel.clock import Clock
from peakday.kernel.database import Database, Tx
from peakday.kernel.database.errors import DatabaseAway, DatabaseFull
from peakday.kernel.ids import new_id, new_ids

ATTEMPTS_MAX = 10
BATCH_MAX = 200
BATCH_SECONDS_MAX = 0.3
GROUP_MAX = 25  # so many events share a savepoint of each reaction
UNHEARD_MAX = 5000
BULK_MAX = 4000
PAUSE_SECONDS_FIRST = 2

_log = logging.getLogger(__name__)


class Announced(Protocol):
    """A fact that a room announces: a frozen dataclass with a `topic` such as `orders.OrderImported.v1`."""

    @property
    def topic(self) -> str:
        """Room, fact and version; read-only, as a frozen dataclass has it."""
        ...


@dataclass(frozen=True, slots=True)
class News:
    """An announced fact on its way to the reactions."""

    event_id: UUID
    topic: str
    payload: dict[str, Any]
    announced_at: datetime


ReactionFunction = Callable[[Tx, News], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a room does on news of a topic; `name` is stable, it is the key that makes it idempotent."""

    name: str
    topic: str
    run: ReactionFunction


BulkFunction = Callable[[Tx, Sequence[News]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class BulkReaction:
    """What a room does on thousands of news at once; nobody else may hear its topics. One worker at a time runs it."""

    name: str
    topics: tuple[str, ...]
    run: BulkFunction


async def announce(tx: Tx, fact: Announced, at: datetime) -> UUID:
    """Write news in the same transaction as the change that it tells.

    Nobody is called (NOTIFY): commits that call wait for each other, one fsync after another. The worker looks.
    """
    event_id = new_id(at)
    payload = {key: value for key, value in asdict(fact).items() if key != "topic"}  # type: ignore[call-overload]
    await tx.execute(
        "insert into kernel.outbox (event_id, topic, payload, announced_at, next_try_at) values ($1, $2, $3, $4, $4)",
        event_id, fact.topic, payload, at,
    )  # fmt: skip
    return event_id


async def announce_many(tx: Tx, facts: Sequence[Announced], at: datetime) -> None:
    """The same for many facts in one statement; they are delivered in their order."""
    await tx.execute(
        "insert into kernel.outbox (event_id, topic, payload, announced_at, next_try_at)"
        " select w.event_id, w.topic, w.payload::jsonb, $4, $4"
        " from unnest($1::uuid[], $2::text[], $3::text[]) as w (event_id, topic, payload)",
        new_ids(at, len(facts)), [fact.topic for fact in facts], [_payload_text(fact) for fact in facts], at,
    )  # fmt: skip


def announcing(relation: str) -> str:
    """The same as a statement to be put beside others in one `with`: the hot minute's form.

    `relation` gives (event_id, topic, payload, at); an id must be new, and sort by `at`.
    """
    return (
        "insert into kernel.outbox (event_id, topic, payload, announced_at, next_try_at)"
        f" select event_id, topic, payload, at, at from {relation}"
    )


def _payload_text(fact: Announced) -> str:
    names = [name for name in fact.__slots__ if name != "topic"]  # type: ignore[attr-defined]
    return msgspec.json.encode({name: getattr(fact, name) for name in names}).decode()


async def deliver_pending(
    database: Database,
    reactions: list[Reaction],
    clock: Clock,
    batch: int = BATCH_MAX,
    in_bulk: Sequence[BulkReaction] = (),
) -> int:
    """Deliver what is due, oldest first; returns how many events were settled. Several workers may run it.

    One transaction for the batch, which ends early after `BATCH_SECONDS_MAX`: its locks are held until then. A worker
    that dies in it has done nothing. What is heard `in_bulk` is left alone: `deliver_in_bulk` settles it.
    """
    by_topic: dict[str, list[Reaction]] = {}
    for reaction in reactions:
        by_topic.setdefault(reaction.topic, []).append(reaction)
    apart = [topic for reaction in in_bulk for topic in reaction.topics]
    assert not by_topic.keys() & set(apart), "news that is heard in bulk has one reaction"
    settled = await _settle_unheard(database, [*by_topic, *apart], clock.now())
    async with database.transaction() as tx:
        due = await _lock_due(tx, list(by_topic), batch, clock.now())
        deadline = time.monotonic() + BATCH_SECONDS_MAX
        outcomes: list[tuple[_Due, str | None]] = []
        for first in range(0, len(due), GROUP_MAX):
            group = due[first : first + GROUP_MAX]
            failures = await _run_reactions(tx, by_topic, [each.news for each in group])
            outcomes += [(each, failures.get(each.news.event_id)) for each in group]
            if time.monotonic() > deadline:
                break
        if outcomes:
            await _settle(tx, outcomes, clock.now())
    return settled + sum(failure is None for _, failure in outcomes)


async def deliver_in_bulk(
    database: Database, reactions: Sequence[BulkReaction], clock: Clock, batch: int = BULK_MAX
) -> int:
    """Deliver what is due to each, oldest first; returns how many events were settled.

    One transaction a reaction. When it fails all is undone, and every event of it is tried by itself.
    """
    settled = 0
    for reaction in reactions:
        try:
            async with database.transaction() as tx:
                due = await _take_due(tx, reaction, batch, clock.now())
                if due:
                    await reaction.run(tx, [each.news for each in due])
                    await _settle_all(tx, due, clock.now())
            settled += len(due)
        except (DatabaseAway, DatabaseFull):
            raise  # nobody's fault among the news
        except Exception:  # noqa: BLE001 - any fault of a reaction: its events are tried by themselves
            _log.exception("reaction %s failed on a batch; its events are tried one by one", reaction.name)
            settled += await _deliver_singly(database, reaction, clock, batch)
    return settled


async def _deliver_singly(database: Database, reaction: BulkReaction, clock: Clock, batch: int) -> int:
    async with database.transaction() as tx:
        outcomes: list[tuple[_Due, str | None]] = []
        for each in await _take_due(tx, reaction, batch, clock.now()):
            failure = None
            try:
                async with tx.transaction():
                    await reaction.run(tx, [each.news])
            except Exception as error:  # any fault of a reaction: recorded and retried
                if tx.is_closed():
                    raise
                _log.exception("reaction %s failed on %s", reaction.name, each.news.event_id)
                failure = f"{reaction.name}: {error!r}"
            outcomes.append((each, failure))
        if outcomes:
            await _settle(tx, outcomes, clock.now())
    return sum(failure is None for _, failure in outcomes)


@dataclass(frozen=True, slots=True)
class _Due:
    news: News
    attempts: int


async def _settle_unheard(database: Database, heard: list[str], now: datetime) -> int:
    """News that nobody reacts to is settled by the thousand."""
    async with database.transaction() as tx:
        done = await tx.execute(
            "update kernel.outbox set settled_at = $2, attempts = attempts + 1, last_error = null where event_id in ("
            " select event_id from kernel.outbox where settled_at is null and next_try_at <= $2 and topic <> all($1)"
            " order by event_id limit $3 for update skip locked)",
            heard, now, UNHEARD_MAX,
        )  # fmt: skip
    return int(done.split()[1])


async def _lock_due(tx: Tx, heard: list[str], batch: int, now: datetime) -> list[_Due]:
    rows = await tx.fetch(
        "select event_id, topic, payload, announced_at, attempts from kernel.outbox"
        " where settled_at is null and next_try_at <= $1 and topic = any($2)"
        " order by event_id limit $3 for update skip locked",
        now, heard, batch,
    )  # fmt: skip
    return [
        _Due(News(row["event_id"], row["topic"], row["payload"], row["announced_at"]), row["attempts"]) for row in rows
    ]


async def _take_due(tx: Tx, reaction: BulkReaction, batch: int, now: datetime) -> list[_Due]:
    """What is due, if no other worker is at it: the reaction's turn is held, so rows need no locks of their own."""
    if not await tx.fetchval("select pg_try_advisory_xact_lock(hashtextextended($1, 0))", f"outbox {reaction.name}"):
        return []
    rows = await tx.fetch(
        "select event_id, topic, payload, announced_at, attempts from kernel.outbox"
        " where settled_at is null and next_try_at <= $1 and topic = any($2) order by event_id limit $3",
        now, list(reaction.topics), batch,
    )  # fmt: skip
    return [
        _Due(News(row["event_id"], row["topic"], row["payload"], row["announced_at"]), row["attempts"]) for row in rows
    ]


async def _settle_all(tx: Tx, due: Sequence[_Due], now: datetime) -> None:
    await tx.execute(
        "update kernel.outbox set settled_at = $2, attempts = attempts + 1, last_error = null"
        " where event_id = any($1::text::uuid[])",
        "{" + ",".join([str(each.news.event_id) for each in due]) + "}", now,
    )  # fmt: skip


async def _run_reactions(tx: Tx, by_topic: dict[str, list[Reaction]], group: list[News]) -> dict[UUID, str]:
    """Every reaction on the group's news; the first failure of each event, whose other reactions still run."""
    failures: dict[UUID, str] = {}
    reactions = dict.fromkeys(reaction for news in group for reaction in by_topic[news.topic])
    for reaction in reactions:
        meant = [news for news in group if news.topic == reaction.topic]
        if len(meant) > 1 and await _run_once(tx, reaction, meant, is_last_word=False) is None:
            continue
        for news in meant:  # one of them failed and undid all, so each gets a savepoint of its own
            failure = await _run_once(tx, reaction, [news])
            if failure is not None:
                failures.setdefault(news.event_id, f"{reaction.name}: {failure}")
    return failures


async def _run_once(tx: Tx, reaction: Reaction, group: list[News], *, is_last_word: bool = True) -> str | None:
    """Run the reaction in one savepoint on those of the group that it has not done; why it failed, if it did."""
    try:
        async with tx.transaction():
            fresh = await tx.fetch(
                "insert into kernel.reaction_done (reaction, event_id) select $1, unnest($2::uuid[])"
                " on conflict do nothing returning event_id",
                reaction.name, [news.event_id for news in group],
            )  # fmt: skip
            is_new = {row["event_id"] for row in fresh}
            for news in group:
                if news.event_id in is_new:
                    await reaction.run(tx, news)
    except Exception as error:  # any fault of a reaction: recorded and retried
        if tx.is_closed():
            raise  # not the reaction's fault: the batch is undone and delivered again
        if is_last_word:
            _log.exception("reaction %s failed on %s", reaction.name, group[0].event_id)
        return repr(error)
    return None


async def _settle(tx: Tx, outcomes: list[tuple[_Due, str | None]], now: datetime) -> None:
    attempts = [due.attempts + 1 for due, _ in outcomes]
    await tx.execute(
        "update kernel.outbox o set attempts = d.attempts, last_error = d.failure,"
        " settled_at = case when d.failure is null or d.attempts >= $6 then $5::timestamptz end,"
        " next_try_at = $5::timestamptz + make_interval(secs => d.pause)"
        " from unnest($1::uuid[], $2::int[], $3::text[], $4::int[]) d (event_id, attempts, failure, pause)"
        " where o.event_id = d.event_id",
        [due.news.event_id for due, _ in outcomes], attempts, [failure for _, failure in outcomes],
        [PAUSE_SECONDS_FIRST ** min(count, ATTEMPTS_MAX) for count in attempts], now, ATTEMPTS_MAX,
    )  # fmt: skip
