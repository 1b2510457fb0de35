"""How do shoppers look around? Home, search, categories, a shop."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from peakday.apps.storefront.cards_on_offer import cards_of, show_card
from peakday.apps.storefront.departments import Department, Directory, find_directory
from peakday.apps.storefront.goods import Good, price_goods, tile_of
from peakday.apps.storefront.sales import list_sales
from peakday.apps.storefront.web.showing import show
from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.money import parse_minor
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.context import house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import CATEGORY_PREFIX, ITEM_PREFIX
from peakday.market.catalog.shelf import COUNTED_MAX, ShelfItem, ShelfQuestion, ShelfSort
from peakday.market.shops import api as shops
from peakday.market.shops.model import SHOP_PREFIX

router = APIRouter(include_in_schema=False)

PAGE = 24
HOME_GOODS = 20
ON_SALE_SHOWN = 10
NEAR = 10
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]


@router.get("/mall")
async def show_home(request: Request) -> Response:
    """Sale events, departments, what people buy."""
    house = house_of(request)
    directory = await find_directory(house.database)
    async with house.database.read() as connection:
        at = await connection.fetchval("select clock_timestamp()")
        sales = await list_sales(connection, at)
        items = await catalog.search_shelf(connection, ShelfQuestion(), None, HOME_GOODS + ON_SALE_SHOWN)
        goods = await price_goods(connection, items, directory.categories)
    on_sale = [good for good in goods if good.is_in_event][:ON_SALE_SHOWN]
    rest = [good for good in goods if good not in on_sale][:HOME_GOODS]
    return await show(
        request, "home.html", active="home", sales=sales, directory=directory, on_sale=on_sale, goods=rest,
        department_tile=_department_tile,
    )  # fmt: skip


@router.get("/mall/clock")
async def read_clock(request: Request) -> JSONResponse:
    """The database's clock, by which prices change."""
    async with house_of(request).database.read() as connection:
        now = await connection.fetchval("select clock_timestamp()")
    return JSONResponse({"now_ms": now.timestamp() * 1000})


@router.get("/mall/categories")
async def show_categories(request: Request) -> Response:
    """Every department with its busiest aisles."""
    directory = await find_directory(house_of(request).database)
    return await show(request, "categories.html", active="categories", directory=directory)


@router.get("/mall/search")
async def search(
    request: Request,
    q: str = "",
    category: str = "",
    shop: str = "",
    sort: str = "",
    after: str = "",
    low: Annotated[str, Query(alias="min")] = "",
    high: Annotated[str, Query(alias="max")] = "",
) -> Response:
    """Goods by words, category, shop and price; what is not readable in the question is left out."""
    house = house_of(request)
    directory = await find_directory(house.database)
    words = "".join(letter for letter in q if letter.isprintable()).strip()[:80]
    kept = {"q": words, "category": category, "shop": shop, "sort": sort, "min": low, "max": high}
    asked = _question(kept)
    async with house.database.read() as connection:
        front = (await shops.find_fronts(connection, [asked.shop_id])).get(asked.shop_id) if asked.shop_id else None
        items = await catalog.search_shelf(connection, asked, _read(ITEM_PREFIX, after), PAGE + 1)
        goods = await price_goods(connection, items[:PAGE], directory.categories)
        values: dict[str, Any] = {"goods": goods, "next_path": _next(request, items)}
        if request.headers.get("x-part"):
            return house.get(Pages).render(request, "storefront/more.html", **values)
        count = await catalog.count_shelf(connection, asked)
        near = [] if items else await _near(connection, asked, directory)
    is_narrowing = asked.category_id is not None or asked.search == ""
    return await show(
        request, "search.html", active="categories" if asked.category_id else "home", asked=asked, kept=kept,
        count=count, counted_max=COUNTED_MAX, directory=directory, near=near, near_title=_near_title(request, asked),
        trail=directory.trail(asked.category_id) if asked.category_id else [], front=front,
        front_path=f"/mall/shops/{shop}", below=directory.below(asked.category_id)[:16] if is_narrowing else [],
        narrower=_narrower(request), with_query=_with_query(request), **values,
    )  # fmt: skip


