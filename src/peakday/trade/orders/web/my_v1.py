"""Which JSON doors have a buyer's checkouts, orders, refunds, addresses, and the gateways that tell of their money?

A buyer sees their own only; another's is not found. Every act may be repeated: it has one effect.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from peakday.kernel.ids import new_id, show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.trade.orders import api
from peakday.trade.orders.checkouts import ADDRESS_PREFIX, Address
from peakday.trade.orders.errors import PriceChanged
from peakday.trade.orders.model import CHECKOUT_PREFIX, ORDER_PREFIX, REFUND_PREFIX, OrderStatus
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.orders.web.checkout_door import answer_checkout, price_changed, wish_of
from peakday.trade.orders.web.my_bodies import (
    AddressBody,
    AddressList,
    AmountBody,
    ClosedBody,
    DueBody,
    InvoiceBody,
    MyCheckoutBody,
    MyOrderBody,
    MyOrderList,
    MyRefundBody,
    PlacedBody,
    ProtectionBody,
    address_body,
    due_body,
    invoice_body,
    order_body,
    placed_body,
    refund_body,
)
from peakday.trade.orders.web.my_forms import (
    AddressForm,
    CheckoutForm,
    InvoiceForm,
    ParcelForm,
    PresaleForm,
    RefundForm,
)
from peakday.trade.payments import api as payments
from peakday.trade.payments.model import PAYMENT_PREFIX

router = APIRouter(prefix="/v1/my", tags=["orders"])

CheckoutRef = Annotated[UUID, ShownId(CHECKOUT_PREFIX)]
OrderRef = Annotated[UUID, ShownId(ORDER_PREFIX)]
RefundRef = Annotated[UUID, ShownId(REFUND_PREFIX)]
AddressRef = Annotated[UUID, ShownId(ADDRESS_PREFIX)]
PaymentRef = Annotated[UUID, ShownId(PAYMENT_PREFIX)]


_answers = answers_beside(401, 403, 422, 429)


@router.post("/checkouts", status_code=201, response_model=PlacedBody, responses=_answers(404, 409, 413, 503))
async def place_checkout(request: Request, form: CheckoutForm) -> Response:
    """Order; 409 `price_changed` carries the old and the new total and the new token."""
    answer = await answer_checkout(house_of(request), actor_of(request), wish_of(form))
    return Response(answer.body, answer.status, media_type=answer.kind)


@router.post("/presales", status_code=201, response_model=PlacedBody, responses=_answers(404, 409, 503))
async def place_presale(request: Request, form: PresaleForm) -> PlacedBody | Response:
    """Order what is sold in advance; the deposit is paid first."""
    wish = api.PresaleWish(
        key=form.key, shop_id=form.shop_id, sku_id=form.sku_id, quantity=form.quantity, address_id=form.address_id,
        seen_minor=form.seen_minor, terminal=form.terminal,
    )  # fmt: skip
    try:
        return placed_body(await api.place_presale(house_of(request), actor_of(request), wish))
    except PriceChanged as refusal:
        return _price_changed(refusal)


@router.get("/checkouts/{checkout_id}", responses=_answers(404))
async def read_checkout(request: Request, checkout_id: CheckoutRef) -> MyCheckoutBody:
    """One checkout with its orders."""
    async with house_of(request).database.read() as connection:
        stored, stories = await api.get_my_checkout(connection, actor_of(request), checkout_id)
    return MyCheckoutBody(
        checkout_id=show_id(CHECKOUT_PREFIX, checkout_id), currency=stored.currency,
        payable_minor=stored.payable_minor, created_at=stored.created_at,
        orders=[order_body(story) for story in stories],
    )  # fmt: skip


@router.post("/checkouts/{checkout_id}/payment", responses=_answers(404, 409))
async def pay_checkout(request: Request, checkout_id: CheckoutRef) -> DueBody:
    """The payment of what this checkout waits for: all of it, a deposit, or a tail; asked again, the same one."""
    async with house_of(request).database.transaction() as tx:
        return due_body(await api.pay_checkout(tx, actor_of(request), checkout_id))


@router.post("/checkouts/{checkout_id}/cancellation", responses=_answers(404, 409))
async def cancel_checkout(request: Request, checkout_id: CheckoutRef) -> ClosedBody:
    """Cancel what is not paid; pieces and cards go back at once."""
    async with house_of(request).database.transaction() as tx:
        closed = await api.cancel_checkout(tx, actor_of(request), checkout_id)
    return ClosedBody(order_ids=[show_id(ORDER_PREFIX, order_id) for order_id in closed])


@router.post("/payments/{payment_id}/settlement", responses=_answers(404, 503))
async def settle_payment(request: Request, payment_id: PaymentRef) -> DueBody:
    """Ask the gateway now, for a buyer who is back before it has told us; the payment as it stands then."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        await payments.get_my_payment(connection, actor, payment_id)
    await api.look_up_payment(house, payment_id)
    async with house.database.read() as connection:
        return due_body(await payments.get_my_payment(connection, actor, payment_id))


