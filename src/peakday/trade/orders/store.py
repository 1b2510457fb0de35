"""How are orders written: many at once, and once only?

Rows are copied into staging tables of this transaction, proved to add up, and inserted where they are not yet there.
The fast lane takes CSV (no header, the columns below in this order, empty = null, lists as PostgreSQL array text), the
typed lane makes that CSV from `NewOrder`s. An order comes whole: lines and refunds of an order that was already there
are not looked at again.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce
from peakday.trade.orders.events import OrdersImported
from peakday.trade.orders.model import Copied, Discount, NewOrder, Order, OrderLine, Refund
from peakday.trade.orders.rules.order_money import money_faults

ORDER_COLUMNS = (
    "shop_id", "order_id", "checkout_id", "buyer_id", "source", "source_ref", "kind", "terminal", "region_id", "status",
    "currency", "created_at", "paid_at", "closed_at", "list_minor", "discount_minor", "postage_minor", "paid_minor",
    "refund_minor", "flags", "simulated",
)  # fmt: skip
LINE_COLUMNS = (
    "shop_id", "order_id", "line_no", "item_id", "sku_id", "category_id", "quantity", "list_minor", "paid_minor",
    "refund_minor", "discounts", "flags",
)  # fmt: skip
REFUND_COLUMNS = ("shop_id", "refund_id", "order_id", "line_no", "amount_minor", "completed_at")
COPY_TIMEOUT_SECONDS = 600

Source = Path | BinaryIO


@dataclass(frozen=True, slots=True)
class OrderFiles:
    """CSV of a batch, without header, in the order of ORDER_COLUMNS, LINE_COLUMNS, REFUND_COLUMNS."""

    source: str
    orders: Source
    lines: Source
    refunds: Source | None = None


async def copy_orders(tx: Tx, source: str, batch: Sequence[NewOrder], at: datetime) -> Copied:
    """Store orders with their lines and refunds; those that are there already stay as they are.

    Every order's money must add up (`rules.order_money`): a caller that reads foreign data checks before it calls.
    """
    for new in batch:
        faults = money_faults(new)
        assert not faults, (new.order.source_ref, faults)
    files = OrderFiles(
        source,
        _as_csv(_order_row(new.order) for new in batch),
        _as_csv(_line_row(new.order, line) for new in batch for line in new.lines),
        _as_csv(_refund_row(refund) for new in batch for refund in new.refunds),
    )
    return await copy_order_files(tx, files, at)


async def copy_order_files(tx: Tx, files: OrderFiles, at: datetime) -> Copied:
    """Store a batch that is already CSV, and announce it. Same promise as `copy_orders`."""
    await tx.execute(_STAGE)
    await _copy_in(tx, "staged_order", ORDER_COLUMNS, files.orders)
    await _copy_in(tx, "staged_line", LINE_COLUMNS, files.lines)
    if files.refunds is not None:
        await _copy_in(tx, "staged_refund", REFUND_COLUMNS, files.refunds)
    faults = await tx.fetch(_STAGED_FAULTS)
    assert not faults, [tuple(row) for row in faults]
    staged = await tx.fetchval("select count(*) from staged_order")
    orders = _affected(await tx.execute(_INSERT_ORDERS, timeout=COPY_TIMEOUT_SECONDS))
    only_fresh = "" if orders == staged else _ONLY_FRESH
    lines = _affected(await tx.execute(_INSERT_LINES.format(only_fresh=only_fresh), timeout=COPY_TIMEOUT_SECONDS))
    refunds = _affected(await tx.execute(_INSERT_REFUNDS.format(only_fresh=only_fresh), timeout=COPY_TIMEOUT_SECONDS))
    copied = Copied(orders, lines, refunds, staged)
    if orders:
        await announce(tx, OrdersImported(files.source, orders, lines, refunds), at)
    return copied


_ORDER_LIST = ", ".join(ORDER_COLUMNS)
_LINE_LIST = ", ".join(LINE_COLUMNS)
_REFUND_LIST = ", ".join(REFUND_COLUMNS)

_STAGE = """
create temp table if not exists staged_order (like orders.customer_order including defaults) on commit drop;
create temp table if not exists staged_line (like orders.line including defaults) on commit drop;
create temp table if not exists staged_refund (like orders.refund including defaults) on commit drop;
truncate staged_order, staged_line, staged_refund
"""
# The set-based form of rules.order_money, over what was staged.
_STAGED_FAULTS = """
select o.source, o.source_ref, o.list_minor, o.discount_minor, o.postage_minor, o.paid_minor, l.list_minor, l.paid_minor
from staged_order o
left join (
    select shop_id, order_id, sum(list_minor) as list_minor, sum(paid_minor) as paid_minor
    from staged_line group by shop_id, order_id
) l using (shop_id, order_id)
where o.list_minor is distinct from l.list_minor
   or o.discount_minor is distinct from l.list_minor - l.paid_minor
   or o.paid_minor is distinct from l.paid_minor + o.postage_minor
