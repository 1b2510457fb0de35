"""Which pages do sale events have for a merchant? The calendar of waves, an event, and the calendar feed."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.database.record_clock import record_now
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, NotFound, NotSignedIn, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.sale_events import api
from peakday.trade.sale_events.model import EVENT_PREFIX, EXIT_PREFIX, ITEM_PREFIX, SHOP_PREFIX, EntryStatus, Phase
from peakday.trade.sale_events.web.feed import feed_text
from peakday.trade.sale_events.web.timeline import timeline_of
from peakday.trade.sale_events.web.words import (
    MILESTONE_TEXTS,
    PHASE_TEXTS,
    REASON_TEXTS,
    WAVE_TEXTS,
    WHOLE_EVENT,
    left_text,
)

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

SHOWN_MAX = 20
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
EventRef = Annotated[UUID, ShownId(EVENT_PREFIX)]
Line = Annotated[str, Query(max_length=200, pattern=LINE_PATTERN)]
FEED_TYPE = "text/calendar; charset=utf-8"
DONE_TEXTS: Mapping[str, Text] = {
    "joined": Text("店铺已报名,现在可以报名商品。", "The shop takes part; now enrol items."),
    "enrolled": Text("已报名。", "Enrolled."),
    "left": Text("已退出,活动价已停止,订单照常履约。", "It has left: its price has ended, orders are honoured."),
    "undone": Text("已撤销退出。", "The departure was taken back."),
}  # fmt: skip


@router.get("/events")
async def show_calendar(request: Request, shop_id: ShopRef, part: Line = "") -> Response:
    """Every event on a line of time, what the shop enrolled, and the next deadline with its countdown."""
    return await _calendar_page(request, shop_id, part=part)


@router.post("/events/feed")
async def renew_feed(request: Request, shop_id: ShopRef) -> Response:
    """A fresh address of the feed, shown this once."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        token = await api.renew_feed(tx, actor_of(request), shop_id, house.clock.now())
    address = str(request.url.replace(path=f"{base_of(shop_id)}.ics", query=f"token={token}"))
    return await _calendar_page(request, shop_id, feed_address=address)


@router.get("/events.ics")
async def read_feed(request: Request, shop_id: ShopRef, token: Line = "") -> Response:
    """The calendar for a calendar program: for whoever has the secret address."""
    house, visit = house_of(request), visit_of(request)
    async with house.database.read() as connection:
        if not await api.is_feed_open(connection, shop_id, token):
            raise NotFound if visit.actor else NotSignedIn
        shop = await shops.find_shop(connection, shop_id)
        assert shop is not None, shop_id
        calendar = await api.feed_of(connection, shop_id, house.clock.now())
    text = feed_text(calendar, shop_id, shop.name, visit.language)
    return Response(text, 200, {"content-disposition": 'inline; filename="events.ics"'}, FEED_TYPE)


@router.get("/events/{event_id}")
async def show_event(request: Request, shop_id: ShopRef, event_id: EventRef, done: Line = "") -> Response:
    """One event: its tracks with waves, dates and what they depend on, what the shop enrolled, what has left."""
    return await event_page(request, shop_id, event_id, done=done)


@router.post("/events/{event_id}/join")
async def join_event(request: Request, shop_id: ShopRef, event_id: EventRef) -> Response:
    """Let the shop take part."""
    house = house_of(request)
    try:
        async with house.database.transaction() as tx:
            await api.enrol_shop(tx, actor_of(request), shop_id, event_id, await record_now(house.clock, tx))
    except Conflict as refusal:
        return await event_page(request, shop_id, event_id, refusal=refusal)
    return RedirectResponse(f"{event_address(shop_id, event_id)}?done=joined", 303)


async def event_page(
    request: Request, shop_id: UUID, event_id: UUID, *, refusal: Refusal | None = None, done: str = ""
) -> Response:
    """The page of an event, also with what was refused."""
    house, actor, now = house_of(request), actor_of(request), house_of(request).clock.now()
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        place = await api.get_place(connection, actor, shop_id, event_id, now)
        exits = await api.list_exits(connection, actor, shop_id, event_id)
        page = (None, SHOWN_MAX + 1)
        wanted = api.EntryFilter(status=EntryStatus.ENROLLED)
        entries = await api.list_entries(connection, actor, shop_id, event_id, wanted, page)
        ids = {entry.item_id for entry in entries} | {one.ask.item_id for one in exits if one.ask.item_id}
        titles = await catalog.find_titles(connection, shop_id, list(ids))
    return house.get(Pages).render(
        request, "sale_events/event.html", status=status_of(refusal) if refusal else 200, shop=shop, place=place,
        timeline=timeline_of(place, now, visit_of(request).language), entries=entries[:SHOWN_MAX], exits=exits,
        is_more=len(entries) > SHOWN_MAX, titles=titles, refusal=refusal, done=DONE_TEXTS.get(done), now=now,
        address=event_address(shop_id, event_id), exit_ref=lambda one: show_id(EXIT_PREFIX, one.exit_id),
        **shared_values(request, shop_id),
    )  # fmt: skip


async def _calendar_page(
    request: Request, shop_id: UUID, *, part: str = "", feed_address: str = ""
) -> Response:  # fmt: skip
    house, actor, now = house_of(request), actor_of(request), house_of(request).clock.now()
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        calendar = await api.calendar_of(connection, actor, shop_id, now)
    language = visit_of(request).language
    return house.get(Pages).render(
        request, "sale_events/next_deadline.html" if part else "sale_events/calendar.html", shop=shop,
        calendar=calendar, rows=[(place, timeline_of(place, now, language)) for place in calendar.events],
        feed_address=feed_address, now=now, **shared_values(request, shop_id),
    )  # fmt: skip


def shared_values(request: Request, shop_id: UUID) -> dict[str, Any]:
    """What every page of the room knows."""
    actor = actor_of(request)
    return {
        "base": base_of(shop_id), "shop_base": f"/shop/{show_id(SHOP_PREFIX, shop_id)}", "active": "events",
        "event_href": lambda event_id: event_address(shop_id, event_id), "phases": Phase,
        "item_ref": lambda item_id: show_id(ITEM_PREFIX, item_id), "phase_texts": PHASE_TEXTS,
        "milestone_texts": MILESTONE_TEXTS, "wave_texts": WAVE_TEXTS, "whole_event": WHOLE_EVENT,
        "reason_texts": REASON_TEXTS, "can_edit": actor.can(api.EDIT), "is_staff": actor.kind == "staff",
        "left": lambda at, now: left_text((at - now).total_seconds()), "spent": left_text,
    }  # fmt: skip


def base_of(shop_id: UUID) -> str:
    """The address of the shop's calendar."""
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/events"


def event_address(shop_id: UUID, event_id: UUID) -> str:
    """The address of an event in a shop."""
    return f"{base_of(shop_id)}/{show_id(EVENT_PREFIX, event_id)}"
