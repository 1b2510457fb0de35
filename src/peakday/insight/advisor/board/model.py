"""Which nouns does the live board know?

A *board* is one window of one scope in one currency: the whole market's or a shop's, of a market day or of a wave. A
*posting* is what one piece of news adds: a paid order, or money given back. *Sums* are paid, given back and a count
(orders; pieces for items, brands and categories). A posting belongs to the minute in which its order was paid, however
late it comes in, also when it takes away.
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.text import Text

DOMESTIC, FOREIGN = "domestic", "foreign"


class Dimension(StrEnum):
    """By what a board is broken down."""

    ITEM = "item"
    SHOP = "shop"
    BRAND = "brand"
    CATEGORY = "category"
    REGION = "region"
    BELT = "belt"
    ORIGIN = "origin"


class Window(NamedTuple):
    """A span that is counted by itself, from an instant (included) to an instant (not included)."""

    code: str  # day:2026-11-11, wave:{event}:{track}:{number}
    name: Text
    opens_at: datetime
    closes_at: datetime

    def holds(self, instant: datetime) -> bool:
        """Whether an order that was paid then belongs to it."""
        return self.opens_at <= instant < self.closes_at


class BoardKey(NamedTuple):
    """What names a board; without a shop it is the whole market's."""

    shop_id: UUID | None
    window: str
    currency: str
    simulated: bool


class PostedLine(NamedTuple):
    """What a posting adds to an item, its brand and its category; keys are text, '' is not stated."""

    item: str
    brand: str
    category: str
    paid_minor: int
    refund_minor: int
    pieces: int


class Posting(NamedTuple):
    """A paid order (`orders` 1), or money given back of one (`orders` 0). Keys are text, '' is not stated."""

    paid_at: datetime
    shop_id: UUID
    buyer_id: UUID | None
    region: str
    belt: str
    origin: str
    currency: str
    simulated: bool
    paid_minor: int
    refund_minor: int
    orders: int
    lines: tuple[PostedLine, ...]


Sums = list[int]  # paid_minor, refund_minor, count; lists, since they are added to tens of thousands of times a second


@dataclass(slots=True)
class Change:
    """What a round of counting adds to one board."""

    minutes: dict[int, Sums] = field(default_factory=dict)  # by minutes since 1970
    totals: dict[str, dict[str, Sums]] = field(default_factory=dict)  # by dimension and key
    buyers: set[UUID] = field(default_factory=set)


class Milestone(NamedTuple):
    """A brand or shop whose sum reached a step; taken back when corrections brought it below again."""

    dimension: str
    key: str
    step_minor: int
    crossed_at: datetime
    taken_back_at: datetime | None
    net_minor: int