@router.get("/orders", responses=_answers())
async def list_my_orders(
    request: Request, status: OrderStatus | None = None,
    cursor: Annotated[str | None, Query(max_length=60)] = None, limit: PageLimit = 20,
) -> MyOrderList:  # fmt: skip
    """The buyer's orders, newest first."""
    after = read_cursor(ORDER_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        page = await api.list_my_orders(connection, actor_of(request), status, after, limit)
    following = show_id(ORDER_PREFIX, page.next_cursor) if page.next_cursor else None
    return MyOrderList(items=[order_body(story) for story in page.items], next_cursor=following)


@router.get("/orders/{order_id}", responses=_answers(404))
async def read_my_order(request: Request, order_id: OrderRef) -> MyOrderBody:
    """One order with its timeline."""
    async with house_of(request).database.read() as connection:
        return order_body(await api.get_my_order(connection, actor_of(request), order_id))


@router.post("/orders/{order_id}/receipt", status_code=204, responses=_answers(404, 409))
async def confirm_receipt(request: Request, order_id: OrderRef) -> None:
    """The goods are here: the shop gets its money."""
    async with house_of(request).database.transaction() as tx:
        await api.confirm_receipt(tx, actor_of(request), order_id)


@router.post("/orders/{order_id}/cancellation", responses=_answers(404, 409))
async def cancel_order(request: Request, order_id: OrderRef) -> AmountBody:
    """Undo a paid order that was not shipped; the money goes back."""
    async with house_of(request).database.transaction() as tx:
        return AmountBody(amount_minor=await api.cancel_order(tx, actor_of(request), order_id))


@router.post("/orders/{order_id}/refunds", status_code=201, responses=_answers(404, 409))
async def ask_refund(request: Request, order_id: OrderRef, form: RefundForm) -> MyRefundBody:
    """Ask for money back of one line."""
    wish = RefundWish(
        order_id=order_id, line_no=form.line_no, key=form.key, reason=form.reason, kind=form.kind,
        pieces=form.pieces, minor=form.minor,
    )  # fmt: skip
    async with house_of(request).database.transaction() as tx:
        return refund_body(await api.ask_refund(tx, actor_of(request), wish))


@router.post("/orders/{order_id}/refunds/{refund_id}/withdrawal", status_code=204, responses=_answers(404, 409))
async def withdraw_refund(request: Request, order_id: OrderRef, refund_id: RefundRef) -> None:
    """No longer ask for it."""
    async with house_of(request).database.transaction() as tx:
        await api.withdraw_refund(tx, actor_of(request), order_id, refund_id)


@router.post("/orders/{order_id}/refunds/{refund_id}/parcel", status_code=204, responses=_answers(404, 409))
async def send_return(request: Request, order_id: OrderRef, refund_id: RefundRef, form: ParcelForm) -> None:
    """The goods are on their way back."""
    async with house_of(request).database.transaction() as tx:
        await api.send_return(tx, actor_of(request), order_id, refund_id, (form.carrier, form.tracking_no))


@router.post("/orders/{order_id}/lines/{line_no}/protection", responses=_answers(404, 409))
async def ask_protection(
    request: Request, order_id: OrderRef, line_no: Annotated[int, Path(ge=1, le=1_000)]
) -> ProtectionBody:  # fmt: skip
    """Ask for the difference when the price fell after the purchase; what is due goes back at once."""
    async with house_of(request).database.transaction() as tx:
        found = await api.ask_protection(tx, actor_of(request), order_id, line_no)
    if found is None:
        return ProtectionBody(verdict="not_protected", amount_minor=0, until=None)
    return ProtectionBody(verdict=found.verdict.value, amount_minor=found.amount_minor, until=found.window.ends_at)


@router.post("/orders/{order_id}/invoice", status_code=201, responses=_answers(404, 409))
async def ask_invoice(request: Request, order_id: OrderRef, form: InvoiceForm) -> InvoiceBody:
    """Ask for an invoice over what is paid and not refunded."""
    wish = api.InvoiceWish(order_id, form.kind, form.title, form.tax_no)
    async with house_of(request).database.transaction() as tx:
        return invoice_body(await api.ask_invoice(tx, actor_of(request), wish))


@router.get("/addresses", responses=_answers())
async def list_addresses(request: Request) -> AddressList:
    """The buyer's addresses, the usual one first."""
    async with house_of(request).database.read() as connection:
        kept = await api.list_addresses(connection, actor_of(request))
    return AddressList(items=[address_body(address) for address in kept])


@router.post("/addresses", status_code=201, responses=_answers())
async def add_address(request: Request, form: AddressForm) -> AddressBody:
    """Keep an address; one that is kept already with the same words is that one."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    async with house.database.transaction() as tx:
        return address_body(await api.add_address(tx, actor, _address(new_id(now), form), now))


@router.put("/addresses/{address_id}", responses=_answers(404))
async def change_address(request: Request, address_id: AddressRef, form: AddressForm) -> AddressBody:
    """Change an address; orders keep what they were placed with."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        return address_body(await api.save_address(tx, actor, _address(address_id, form), house.clock.now()))


@router.delete("/addresses/{address_id}", status_code=204, responses=_answers(404))
async def remove_address(request: Request, address_id: AddressRef) -> None:
    """Take an address out of the list."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.remove_address(tx, actor_of(request), address_id, house.clock.now())


def _price_changed(refusal: PriceChanged) -> Response:
    answer = price_changed(refusal)
    return Response(answer.body, answer.status, media_type=answer.kind)


def _address(address_id: UUID, form: AddressForm) -> Address:
    return Address(
        address_id=address_id, recipient=form.recipient, phone=form.phone, city=form.city, street=form.street,
        region_id=form.region_id, postcode=form.postcode, is_default=form.is_default,
    )  # fmt: skip
