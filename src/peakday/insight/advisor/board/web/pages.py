"""Which page shows what is being sold right now, to the platform's staff and to a merchant?

Staff see the whole market's board, a merchant the own shop's; both need `data:view`. The stream is server-sent events
for who asks for `text/event-stream`, and one frame for anybody else. A window that is over is played from the record.
"""

import csv
import io
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from peakday.insight.advisor.board.hall import BoardHall
from peakday.insight.advisor.board.model import BoardKey, Window
from peakday.insight.advisor.board.replays import SPEED_MAX, Replays
from peakday.insight.advisor.board.rules.board_frame import Frame
from peakday.insight.advisor.board.web.view import board_view
from peakday.insight.advisor.board.windows import day_window, find_window, list_waves
from peakday.insight.metrics.api import FactStore
from peakday.kernel.actor import SYSTEM, Actor, ActorKind, require
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.money import MINOR_DIGITS, decimal_text
from peakday.kernel.refusal import NotFound
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop

router = APIRouter(include_in_schema=False)
ShopId = Annotated[UUID, ShownId("shp")]
WindowCode = Annotated[str | None, Query(max_length=120, pattern=LINE_PATTERN)]
Currency = Annotated[str | None, Query(pattern=r"^[A-Z]{3}$")]
Orders = Annotated[Literal["market", "rehearsal"], Query()]
AtSecond = Annotated[int | None, Query(ge=0, le=366 * 86_400)]
Speed = Annotated[int, Query(ge=1, le=SPEED_MAX)]
FIGURES = "data:view"
STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
WAVES_OFFERED = 6


@dataclass(frozen=True, slots=True)
class Seat:
    """Which board is asked for, by whom it may be seen."""

    key: BoardKey
    window: Window
    shop: Shop | None

    @property
    def address(self) -> str:
        """Of its page."""
        return f"/shop/{show_id('shp', self.shop.shop_id)}/board" if self.shop else "/platform/board"

    def is_over(self, house: House) -> bool:
        """Whether it is played from the record."""
        return self.window.closes_at <= house.clock.now()


@router.get("/platform/board")
async def platform_page(
    request: Request, window: WindowCode = None, currency: Currency = None, orders: Orders = "market"
) -> Response:
    """The whole market's board."""
    return await _page(request, await _seat(request, None, window, currency, orders))


@router.get("/shop/{shop_id}/board")
async def shop_page(
    request: Request, shop_id: ShopId, window: WindowCode = None, orders: Orders = "market"
) -> Response:  # fmt: skip
    """A shop's board."""
    return await _page(request, await _seat(request, shop_id, window, None, orders))


@router.get("/platform/board/stream")
async def platform_stream(
    request: Request, window: WindowCode = None, currency: Currency = None, orders: Orders = "market"
) -> Response:
    """The frames of the market's board as they are drawn."""
    return await _stream(request, await _seat(request, None, window, currency, orders))


@router.get("/shop/{shop_id}/board/stream")
async def shop_stream(
    request: Request, shop_id: ShopId, window: WindowCode = None, orders: Orders = "market"
) -> Response:  # fmt: skip
    """The frames of a shop's board as they are drawn."""
    return await _stream(request, await _seat(request, shop_id, window, None, orders))


@router.get("/platform/board/replay")
async def platform_replay(
    request: Request,
    window: WindowCode = None,
    currency: Currency = None,
    orders: Orders = "market",
    at: AtSecond = 0,
    speed: Speed = 60,
) -> Response:
    """The market's past window, played from a second on."""
    return await _replay(request, await _seat(request, None, window, currency, orders), at or 0, speed)


@router.get("/shop/{shop_id}/board/replay")
async def shop_replay(
    request: Request,
    shop_id: ShopId,
    window: WindowCode = None,
    orders: Orders = "market",
    at: AtSecond = 0,
    speed: Speed = 60,
) -> Response:
    """A shop's past window, played from a second on."""
    return await _replay(request, await _seat(request, shop_id, window, None, orders), at or 0, speed)


