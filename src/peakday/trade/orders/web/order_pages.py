"""Which pages and buttons has one order for its shop? Its story, shipping, refunds to decide, invoices to print.

Every button is a form; what is refused is shown on the order's page, and nothing has changed.
"""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.orders import api
from peakday.trade.orders.actions.ship_orders import EDIT
from peakday.trade.orders.model import ORDER_PREFIX, REFUND_PREFIX, OrderStatus, RefundKind, RefundState
from peakday.trade.orders.rules.timeline import WORDS
from peakday.trade.orders.stories import INVOICE_PREFIX, InvoiceState
from peakday.trade.orders.web.v1 import BUYER_PREFIX, ITEM_PREFIX, SHOP_PREFIX
from peakday.trade.orders.web.words import (
    AMENDS_TEXTS,
    FLAG_TEXTS,
    FUNDER_TEXTS,
    INSTRUMENT_TEXTS,
    INVOICE_KIND_TEXTS,
    INVOICE_STATE_TEXTS,
    KIND_TEXTS,
    LEVEL_TEXTS,
    REFUND_KIND_TEXTS,
    REFUND_STATE_TEXTS,
    STATUS_TEXTS,
    TERMINAL_TEXTS,
)
from peakday.trade.promotions.api import DepositFate

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
OrderRef = Annotated[UUID, ShownId(ORDER_PREFIX)]
RefundRef = Annotated[UUID, ShownId(REFUND_PREFIX)]
InvoiceRef = Annotated[UUID, ShownId(INVOICE_PREFIX)]
Act = Callable[[Tx], Awaitable[object]]
FIELD_MAX = 500


