"""Who sells, buys and stands where in the Complete Journey? Its shops, households, products and stores, as our nouns.

A product has no name in the source: its title is its type and package size. Categories are department, product category
and product type; where the source names no category or type, the leaf is "Unclassified". The 17 products that the
product table lacks are placeholders in the shop "Unlisted products", flagged, without a category.
"""

from collections.abc import Iterable
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple

import duckdb
import pyarrow as pa

from peakday.apps.importers import journey_sql
from peakday.apps.importers.desk import as_utc, lay_ids, rows_of
from peakday.apps.importers.loading import Market
from peakday.market.accounts.model import NewBuyer, buyer_id_of
from peakday.market.catalog.model import (
    CATEGORY_UNKNOWN,
    NewBrand,
    NewCategory,
    NewItem,
    brand_id_of,
    category_id_of,
    item_id_of,
    sku_id_of,
)
from peakday.market.shops.model import NewRegion, NewShop, NewWarehouse, shop_id_of
from peakday.trade.orders.model import OrderFlag

SOURCE = "complete-journey"
UNLISTED = "unlisted"
CURRENCY = "USD"
UNCLASSIFIED = "-"
_BRANDS = MappingProxyType({"National": "National brand", "Private": "Private label"})
_TRAITS = ("age", "income", "home_ownership", "marital_status", "household_size", "household_comp", "kids_count")
_DEPARTMENTS_ZH = MappingProxyType({
    "GROCERY": "食品杂货", "DRUG GM": "药妆百货", "PRODUCE": "果蔬", "COSMETICS": "美妆", "NUTRITION": "营养保健",
    "MEAT": "鲜肉", "MEAT-PCKGD": "包装肉", "DELI": "熟食", "PASTRY": "烘焙", "FLORAL": "鲜花",
    "SEAFOOD": "水产", "SEAFOOD-PCKGD": "包装水产", "SALAD BAR": "沙拉吧", "SPIRITS": "酒类", "FUEL": "燃油",
    "GARDEN CENTER": "园艺", "TRAVEL & LEISURE": "旅行休闲", "RESTAURANT": "餐饮", "FROZEN GROCERY": "冷冻食品",
    "MISCELLANEOUS": "其他", "COUPON": "优惠券", "CHEF SHOPPE": "厨房用品", "TOYS": "玩具", "AUTOMOTIVE": "汽车用品",
    "PHOTO & VIDEO": "影像", "POSTAL CENTER": "邮政", "CHARITABLE CONT": "慈善捐款", "HOUSEWARES": "家居用品",
    "ELECT &PLUMBING": "电工水暖",
})  # fmt: skip


def read_market(desk: duckdb.DuckDBPyConnection) -> Market:
    """The market's nouns; also lays the ids of shops, buyers and items on the desk."""
    opening = as_utc(rows_of(desk, "select min(created_at) from journey_line")[0][0])
    shops = [_shop(opening, *row) for row in rows_of(desk, journey_sql.SHOPS)]
    buyers = [_buyer(*row) for row in rows_of(desk, journey_sql.BUYERS)]
    stores = [str(row[0]) for row in rows_of(desk, journey_sql.STORES)]
    items = [_item(_Product(*row)) for row in rows_of(desk, journey_sql.ITEMS)]
    lay_ids(desk, "shop_ids", {shop.source_ref: shop_id_of(SOURCE, shop.source_ref) for shop in shops})
    lay_ids(desk, "buyer_ids", {buyer.source_ref: buyer_id_of(SOURCE, buyer.source_ref) for buyer in buyers})
    _lay_item_ids(desk, items)
    return Market(
        shops=shops,
        buyers=buyers,
        regions=[NewRegion(f"{SOURCE}:{store}", f"Store {store}", SOURCE) for store in stores],
        warehouses=[NewWarehouse(SOURCE, store, f"{SOURCE}:{store}", f"Store {store}") for store in stores],
        categories=list(_categories(rows_of(desk, journey_sql.CATEGORIES))),
        brands=[NewBrand(SOURCE, kind, name) for kind, name in _BRANDS.items()],
        items=items,
    )


