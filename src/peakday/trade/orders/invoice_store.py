"""How are invoices kept, and numbered by their shop without a gap?"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.trade.orders.stories import Invoice, InvoiceState
from peakday.trade.orders.story_reads import read_invoice


async def insert_invoice(tx: Tx, invoice: Invoice) -> None:
    """Keep what was asked for; the caller holds the order."""
    await tx.execute(
        "insert into orders.invoice (shop_id, invoice_id, order_id, buyer_id, state, kind, title, tax_no, currency,"
        " amount_minor, asked_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        invoice.shop_id, invoice.invoice_id, invoice.order_id, invoice.buyer_id, invoice.state.value,
        invoice.kind.value, invoice.title, invoice.tax_no, invoice.currency, invoice.amount_minor, invoice.asked_at,
    )  # fmt: skip


async def find_invoice(tx: Tx, shop_id: UUID, invoice_id: UUID) -> Invoice | None:
    """An invoice of a shop, or none."""
    row = await tx.fetchrow("select * from orders.invoice where shop_id = $1 and invoice_id = $2", shop_id, invoice_id)
    return read_invoice(row) if row else None


async def find_open_invoice(tx: Tx, shop_id: UUID, order_id: UUID) -> Invoice | None:
    """The invoice of an order that is asked for or issued, or none."""
    row = await tx.fetchrow(
        "select * from orders.invoice where shop_id = $1 and order_id = $2 and state in ('asked', 'issued')",
        shop_id, order_id,
    )  # fmt: skip
    return read_invoice(row) if row else None


async def issue(tx: Tx, invoice: Invoice, amount_minor: int, actor: Actor, at: datetime) -> None:
    """Give it the shop's next number; one invoice of a shop at a time."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtextextended('orders.invoice' || $1::text, 0))", str(invoice.shop_id)
    )
    await tx.execute(
        "update orders.invoice set state = 'issued', amount_minor = $3, decided_at = $4, decided_by = $5, invoice_no ="
        " (select coalesce(max(invoice_no), 0) + 1 from orders.invoice where shop_id = $1)"
        " where shop_id = $1 and invoice_id = $2",
        invoice.shop_id, invoice.invoice_id, amount_minor, at, actor.account_id,
    )  # fmt: skip


async def decline(tx: Tx, invoice: Invoice, note: str, actor: Actor, at: datetime) -> None:
    """Say no, with a reason."""
    await tx.execute(
        "update orders.invoice set state = $3, note = $4, decided_at = $5, decided_by = $6"
        " where shop_id = $1 and invoice_id = $2",
        invoice.shop_id, invoice.invoice_id, InvoiceState.DECLINED.value, note, at, actor.account_id,
    )  # fmt: skip
