"""Which JSON doors have a shop's acts on its orders? Ship, cancel, answer refunds, take goods back, invoice, hold.

`trade:edit` opens them. Every act may be repeated: it has one effect.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.trade.orders import api
from peakday.trade.orders.model import ORDER_PREFIX, REFUND_PREFIX
from peakday.trade.orders.refunds import REASON_LETTERS_MAX
from peakday.trade.orders.stories import INVOICE_PREFIX
from peakday.trade.orders.web.my_bodies import (
    AmountBody,
    InvoiceBody,
    MyRefundBody,
    invoice_body,
    refund_body,
)
from peakday.trade.orders.web.my_forms import TEXT_PATTERN, ParcelForm
from peakday.trade.promotions.api import DepositFate

router = APIRouter(prefix="/v1/shops/{shop_id}", tags=["orders"])

ShopRef = Annotated[UUID, ShownId("shp")]
OrderRef = Annotated[UUID, ShownId(ORDER_PREFIX)]
RefundRef = Annotated[UUID, ShownId(REFUND_PREFIX)]
InvoiceRef = Annotated[UUID, ShownId(INVOICE_PREFIX)]


class NoteForm(BaseModel):
    """A reason that the buyer reads."""

    note: Annotated[str, Field(min_length=1, max_length=REASON_LETTERS_MAX, pattern=TEXT_PATTERN)]


class HoldForm(BaseModel):
    """Why an order is stopped, in both languages."""

    reason_zh: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]
    reason_en: Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]


class DepositForm(BaseModel):
    """Why a presale is given up: `seller_at_fault` or `on_good_terms`."""

    on_good_terms: bool = False


class DepositBody(BaseModel):
    """What the buyer gets of a deposit, and what the shop keeps (negative: adds); minor units."""

    to_buyer_minor: int
    to_merchant_minor: int


_answers = answers_beside(401, 403, 404, 409, 422, 429)


@router.post("/orders/{order_id}/shipment", status_code=204, responses=_answers())
async def ship_order(request: Request, shop_id: ShopRef, order_id: OrderRef, form: ParcelForm) -> None:
    """The goods left; carrier `simulated` is none, and says so."""
    async with house_of(request).database.transaction() as tx:
        await api.ship_order(tx, actor_of(request), (shop_id, order_id), form.carrier, form.tracking_no)


@router.post("/orders/{order_id}/cancellation", responses=_answers())
async def cancel_shop_order(request: Request, shop_id: ShopRef, order_id: OrderRef) -> AmountBody:
    """Undo a paid order that was not shipped."""
    async with house_of(request).database.transaction() as tx:
        return AmountBody(amount_minor=await api.cancel_order(tx, actor_of(request), order_id, shop_id))


@router.post("/orders/{order_id}/deposit-return", responses=_answers())
async def return_deposit(request: Request, shop_id: ShopRef, order_id: OrderRef, form: DepositForm) -> DepositBody:
    """Give up a presale whose deposit is paid."""
    fate = DepositFate.ON_GOOD_TERMS if form.on_good_terms else DepositFate.SELLER_AT_FAULT
    async with house_of(request).database.transaction() as tx:
        outcome = await api.end_presale_order(tx, actor_of(request), (shop_id, order_id), fate)
    return DepositBody(to_buyer_minor=outcome.to_buyer_minor, to_merchant_minor=outcome.to_merchant_minor)


@router.post("/orders/{order_id}/hold", status_code=204, responses=_answers())
async def hold_order(request: Request, shop_id: ShopRef, order_id: OrderRef, form: HoldForm) -> None:
    """Stop an order: it neither leaves nor is paid out."""
    async with house_of(request).database.transaction() as tx:
        await api.hold_order(tx, actor_of(request), (shop_id, order_id), Text(form.reason_zh, form.reason_en))


@router.delete("/orders/{order_id}/hold", status_code=204, responses=_answers())
async def lift_hold(request: Request, shop_id: ShopRef, order_id: OrderRef) -> None:
    """Let it go on."""
    async with house_of(request).database.transaction() as tx:
        await api.lift_hold(tx, actor_of(request), (shop_id, order_id))


@router.post("/refunds/{refund_id}/approval", responses=_answers())
async def approve_refund(request: Request, shop_id: ShopRef, refund_id: RefundRef) -> MyRefundBody:
    """Agree: the money goes back now, or when the goods are back."""
    async with house_of(request).database.transaction() as tx:
        return refund_body(await api.approve_refund(tx, actor_of(request), shop_id, refund_id))


@router.post("/refunds/{refund_id}/goods", responses=_answers())
async def take_return(request: Request, shop_id: ShopRef, refund_id: RefundRef) -> MyRefundBody:
    """The goods are back: they go on the shelf, and the money to the buyer."""
    async with house_of(request).database.transaction() as tx:
        return refund_body(await api.take_return(tx, actor_of(request), shop_id, refund_id))


@router.post("/refunds/{refund_id}/refusal", responses=_answers())
async def decline_refund(request: Request, shop_id: ShopRef, refund_id: RefundRef, form: NoteForm) -> MyRefundBody:
    """Say no, with a reason."""
    async with house_of(request).database.transaction() as tx:
        return refund_body(await api.decline_refund(tx, actor_of(request), shop_id, refund_id, form.note))


@router.post("/invoices/{invoice_id}/issue", responses=_answers())
async def issue_invoice(request: Request, shop_id: ShopRef, invoice_id: InvoiceRef) -> InvoiceBody:
    """Issue an invoice under the shop's next number."""
    async with house_of(request).database.transaction() as tx:
        return invoice_body(await api.issue_invoice(tx, actor_of(request), shop_id, invoice_id))


@router.post("/invoices/{invoice_id}/refusal", responses=_answers())
async def decline_invoice(request: Request, shop_id: ShopRef, invoice_id: InvoiceRef, form: NoteForm) -> InvoiceBody:
    """Decline an invoice, with a reason."""
    async with house_of(request).database.transaction() as tx:
        return invoice_body(await api.decline_invoice(tx, actor_of(request), shop_id, invoice_id, form.note))
