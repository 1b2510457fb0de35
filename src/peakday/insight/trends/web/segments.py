"""Which pages show where demand outgrows supply, and which item brought how much of the shop's growth?"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from peakday.insight.metrics.api import FactStore
from peakday.insight.trends import api
from peakday.insight.trends.matrix_queries import BANDS, Matrix
from peakday.insight.trends.rules.growth_shares import Driver, GrowthShare
from peakday.insight.trends.rules.product_matrix import Role
from peakday.insight.trends.segment_queries import Band, Segment, ShopGrowth
from peakday.insight.trends.web.view import View
from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.ids import show_id
from peakday.kernel.money import MINOR_DIGITS, decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text, day_text, money_text, number_text
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop, ShopFront

router = APIRouter()  # part of merchant.router
ShopRef = Annotated[UUID, ShownId("shp")]
Days = Annotated[Literal["7", "28", "91"], Query()]
Search = Annotated[str, Query(max_length=60, pattern=LINE_PATTERN)]
HOME = "home:view"
SHOWN, CHARTED = 40, 12


@dataclass(frozen=True, slots=True)
class SegmentView(View):
    """One reader of segments and shares of growth."""

    def number(self, value: int) -> str:
        """A whole number."""
        return number_text(value, self.language, 0)

    def change(self, minor: int) -> str:
        """A change of money with its sign."""
        return ("+" if minor > 0 else "") + money_text(minor, self.currency, self.language)

    def band(self, band: Band) -> str:
        """A band of prices."""
        if band.low_minor is None:
            return f"< {self.money(band.high_minor or 0)}"
        return (
            f"≥ {self.money(band.low_minor)}"
            if band.high_minor is None
            else (f"{self.money(band.low_minor)} – {self.money(band.high_minor)}")
        )

    def drivers(self, share: GrowthShare) -> str:
        """By what an item's sales changed, in words."""
        return " · ".join(f"{self.say(driver.label)} {self.change(minor)}" for driver, minor in share.drivers.items())

    def gaps(self, segments: Sequence[Segment]) -> dict[str, Any]:
        """The surest gaps as bars: demand's growth over supply's."""
        name = self.say(Text("需求增长 ÷ 供给增长", "Demand's growth over supply's"))
        return {
            "kind": "hbar", "title": name, "currency": "", "unit": "ratio",
            "x": [self.say(one.name) for one in segments], "x_label": self.say(Text("细分类目", "Segment")),
            "series": [{"name": name, "role": "main", "axis": 0, "unit": "ratio",
                        "data": [round(one.gap.times, 2) for one in segments],
                        "texts": [self.times(one.gap.times) for one in segments]}],
        }  # fmt: skip

    def parts(self, growth: ShopGrowth) -> dict[str, Any]:
        """The largest gains and losses as bars."""
        half = CHARTED // 2
        shown = [*growth.items[:half], *growth.items[max(half, len(growth.items) - half) :]]
        name, unit = self.say(Text("对增长的贡献", "Part of the growth")), 10 ** MINOR_DIGITS[self.currency]
        return {
            "kind": "hbar", "title": name, "currency": self.currency, "unit": "money",
            "x": [one.sales.title or "–" for one in shown], "x_label": self.say(Text("商品", "Item")),
            "series": [{"name": name, "role": "main", "axis": 0, "unit": "money",
                        "data": [one.sales.growth_minor / unit for one in shown],
                        "texts": [self.change(one.sales.growth_minor) for one in shown]}],
        }  # fmt: skip


@router.get("/segments")
async def segments_page(request: Request, shop_id: ShopRef, search: Search = "") -> Response:
    """Where demand outgrows supply, how full each segment is, its price bands and its ten leaders."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    allowed, found = actor.can(api.DATA_VIEW), None
    fronts: dict[UUID, ShopFront] = {}
    if allowed:
        found = await _found(request, shop)
        if found is not None:
            words = search.casefold()
            found = [one for one in found if words in f"{one.name.zh} {one.name.en} {one.parent.en}".casefold()]
            fronts = await _fronts(request, found[:SHOWN])
    return house.get(Pages).render(
        request, "trends/segments.html", shop=shop, view=_view(request, shop), allowed=allowed, found=found,
        domestic=partial(domestic_of, fronts=fronts), own=str(shop_id), shown=SHOWN, charted=CHARTED, search=search,
        tab="segments", active="trends",
    )  # fmt: skip


@router.get("/segments.csv")
async def segments_file(request: Request, shop_id: ShopRef) -> Response:
    """Every segment with its figures: ratios and counts of the market, nobody's money."""
    require(actor_of(request), api.DATA_VIEW, shop_id)
    shop = await _shop(request, shop_id)
    found = await _found(request, shop) or []
    fronts = await _fronts(request, found)
    rows = (
        [one.category_id, inert(one.name.zh), inert(one.name.en), f"{one.gap.demand:.4f}", f"{one.gap.supply:.4f}",
         f"{one.gap.times:.4f}", f"{one.gap.chance:.6f}", one.gap.is_sure, one.fill, f"{one.level:.4f}",
         one.after.shops, domestic_of(one, fronts), len(one.leaders)]
        for one in found
    )  # fmt: skip
    head = ["category_id", "name_zh", "name_en", "demand_growth", "supply_growth", "gap", "chance", "is_sure", "fill",
            "reach_level", "shops", "domestic_of_leaders", "leaders"]  # fmt: skip
    return _csv("segments", head, rows)


