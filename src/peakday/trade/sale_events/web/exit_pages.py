"""How does a merchant leave an event in the browser? The consequences first, then one click, and the way back."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.database.record_clock import record_now
from peakday.kernel.ids import read_id
from peakday.kernel.refusal import Conflict, NotFound, Refusal
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.sale_events import api
from peakday.trade.sale_events.exits import ExitAsk, ExitReason
from peakday.trade.sale_events.model import EXIT_PREFIX, ITEM_PREFIX
from peakday.trade.sale_events.web.merchant import EventRef, ShopRef, event_address, event_page, shared_values

router = APIRouter(prefix="/shop/{shop_id}/events", include_in_schema=False)

NOTE_LENGTH_MAX = 500
ExitRef = Annotated[UUID, ShownId(EXIT_PREFIX)]
Line = Annotated[str, Query(max_length=200, pattern=LINE_PATTERN)]


@router.get("/{event_id}/exit")
async def show_consequences(
    request: Request, shop_id: ShopRef, event_id: EventRef, item: Line = "", track: Line = ""
) -> Response:
    """What leaving would mean, and the button."""
    ask = _ask(shop_id, event_id, item, track)
    try:
        return await _exit_page(request, ask)
    except Conflict as refusal:
        return await event_page(request, shop_id, event_id, refusal=refusal)


@router.post("/{event_id}/exit")
async def leave_event(
    request: Request, shop_id: ShopRef, event_id: EventRef, item: Line = "", track: Line = ""
) -> Response:
    """Leave as it was shown; when it means something else by now, show that instead."""
    house, form = house_of(request), await request.form()
    ask = _ask(shop_id, event_id, item, track)
    reason = str(form.get("reason") or "")
    why = (
        ExitReason(reason) if reason in {one.value for one in ExitReason} else ExitReason.OTHER,
        _note(form.get("note")),
    )
    try:
        async with house.database.transaction() as tx:
            now = await record_now(house.clock, tx)
            await api.leave_event(tx, actor_of(request), ask, why, str(form.get("seen") or ""), now)
    except Conflict as refusal:
        try:
            return await _exit_page(request, ask, refusal)
        except (Conflict, NotFound):
            return await event_page(request, shop_id, event_id, refusal=refusal)
    return RedirectResponse(f"{event_address(shop_id, event_id)}?done=left", 303)


@router.post("/{event_id}/exits/{exit_id}/undo")
async def undo_exit(request: Request, shop_id: ShopRef, event_id: EventRef, exit_id: ExitRef) -> Response:
    """Take a departure back."""
    house = house_of(request)
    try:
        async with house.database.transaction() as tx:
            await api.undo_exit(tx, actor_of(request), shop_id, exit_id, await record_now(house.clock, tx))
    except Conflict as refusal:
        return await event_page(request, shop_id, event_id, refusal=refusal)
    return RedirectResponse(f"{event_address(shop_id, event_id)}?done=undone", 303)


async def _exit_page(request: Request, ask: ExitAsk, refusal: Refusal | None = None) -> Response:
    house, actor, now = house_of(request), actor_of(request), house_of(request).clock.now()
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, ask.shop_id)
        place = await api.get_place(connection, actor, ask.shop_id, ask.event_id, now)
        told = await api.exit_consequences(connection, actor, ask, now)
        titles = await catalog.find_titles(connection, ask.shop_id, [ask.item_id] if ask.item_id else [])
    return house.get(Pages).render(
        request, "sale_events/exit.html", status=status_of(refusal) if refusal else 200, shop=shop, place=place,
        told=told, title=titles.get(ask.item_id) if ask.item_id else None, ask=ask, refusal=refusal, now=now,
        address=f"{request.url.path}?{request.url.query}", event_address=event_address(ask.shop_id, ask.event_id),
        **shared_values(request, ask.shop_id),
    )  # fmt: skip


def _ask(shop_id: UUID, event_id: UUID, item: str, track: str) -> ExitAsk:
    try:
        item_id = read_id(ITEM_PREFIX, item) if item else None
    except ValueError:
        raise NotFound from None
    return ExitAsk(shop_id, event_id, item_id, track or None)


def _note(text: object) -> str:
    return "".join(letter for letter in str(text or "")[:NOTE_LENGTH_MAX] if letter.isprintable())
