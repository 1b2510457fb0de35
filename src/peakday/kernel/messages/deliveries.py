"""How does a message go to one reader by one channel: once, with more tries, and written down?

A delivery is a row and a job of its own: what one channel cannot do does not hold up another. A letter may arrive twice
when a worker dies between handing it over and writing that down; every try carries the same delivery id.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import new_id
from peakday.kernel.jobs import JobKind, enqueue_job
from peakday.kernel.messages.channels import ChannelName, Letter, Undeliverable, channel_of
from peakday.kernel.messages.channels.letter import DELIVER_SECONDS_MAX
from peakday.kernel.messages.model import StoredMessage
from peakday.kernel.money import Money
from peakday.kernel.text import Language

TRIES_MAX = 8  # the pauses between them add up to ten minutes
DETAIL_LETTERS_MAX = 300
KIND = "kernel.deliver_message"


@dataclass(frozen=True, slots=True)
class Reach:
    """Where one reader is reached by one channel, and how they read."""

    account_id: UUID
    channel: ChannelName
    address: str = ""
    secret: str | None = None
    language: Language = "zh"
    shows_figures: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of one delivery."""

    delivery_id: UUID
    message_id: UUID
    account_id: UUID
    channel: ChannelName
    step: int
    address: str
    due_at: datetime
    status: str  # waiting, delivered, failed, dropped
    attempts: int
    is_simulated: bool
    settled_at: datetime | None
    detail: str
    read_at: datetime | None


async def plan_delivery(
    tx: Tx, stored: StoredMessage, reach: Reach, due_at: datetime, now: datetime, *, step: int = 0
) -> bool:  # fmt: skip
    """Have a message delivered to one reader by one channel; whether this step had not been planned before."""
    is_desk = reach.channel is ChannelName.DESK
    delivery_id = await tx.fetchval(
        _INSERT, new_id(now), stored.message_id, reach.account_id, reach.channel.value, step, reach.address,
        reach.secret, reach.language, reach.shows_figures, now, due_at, "delivered" if is_desk else "waiting",
        now if is_desk else None,
    )  # fmt: skip
    if delivery_id is None:
        return False
    if not is_desk:
        await enqueue_job(
            tx, KIND, {"delivery_id": str(delivery_id)}, now, key=str(delivery_id), run_at=max(due_at, now)
        )
    return True


async def deliver(house: House, payload: dict[str, Any]) -> None:
    """The job: hand the letter to its channel. Raises what the channel raises, so that the queue tries again."""
    delivery_id, now = UUID(payload["delivery_id"]), house.clock.now()
    async with house.database.transaction() as tx:
        row = await tx.fetchrow(_TAKE, delivery_id)
        if row is None:
            return  # settled before
        if row["is_moot"]:
            await _settle(tx, delivery_id, "dropped", "answered before it was due", now)
            return
    channel = channel_of(ChannelName(row["channel"]), house.settings)
    try:
        receipt = await channel.deliver(_letter(row, house))
    except Undeliverable as refusal:
        async with house.database.transaction() as tx:
            await _settle(tx, delivery_id, "failed", str(refusal), house.clock.now())
        return
    except Exception as fault:
        status = "failed" if row["attempts"] >= TRIES_MAX else "waiting"
        async with house.database.transaction() as tx:
            await _settle(tx, delivery_id, status, repr(fault), house.clock.now())
        raise
    async with house.database.transaction() as tx:
        await _settle(
            tx, delivery_id, "delivered", receipt.detail, house.clock.now(), is_simulated=receipt.is_simulated
        )


async def list_deliveries(tx: Tx, message_id: UUID) -> list[Delivery]:
    """Every delivery of a message, the first steps first."""
    rows = await tx.fetch(
        "select delivery_id, message_id, account_id, channel, step, address, due_at, status, attempts, is_simulated,"
        " settled_at, detail, read_at from kernel.message_delivery where message_id = $1 order by step, delivery_id",
        message_id,
    )
    return [Delivery(**{**dict(row), "channel": ChannelName(row["channel"])}) for row in rows]


async def _settle(
    tx: Tx, delivery_id: UUID, status: str, detail: str, now: datetime, *, is_simulated: bool = False
) -> None:  # fmt: skip
    await tx.execute(
        "update kernel.message_delivery set status = $2, detail = $3, is_simulated = $4,"
        " settled_at = case when $2 <> 'waiting' then $5::timestamptz end where delivery_id = $1",
        delivery_id, status, detail[:DETAIL_LETTERS_MAX], is_simulated, now,
    )  # fmt: skip


def _letter(row: asyncpg.Record, house: House) -> Letter:
    language, shows = row["language"], row["shows_figures"]
    risk = Money(row["at_risk_minor"], row["currency"]) if shows and row["at_risk_minor"] is not None else None
    settings = house.settings
    public = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    return Letter(
        row["delivery_id"], row["message_id"], row["address"], row["secret"], language, row["topic"],
        row[f"subject_{language}"], row[f"body_{language}"] if shows else "", risk, row["deadline"],
        public + row["link"], row["sent_at"],
    )  # fmt: skip


_INSERT = """
insert into kernel.message_delivery (delivery_id, message_id, account_id, channel, step, address, secret, language,
    shows_figures, planned_at, due_at, status, settled_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
on conflict (message_id, account_id, channel, step) do nothing returning delivery_id
"""
_TAKE = """
update kernel.message_delivery d set attempts = d.attempts + 1 from kernel.message m
where d.delivery_id = $1 and d.status = 'waiting' and m.message_id = d.message_id
returning d.delivery_id, d.message_id, d.channel, d.address, d.secret, d.language, d.shows_figures, d.attempts,
    m.topic, m.subject_zh, m.subject_en, m.body_zh, m.body_en, m.at_risk_minor, m.currency, m.deadline, m.link,
    m.sent_at, m.status in ('accepted', 'resolved') or coalesce(m.answered_at > d.planned_at, false) as is_moot
"""

JOB_KINDS = [JobKind(KIND, deliver, attempts_max=TRIES_MAX, timeout_seconds=4 * DELIVER_SECONDS_MAX, at_once=8)]