def _shop(opening: datetime, ref: str, opened_at: datetime | None, department: str | None) -> NewShop:
    name = "Unlisted products" if ref == UNLISTED else f"Manufacturer {ref}"
    opened = as_utc(opened_at) if opened_at else opening
    return NewShop(SOURCE, ref, name, CURRENCY, opened, name_en=name, main_category=department or "")


def _buyer(household: int, created_at: datetime, *traits: str | None) -> NewBuyer:
    known = {name: trait for name, trait in zip(_TRAITS, traits, strict=True) if trait is not None}
    return NewBuyer(SOURCE, str(household), as_utc(created_at), known)


def _categories(rows: Iterable[tuple[Any, ...]]) -> Iterable[NewCategory]:
    """Each level once, parents first."""
    known: set[str] = set()
    for department, category, product_type in rows:
        parent: str | None = None
        for name in (department, category or UNCLASSIFIED, product_type or UNCLASSIFIED):
            ref = name if parent is None else f"{parent} > {name}"
            if ref not in known:
                known.add(ref)
                yield NewCategory(SOURCE, ref, _name_zh(name), _name_en(name), parent)
            parent = ref


def _name_zh(name: str) -> str:
    return "未分类" if name == UNCLASSIFIED else _DEPARTMENTS_ZH.get(name, name)


def _name_en(name: str) -> str:
    return "Unclassified" if name == UNCLASSIFIED else name


class _Product(NamedTuple):
    """A row of `journey_sql.ITEMS`; everything but the number and the sale is unknown for an unlisted product."""

    product_id: int
    manufacturer_id: int | None
    department: str | None
    category: str | None
    product_type: str | None
    brand: str | None
    package_size: str | None
    first_sold_at: datetime | None
    price_minor: int | None


def _item(row: _Product) -> NewItem:
    listed_at = as_utc(row.first_sold_at) if row.first_sold_at else None
    if row.manufacturer_id is None or row.department is None or row.brand is None:
        return NewItem(
            shop_id_of(SOURCE, UNLISTED), SOURCE, str(row.product_id), f"Product {row.product_id}",
            list_price_minor=row.price_minor, currency=CURRENCY, first_listed_at=listed_at,
            flags=(OrderFlag.NOT_IN_PRODUCT_TABLE.value, CATEGORY_UNKNOWN),
        )  # fmt: skip
    ref = f"{row.department} > {row.category or UNCLASSIFIED} > {row.product_type or UNCLASSIFIED}"
    kind = row.product_type or row.category or row.department
    attributes = {"department": row.department, "brand_kind": row.brand, "package_size": row.package_size}
    return NewItem(
        shop_id_of(SOURCE, str(row.manufacturer_id)), SOURCE, str(row.product_id),
        f"{kind} {row.package_size}" if row.package_size else kind,
        leaf_category_id=category_id_of(SOURCE, ref), brand_id=brand_id_of(SOURCE, row.brand),
        list_price_minor=row.price_minor, currency=CURRENCY, first_listed_at=listed_at,
        attributes={name: value for name, value in attributes.items() if value is not None},
    )  # fmt: skip


def _lay_item_ids(desk: duckdb.DuckDBPyConnection, items: list[NewItem]) -> None:
    """The ids of items as a table, with enums of shop and item: sorting by an enum is sorting by a number."""
    rows = pa.table({
        "product_id": pa.array([int(item.source_ref) for item in items], pa.int64()),
        "shop_id": [str(item.shop_id) for item in items],
        "item_id": [str(item_id_of(item.shop_id, item.source_ref)) for item in items],
        "sku_id": [str(sku_id_of(item.shop_id, item.source_ref, item.source_ref)) for item in items],
        "category_id": pa.array([str(item.leaf_category_id) if item.leaf_category_id else None for item in items],
                                pa.string()),
    })  # fmt: skip
    desk.register("incoming_items", rows)
    desk.execute("create type shop_key as enum (select distinct shop_id from incoming_items order by shop_id)")
    desk.execute("create type item_key as enum (select item_id from incoming_items order by shop_id, item_id)")
    desk.execute(
        "create table item_ids as"
        " select *, shop_id::shop_key as shop_key, item_id::item_key as item_key from incoming_items"
    )
    desk.unregister("incoming_items")
