"""How are presale orders written, and where do they stand? Deposit first, the tail in its days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.orders.checkouts import DraftShop
from peakday.trade.promotions.api import PresaleState

TAILS_CLOSED_MAX = 1_000


@dataclass(frozen=True, slots=True)
class PresaleOrder:
    """What a presale order still has to do: its state, its two amounts, and until when each may be paid."""

    shop_id: UUID
    order_id: UUID
    presale_id: UUID
    state: PresaleState
    deposit_minor: int
    tail_minor: int
    deposit_due_at: datetime
    tail_from: datetime
    tail_until: datetime
    rules_name: str
    rules_version: str
    deposit_paid_at: datetime | None


async def insert_presales(tx: Tx, orders: Sequence[tuple[UUID, DraftShop]], at: datetime) -> None:
    """Keep the terms of new presale orders, (order_id, draft) each."""
    rows = [(order_id, shop.shop_id, shop.presale) for order_id, shop in orders if shop.presale is not None]
    if not rows:
        return
    await tx.executemany(
        "insert into orders.presale (shop_id, order_id, presale_id, state, deposit_minor, tail_minor, deposit_due_at,"
        " tail_from, tail_until, rules_name, rules_version)"
        " values ($1, $2, $3, 'awaiting_deposit', $4, $5, $6, $7, $8, $9, $10)",
        [(shop_id, order_id, terms.presale_id, terms.deposit_minor, terms.tail_minor,
          at + timedelta(minutes=terms.deposit_minutes), terms.tail_from, terms.tail_until, *terms.rules)
         for order_id, shop_id, terms in rows],
    )  # fmt: skip


async def presales_of_orders(tx: Tx, orders: Sequence[tuple[UUID, UUID]]) -> dict[UUID, PresaleOrder]:
    """The presale of each of these (shop_id, order_id) that is one, by order."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id)"
        " join orders.presale using (shop_id, order_id)",
        [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders],
    )  # fmt: skip
    return {row["order_id"]: _presale(row) for row in rows}


async def move_presales(tx: Tx, orders: Sequence[tuple[UUID, UUID]], there: PresaleState, at: datetime) -> None:
    """Move presales whose orders the caller has locked; the caller has asked `promotions.move`."""
    await tx.execute(
        "update orders.presale p set state = $3, deposit_paid_at = case when $3 = 'awaiting_tail' then $4 else"
        " deposit_paid_at end, ended_at = case when $3 = 'awaiting_tail' then ended_at else $4 end"
        " from unnest($1::uuid[], $2::uuid[]) as w(shop_id, order_id)"
        " where (p.shop_id, p.order_id) = (w.shop_id, w.order_id)",
        [shop_id for shop_id, _ in orders], [order_id for _, order_id in orders], there.value, at,
    )  # fmt: skip


async def list_unpaid_tails(tx: Tx, at: datetime, limit: int = TAILS_CLOSED_MAX) -> list[tuple[UUID, UUID]]:
    """Presale orders whose tail was not paid in time, (shop_id, order_id)."""
    rows = await tx.fetch(
        "select shop_id, order_id from orders.presale where state = 'awaiting_tail' and tail_until <= $1"
        " order by tail_until limit $2",
        at, limit,
    )  # fmt: skip
    return [(row["shop_id"], row["order_id"]) for row in rows]


_COLUMNS = (
    "shop_id, order_id, presale_id, state, deposit_minor, tail_minor, deposit_due_at, tail_from, tail_until,"
    " rules_name, rules_version, deposit_paid_at"
)


def _presale(row: asyncpg.Record) -> PresaleOrder:
    return PresaleOrder(**{**dict(row), "state": PresaleState(row["state"])})
