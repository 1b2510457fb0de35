"""How does news travel up the house without being lost or doubled?

An action calls `announce` in its own transaction: the news is committed with the change or not at all. The worker
calls `deliver_pending`, which hands each event to every reaction registered for its topic. Each reaction runs in a
savepoint that also records (reaction, event): a second delivery finds the record and does nothing. A reaction that
fails is tried again with growing pauses and, after `ATTEMPTS_MAX`, set aside with its error for a person to see.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from peakday.kernel.clock import Clock
from peakday.kernel.database import Database, Tx
from peakday.kernel.ids import new_id

ATTEMPTS_MAX = 10
BATCH_MAX = 100
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


async def announce(tx: Tx, fact: Announced, at: datetime) -> UUID:
    """Write news in the same transaction as the change that it tells."""
    event_id = new_id(at)
    payload = {key: value for key, value in asdict(fact).items() if key != "topic"}  # type: ignore[call-overload]
    await tx.execute(
        "insert into kernel.outbox (event_id, topic, payload, announced_at, next_try_at) values ($1, $2, $3, $4, $4)",
        event_id, fact.topic, payload, at,
    )  # fmt: skip
    await tx.execute("select pg_notify('peakday_outbox', '')")
    return event_id


async def deliver_pending(database: Database, reactions: list[Reaction], clock: Clock, batch: int = BATCH_MAX) -> int:
    """Deliver what is due, oldest first; returns how many events were settled. Several workers may run it."""
    settled = 0
    for _ in range(batch):
        async with database.transaction() as tx:
            row = await tx.fetchrow(
                "select event_id, topic, payload, announced_at, attempts from kernel.outbox"
                " where settled_at is null and next_try_at <= $1"
                " order by event_id limit 1 for update skip locked",
                clock.now(),
            )
            if row is None:
                return settled
            news = News(row["event_id"], row["topic"], row["payload"], row["announced_at"])
            failure = await _run_reactions(tx, [r for r in reactions if r.topic == news.topic], news)
            await _settle(tx, news, row["attempts"] + 1, failure, clock.now())
            settled += failure is None
    return settled


async def _run_reactions(tx: Tx, reactions: list[Reaction], news: News) -> str | None:
    """Run each reaction once in a savepoint of its own; the first failure is returned, the others still run."""
    failure: str | None = None
    for reaction in reactions:
        try:
            async with tx.transaction():
                is_new = await tx.fetchval(
                    "insert into kernel.reaction_done (reaction, event_id) values ($1, $2)"
                    " on conflict do nothing returning true",
                    reaction.name, news.event_id,
                )  # fmt: skip
                if is_new:
                    await reaction.run(tx, news)
        except Exception as error:  # noqa: BLE001 - must outlive any fault of a reaction: recorded and retried
            _log.exception("reaction %s failed on %s", reaction.name, news.event_id)
            failure = failure or f"{reaction.name}: {error!r}"
    return failure


async def _settle(tx: Tx, news: News, attempts: int, failure: str | None, now: datetime) -> None:
    is_final = failure is None or attempts >= ATTEMPTS_MAX
    await tx.execute(
        "update kernel.outbox set attempts = $2, last_error = $3,"
        " settled_at = case when $4 then $5::timestamptz end,"
        " next_try_at = $5::timestamptz + make_interval(secs => $6) where event_id = $1",
        news.event_id, attempts, failure, is_final, now, PAUSE_SECONDS_FIRST ** min(attempts, ATTEMPTS_MAX),
    )  # fmt: skip
