"""What are the nouns of goods across channels: a listing, our goods, a proposal, a link, a price, what goods kept?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from peakday.insight.channels.model import DayFigures
from peakday.kernel.text import Text


class Evidence(StrEnum):
    """Why a listing is held to be one of our goods."""

    CODE = "code"  # the seller's own code is the same
    TITLE = "title"  # the titles are the same but for case, width and signs
    MATCHER = "matcher"  # another matcher says so
    HAND = "hand"  # a person said so

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _EVIDENCE[self]


_EVIDENCE = {
    Evidence.CODE: Text("商家编码相同", "same seller code"),
    Evidence.TITLE: Text("标题相同", "same title"),
    Evidence.MATCHER: Text("同款匹配", "matched"),
    Evidence.HAND: Text("人工指定", "said by hand"),
}


class ListingKey(NamedTuple):
    """What names goods within one channel: its seller code, else its item number, else its title."""

    connection_id: UUID
    ref: str


@dataclass(frozen=True, slots=True)
class Listing:
    """Goods as a channel's files call them."""

    key: ListingKey
    title: str
    quantity: int
    last_paid_at: datetime


@dataclass(frozen=True, slots=True)
class OwnGood:
    """One of our SKUs as links need it."""

    item_id: UUID
    sku_id: UUID
    item_ref: str
    sku_ref: str
    title: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Which of our goods a listing seems to be; `sku_id` is none where the item has several."""

    listing: Listing
    item_id: UUID
    sku_id: UUID | None
    title: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class ItemLink:
    """Which of our goods a listing is, by a person's word."""

    key: ListingKey
    item_id: UUID
    sku_id: UUID | None
    evidence: Evidence
    linked_at: datetime


class Matcher(Protocol):
    """What finds our goods in other channels' listings; the plain one is `rules/item_match.py`."""

    def propose(self, listings: Sequence[Listing], goods: Sequence[OwnGood]) -> list[Proposal]:
        """At most one proposal a listing, and none where it is not sure."""
        ...


@dataclass(frozen=True, slots=True)
class Quote:
    """What one piece last cost in one channel: with tax, before postage. `where` is none for our own shop's price."""

    connection_id: UUID | None
    price_minor: int  # in the shop's currency
    told_minor: int  # as the channel told it
    currency: str
    day: date
    order_ref: str
    file_name: str
    row_no: int


@dataclass(frozen=True, slots=True)
class PriceGap:
    """The same goods at different prices: cheapest first."""

    item_id: UUID
    sku_id: UUID | None
    quotes: tuple[Quote, ...]
    gap_basis_points: int  # how far the dearest is above the cheapest


@dataclass(frozen=True, slots=True)
class ListingDay(DayFigures):
    """What one listing came to on one market day."""

    ref: str = ""

    @property
    def key(self) -> ListingKey:
        """Whose figures they are."""
        return ListingKey(self.connection_id, self.ref)


@dataclass(frozen=True, slots=True)
class GoodsProfit:
    """What one of our goods came to over all channels. Cost and profit are none where the cost is not known."""

    item_id: UUID
    sku_id: UUID | None
    by_channel: tuple[tuple[UUID, int], ...]  # pieces sold
    quantity: int
    net_minor: int
    cost_minor: int | None
    stock: int | None

    @property
    def profit_minor(self) -> int | None:
        """Net less what the goods cost us."""
        return None if self.cost_minor is None else self.net_minor - self.cost_minor

    def days_left(self, days: int) -> int | None:
        """For how many days the stock lasts at the pace of the last `days`; none without sales or stock."""
        if self.stock is None or self.quantity <= 0:
            return None
        return self.stock * days // self.quantity
