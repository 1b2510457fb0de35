"""Who gets a shop's daily report, and what was sent? The tables `channels.recipient` and `channels.sending`."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import asyncpg

from peakday.insight.channels.errors import RecipientNotFound
from peakday.kernel.database import Tx
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.text import Language

RECIPIENTS_MAX = 20
SENDINGS_SHOWN = 30
DETAIL_LETTERS_MAX = 300


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody who gets the report every morning, by mail or webhook. The secret signs a webhook."""

    shop_id: UUID
    recipient_id: UUID
    way: ChannelName
    address: str
    secret: str | None
    language: Language
    hour: int
    looked_on: date | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """A report on its way: the same words in every try."""

    shop_id: UUID
    sending_id: UUID
    recipient_id: UUID
    way: ChannelName
    address: str
    secret: str | None
    language: Language
    day: date
    subject: str
    body: str
    asked_at: datetime
    status: str
    attempts: int
    is_simulated: bool
    detail: str


async def add_recipient(tx: Tx, one: Recipient, now: datetime, account_id: UUID | None) -> bool:
    """Keep a recipient; False when this way and address is there already."""
    done = await tx.execute(
        "insert into channels.recipient (shop_id, recipient_id, way, address, secret, language, hour, added_at,"
        " added_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) on conflict (shop_id, way, address) do nothing",
        one.shop_id, one.recipient_id, one.way.value, one.address, one.secret, one.language, one.hour, now, account_id,
    )  # fmt: skip
    return done == "INSERT 0 1"


async def remove_recipient(tx: Tx, shop_id: UUID, recipient_id: UUID) -> bool:
    """Forget a recipient; whether there was one. What was sent stays told."""
    done = await tx.execute(
        "delete from channels.recipient where shop_id = $1 and recipient_id = $2", shop_id, recipient_id
    )
    return done == "DELETE 1"


async def list_recipients(tx: Tx, shop_id: UUID) -> list[Recipient]:
    """Who gets the report of a shop."""
    rows = await tx.fetch(
        "select * from channels.recipient where shop_id = $1 order by added_at, recipient_id limit $2",
        shop_id, RECIPIENTS_MAX,
    )  # fmt: skip
    return [_recipient(row) for row in rows]


async def get_recipient(tx: Tx, shop_id: UUID, recipient_id: UUID) -> Recipient:
    """One recipient of the shop; refuses `RecipientNotFound`."""
    row = await tx.fetchrow(
        "select * from channels.recipient where shop_id = $1 and recipient_id = $2", shop_id, recipient_id
    )
    if row is None:
        raise RecipientNotFound
    return _recipient(row)


async def list_to_look_at(tx: Tx, today: date) -> list[Recipient]:
    """The recipients of all shops for whom nobody has looked today; for the worker's duty."""
    rows = await tx.fetch(
        "select * from channels.recipient where looked_on is distinct from $1 order by shop_id, recipient_id", today
    )
    return [_recipient(row) for row in rows]


async def note_look(tx: Tx, one: Recipient, today: date) -> None:
    """Remember that today's report was made for a recipient."""
    await tx.execute(
        "update channels.recipient set looked_on = $3 where shop_id = $1 and recipient_id = $2",
        one.shop_id, one.recipient_id, today,
    )  # fmt: skip


async def add_sending(tx: Tx, sending: Sending, digest: bytes) -> UUID | None:
    """Keep what is to be sent; None when the same words of the same day went to this recipient before."""
    found: UUID | None = await tx.fetchval(
        "insert into channels.sending (shop_id, sending_id, recipient_id, way, address, secret, language, day, digest,"
        " subject, body, asked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)"
        " on conflict (shop_id, recipient_id, day, digest) do nothing returning sending_id",
        sending.shop_id, sending.sending_id, sending.recipient_id, sending.way.value, sending.address, sending.secret,
        sending.language, sending.day, digest, sending.subject, sending.body, sending.asked_at,
    )  # fmt: skip
    return found


async def take_sending(tx: Tx, shop_id: UUID, sending_id: UUID) -> Sending | None:
    """Count a try of what still waits; None when it is settled."""
    row = await tx.fetchrow(
        "update channels.sending set attempts = attempts + 1 where shop_id = $1 and sending_id = $2"
        " and status = 'waiting' returning *",
        shop_id, sending_id,
    )  # fmt: skip
    return _sending(row) if row else None


async def settle_sending(tx: Tx, one: Sending, status: str, detail: str, now: datetime, *, is_simulated: bool) -> None:
    """Write down what became of a try."""
    await tx.execute(
        "update channels.sending set status = $3, detail = $4, is_simulated = $5,"
        " settled_at = case when $3 <> 'waiting' then $6::timestamptz end where shop_id = $1 and sending_id = $2",
        one.shop_id, one.sending_id, status, detail[:DETAIL_LETTERS_MAX], is_simulated, now,
    )  # fmt: skip


async def list_sendings(tx: Tx, shop_id: UUID) -> list[Sending]:
    """The latest reports that were sent."""
    rows = await tx.fetch(
        "select * from channels.sending where shop_id = $1 order by asked_at desc, sending_id limit $2",
        shop_id, SENDINGS_SHOWN,
    )  # fmt: skip
    return [_sending(row) for row in rows]


def _recipient(row: asyncpg.Record) -> Recipient:
    return Recipient(
        row["shop_id"], row["recipient_id"], ChannelName(row["way"]), row["address"], row["secret"], row["language"],
        row["hour"], row["looked_on"],
    )  # fmt: skip


def _sending(row: asyncpg.Record) -> Sending:
    left_out = {"digest", "settled_at", "way"}
    values = {name: value for name, value in row.items() if name not in left_out}
    return Sending(way=ChannelName(row["way"]), **values)