limit 5
"""
_INSERT_ORDERS = f"""
insert into orders.customer_order ({_ORDER_LIST})
select {_ORDER_LIST} from staged_order order by shop_id, order_id
on conflict do nothing
"""
_INSERT_LINES = f"""
insert into orders.line ({_LINE_LIST})
select {_LINE_LIST} from staged_line s {{only_fresh}} order by shop_id, order_id, line_no
on conflict do nothing
"""
_INSERT_REFUNDS = f"""
insert into orders.refund ({_REFUND_LIST}, state)
select {_REFUND_LIST}, case when completed_at is null then 'asked' else 'completed' end
from staged_refund s {{only_fresh}} order by shop_id, refund_id
on conflict do nothing
"""
_ONLY_FRESH = """
where exists (
    select from orders.customer_order o
    where o.shop_id = s.shop_id and o.order_id = s.order_id and o.changed_xid = pg_current_xact_id()
)
"""


async def _copy_in(tx: Tx, table: str, columns: tuple[str, ...], source: Source) -> None:
    await tx.copy_to_table(
        table, source=_chunks(source), columns=columns, format="csv", timeout=COPY_TIMEOUT_SECONDS
    )  # fmt: skip


async def _chunks(source: Source, size: int = 1 << 20) -> AsyncIterator[bytes]:
    """The bytes of a file in large pieces; asyncpg's own reader takes 64 kB at a time."""
    stream = source.open("rb") if isinstance(source, Path) else source
    try:
        while chunk := stream.read(size):
            yield chunk
    finally:
        stream.close()


def _affected(tag: str) -> int:
    return int(tag.rsplit(" ", 1)[1])


def _as_csv(rows: Iterable[Sequence[object]]) -> io.BytesIO:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return io.BytesIO(text.getvalue().encode())


def _order_row(order: Order) -> list[object]:
    return [
        order.shop_id, order.order_id, order.checkout_id, order.buyer_id, order.source, order.source_ref, order.kind,
        order.terminal, order.region_id, order.status, order.currency, order.created_at, order.paid_at, order.closed_at,
        order.list_minor, order.discount_minor, order.postage_minor, order.paid_minor, order.refund_minor,
        _array(order.flags), order.simulated,
    ]  # fmt: skip


def _line_row(order: Order, line: OrderLine) -> list[object]:
    return [
        order.shop_id, order.order_id, line.line_no, line.item_id, line.sku_id, line.category_id, line.quantity,
        line.list_minor, line.paid_minor, line.refund_minor, json.dumps([_discount(part) for part in line.discounts]),
        _array(line.flags),
    ]  # fmt: skip


def _refund_row(refund: Refund) -> list[object]:
    return [
        refund.shop_id, refund.refund_id, refund.order_id, refund.line_no, refund.amount_minor, refund.completed_at,
    ]  # fmt: skip


def _discount(part: Discount) -> dict[str, object]:
    row: dict[str, object] = {
        "instrument": part.instrument, "level": part.level, "funder": part.funder, "minor": part.minor,
    }  # fmt: skip
    return row if part.raw_minor is None else row | {"raw_minor": part.raw_minor}


def _array(words: Iterable[str]) -> str:
    """Array text; flags are plain words, so nothing needs quoting."""
    return "{" + ",".join(words) + "}"
