"""Which JSON doors do payments have? A buyer's own payment, its charge, and the sandbox that plays the bank.

What gateways tell comes in at the door of orders, since a payment that arrives moves orders.
"""

from contextlib import suppress
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.trade.payments import api
from peakday.trade.payments.errors import PaymentNotOpen
from peakday.trade.payments.model import (
    CHARGE_PREFIX,
    PAYMENT_PREFIX,
    Payment,
    PaymentStatus,
    Purpose,
)

router = APIRouter(prefix="/v1", tags=["payments"])

ORDER_PREFIX, SHOP_PREFIX, CHECKOUT_PREFIX = "ord", "shp", "chk"
LATE_SECONDS_MAX = 86_400

PaymentRef = Annotated[UUID, ShownId(PAYMENT_PREFIX)]
ChargeRef = Annotated[UUID, ShownId(CHARGE_PREFIX)]


_answers = answers_beside(401, 429)


class LabelBody(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class PaymentOrderBody(BaseModel):
    """What of a payment is for one order; minor units."""

    order_id: str
    shop_id: str
    paid_minor: int
    refunded_minor: int


class PaymentBody(BaseModel):
    """A payment. `simulated`: its gateway moves no real money; `gateway_label` says so wherever it is shown."""

    payment_id: str
    checkout_id: str
    purpose: Purpose
    amount_minor: int
    refunded_minor: int
    currency: str
    status: PaymentStatus
    gateway: str
    gateway_label: LabelBody
    simulated: bool
    pay_url: str
    created_at: datetime
    captured_at: datetime | None
    orders: list[PaymentOrderBody]


class ChargeBody(BaseModel):
    """The gateway's side of a payment: its number there, and the page where the buyer pays."""

    charge_id: str
    page_url: str


class DecisionWish(BaseModel):
    """What the sandbox's bank shall do; `late_seconds` is how late a `late` letter comes."""

    decision: api.Decision
    late_seconds: int = Field(default=60, ge=0, le=LATE_SECONDS_MAX)


class DecisionBody(BaseModel):
    """Where the charge stands at the bank; the house learns of it by the bank's letters."""

    charge_id: str
    status: api.ChargeStatus


@router.get("/my/payments/{payment_id}", responses=_answers(404))
async def read_my_payment(request: Request, payment_id: PaymentRef) -> PaymentBody:
    """A payment of the buyer who asks."""
    house = house_of(request)
    async with house.database.read() as connection:
        payment = await api.get_my_payment(connection, actor_of(request), payment_id)
    return _body(payment, api.label_of(house, payment.gateway))


@router.post("/my/payments/{payment_id}/charge", responses=_answers(404, 409, 503))
async def open_my_charge(request: Request, payment_id: PaymentRef) -> ChargeBody:
    """Let the buyer pay at the gateway; the same payment again is the same charge."""
    charge = await api.open_charge(house_of(request), actor_of(request), payment_id)
    return ChargeBody(charge_id=charge.charge_ref, page_url=charge.page_url)


@router.post("/sandbox/charges/{charge_id}/decision", responses=_answers(404, 422))
async def decide_sandbox_charge(request: Request, charge_id: ChargeRef, wish: DecisionWish) -> DecisionBody:
    """Tell the simulated bank what to do with a charge; no real money moves. One that is captured stays captured.

    The charge is opened when it is not yet open. Its letters come to the public door a moment later.
    """
    house, actor = house_of(request), actor_of(request)
    sandbox = api.sandbox_of(house)
    async with house.database.read() as connection:
        await api.get_my_payment(connection, actor, charge_id)
    with suppress(PaymentNotOpen):  # the bank may still be told: a payment that comes too late is one of its faults
        await api.open_charge(house, actor, charge_id)
    status = await sandbox.decide(charge_id, wish.decision, wish.late_seconds)
    if status is None:
        raise PaymentNotOpen
    return DecisionBody(charge_id=show_id(CHARGE_PREFIX, charge_id), status=status)


def _body(payment: Payment, label: Text) -> PaymentBody:
    return PaymentBody(
        payment_id=show_id(PAYMENT_PREFIX, payment.payment_id),
        checkout_id=show_id(CHECKOUT_PREFIX, payment.checkout_id), purpose=payment.purpose,
        amount_minor=payment.amount_minor, refunded_minor=payment.refunded_minor, currency=payment.currency,
        status=payment.status, gateway=payment.gateway, gateway_label=LabelBody(zh=label.zh, en=label.en),
        simulated=payment.is_simulated, pay_url=payment.pay_url, created_at=payment.created_at,
        captured_at=payment.captured_at,
        orders=[
            PaymentOrderBody(
                order_id=show_id(ORDER_PREFIX, stored.part.order_id), shop_id=show_id(SHOP_PREFIX, stored.part.shop_id),
                paid_minor=stored.part.paid_minor, refunded_minor=stored.refunded_minor,
            )
            for stored in payment.parts
        ],
    )  # fmt: skip
