"""How do the catalogue's nouns look on the wire?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.imports import ImportRun
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.catalog.model import (
    BRAND_PREFIX,
    CATEGORY_PREFIX,
    IMPORT_PREFIX,
    ITEM_PREFIX,
    SKU_PREFIX,
    Brand,
    Category,
    Item,
    ItemChange,
    ItemStatus,
    Sku,
)

AmountMinor = Annotated[int, Field(ge=0, le=AMOUNT_MINOR_MAX)]


class CategoryBody(BaseModel):
    """A category; items hang on leaves."""

    category_id: str
    parent_id: str | None
    name_zh: str
    name_en: str
    path: str
    path_en: str
    is_leaf: bool


class CategoryList(BaseModel):
    """A page of categories by path."""

    items: list[CategoryBody]
    next_cursor: str | None


class BrandBody(BaseModel):
    """A brand."""

    brand_id: str
    name: str


class BrandList(BaseModel):
    """A page of brands."""

    items: list[BrandBody]
    next_cursor: str | None


class SkuBody(BaseModel):
    """A SKU; the cost is null for callers who may not see figures."""

    sku_id: str
    sku_ref: str
    spec: dict[str, str]
    price_minor: int | None
    cost_minor: int | None
    quantity_stated: int | None
    status: ItemStatus


class ItemRow(BaseModel):
    """An item in a list."""

    item_id: str
    item_ref: str
    title: str
    category_id: str | None
    category_path: str | None
    category_path_en: str | None
    brand: str | None
    list_price_minor: int | None
    strike_price_minor: int | None
    currency: str
    status: ItemStatus
    flags: list[str]
    images: list[str]
    first_listed_at: datetime | None
    updated_at: datetime


class ItemBody(ItemRow):
    """An item with its attributes and SKUs."""

    attributes: dict[str, str]
    skus: list[SkuBody]


class ItemList(BaseModel):
    """A page of items."""

    items: list[ItemRow]
    next_cursor: str | None


class NewItemBody(BaseModel):
    """A new item with one SKU of the same number."""

    item_ref: str = Field(min_length=1, max_length=64, pattern=LINE_PATTERN)
    title: str = Field(min_length=1, max_length=255, pattern=LINE_PATTERN)
    list_price_minor: AmountMinor
    strike_price_minor: AmountMinor | None = None
    category_id: Annotated[UUID, ShownId(CATEGORY_PREFIX)] | None = None
    status: ItemStatus = ItemStatus.ON_SALE


class ItemEditBody(BaseModel):
    """What an edit sets; what is absent stays."""

    title: str | None = Field(None, min_length=1, max_length=255, pattern=LINE_PATTERN)
    list_price_minor: AmountMinor | None = None
    strike_price_minor: AmountMinor | None = None
    status: ItemStatus | None = None


class ChangeBody(BaseModel):
    """An edit that was made."""

    edit_no: int
    edited_at: datetime
    before: dict[str, str | int | None]
    after: dict[str, str | int | None]
    undone_at: datetime | None


class ChangeList(BaseModel):
    """The latest edits of an item, latest first."""

    items: list[ChangeBody]
    next_cursor: str | None = None


class ImportBody(BaseModel):
    """How far an import has come."""

    import_id: str
    status: str
    share_done: float | None
    rows_read: int
    rows_accepted: int
    rows_refused: int
    started_at: datetime
    finished_at: datetime | None
    failure: str | None


class ImportList(BaseModel):
    """The shop's imports of items, latest first."""

    items: list[ImportBody]
    next_cursor: str | None = None


def category_body(category: Category) -> CategoryBody:
    """A category on the wire."""
    return CategoryBody(
        category_id=show_id(CATEGORY_PREFIX, category.category_id),
        parent_id=show_id(CATEGORY_PREFIX, category.parent_id) if category.parent_id else None,
        name_zh=category.name_zh, name_en=category.name_en, path=category.path, path_en=category.path_en,
        is_leaf=category.is_leaf,
    )  # fmt: skip


def brand_body(brand: Brand) -> BrandBody:
    """A brand on the wire."""
    return BrandBody(brand_id=show_id(BRAND_PREFIX, brand.brand_id), name=brand.name)


def item_row(item: Item) -> ItemRow:
    """An item in a list, on the wire."""
    return ItemRow(
        item_id=show_id(ITEM_PREFIX, item.item_id), item_ref=item.source_ref, title=item.title,
        category_id=show_id(CATEGORY_PREFIX, item.leaf_category_id) if item.leaf_category_id else None,
        category_path=item.category_path, category_path_en=item.category_path_en, brand=item.brand_name,
        list_price_minor=item.list_price_minor, strike_price_minor=item.strike_price_minor, currency=item.currency,
        status=item.status, flags=item.flags, images=item.images,
        first_listed_at=item.first_listed_at, updated_at=item.updated_at,
    )  # fmt: skip


def item_body(item: Item) -> ItemBody:
    """An item on the wire."""
    attributes = {name: str(value) for name, value in item.attributes.items()}
    return ItemBody(**item_row(item).model_dump(), attributes=attributes, skus=[_sku_body(sku) for sku in item.skus])


def _sku_body(sku: Sku) -> SkuBody:
    return SkuBody(
        sku_id=show_id(SKU_PREFIX, sku.sku_id), sku_ref=sku.source_ref,
        spec={name: str(value) for name, value in sku.spec.items()}, price_minor=sku.price_minor,
        cost_minor=sku.cost_minor, quantity_stated=sku.quantity_stated, status=sku.status,
    )  # fmt: skip


def change_body(change: ItemChange) -> ChangeBody:
    """An edit on the wire."""
    return ChangeBody(
        edit_no=change.edit_no, edited_at=change.edited_at, before=change.before, after=change.after,
        undone_at=change.undone_at,
    )  # fmt: skip


def import_body(run: ImportRun) -> ImportBody:
    """An import on the wire."""
    return ImportBody(
        import_id=show_id(IMPORT_PREFIX, run.run_id), status=run.status, share_done=run.share_done,
        rows_read=run.rows_read, rows_accepted=run.rows_accepted, rows_refused=run.rows_refused,
        started_at=run.started_at, finished_at=run.finished_at, failure=run.failure,
    )  # fmt: skip
