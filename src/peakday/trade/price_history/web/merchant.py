"""Which page does the price history have for a merchant? The low-price query: find an item, pick a window, see why."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response

from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import NotAllowed
from peakday.kernel.text import Language, Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Item, ItemFilter
from peakday.market.shops import api as shops
from peakday.trade.price_history import api
from peakday.trade.price_history.errors import WindowTooLong
from peakday.trade.price_history.model import LowPrice, LowPriceQuestion, PriceClaim, PriceProof
from peakday.trade.price_history.web.bodies import ITEM_PREFIX, ORDER_PREFIX, SHOP_PREFIX, SKU_PREFIX
from peakday.trade.price_history.web.figures import chart_of, figures, piece_text
from peakday.trade.price_history.web.v1 import FIRST_DAY, LAST_DAY, read_shown
from peakday.trade.price_history.web.words import DEAL_TEXTS, NOTE_TEXTS, OFFER_TEXTS, REASON_TEXTS

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

PAGE = 50
FOUND_MAX = 20
DAYS = 30  # the window that the page opens with
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]
Day = Annotated[
    Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None, BeforeValidator(lambda typed: typed or None)
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Found:
    """What the page knows of the item that was picked."""

    item: Item
    low: LowPrice | None  # None: the window cannot be read
    proof: PriceProof | None  # of a sale enrolled today; None: the rule looks at deals, which this actor may not see


@router.get("/low-price")
async def show_low_price(
    request: Request, shop_id: ShopRef, q: Line = "", item: Line = "", sku: Line = "", start: Day = None,
    end: Day = None, after: Annotated[int, Query(ge=0, le=10**6)] = 0,
) -> Response:  # fmt: skip
    """Search an item; with one picked, its three figures, the chart and every candidate with its reasons."""
    house, actor = house_of(request), actor_of(request)
    last_day = end or day_of(house.clock.now())
    first_day = start or last_day - timedelta(days=DAYS - 1)
    async with house.database.read() as connection:
        require(actor, api.VIEW, shop_id)
        shop = await shops.get_shop(connection, actor, shop_id)
        items, found = [], None
        if not item:
            items = await catalog.list_items(connection, actor, shop_id, ItemFilter(q or None), None, FOUND_MAX)
        else:
            found = await _find(
                request,
                connection,
                LowPriceQuestion(
                    shop_id,
                    read_shown(ITEM_PREFIX, item),
                    first_day,
                    last_day,
                    read_shown(SKU_PREFIX, sku) if sku else None,
                ),
            )
    base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
    typed = {"q": q, "item": item, "sku": sku, "start": str(first_day), "end": str(last_day)}
    return house.get(Pages).render(
        request, "price_history/low_price.html", shop=shop, active="low-price", base=base, typed=typed, items=items,
        found=found, show_item=lambda one: show_id(ITEM_PREFIX, one), show_sku=lambda one: show_id(SKU_PREFIX, one),
        show_order=lambda one: show_id(ORDER_PREFIX, one), days_max=api.WINDOW_DAYS_MAX,
        shows_deals=actor.can(api.SEE_DEALS), sees_orders=actor.can("trade:view"),
        windows=_windows(base, typed, day_of(house.clock.now())), offer_texts=OFFER_TEXTS, deal_texts=DEAL_TEXTS,
        reason_texts=REASON_TEXTS, note_texts=NOTE_TEXTS,
        **(_answer(found, visit_of(request).language, after, f"{base}/low-price?{urlencode(typed)}") if found else {}),
    )  # fmt: skip


async def _find(request: Request, connection: Tx, question: LowPriceQuestion) -> Found:
    actor = actor_of(request)
    item = await catalog.get_item(connection, actor, question.shop_id, question.item_id)
    today = day_of(house_of(request).clock.now())
    try:
        low = await api.lowest_price(connection, actor, question)
    except WindowTooLong:
        return Found(item, None, None)
    try:
        claim = PriceClaim(question.shop_id, question.item_id, 0, today, question.sku_id)
        return Found(item, low, await api.prove_price(connection, actor, claim))
    except NotAllowed:
        return Found(item, low, None)


def _answer(found: Found, language: Language, after: int, address: str) -> dict[str, Any]:
    low = found.low
    if low is None:
        return {}
    rows = low.candidates[after : after + PAGE]
    is_more = after + PAGE < len(low.candidates)
    return {
        "figures": figures(low, language), "chart": chart_of(low, language), "rows": rows,
        "price_text": lambda price: piece_text(price, low.scope.currency, language),
        "paging": {
            "total": len(low.candidates), "page": after // PAGE + 1, "pages": -(-len(low.candidates) // PAGE),
            "next_href": f"{address}&after={after + PAGE}" if is_more else None,
            "previous_href": f"{address}&after={max(after - PAGE, 0)}" if after else None,
        },
    }  # fmt: skip


def _windows(base: str, typed: dict[str, str], today: date) -> list[tuple[Text, str, bool]]:
    """The usual windows, ending today."""
    windows = []
    for days in (15, 30, 90, 365):
        start = str(today - timedelta(days=days - 1))
        address = f"{base}/low-price?{urlencode(typed | {'start': start, 'end': str(today)})}"
        is_now = (typed["start"], typed["end"]) == (start, str(today))
        windows.append((Text(f"近 {days} 天", f"Last {days} days"), address, is_now))
    return windows
