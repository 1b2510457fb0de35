"""How does a shopper follow what they bought? Their orders, the story of each, and what may be done about it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.departments import find_directory
from peakday.apps.storefront.goods import tile_of
from peakday.apps.storefront.presales import step_of
from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import is_registered, to_sign_in
from peakday.apps.storefront.web.showing import show
from peakday.apps.storefront.words import (
    AMENDS_TEXTS,
    INVOICE_TEXTS,
    REFUND_TEXTS,
    STAGES,
    STATUS_TEXTS,
    story_detail,
    story_words,
)
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ITEM_PREFIX
from peakday.market.shops import api as shops
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import ORDER_PREFIX, REFUND_PREFIX, OrderLine, OrderStatus, RefundKind, RefundState
from peakday.trade.orders.refunds import REASON_LETTERS_MAX, RefundWish
from peakday.trade.orders.stories import InvoiceState, OrderStory
from peakday.trade.payments.model import PAYMENT_PREFIX

router = APIRouter(include_in_schema=False)

PAGE = 10
OPEN_REFUNDS = {RefundState.ASKED, RefundState.RETURNING, RefundState.PAYING}
OrderRef = Annotated[UUID, ShownId(ORDER_PREFIX)]
REFUNDABLE = {OrderStatus.AWAITING_SHIPMENT, OrderStatus.SHIPPED, OrderStatus.COMPLETED}
Told = tuple[int, Text, date | None]  # the line, what was found, the last day on which it may be asked again
Act = Callable[[Tx, Actor, UUID, FormData], Awaitable[object]]


@router.get("/mall/orders")
async def list_orders(request: Request, status: str = "", after: Annotated[str, Query(max_length=60)] = "") -> Response:
    """The buyer's orders, newest first."""
    if not is_registered(request):
        return to_sign_in(request)
    house = house_of(request)
    wanted = OrderStatus(status) if status in set(OrderStatus) else None
    async with house.database.read() as connection:
        page = await orders.list_my_orders(connection, actor_of(request), wanted, _cursor(after), PAGE)
        values = await beside(request, connection, page.items)
    following = f"/mall/orders?after={show_id(ORDER_PREFIX, page.next_cursor)}" if page.next_cursor else None
    if following and wanted:
        following += f"&status={wanted.value}"
    return await show(
        request, "orders.html", active="me", stories=page.items, next_path=following, wanted=wanted, **values
    )


@router.get("/mall/orders/{order_id}")
async def show_order(request: Request, order_id: OrderRef) -> Response:
    """One order with its story."""
    if not is_registered(request):
        return to_sign_in(request)
    return await show_story(request, order_id, None)


@router.post("/mall/orders/{order_id}/payment")
async def pay(request: Request, order_id: OrderRef) -> Response:
    """To the payment of what this order's checkout waits for."""
    house, actor = house_of(request), actor_of(request)
    try:
        async with house.database.transaction() as tx:
            story = await orders.get_my_order(tx, actor, order_id)
            payment = await orders.pay_checkout(tx, actor, _checkout_of(story))
    except Refusal as refusal:
        return await show_story(request, order_id, refusal)
    return RedirectResponse(f"/mall/pay/{show_id(PAYMENT_PREFIX, payment.payment_id)}", 303)


@router.post("/mall/orders/{order_id}/cancellation")
async def cancel(request: Request, order_id: OrderRef) -> Response:
    """Call off what is unpaid (the whole checkout), or undo what is paid and not shipped."""

    async def act(tx: Tx, actor: Actor, wanted: UUID, _form: FormData) -> None:
        story = await orders.get_my_order(tx, actor, wanted)
        if story.order.status is OrderStatus.AWAITING_PAYMENT:
            await orders.cancel_checkout(tx, actor, _checkout_of(story))
        else:
            await orders.cancel_order(tx, actor, wanted)

    return await _do(request, order_id, act)


@router.post("/mall/orders/{order_id}/receipt")
async def confirm_receipt(request: Request, order_id: OrderRef) -> Response:
    """The goods are here; the shop gets its money."""

    async def act(tx: Tx, actor: Actor, wanted: UUID, _form: FormData) -> None:
        await orders.confirm_receipt(tx, actor, wanted)

    return await _do(request, order_id, act)


@router.post("/mall/orders/{order_id}/refunds")
async def ask_refund(request: Request, order_id: OrderRef) -> Response:
    """Ask for the money of some pieces of a line."""

    async def act(tx: Tx, actor: Actor, wanted: UUID, form: FormData) -> None:
        kind = RefundKind.RETURN_GOODS if form.get("kind") == "return_goods" else RefundKind.REFUND_ONLY
        reason = str(form.get("reason") or "").strip()[:REASON_LETTERS_MAX] or "-"
        await orders.ask_refund(
            tx, actor,
            RefundWish(order_id=wanted, line_no=_whole(form.get("line")), key=str(form.get("key") or "")[:60] or "once",
                       reason=reason, kind=kind, pieces=_whole(form.get("quantity"))),
        )  # fmt: skip

    return await _do(request, order_id, act)


@router.post("/mall/orders/{order_id}/refunds/withdrawal")
async def withdraw_refund(request: Request, order_id: OrderRef) -> Response:
    """No longer ask for it."""

    async def act(tx: Tx, actor: Actor, wanted: UUID, form: FormData) -> None:
        await orders.withdraw_refund(tx, actor, wanted, _read(REFUND_PREFIX, form.get("refund")))

    return await _do(request, order_id, act)


