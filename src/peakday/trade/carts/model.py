"""Which nouns does the room `carts` know?

A *line* is a SKU in a cart with its pieces; the cart is all lines of a buyer (a guest is a buyer too). What the shopper
saw when they last looked stays with the line, so that changes since then can be told. A *removal* is what was taken out
together and may come back. A *favourite* is a SKU kept without being bought.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

LINES_MAX = 300
LINE_PIECES_MAX = 9_999
FAVOURITES_MAX = 1_000
REMOVALS_KEPT_MAX = 10  # of one cart
UNDO_TIME = timedelta(hours=24)
EMPTY_CARTS_KEPT = timedelta(days=30)
REMOVAL_PREFIX = "rmv"


class Line(NamedTuple):
    """A SKU in a cart. `seen_left` None: nobody counted the stock when the shopper last looked."""

    shop_id: UUID
    sku_id: UUID
    quantity: int
    is_selected: bool
    added_at: datetime
    seen_minor: int
    seen_left: int | None = None
    live_room_id: str | None = None


@dataclass(frozen=True, slots=True)
class Wish:
    """That pieces of a SKU be added to a buyer's cart."""

    buyer_id: UUID
    shop_id: UUID
    sku_id: UUID
    quantity: int = 1
    live_room_id: str | None = None


@dataclass(frozen=True, slots=True)
class Added:
    """What came of a wish: the pieces that the line has now, the price of one, how many lines the cart has."""

    sku_id: UUID
    quantity: int
    price_minor: int
    currency: str
    lines: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class LineChange:
    """What to set of a line; None leaves as it is."""

    sku_id: UUID
    quantity: int | None = None
    is_selected: bool | None = None


@dataclass(frozen=True, slots=True)
class Selection:
    """Which lines: these SKUs, those of a shop, or all (both None)."""

    sku_ids: frozenset[UUID] | None = None
    shop_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Removal:
    """What was taken out together."""

    removal_id: UUID
    removed_at: datetime
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a guest's cart: lines that came over, that were there already, that went to the favourites."""

    moved: int
    joined: int
    to_favourites: int


@dataclass(frozen=True, slots=True)
class Favourite:
    """A SKU that is kept, with its price when it was put there."""

    shop_id: UUID
    sku_id: UUID
    seen_minor: int
    added_at: datetime