@router.get("/platform/board.csv")
async def platform_file(
    request: Request, window: WindowCode = None, currency: Currency = None, orders: Orders = "market"
) -> Response:
    """What the market's board shows, as rows."""
    return await _file(request, await _seat(request, None, window, currency, orders))


@router.get("/shop/{shop_id}/board.csv")
async def shop_file(
    request: Request, shop_id: ShopId, window: WindowCode = None, orders: Orders = "market"
) -> Response:  # fmt: skip
    """What a shop's board shows, as rows."""
    return await _file(request, await _seat(request, shop_id, window, None, orders))


async def _seat(
    request: Request, shop_id: UUID | None, code: str | None, currency: str | None, orders: str
) -> Seat:  # fmt: skip
    house, actor = house_of(request), actor_of(request)
    _admit(actor, shop_id)
    if currency is not None and currency not in MINOR_DIGITS:
        raise NotFound
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id) if shop_id else None
        window = await find_window(connection, code) if code else day_window(day_of(house.clock.now()))
        if shop is None and currency is None:
            every = await shops.list_shops(connection, SYSTEM, None, None, 200)
            currency = next(iter(Counter(one.currency for one in every).most_common(1)), ("CNY",))[0]
    return Seat(
        BoardKey(shop_id, window.code, shop.currency if shop else currency or "CNY", orders == "rehearsal"),
        window, shop,
    )  # fmt: skip


def _admit(actor: Actor, shop_id: UUID | None) -> None:
    if shop_id is None and actor.kind is not ActorKind.STAFF:
        raise NotFound
    require(actor, FIGURES, shop_id)


async def _page(request: Request, seat: Seat) -> Response:
    house = house_of(request)
    async with house.database.read() as connection:
        waves = [one for one in await list_waves(connection) if one.opens_at <= house.clock.now()][:WAVES_OFFERED]
    view = await board_view(
        house, house.get(FactStore), (seat.key, seat.window, seat.address), visit_of(request).language, waves
    )
    return house.get(Pages).render(request, "advisor/board.html", shop=seat.shop, view=view)


async def _stream(request: Request, seat: Seat) -> Response:
    hall = house_of(request).get(BoardHall)
    if not _wants_events(request):
        return _one(await hall.look_once(seat.key, seat.window))
    frames = hall.watch(seat.key, seat.window, request.headers.get("last-event-id", ""))
    return StreamingResponse(frames, media_type="text/event-stream", headers=STREAM_HEADERS)


async def _replay(request: Request, seat: Seat, at: int, speed: int) -> Response:
    house = house_of(request)
    replays = house.get(Replays)
    if not _wants_events(request):
        instant = min(seat.window.opens_at + timedelta(seconds=at), house.clock.now())
        return _one(await replays.frame_at(seat.key, seat.window, instant))
    frames = replays.play(seat.key, seat.window, at, speed)
    return StreamingResponse(frames, media_type="text/event-stream", headers=STREAM_HEADERS)


async def _file(request: Request, seat: Seat) -> Response:
    house = house_of(request)
    if seat.is_over(house):
        frame = await house.get(Replays).frame_at(seat.key, seat.window, seat.window.closes_at)
    else:
        frame = await house.get(BoardHall).look_once(seat.key, seat.window)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["part", "key", "name_zh", "name_en", "money", "currency", "count", "share"])
    money = decimal_text(frame.net, seat.key.currency)
    writer.writerow(["all", seat.window.code, "", "", money, seat.key.currency, frame.orders, "1"])
    for dimension, top in frame.tops.items():
        for one in top:
            names = [inert(one.zh), inert(one.en)]
            money = decimal_text(one.net, seat.key.currency)
            writer.writerow([dimension, one.key, *names, money, seat.key.currency, one.count, f"{one.share:.4f}"])
    name = f"board-{seat.window.code.replace(':', '-')}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def _wants_events(request: Request) -> bool:
    return "text/event-stream" in request.headers.get("accept", "")


def _one(frame: Frame) -> Response:
    return Response(msgspec.json.encode(frame), media_type="application/json", headers={"Cache-Control": "no-store"})
