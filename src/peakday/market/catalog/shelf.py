"""What do shoppers look through? The shelf: every item on sale of every shop, as lists show it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

SHELF_PAGE_MAX = 60
COUNTED_MAX = 1_000  # beyond it a list says "more than"


class ShelfSort(StrEnum):
    """The order of a list of goods."""

    POPULAR = "popular"
    NEWEST = "newest"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"


@dataclass(frozen=True, slots=True)
class ShelfItem:
    """An item as a list shows it; `sku_id` is its cheapest SKU, `price_minor` what the catalogue asks for that one."""

    item_id: UUID
    shop_id: UUID
    sku_id: UUID
    sku_count: int
    title: str
    brand_name: str | None
    image: str | None
    leaf_category_id: UUID | None
    category_ids: tuple[UUID, ...]
    price_minor: int
    strike_price_minor: int | None
    currency: str
    listed_at: datetime
    popularity: int


@dataclass(frozen=True, slots=True)
class ShelfQuestion:
    """Which goods: words of title, brand and category (both languages), a shop, a category with all below, prices.

    With `is_any` an item that has some of the words is enough: what to show when nothing has all.
    """

    search: str = ""
    shop_id: UUID | None = None
    category_id: UUID | None = None
    price_min_minor: int | None = None
    price_max_minor: int | None = None
    sort: ShelfSort = ShelfSort.POPULAR
    is_any: bool = False
