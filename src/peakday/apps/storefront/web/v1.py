"""Which JSON doors does the mall have? Goods by words, one by one with the final price, and signing in as a buyer."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from peakday.apps.storefront.departments import find_directory
from peakday.apps.storefront.goods import Good, price_goods
from peakday.apps.storefront.pricing import explain_quote
from peakday.apps.storefront.web.entering import bring_cart
from peakday.apps.storefront.web.showing import buyer_of
from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.kernel.web.context import house_of, visit_of
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import SignInAttempt
from peakday.market.accounts.web.buyers_v1 import PassBody, pass_body
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import CATEGORY_PREFIX, ITEM_PREFIX, SKU_PREFIX, ItemStatus
from peakday.market.catalog.shelf import SHELF_PAGE_MAX, ShelfQuestion, ShelfSort
from peakday.market.shops.model import SHOP_PREFIX
from peakday.trade.carts import api as carts
from peakday.trade.stock import api as stock

router = APIRouter(prefix="/v1", tags=["mall"])

AMOUNT_MAX = 10**15
SKUS_MAX = carts.LINES_MAX
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]


_answers = answers_beside(401, 429)


class GoodBody(BaseModel):
    """An item of a list. `final_minor` is what one piece of its cheapest SKU costs anybody now."""

    item_id: str
    shop_id: str
    sku_id: str
    title: str
    brand: str | None
    category_id: str | None
    currency: str
    final_minor: int
    list_minor: int
    in_event: bool
    can_be_bought: bool


class GoodList(BaseModel):
    """A page of goods."""

    items: list[GoodBody]
    next_cursor: str | None


class StepBody(BaseModel):
    """One sentence of how a price comes about."""

    zh: str
    en: str


class SkuBody(BaseModel):
    """A SKU with what one piece of it costs the buyer who asks now; `left` null: nobody counts."""

    sku_id: str
    spec: dict[str, str]
    list_minor: int
    price_minor: int
    final_minor: int
    event: str | None
    left: int | None
    can_be_bought: bool
    steps: list[StepBody]


class ItemBody(BaseModel):
    """An item with its SKUs, as at `at` by the database's clock."""

    item_id: str
    shop_id: str
    title: str
    brand: str | None
    category: str | None
    category_zh: str | None
    currency: str
    at: datetime
    skus: list[SkuBody]


class SignInBody(BaseModel):
    """A buyer's login and password."""

    login: str = Field(max_length=64)
    password: str = Field(max_length=1000)


class SearchQuery(BaseModel):
    """Which goods, in which order."""

    q: str = Field("", max_length=80, pattern=LINE_PATTERN, description="words of title, brand and category")
    shop_id: str | None = Field(None, max_length=40)
    category_id: str | None = Field(None, max_length=40)
    min_minor: int | None = Field(None, ge=0, le=AMOUNT_MAX)
    max_minor: int | None = Field(None, ge=0, le=AMOUNT_MAX)
    sort: ShelfSort = ShelfSort.POPULAR
    cursor: str | None = Field(None, max_length=60)
    limit: int = Field(24, ge=1, le=SHELF_PAGE_MAX)


@router.get("/items", responses=_answers(422), openapi_extra={"security": []})
async def search_goods(request: Request, query: Annotated[SearchQuery, Query()]) -> GoodList:
    """Goods on sale in all shops, with the final price of each."""
    house = house_of(request)
    asked = ShelfQuestion(
        query.q.strip(), read_cursor(SHOP_PREFIX, query.shop_id), read_cursor(CATEGORY_PREFIX, query.category_id),
        query.min_minor, query.max_minor, query.sort,
    )  # fmt: skip
    after = read_cursor(ITEM_PREFIX, query.cursor)
    directory = await find_directory(house.database)
    async with house.database.read() as connection:
        items = await catalog.search_shelf(connection, asked, after, query.limit + 1)
        goods = await price_goods(connection, items[: query.limit], directory.categories)
    page = [_good(good) for good in goods]
    return GoodList(items=page, next_cursor=page[-1].item_id if len(items) > query.limit else None)


@router.get("/items/{item_id}", responses=_answers(404, 422), openapi_extra={"security": []})
async def read_good(request: Request, item_id: ItemRef) -> ItemBody:
    """One item with its SKUs: the final price of a piece for the buyer whose pass is shown, and how it comes about."""
    house = house_of(request)
    directory = await find_directory(house.database)
    async with house.database.read() as connection:
        shelved = (await catalog.find_shelf_items(connection, [item_id])).get(item_id)
        if shelved is None:
            raise NotFound
        item = await catalog.get_item(connection, SYSTEM, shelved.shop_id, item_id)
        on_sale = [sku for sku in item.skus if sku.status is ItemStatus.ON_SALE][:SKUS_MAX]
        if not on_sale:
            raise NotFound
        pairs = [(item.shop_id, sku.sku_id) for sku in on_sale]
        left = await stock.available_of(connection, pairs)
        buyer_id = buyer_of(request)
        quotes = await carts.quote_apart(connection, buyer_id, [carts.Wanted(*pair, 1) for pair in pairs])
        found = [explain_quote(quote) for quote in quotes]
    leaf = directory.categories.get(item.leaf_category_id) if item.leaf_category_id else None
    return ItemBody(
        item_id=show_id(ITEM_PREFIX, item_id),
        shop_id=show_id(SHOP_PREFIX, item.shop_id),
        title=item.title,
        brand=item.brand_name,
        category=leaf.path_en if leaf else None,
        category_zh=leaf.path if leaf else None,
        currency=item.currency,
        at=found[0].quote.at,
        skus=[
            _sku(one.quote.lines[0], one.steps, left.get(pair)) for pair, one in zip(pairs, found, strict=True)
        ],
    )  # fmt: skip


@router.post("/buyers/sessions", status_code=201, responses=_answers(422), openapi_extra={"security": []})
async def sign_in_buyer(request: Request, body: SignInBody) -> PassBody:
    """A pass for a registered buyer; the cart of the guest whose pass is shown comes along."""
    house, visit = house_of(request), visit_of(request)
    attempt = SignInAttempt(body.login, body.password, visit.remote_address, request.headers.get("user-agent", ""))
    secret = accounts.buyer_secret(house.settings)
    entered = await accounts.sign_in_buyer(house.database, secret, attempt, house.clock.now())
    await bring_cart(request, entered)
    return pass_body(entered)


def _good(good: Good) -> GoodBody:
    item = good.item
    return GoodBody(
        item_id=show_id(ITEM_PREFIX, item.item_id),
        shop_id=show_id(SHOP_PREFIX, item.shop_id),
        sku_id=show_id(SKU_PREFIX, item.sku_id),
        title=item.title,
        brand=item.brand_name,
        category_id=show_id(CATEGORY_PREFIX, item.leaf_category_id) if item.leaf_category_id else None,
        currency=item.currency,
        final_minor=good.final_minor,
        list_minor=item.price_minor,
        in_event=good.is_in_event,
        can_be_bought=good.problem is None,
    )


def _sku(line: carts.QuotedLine, steps: tuple[Text, ...], left: int | None) -> SkuBody:
    return SkuBody(
        sku_id=show_id(SKU_PREFIX, line.sku_id),
        spec=line.spec,
        list_minor=line.catalogue_minor,
        price_minor=line.price_minor,
        final_minor=line.payable_minor if line.problem is None else line.price_minor,
        event=line.event_ref,
        left=left,
        can_be_bought=line.problem is None and left != 0,
        steps=[StepBody(zh=step.zh, en=step.en) for step in steps],
    )