@router.get("/mall/shops/{shop_id}")
async def show_shop(request: Request, shop_id: ShopRef, after: str = "") -> Response:
    """A shop's front: its cards and its goods."""
    house = house_of(request)
    directory = await find_directory(house.database)
    asked = ShelfQuestion(shop_id=shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, SYSTEM, shop_id)
        items = await catalog.search_shelf(connection, asked, _read(ITEM_PREFIX, after), PAGE + 1)
        goods = await price_goods(connection, items[:PAGE], directory.categories)
        values: dict[str, Any] = {"goods": goods, "next_path": _next(request, items)}
        if request.headers.get("x-part"):
            return house.get(Pages).render(request, "storefront/more.html", **values)
        count = await catalog.count_shelf(connection, asked)
        claimables = await cards_of(connection, visit_of(request).actor, [shop_id])
    scores = [shop.dsr_description, shop.dsr_service, shop.dsr_shipping]
    return await show(
        request, "shop.html", shop_name=_shop_name(request, shop.name, shop.name_en), shop_ref=show_id("shp", shop_id),
        count=count, counted_max=COUNTED_MAX, claimables=claimables, show_card=show_card,
        scores=scores if all(scores) else None, **values,
    )  # fmt: skip


def _shop_name(request: Request, name: str, name_en: str | None) -> str:
    return name_en if name_en and visit_of(request).language == "en" else name


def _question(kept: dict[str, str]) -> ShelfQuestion:
    known = {each.value for each in ShelfSort}
    return ShelfQuestion(
        search=kept["q"],
        shop_id=_read(SHOP_PREFIX, kept["shop"]),
        category_id=_read(CATEGORY_PREFIX, kept["category"]),
        price_min_minor=_amount(kept["min"]),
        price_max_minor=_amount(kept["max"]),
        sort=ShelfSort(kept["sort"]) if kept["sort"] in known else ShelfSort.POPULAR,
    )


def _read(prefix: str, text: str) -> UUID | None:
    try:
        return read_id(prefix, text) if text else None
    except ValueError:
        raise NotFound from None


def _amount(text: str) -> int | None:
    """A price as somebody typed it, in hundredths; what is none counts as not typed."""
    try:
        return max(0, parse_minor(text, "CNY")) if text.strip() else None
    except ValueError:
        return None


async def _near(connection: Tx, asked: ShelfQuestion, directory: Directory) -> list[Good]:
    """What to show when nothing has all that was asked: some of the words, else what people buy."""
    some = replace(asked, is_any=True, price_min_minor=None, price_max_minor=None, sort=ShelfSort.POPULAR)
    items = await catalog.search_shelf(connection, some, None, NEAR) if asked.search else []
    items = items or await catalog.search_shelf(connection, ShelfQuestion(), None, NEAR)
    return await price_goods(connection, items, directory.categories)


def _near_title(request: Request, asked: ShelfQuestion) -> str:
    is_chinese = visit_of(request).language == "zh"
    if asked.search:
        return "也许您在找" if is_chinese else "Perhaps you look for"
    return "大家在买" if is_chinese else "What people buy"


def _next(request: Request, items: list[ShelfItem]) -> str | None:
    if len(items) <= PAGE:
        return None
    return _with_query(request)(after=show_id(ITEM_PREFIX, items[PAGE - 1].item_id))


def _with_query(request: Request) -> Callable[..., str]:
    def change(**changes: str) -> str:
        url = request.url.remove_query_params(["after", "lang"]).include_query_params(**changes)
        return f"{url.path}?{url.query}"

    return change


def _narrower(request: Request) -> Callable[[Department], str]:
    change = _with_query(request)
    return lambda one: change(category=show_id(CATEGORY_PREFIX, one.category.category_id))


def _department_tile(one: Department) -> Markup:
    return tile_of(one.category.category_id, one.category.name_en or one.category.name_zh, one.category)
