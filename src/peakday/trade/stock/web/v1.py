"""Which JSON doors does stock have? A shop's levels, why they changed; to adjust, set aside and limit.

`items:view` sees them, `items:edit` changes them. Changes carry a key: the same key again changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel, Field

from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.trade.stock import api
from peakday.trade.stock.model import QUANTITY_MAX, ChangeKind, DeductMode, LevelKey, StockChange, StockLine

router = APIRouter(prefix="/v1", tags=["stock"])

SHOP_PREFIX, SKU_PREFIX, ITEM_PREFIX, WAREHOUSE_PREFIX = "shp", "sku", "itm", "whs"
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
SkuRef = Annotated[UUID, ShownId(SKU_PREFIX)]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=LINE_PATTERN)]
Event = Annotated[str, Query(max_length=200, pattern=LINE_PATTERN)]
Units = Annotated[int, Field(ge=-QUANTITY_MAX, le=QUANTITY_MAX)]
Limit = Annotated[int, Field(ge=1, le=QUANTITY_MAX)]


_answers = answers_beside(401, 403, 404, 422, 429)


class LevelBody(BaseModel):
    """A level: of a SKU, or of its units for one event where `event_ref` is not empty."""

    sku_id: str
    event_ref: str
    title: str
    spec: dict[str, str]
    available: int
    held: int
    sold: int
    mode: DeductMode
    buyer_limit: int | None
    low_mark: int | None
    is_low: bool
    is_simulated: bool
    changed_at: datetime


class LevelsBody(BaseModel):
    """A page of levels."""

    items: list[LevelBody]
    next_cursor: str | None


class ChangeBody(BaseModel):
    """One reason why the number of units is what it is."""

    key: str
    kind: ChangeKind
    delta: int
    warehouse_id: str | None
    reason: str
    is_simulated: bool
    changed_at: datetime


class ChangesBody(BaseModel):
    """The latest changes, latest first."""

    items: list[ChangeBody]
    next_cursor: str | None


class AdjustForm(BaseModel):
    """Units more (or fewer: negative), why, and a key of the caller."""

    delta: Units
    reason: Word
    key: Word
    warehouse_id: Annotated[str, Field(max_length=60)] | None = None


class AsideForm(BaseModel):
    """Units to move to the event's level (or back: negative)."""

    event_ref: Word
    units: Units
    key: Word


class TermsForm(BaseModel):
    """How a level sells."""

    event_ref: Annotated[str, Field(max_length=200, pattern=LINE_PATTERN)] = ""
    mode: DeductMode = DeductMode.ORDER
    buyer_limit: Limit | None = None
    low_mark: Annotated[int, Field(ge=0, le=QUANTITY_MAX)] | None = None


class EventLimitForm(BaseModel):
    """How many units one buyer may have of an event; null takes the limit away."""

    event_ref: Word
    buyer_limit: Limit | None


class AvailableBody(BaseModel):
    """How many may be sold now."""

    available: int


class DoneBody(BaseModel):
    """It is so now."""

    done: bool = True


@dataclass(frozen=True, slots=True)
class LevelsQuery:
    """Which levels."""

    event_ref: Event | None = None
    sold_out: bool | None = None
    low: bool | None = None


@router.get("/shops/{shop_id}/stock", responses=_answers())
async def list_stock(
    request: Request, shop_id: ShopRef, wanted: Annotated[LevelsQuery, Depends()],
    cursor: Annotated[str | None, Query(max_length=300)] = None, limit: PageLimit = 50,
) -> LevelsBody:  # fmt: skip
    """The shop's levels by SKU and event, with what is held and sold of each."""
    chosen = api.StockFilter(None, wanted.event_ref, wanted.sold_out, wanted.low)
    async with house_of(request).database.read() as connection:
        lines = await api.list_stock(
            connection, actor_of(request), shop_id, chosen, read_level_cursor(cursor), limit + 1
        )
    shown = lines[:limit]
    more = write_level_cursor(shown[-1]) if len(lines) > limit else None
    return LevelsBody(items=[_level(line) for line in shown], next_cursor=more)


@router.get("/shops/{shop_id}/stock/{sku_id}/changes", responses=_answers())
async def list_stock_changes(
    request: Request, shop_id: ShopRef, sku_id: SkuRef, event_ref: Event = "", limit: PageLimit = 50
) -> ChangesBody:
    """Why a level has as many units as it has."""
    async with house_of(request).database.read() as connection:
        rows = await api.list_changes(
            connection, actor_of(request), LevelKey(shop_id, sku_id, event_ref), None, limit
        )  # fmt: skip
    return ChangesBody(items=[_change(row) for row in rows], next_cursor=None)


