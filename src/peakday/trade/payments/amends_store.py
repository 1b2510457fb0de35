"""How is written what shops owe buyers beyond what was paid, and what became of it?"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.payments.model import Amends, AmendsStatus

_COLUMNS = (
    "amends_id, payment_id, order_id, shop_id, amount_minor, currency, reason, is_simulated, status, owed_at, sent_at"
)


async def insert_amends(tx: Tx, owed: Amends, now: datetime) -> bool:
    """Note a debt; whether it was not there yet."""
    return bool(
        await tx.fetchval(
            "insert into payments.amends (amends_id, payment_id, order_id, shop_id, amount_minor, currency, reason,"
            " is_simulated, status, owed_at, next_try_at) values ($1, $2, $3, $4, $5, $6, $7, $8, 'owed', $9, $9)"
            " on conflict do nothing returning true",
            owed.amends_id, owed.payment_id, owed.order_id, owed.shop_id, owed.amount_minor, owed.currency,
            owed.reason, owed.is_simulated, now,
        )
    )  # fmt: skip


async def note_taken(tx: Tx, amends_id: UUID, now: datetime) -> None:
    """The shop's balance had it: the gateway is to be told."""
    await tx.execute(
        "update payments.amends set status = 'asked', taken_at = $2, next_try_at = $2 where amends_id = $1"
        " and status = 'owed'",
        amends_id, now,
    )  # fmt: skip


async def take_owed(tx: Tx, now: datetime, pause: timedelta, limit: int) -> list[Amends]:
    """Debts that are due to be tried again; theirs until the end, and not due again until `pause` is over."""
    rows = await tx.fetch(
        "with due as (select amends_id from payments.amends where status = 'owed' and next_try_at <= $1"
        " order by next_try_at limit $3 for update skip locked)"
        " update payments.amends a set next_try_at = $1::timestamptz + $2::interval from due"
        f" where a.amends_id = due.amends_id returning {_prefixed('a')}",
        now, pause, limit,
    )  # fmt: skip
    return sorted((_read(row) for row in rows), key=lambda one: one.amends_id)


async def take_due(tx: Tx, now: datetime, lease: timedelta, limit: int) -> list[tuple[Amends, str, int]]:
    """What gateways are to be told of, with the gateway's name and the number of this attempt."""
    rows = await tx.fetch(
        "with due as (select amends_id from payments.amends where status = 'asked' and next_try_at <= $1"
        " order by next_try_at limit $3 for update skip locked), taken as ("
        " update payments.amends a set attempts = attempts + 1, next_try_at = $1::timestamptz + $2::interval"
        " from due where a.amends_id = due.amends_id returning a.*)"
        f" select {_prefixed('t')}, p.gateway, t.attempts from taken t join payments.payment p using (payment_id)"
        " order by t.owed_at, t.amends_id",
        now, lease, limit,
    )  # fmt: skip
    return [(_read(row), row["gateway"], row["attempts"]) for row in rows]


async def settle(tx: Tx, amends_id: UUID, receipt_ref: str, now: datetime) -> None:
    """The gateway paid it out."""
    await tx.execute(
        "update payments.amends set status = 'sent', sent_at = $2, receipt_ref = $3, last_error = null"
        " where amends_id = $1 and status = 'asked'",
        amends_id, now, receipt_ref,
    )  # fmt: skip


async def put_off(tx: Tx, amends_id: UUID, error: str, again_at: datetime | None) -> None:
    """The gateway did not pay it out: to be told again at an instant, or never."""
    await tx.execute(
        "update payments.amends set last_error = $2, next_try_at = coalesce($3::timestamptz, next_try_at),"
        " status = case when $3::timestamptz is null then 'failed' else status end"
        " where amends_id = $1 and status = 'asked'",
        amends_id, error[:500], again_at,
    )  # fmt: skip


async def list_of_orders(tx: Tx, order_ids: Sequence[UUID]) -> list[Amends]:
    """What shops owe or paid beyond the price of these orders, oldest first."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from payments.amends where order_id = any($1::uuid[]) order by owed_at, amends_id",
        order_ids,
    )
    return [_read(row) for row in rows]


def _prefixed(name: str) -> str:
    return ", ".join(f"{name}.{column}" for column in _COLUMNS.split(", "))


def _read(row: asyncpg.Record) -> Amends:
    return Amends(
        row["amends_id"], row["payment_id"], row["order_id"], row["shop_id"], row["amount_minor"], row["currency"],
        row["reason"], row["is_simulated"], AmendsStatus(row["status"]), row["owed_at"], row["sent_at"],
    )  # fmt: skip