@router.get("/orders/{order_id}")
async def show_order(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """One order: its lines with their discounts, what happened when, what was given back, and what can be done now."""
    return await _page(request, shop_id, order_id)


@router.post("/orders/{order_id}/ship")
async def ship(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """The goods left."""
    carrier, number = await _fields(request, "carrier", "tracking_no")
    actor, pair = actor_of(request), (shop_id, order_id)
    return await _do(request, pair, lambda tx: api.ship_order(tx, actor, pair, carrier, number))


@router.post("/orders/{order_id}/cancel")
async def cancel(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """Undo a paid order that was not shipped."""
    actor = actor_of(request)
    return await _do(request, (shop_id, order_id), lambda tx: api.cancel_order(tx, actor, order_id, shop_id))


@router.post("/orders/{order_id}/return-deposit")
async def return_deposit(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """Give up a presale whose deposit is paid."""
    (terms,) = await _fields(request, "terms")
    fate = DepositFate.ON_GOOD_TERMS if terms == "good" else DepositFate.SELLER_AT_FAULT
    actor, pair = actor_of(request), (shop_id, order_id)
    return await _do(request, pair, lambda tx: api.end_presale_order(tx, actor, pair, fate))


@router.post("/orders/{order_id}/hold")
async def hold(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """Stop an order, with a reason."""
    (reason,) = await _fields(request, "reason")
    actor, pair = actor_of(request), (shop_id, order_id)
    text = Text(reason, reason) if reason else Text("店铺暂停处理", "Held by the shop")
    return await _do(request, pair, lambda tx: api.hold_order(tx, actor, pair, text))


@router.post("/orders/{order_id}/lift")
async def lift(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """Let it go on."""
    actor, pair = actor_of(request), (shop_id, order_id)
    return await _do(request, pair, lambda tx: api.lift_hold(tx, actor, pair))


@router.post("/orders/{order_id}/refunds/{refund_id}/{answer}")
async def answer_refund(
    request: Request, shop_id: ShopRef, order_id: OrderRef, refund_id: RefundRef, answer: str
) -> Response:
    """Agree, decline with a reason, or take the goods back."""
    (note,) = await _fields(request, "note")
    actor = actor_of(request)
    acts: dict[str, Act] = {
        "approve": lambda tx: api.approve_refund(tx, actor, shop_id, refund_id),
        "decline": lambda tx: api.decline_refund(tx, actor, shop_id, refund_id, note),
        "goods": lambda tx: api.take_return(tx, actor, shop_id, refund_id),
    }
    if answer not in acts:
        raise NotFound
    return await _do(request, (shop_id, order_id), acts[answer])


@router.post("/orders/{order_id}/invoices/{invoice_id}/{answer}")
async def answer_invoice(
    request: Request, shop_id: ShopRef, order_id: OrderRef, invoice_id: InvoiceRef, answer: str
) -> Response:
    """Issue it, or decline it with a reason."""
    (note,) = await _fields(request, "note")
    actor = actor_of(request)
    acts: dict[str, Act] = {
        "issue": lambda tx: api.issue_invoice(tx, actor, shop_id, invoice_id),
        "decline": lambda tx: api.decline_invoice(tx, actor, shop_id, invoice_id, note),
    }
    if answer not in acts:
        raise NotFound
    return await _do(request, (shop_id, order_id), acts[answer])


@router.get("/orders/{order_id}/invoice")
async def print_invoice(request: Request, shop_id: ShopRef, order_id: OrderRef) -> Response:
    """The invoice as a page to print. Refuses `NotFound` while none is issued."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        story = await api.get_story(connection, actor, shop_id, order_id)
        shop = await shops.get_shop(connection, actor, shop_id)
    if story.invoice is None or story.invoice.state is not InvoiceState.ISSUED or not story.shows_money:
        raise NotFound
    return house.get(Pages).render(
        request, "orders/invoice.html", shop=shop, active="orders", story=story, order=story.order,
        invoice=story.invoice, kind_texts=INVOICE_KIND_TEXTS, show=_show,
        back=f"/shop/{show_id(SHOP_PREFIX, shop_id)}/orders/{_show(order_id)}",
    )  # fmt: skip


async def _do(request: Request, pair: tuple[UUID, UUID], act: Act) -> Response:
    house = house_of(request)
    try:
        async with house.database.transaction() as tx:
            await act(tx)
    except (Conflict, Invalid) as refusal:
        return await _page(request, *pair, refusal=refusal)
    return RedirectResponse(f"/shop/{show_id(SHOP_PREFIX, pair[0])}/orders/{_show(pair[1])}", 303)


async def _page(request: Request, shop_id: UUID, order_id: UUID, refusal: Refusal | None = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        story = await api.get_story(connection, actor, shop_id, order_id)
        shop = await shops.get_shop(connection, actor, shop_id)
        regions = {region.region_id: region.name for region in await shops.list_regions(connection)}
        titles = await catalog.find_titles(connection, shop_id, [line.item_id for line in story.lines])
    order = story.order
    return house.get(Pages).render(
        request, "orders/order.html", status=status_of(refusal) if refusal else 200, shop=shop, active="orders",
        detail=story, order=order, titles=titles, refusal=refusal, base=f"/shop/{show_id(SHOP_PREFIX, shop_id)}",
        show=_show, show_item=lambda one: show_id(ITEM_PREFIX, one), region=regions.get(order.region_id or ""),
        buyer=show_id(BUYER_PREFIX, order.buyer_id) if order.buyer_id else None,
        can_see_items=actor.can("items:view"), can_edit=actor.can(EDIT) and story.order.checkout_id is not None,
        show_refund=lambda one: show_id(REFUND_PREFIX, one), show_invoice=lambda one: show_id(INVOICE_PREFIX, one),
        waits=_waits(story), **_WORDS,
    )  # fmt: skip


def _waits(story: Any) -> dict[str, bool]:
    """Which acts the order waits for."""
    order = story.order
    is_native = bool(story.timeline) and order.source == "peakday"
    return {
        "ship": is_native and order.status is OrderStatus.AWAITING_SHIPMENT,
        "deposit": is_native and order.status is OrderStatus.AWAITING_BALANCE,
        "hold": is_native and order.status in {OrderStatus.AWAITING_SHIPMENT, OrderStatus.SHIPPED},
        "lift": is_native and "held" in order.flags,
        "invoice": story.invoice is not None and story.invoice.state is InvoiceState.ASKED,
    }


async def _fields(request: Request, *names: str) -> tuple[str, ...]:
    form = await request.form()
    return tuple("".join(c for c in str(form.get(name) or "")[:FIELD_MAX] if c.isprintable()).strip() for name in names)


def _show(order_id: UUID) -> str:
    return show_id(ORDER_PREFIX, order_id)


_WORDS: dict[str, Any] = {
    "status_texts": STATUS_TEXTS, "terminal_texts": TERMINAL_TEXTS, "kind_texts": KIND_TEXTS,
    "flag_texts": FLAG_TEXTS, "funder_texts": FUNDER_TEXTS, "instrument_texts": INSTRUMENT_TEXTS,
    "level_texts": LEVEL_TEXTS, "refund_state_texts": REFUND_STATE_TEXTS, "refund_kind_texts": REFUND_KIND_TEXTS,
    "invoice_state_texts": INVOICE_STATE_TEXTS, "invoice_kind_texts": INVOICE_KIND_TEXTS, "event_words": WORDS,
    "carriers": api.CARRIERS, "ASKED": RefundState.ASKED, "RETURNING": RefundState.RETURNING,
    "RETURN_GOODS": RefundKind.RETURN_GOODS, "amends_texts": AMENDS_TEXTS,
}  # fmt: skip