@router.post("/shops/{shop_id}/stock/{sku_id}/adjustments", status_code=201, responses=_answers(409))
async def adjust_stock(request: Request, shop_id: ShopRef, sku_id: SkuRef, form: AdjustForm) -> AvailableBody:
    """Add or take units, with a reason; how many are available then."""
    house = house_of(request)
    warehouse = _warehouse(form.warehouse_id) if form.warehouse_id else None
    change = api.Adjustment(shop_id, sku_id, form.delta, form.reason, form.key, warehouse)
    async with house.database.transaction() as tx:
        return AvailableBody(available=await api.adjust_stock(tx, actor_of(request), change, house.clock.now()))


@router.post("/shops/{shop_id}/stock/{sku_id}/set-aside", status_code=201, responses=_answers(409))
async def set_stock_aside(request: Request, shop_id: ShopRef, sku_id: SkuRef, form: AsideForm) -> AvailableBody:
    """Move units to an event's level, or back; how many the event has then."""
    house = house_of(request)
    wanted = api.SettingAside(shop_id, sku_id, form.event_ref, form.units, form.key)
    async with house.database.transaction() as tx:
        return AvailableBody(available=await api.set_aside(tx, actor_of(request), wanted, house.clock.now()))


@router.put("/shops/{shop_id}/stock/{sku_id}/terms", responses=_answers())
async def set_stock_terms(request: Request, shop_id: ShopRef, sku_id: SkuRef, form: TermsForm) -> DoneBody:
    """When units are taken, how many one buyer may have, at how many the merchant is told."""
    house = house_of(request)
    terms = api.Terms(form.mode, form.buyer_limit, form.low_mark)
    async with house.database.transaction() as tx:
        key = LevelKey(shop_id, sku_id, form.event_ref)
        await api.set_terms(tx, actor_of(request), key, terms, house.clock.now())
    return DoneBody()


@router.put("/shops/{shop_id}/stock-event-limits", responses=_answers())
async def set_stock_event_limit(request: Request, shop_id: ShopRef, form: EventLimitForm) -> DoneBody:
    """How many units one buyer may have of an event, over all SKUs of the shop."""
    async with house_of(request).database.transaction() as tx:
        await api.set_event_limit(tx, actor_of(request), shop_id, form.event_ref, form.buyer_limit)
    return DoneBody()


def read_level_cursor(cursor: str | None) -> tuple[UUID, str] | None:
    """SKU and event of the last line. Refuses `Invalid` when it is not one that we gave."""
    if not cursor:
        return None
    shown, _, event_ref = cursor.partition("~")
    try:
        return read_id(SKU_PREFIX, shown), event_ref.replace("\x00", "")
    except ValueError:
        message = Text("游标无效", "This is not a cursor of ours")
        remedy = Text("使用上一页返回的 next_cursor", "Use the next_cursor of the page before")
        raise Invalid(Problem("cursor", "cursor_unknown", message, remedy, value=cursor[:60])) from None


def write_level_cursor(line: StockLine) -> str:
    """Where the page behind a line begins."""
    return f"{show_id(SKU_PREFIX, line.key.sku_id)}~{line.key.event_ref}"


def _warehouse(shown: str) -> UUID:
    try:
        return read_id(WAREHOUSE_PREFIX, shown)
    except ValueError:
        raise NotFound from None


def _level(line: StockLine) -> LevelBody:
    return LevelBody(
        sku_id=show_id(SKU_PREFIX, line.key.sku_id), event_ref=line.key.event_ref, title=line.title,
        spec=dict(line.spec), available=line.available, held=line.held, sold=line.sold, mode=line.mode,
        buyer_limit=line.buyer_limit, low_mark=line.low_mark, is_low=line.is_low, is_simulated=line.is_simulated,
        changed_at=line.changed_at,
    )  # fmt: skip


def _change(row: StockChange) -> ChangeBody:
    return ChangeBody(
        key=row.change_key, kind=row.kind, delta=row.delta, reason=row.reason, is_simulated=row.is_simulated,
        warehouse_id=show_id(WAREHOUSE_PREFIX, row.warehouse_id) if row.warehouse_id else None,
        changed_at=row.changed_at,
    )  # fmt: skip
