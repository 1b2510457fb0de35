"""What are a category, a brand, an item and a SKU?

An item belongs to one shop and carries the number that its merchant gave it, `source_ref`. Its id is derived from the
two, so whoever knows the shop and the number knows the id, and the same file imported twice meets the same item.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from peakday.kernel.ids import derived_id

ITEM_PREFIX = "itm"
SKU_PREFIX = "sku"
CATEGORY_PREFIX = "cat"
BRAND_PREFIX = "brd"
SHOP_PREFIX = "shp"
IMPORT_PREFIX = "imp"
CATEGORY_UNKNOWN = "category_unknown"  # flag of an item whose source names no category


class ItemStatus(StrEnum):
    """Whether buyers see the item. The moves between them: `rules/item_states.py`."""

    ON_SALE = "on_sale"
    OFF_SHELF = "off_shelf"
    DELETED = "deleted"


@dataclass(frozen=True, slots=True)
class NewCategory:
    """A category as a source names it; `parent_ref` is the source_ref of its parent, none for a root."""

    source: str
    source_ref: str
    name_zh: str
    name_en: str
    parent_ref: str | None = None


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the market's tree; items hang on leaves only."""

    category_id: UUID
    parent_id: UUID | None
    name_zh: str
    name_en: str
    path: str
    path_en: str
    is_leaf: bool
    source: str
    source_ref: str


@dataclass(frozen=True, slots=True)
class NewBrand:
    """A brand as a source names it."""

    source: str
    source_ref: str
    name: str


@dataclass(frozen=True, slots=True)
class Brand:
    """A brand of the market."""

    brand_id: UUID
    name: str
    source: str
    source_ref: str


@dataclass(frozen=True, slots=True)
class NewSku:
    """One thing on a shelf: a spec of an item with its price and cost in minor units (none: unknown)."""

    source_ref: str
    spec: Mapping[str, str] = field(default_factory=dict)
    price_minor: int | None = None
    cost_minor: int | None = None
    quantity_stated: int | None = None
    status: ItemStatus = ItemStatus.ON_SALE


@dataclass(frozen=True, slots=True)
class NewItem:
    """An item to be stored in bulk; without `skus` it gets one, of its own number and list price."""

    shop_id: UUID
    source: str
    source_ref: str
    title: str
    leaf_category_id: UUID | None = None
    brand_id: UUID | None = None
    list_price_minor: int | None = None
    strike_price_minor: int | None = None
    currency: str = "CNY"
    first_listed_at: datetime | None = None
    attributes: Mapping[str, Any] = field(default_factory=dict)
    images: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    status: ItemStatus = ItemStatus.ON_SALE
    skus: tuple[NewSku, ...] = ()


@dataclass(frozen=True, slots=True)
class Sku:
    """A SKU as stored."""

    sku_id: UUID
    item_id: UUID
    source_ref: str
    spec: dict[str, str]
    price_minor: int | None
    cost_minor: int | None
    quantity_stated: int | None
    status: ItemStatus


@dataclass(frozen=True, slots=True)
class Item:
    """An item as stored, with its category's and brand's names; `skus` only where one item is read."""

    shop_id: UUID
    item_id: UUID
    source: str
    source_ref: str
    title: str
    leaf_category_id: UUID | None
    category_path: str | None
    category_path_en: str | None
    brand_id: UUID | None
    brand_name: str | None
    attributes: dict[str, Any]
    images: list[str]
    list_price_minor: int | None
    strike_price_minor: int | None
    currency: str
    status: ItemStatus
    flags: list[str]
    first_listed_at: datetime | None
    updated_at: datetime
    skus: tuple[Sku, ...] = ()


@dataclass(frozen=True, slots=True)
class ItemEdit:
    """What an edit sets; none leaves as it is."""

    title: str | None = None
    list_price_minor: int | None = None
    strike_price_minor: int | None = None
    status: ItemStatus | None = None


@dataclass(frozen=True, slots=True)
class ItemChange:
    """An edit that was made: the fields before and after, by whom and when, and whether it was undone."""

    edit_no: int
    edited_at: datetime
    edited_by: UUID | None
    before: dict[str, Any]
    after: dict[str, Any]
    undone_at: datetime | None


class ItemSort(StrEnum):
    """The order of a list of items."""

    NEWEST = "newest"
    TITLE = "title"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    UPDATED = "updated"


@dataclass(frozen=True, slots=True)
class ItemFilter:
    """Which items: words of the title or a number, a category with all below it, a state, a span of prices."""

    search: str | None = None
    category_id: UUID | None = None
    status: ItemStatus | None = None
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    sort: ItemSort = ItemSort.NEWEST


@dataclass(frozen=True, slots=True)
class CostedGood:
    """A SKU on sale as the health centre asks for it: its price by itself, its cost, its categories, stock stated."""

    item_id: UUID
    sku_id: UUID
    title: str
    price_minor: int
    cost_minor: int | None
    currency: str
    leaf_category_id: UUID | None
    category_ids: frozenset[UUID]  # the leaf and all above
    quantity_stated: int | None


def category_id_of(source: str, source_ref: str) -> UUID:
    """The id of the category that a source names so."""
    return derived_id(None, "category", source, source_ref)


def brand_id_of(source: str, source_ref: str) -> UUID:
    """The id of the brand that a source names so."""
    return derived_id(None, "brand", source, source_ref)


def item_id_of(shop_id: UUID, source_ref: str) -> UUID:
    """The id of the item to which this shop gave the number `source_ref`."""
    return derived_id(None, "item", str(shop_id), source_ref)


def sku_id_of(shop_id: UUID, item_ref: str, sku_ref: str) -> UUID:
    """The id of the SKU `sku_ref` of the item `item_ref` of this shop."""
    return derived_id(None, "sku", str(shop_id), item_ref, sku_ref)


def json_text(value: Mapping[str, Any]) -> str:
    """A mapping as JSON whose keys are in order, so that equal values are equal texts."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class Goods:
    """A SKU with what a cart needs of it: its item, its category and all above, and the price asked by itself."""

    sku_id: UUID
    item_id: UUID
    sku_ref: str
    item_ref: str
    title: str
    spec: dict[str, str]
    price_minor: int | None  # the SKU's own, else the item's list price; None: nothing is asked
    currency: str
    category_ids: frozenset[UUID]
    is_on_sale: bool


class Good(NamedTuple):
    """A SKU as events and bulk checks ask for it: numbers, price asked by itself, whether it is sold, stock stated."""

    item_id: UUID
    sku_id: UUID
    item_ref: str
    sku_ref: str
    price_minor: int | None  # the SKU's own, else the item's list price; None: nothing is asked
    currency: str
    is_on_sale: bool
    quantity_stated: int | None


class ShelfGood(NamedTuple):
    """A SKU of any shop as a shopper's cart asks for it; its price by itself, its categories, whether it is sold."""

    shop_id: UUID
    sku_id: UUID
    item_id: UUID
    title: str
    spec: dict[str, str]
    image: str | None
    price_minor: int | None  # the SKU's own, else the item's list price; None: nothing is asked
    currency: str
    category_ids: frozenset[UUID]  # the leaf and all above
    is_on_sale: bool
    leaf_category_id: UUID | None = None
