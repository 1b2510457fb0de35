"""What may a shopper ask for after paying? The difference when a price fell, and an invoice to see and keep."""

from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from peakday.apps.storefront.titles import tidy
from peakday.apps.storefront.web.entering import is_registered, to_sign_in
from peakday.apps.storefront.web.orders import OrderRef, beside, show_story
from peakday.apps.storefront.web.showing import show
from peakday.kernel.clock import day_of
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import ORDER_PREFIX
from peakday.trade.orders.stories import InvoiceKind, InvoiceState, OrderStory
from peakday.trade.price_history.model import ProtectionVerdict

router = APIRouter(include_in_schema=False)

LINE_NO_MAX = 1_000
VERDICT_TEXTS = MappingProxyType({
    ProtectionVerdict.DUE: Text("已为您退还差价", "The difference goes back to you"),
    ProtectionVerdict.NOTHING_LOWER: Text("付款后没有更低的价格", "It has not been cheaper since you paid"),
    ProtectionVerdict.GIVEN_ALREADY: Text("差价已经退过了", "The difference was given back before"),
    ProtectionVerdict.WINDOW_OVER: Text("已过价保期", "The days of price protection are over"),
    ProtectionVerdict.NOT_PROTECTED: Text("这件商品不参加价保", "This is not protected against a lower price"),
})  # fmt: skip


@router.post("/mall/orders/{order_id}/protection")
async def ask_protection(request: Request, order_id: OrderRef) -> Response:
    """Ask whether the line was cheaper since; what is due goes back at once, and is given once."""
    if not is_registered(request):
        return to_sign_in(request)
    house, form = house_of(request), await request.form()
    text = str(form.get("line") or "")
    line_no = int(text) if text.isascii() and text.isdecimal() and len(text) < 5 else 0
    try:
        if not 1 <= line_no <= LINE_NO_MAX:
            raise NotFound
        async with house.database.transaction() as tx:
            found = await orders.ask_protection(tx, actor_of(request), order_id, line_no)
    except Refusal as refusal:
        return await show_story(request, order_id, refusal)
    verdict = ProtectionVerdict.NOT_PROTECTED if found is None else found.verdict
    until = None if found is None else day_of(found.window.ends_at - datetime.resolution)
    return await show_story(request, order_id, None, (line_no, VERDICT_TEXTS[verdict], until))


@router.post("/mall/orders/{order_id}/invoice")
async def ask_invoice(request: Request, order_id: OrderRef) -> Response:
    """Ask the shop for an invoice."""
    if not is_registered(request):
        return to_sign_in(request)
    form = await request.form()
    kind = InvoiceKind.COMPANY if form.get("kind") == InvoiceKind.COMPANY.value else InvoiceKind.PERSONAL
    tax_no = str(form.get("tax_no") or "").strip().upper() if kind is InvoiceKind.COMPANY else ""
    wish = orders.InvoiceWish(order_id, kind, str(form.get("title") or "").strip(), tax_no)
    try:
        async with house_of(request).database.transaction() as tx:
            await orders.ask_invoice(tx, actor_of(request), wish)
    except Refusal as refusal:
        return await show_story(request, order_id, refusal)
    return RedirectResponse(f"/mall/orders/{show_id(ORDER_PREFIX, order_id)}", 303)


@router.get("/mall/orders/{order_id}/invoice")
async def show_invoice(request: Request, order_id: OrderRef) -> Response:
    """The invoice that was issued."""
    if not is_registered(request):
        return to_sign_in(request)
    story, values = await _issued(request, order_id)
    return await show(request, "invoice.html", active="me", story=story, **values)


@router.get("/mall/orders/{order_id}/invoice/file")
async def download_invoice(request: Request, order_id: OrderRef) -> Response:
    """The invoice as one page to keep and to print."""
    if not is_registered(request):
        return to_sign_in(request)
    story, values = await _issued(request, order_id)
    answer = house_of(request).get(Pages).render(request, "storefront/invoice_file.html", 200, story=story, **values)
    number = story.invoice.invoice_no if story.invoice else 0
    answer.headers["content-disposition"] = f'attachment; filename="peakday-invoice-{number}.html"'
    return answer


async def _issued(request: Request, order_id: UUID) -> tuple[OrderStory, dict[str, Any]]:
    async with house_of(request).database.read() as connection:
        story = await orders.get_my_order(connection, actor_of(request), order_id)
        values = await beside(request, connection, [story])
    if story.invoice is None or story.invoice.state is not InvoiceState.ISSUED:
        raise NotFound
    return story, {**values, "tidy": tidy}