@router.post("/mall/orders/{order_id}/refunds/parcel")
async def send_return(request: Request, order_id: OrderRef) -> Response:
    """The goods are on their way back."""

    async def act(tx: Tx, actor: Actor, wanted: UUID, form: FormData) -> None:
        parcel = (str(form.get("carrier") or ""), str(form.get("tracking_no") or ""))
        await orders.send_return(tx, actor, wanted, _read(REFUND_PREFIX, form.get("refund")), parcel)

    return await _do(request, order_id, act)


async def _do(request: Request, order_id: UUID, act: Act) -> Response:
    """Act, then show the order; what is refused is said there."""
    house, form = house_of(request), await request.form()
    try:
        async with house.database.transaction() as tx:
            await act(tx, actor_of(request), order_id, form)
    except Refusal as refusal:
        return await show_story(request, order_id, refusal)
    return RedirectResponse(f"/mall/orders/{show_id(ORDER_PREFIX, order_id)}", 303)


async def show_story(
    request: Request, order_id: UUID, refusal: Refusal | None, told: Told | None = None
) -> Response:  # fmt: skip
    """The page of an order; `refusal` is what could not be done, `told` what was found for a line."""
    house = house_of(request)
    async with house.database.read() as connection:
        now = await connection.fetchval("select clock_timestamp()")
        story = await orders.get_my_order(connection, actor_of(request), order_id)
        values = await beside(request, connection, [story])
    order, step = story.order, step_of(story, now)
    pay_until = orders.pay_until(order.created_at) if order.status is OrderStatus.AWAITING_PAYMENT else None
    return await show(
        request, "order.html", status_of(refusal) if refusal else 200, active="me", story=story, refusal=refusal,
        stages=STAGES, stage=_stage(order.status), pay_until=step.until if step and step.is_deposit else pay_until,
        refundable={line.line_no: refundable(story, line) for line in story.lines}, refund_texts=REFUND_TEXTS,
        story_words=story_words, story_detail=story_detail, amends_words=AMENDS_TEXTS,
        key=new_id(house.clock.now()).hex, step=step, told=told,
        show_refund=lambda one: show_id(REFUND_PREFIX, one), carriers=orders.CARRIERS,
        may_protect=order.paid_at is not None and order.status in REFUNDABLE,
        invoice_texts=INVOICE_TEXTS, may_invoice=_may_invoice(story), **values,
    )  # fmt: skip


def refundable(story: OrderStory, line: OrderLine) -> int:
    """How many pieces of a line may still be asked back; 0 while a refund of it is open or the order does not allow."""
    may = story.order.status in REFUNDABLE
    mine = [refund for refund in story.refunds if refund.line_no in {line.line_no, None}]
    if not may or any(refund.state in OPEN_REFUNDS for refund in mine):
        return 0
    gone = sum(refund.quantity or 0 for refund in mine if refund.state is RefundState.COMPLETED)
    return max(0, line.quantity - gone)


async def beside(request: Request, connection: Tx, stories: Sequence[OrderStory]) -> dict[str, Any]:
    """Shops and pictures of some orders."""
    directory = await find_directory(house_of(request).database)
    fronts = await shops.find_fronts(connection, list({story.order.shop_id for story in stories}))
    shelved = await catalog.find_shelf_items(connection, [line.item_id for story in stories for line in story.lines])

    def draw(story: OrderStory, line: OrderLine) -> object:
        good, item = story.goods.get(line.line_no), shelved.get(line.item_id)
        leaf = directory.categories.get(item.leaf_category_id) if item and item.leaf_category_id else None
        return tile_of(line.item_id, good.title if good else "?", leaf)

    return {
        "fronts": fronts, "picture": draw, "tidy": tidy, "status_texts": STATUS_TEXTS,
        "show_order": lambda one: show_id(ORDER_PREFIX, one), "show_item": lambda one: show_id(ITEM_PREFIX, one),
    }  # fmt: skip


def _may_invoice(story: OrderStory) -> bool:
    """Whether an invoice may be asked for: something is paid and kept, and none is asked for or issued."""
    order, invoice = story.order, story.invoice
    is_open = invoice is not None and invoice.state in {InvoiceState.ASKED, InvoiceState.ISSUED}
    return order.paid_at is not None and order.paid_minor > order.refund_minor and not is_open


def _checkout_of(story: OrderStory) -> UUID:
    assert story.order.checkout_id is not None, story.order
    return story.order.checkout_id


def _stage(status: OrderStatus) -> int:
    """How many of the stages are reached."""
    reached = {
        OrderStatus.AWAITING_PAYMENT: 1, OrderStatus.AWAITING_BALANCE: 1, OrderStatus.AWAITING_SHIPMENT: 2,
        OrderStatus.SHIPPED: 3, OrderStatus.COMPLETED: 4, OrderStatus.CLOSED: 0,
    }  # fmt: skip
    return reached[status]


def _cursor(text: str) -> UUID | None:
    return _read(ORDER_PREFIX, text) if text else None


def _whole(value: object) -> int:
    text = str(value or "1").strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _read(prefix: str, value: object) -> UUID:
    try:
        return read_id(prefix, str(value))
    except ValueError:
        raise NotFound from None
