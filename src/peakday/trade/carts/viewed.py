"""How does a cart look to its shopper?

Lines stand in groups by shop, what cannot be bought folded away with its reason. What is selected is priced till by
till (one currency and one set of rules each), with advice on what is missing to the next tier. Money is whole minor
units.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.shops.model import ShopFront
from peakday.trade.carts.quoted import Quote, QuotedLine
from peakday.trade.promotions.model import Counts, Gives, Id

PAGE_MAX = 300
SEARCH_LENGTH_MAX = 100


class Change(StrEnum):
    """What changed since the shopper last looked."""

    CHEAPER = "cheaper"
    DEARER = "dearer"
    SOLD_OUT = "sold_out"
    BACK_IN_STOCK = "back_in_stock"
    FEW_LEFT = "few_left"


class Sort(StrEnum):
    """The order of lines. By shop: groups in which the newest line stands first; else one row of single lines."""

    SHOP = "shop"
    NEWEST = "newest"
    PRICE_UP = "price_up"
    PRICE_DOWN = "price_down"
    SAVED = "saved"


class Show(StrEnum):
    """Which lines: all, selected ones, those whose price fell, those that cannot be bought."""

    ALL = "all"
    SELECTED = "selected"
    CHEAPER = "cheaper"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Look:
    """How the shopper looks: words of the title or shop, a shop, which lines, their order, a page of them.

    `has_best_price` and `has_advice` are what is left out when the house is under load (feature switches).
    """

    search: str = ""
    shop_id: UUID | None = None
    show: Show = Show.ALL
    sort: Sort = Sort.SHOP
    cursor: UUID | None = None  # the last SKU of the page before
    limit: int = PAGE_MAX
    has_best_price: bool = True
    has_advice: bool = True


class CartLine(NamedTuple):
    """A line as it is now: its price, what changed since the last look, why it cannot be bought (None: it can).

    `left` None: nobody counted. A selected line's `quoted.payable_minor` is its part of what is to be paid.
    """

    quoted: QuotedLine
    is_selected: bool
    added_at: datetime
    left: int | None
    seen_minor: int
    changes: tuple[Change, ...]
    problem: Problem | None

    @property
    def is_counted(self) -> bool:
        """Whether it is part of what is to be paid."""
        return self.is_selected and self.problem is None

    @property
    def saved_minor(self) -> int:
        """How much less one piece costs than when the shopper last looked."""
        return self.seen_minor - self.quoted.price_minor


@dataclass(frozen=True, slots=True)
class ShopGroup:
    """The lines of one shop on this page. `is_selected`: all of its lines that can be bought are (on any page)."""

    shop: ShopFront | None
    shop_id: UUID
    lines: tuple[CartLine, ...]
    is_selected: bool


@dataclass(frozen=True, slots=True)
class Advice:
    """What is missing to the next tier of an instrument (minor units or pieces), and what that tier gives."""

    instrument_id: Id
    name: Text
    missing: int
    counts: Counts
    off: int  # minor units, or basis points
    gives: Gives
    shop_id: Id | None  # whose instrument; None: over shops


@dataclass(frozen=True, slots=True)
class CardUsed:
    """A card or offer that gives something, with how much."""

    instrument_id: Id
    name: Text
    minor: int
    is_card: bool


@dataclass(frozen=True, slots=True)
class Till:
    """What is paid together: its price with the best cards, what gives it, and what is missing to more."""

    quote: Quote
    used: tuple[CardUsed, ...]
    advice: tuple[Advice, ...]

    @property
    def list_minor(self) -> int:
        """The goods before any discount."""
        return self.quote.best.priced.list_minor

    @property
    def discount_minor(self) -> int:
        """What others give."""
        return self.quote.best.priced.discount_minor

    @property
    def payable_minor(self) -> int:
        """What is to be paid."""
        return self.quote.payable_minor


@dataclass(frozen=True, slots=True)
class CartView:
    """A cart at an instant: a page of its lines, what cannot be bought, and the price of what is selected.

    Counts are of the whole cart; `found` is how many lines the search finds on all pages.
    """

    at: datetime
    version: int
    lines: int
    selected: int
    pieces: int  # of selected lines
    found: int
    groups: tuple[ShopGroup, ...]
    invalid: tuple[CartLine, ...]
    tills: tuple[Till, ...]
    next_cursor: UUID | None
