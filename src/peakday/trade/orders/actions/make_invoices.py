"""How does a buyer get an invoice?

One for each paid order, over what was paid and not refunded, asked for by the buyer and issued by the shop under its
next number. It is a document of this market: no tax office is told, and it says so.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.trade.orders import invoice_store, life_store
from peakday.trade.orders.actions.ask_refunds import lock_own
from peakday.trade.orders.errors import BadInvoice, InvoiceRefused
from peakday.trade.orders.life_store import LockedOrder
from peakday.trade.orders.stories import Invoice, InvoiceKind, InvoiceState

EDIT = "trade:edit"
TITLE_MAX, NOTE_MAX = 100, 300
_TAX_NO = re.compile(r"[0-9A-Z]{15,20}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f]")


@dataclass(frozen=True, slots=True)
class InvoiceWish:
    """To whom it is made out; a company names its tax number."""

    order_id: UUID
    kind: InvoiceKind
    title: str
    tax_no: str = ""


async def ask_invoice(tx: Tx, actor: Actor, wish: InvoiceWish, at: datetime | None = None) -> Invoice:
    """The invoice that is asked for, or was before. Refuses `NotFound`, `InvoiceRefused`, `BadInvoice`."""
    problems = _faults(wish)
    if problems:
        raise BadInvoice(*problems)
    order = await lock_own(tx, actor, wish.order_id)
    known = await invoice_store.find_open_invoice(tx, order.shop_id, order.order_id)
    if known is not None:
        if (known.kind, known.title, known.tax_no) != (wish.kind, wish.title, wish.tax_no):
            raise InvoiceRefused
        return known
    at = at or await life_store.database_now(tx)
    invoice = Invoice(
        shop_id=order.shop_id, invoice_id=derived_id(at, "orders.invoice", str(order.order_id), str(at)),
        order_id=order.order_id, buyer_id=order.buyer_id, state=InvoiceState.ASKED, kind=wish.kind, title=wish.title,
        tax_no=wish.tax_no, currency=order.currency, amount_minor=_billable(order), asked_at=at,
    )  # fmt: skip
    await invoice_store.insert_invoice(tx, invoice)
    return invoice


async def issue_invoice(tx: Tx, actor: Actor, shop_id: UUID, invoice_id: UUID, at: datetime | None = None) -> Invoice:
    """Issue it over what is paid and not refunded now. Again changes nothing. Refuses `NotFound`, `InvoiceRefused`."""
    require(actor, EDIT, shop_id)
    invoice, order = await _lock(tx, shop_id, invoice_id)
    if invoice.state is InvoiceState.DECLINED:
        raise InvoiceRefused
    if invoice.state is InvoiceState.ASKED:
        at = at or await life_store.database_now(tx)
        await invoice_store.issue(tx, invoice, _billable(order), actor, at)
    return (await _lock(tx, shop_id, invoice_id))[0]


async def decline_invoice(
    tx: Tx, actor: Actor, shop_id: UUID, invoice_id: UUID, note: str, at: datetime | None = None
) -> Invoice:  # fmt: skip
    """Say no, with a reason. Again changes nothing. Refuses `NotFound`, `InvoiceRefused` (it was issued)."""
    require(actor, EDIT, shop_id)
    invoice, _ = await _lock(tx, shop_id, invoice_id)
    if invoice.state is InvoiceState.ISSUED:
        raise InvoiceRefused
    if invoice.state is InvoiceState.ASKED:
        at = at or await life_store.database_now(tx)
        await invoice_store.decline(tx, invoice, note[:NOTE_MAX], actor, at)
    return (await _lock(tx, shop_id, invoice_id))[0]


async def _lock(tx: Tx, shop_id: UUID, invoice_id: UUID) -> tuple[Invoice, LockedOrder]:
    invoice = await invoice_store.find_invoice(tx, shop_id, invoice_id)
    if invoice is None:
        raise NotFound
    (order,) = await life_store.lock_orders(tx, [(shop_id, invoice.order_id)])
    fresh = await invoice_store.find_invoice(tx, shop_id, invoice_id)
    assert fresh is not None, invoice
    return fresh, order


def _billable(order: LockedOrder) -> int:
    left = order.paid_minor - order.refund_minor
    if order.paid_at is None or left <= 0:
        raise InvoiceRefused
    return left


def _faults(wish: InvoiceWish) -> list[Problem]:
    problems = []
    if not wish.title.strip() or len(wish.title) > TITLE_MAX or _CONTROL.search(wish.title):
        problems.append(_problem("title", f"抬头须为 1 到 {TITLE_MAX} 字", f"A title has 1 to {TITLE_MAX} letters"))
    if wish.kind is InvoiceKind.COMPANY and not _TAX_NO.fullmatch(wish.tax_no):
        problems.append(
            _problem("tax_no", "税号须为 15 到 20 位数字或大写字母", "A tax number has 15 to 20 digits or capitals")
        )
    if wish.kind is InvoiceKind.PERSONAL and wish.tax_no:
        problems.append(_problem("tax_no", "个人发票不填税号", "A person's invoice has no tax number"))
    return problems


def _problem(field: str, zh: str, en: str) -> Problem:
    return Problem(field, "out_of_form", Text(zh, en), Text("请修改该项", "Change this field"))
