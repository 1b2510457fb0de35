"""How does a shopper pay? At the sandbox, which plays the bank and says so; no real money moves anywhere.

What the bank decided is asked for at once (the buyer is back before its letter comes), and the page asks again until it
is known.
"""

from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.web.entering import is_registered, to_sign_in
from peakday.apps.storefront.web.showing import show
from peakday.kernel.ids import show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import ShownId
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import ORDER_PREFIX
from peakday.trade.payments import api as payments
from peakday.trade.payments.errors import PaymentNotOpen
from peakday.trade.payments.model import PAYMENT_PREFIX, Payment, PaymentStatus

router = APIRouter(include_in_schema=False)

PaymentRef = Annotated[UUID, ShownId(PAYMENT_PREFIX)]


@router.get("/mall/pay/{payment_id}")
async def show_payment(request: Request, payment_id: PaymentRef) -> Response:
    """What is to be paid, and where it stands."""
    if not is_registered(request):
        return to_sign_in(request)
    payment = await _find(request, payment_id)
    if payment.status is PaymentStatus.PENDING and request.query_params.get("asked"):
        await orders.look_up_payment(house_of(request), payment_id)
        payment = await _find(request, payment_id)
    label = payments.label_of(house_of(request), payment.gateway)
    return await show(
        request, "pay.html", active="me", payment=payment, label=label, orders=_order_paths(payment),
        has_asked=bool(request.query_params.get("asked")), pay_ref=show_id(PAYMENT_PREFIX, payment_id),
    )  # fmt: skip


@router.post("/mall/pay/{payment_id}")
async def decide(request: Request, payment_id: PaymentRef) -> Response:
    """Tell the sandbox's bank what to do."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    wished = str(form.get("decision") or "success")
    decision = payments.Decision(wished) if wished in set(payments.Decision) else payments.Decision.SUCCESS
    await _find(request, payment_id)
    with suppress(PaymentNotOpen):  # the bank may still be told: money that comes too late is one of its faults
        await payments.open_charge(house, actor, payment_id)
    await payments.sandbox_of(house).decide(payment_id, decision)
    if decision in {payments.Decision.SUCCESS, payments.Decision.DOUBLE, payments.Decision.DECLINE}:
        await orders.look_up_payment(house, payment_id)
    return RedirectResponse(f"/mall/pay/{show_id(PAYMENT_PREFIX, payment_id)}?asked=1", 303)


async def _find(request: Request, payment_id: UUID) -> Payment:
    async with house_of(request).database.read() as connection:
        return await payments.get_my_payment(connection, actor_of(request), payment_id)


def _order_paths(payment: Payment) -> list[str]:
    return [f"/mall/orders/{show_id(ORDER_PREFIX, stored.part.order_id)}" for stored in payment.parts]