@router.get("/growth")
async def growth_page(request: Request, shop_id: ShopRef, days: Days = "28") -> Response:
    """What each item gave to the shop's growth, by what, and whom it brought."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    allowed = actor.can(api.DATA_VIEW)
    growth = await _growth(request, shop_id, int(days)) if allowed else None
    return house.get(Pages).render(
        request, "trends/growth.html", shop=shop, view=_view(request, shop), allowed=allowed, growth=growth,
        days=int(days), shown=SHOWN, tab="growth", active="trends", day_text=day_text,
    )  # fmt: skip


@router.get("/growth.csv")
async def growth_file(request: Request, shop_id: ShopRef, days: Days = "28") -> Response:
    """Every item's part of the growth, with its drivers, which sum to it."""
    require(actor_of(request), api.DATA_VIEW, shop_id)
    shop = await _shop(request, shop_id)
    growth = await _growth(request, shop_id, int(days))
    rows = (
        [show_id("itm", one.sales.item_id), inert(one.sales.title), shop.currency,
         *(decimal_text(minor, shop.currency)
           for minor in (one.sales.before_minor, one.sales.after_minor, one.sales.growth_minor)),
         *(decimal_text(one.drivers.get(driver, 0), shop.currency) for driver in Driver), one.sales.newcomers]
        for one in growth.items
    )  # fmt: skip
    head = ["item", "title", "currency", "before", "after", "growth", *(driver.value for driver in Driver), "newcomers"]
    return _csv(f"growth-{days}", head, rows)


@router.get("/matrix")
async def matrix_page(request: Request, shop_id: ShopRef) -> Response:
    """The roles of the shop's items by price band, its holes beside the market, and items that eat each other."""
    house, actor = house_of(request), actor_of(request)
    shop = await _shop(request, shop_id)
    allowed = actor.can(api.DATA_VIEW)
    matrix = await _matrix(request, shop) if allowed else None
    return house.get(Pages).render(
        request, "trends/matrix.html", shop=shop, view=_view(request, shop), allowed=allowed, matrix=matrix,
        roles=tuple(Role), bands=BANDS, shown=SHOWN // 2, tab="matrix", active="trends", day_text=day_text,
    )  # fmt: skip


@router.get("/matrix.csv")
async def matrix_file(request: Request, shop_id: ShopRef) -> Response:
    """Every item that sold, with its role, band and buyers."""
    require(actor_of(request), api.DATA_VIEW, shop_id)
    shop = await _shop(request, shop_id)
    matrix = await _matrix(request, shop)
    rows = (
        [show_id("itm", one.item_id), inert(one.title), matrix.roles[one.item_id], one.band + 1, one.leaf,
         decimal_text(one.paid_minor, shop.currency), shop.currency, one.pieces, one.buyers, one.returning,
         one.newcomers]
        for one in matrix.items if one.item_id in matrix.roles
    )  # fmt: skip
    head = ["item", "title", "role", "price_band", "category_id", "paid", "currency", "pieces", "buyers", "returning",
            "newcomers"]  # fmt: skip
    return _csv("matrix", head, rows)


def domestic_of(segment: Segment, fronts: dict[UUID, ShopFront]) -> int:
    """How many of a segment's leaders are of domestic brands."""
    kinds = (fronts.get(UUID(one.shop_id)) for one in segment.leaders)
    return sum(front is not None and front.is_domestic_brand for front in kinds)


async def _found(request: Request, shop: Shop) -> list[Segment] | None:
    house = house_of(request)
    return await api.segments_of(actor_of(request), house.get(FactStore), shop, day_of(house.clock.now()))


async def _growth(request: Request, shop_id: UUID, days: int) -> ShopGrowth:
    house = house_of(request)
    return await api.growth_of(actor_of(request), house.get(FactStore), shop_id, day_of(house.clock.now()), days)


async def _matrix(request: Request, shop: Shop) -> Matrix:
    house = house_of(request)
    return await api.matrix_of(actor_of(request), house.get(FactStore), shop, day_of(house.clock.now()))


async def _fronts(request: Request, segments: Sequence[Segment]) -> dict[UUID, ShopFront]:
    ids = {UUID(leader.shop_id) for one in segments for leader in one.leaders}
    async with house_of(request).database.read() as connection:
        return await shops.find_fronts(connection, sorted(ids))


async def _shop(request: Request, shop_id: UUID) -> Shop:
    actor = actor_of(request)
    require(actor, HOME, shop_id)
    async with house_of(request).database.read() as connection:
        return await shops.get_shop(connection, actor, shop_id)


def _view(request: Request, shop: Shop) -> SegmentView:
    own = f"/shop/{show_id('shp', shop.shop_id)}"
    return SegmentView(visit_of(request).language, shop.currency, f"{own}/data/trends", own)


def _csv(name: str, head: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)
