"""What is the answer when a cart was priced?

A `PricedCart` holds every line with every share of every instrument by funder, the gifts, what could not be used and
why, and the steps that were taken (`rules/explanation.py` puts them in words). Lines stand in the order of their ids,
so the same cart is the same answer whatever the order in which it was given.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from peakday.trade.promotions.model import Counts, Funder, Id, Level, Tier

PRESALE_BENEFIT = "presale"  # stands as instrument where a deposit's cut or inflation is the discount


class Reason(StrEnum):
    """Why an instrument gave nothing."""

    NOT_STARTED = "not_started"
    EXPIRED = "expired"
    AUDIENCE = "audience"
    CHANNEL = "channel"
    BUYER_LIMIT = "buyer_limit"
    TOTAL_LIMIT = "total_limit"
    SOLD_OUT = "sold_out"
    NO_GOODS = "no_goods"  # no line of the cart is in its scope
    THRESHOLD = "threshold"  # its goods do not reach it
    NOT_DEEPEST = "not_deepest"  # another single-item price is lower on every line
    TAIL_TOO_SMALL = "tail_too_small"  # a presale's tail must exceed a card's face
    NOTHING_LEFT = "nothing_left"  # its goods cost nothing any more
    BUDGET = "budget"  # a funder cannot pay its part


class Share(NamedTuple):
    """What one funder gives to one line by one instrument."""

    instrument_id: Id
    level: Level
    funder: Funder
    minor: int


class PricedLine(NamedTuple):
    """One line: list = shares + deposit + payable. `item_minor` is the single-item price total (单品优惠价)."""

    line_id: str
    shop_id: Id
    quantity: int
    list_minor: int
    item_minor: int
    shares: tuple[Share, ...]
    deposit_minor: int
    payable_minor: int

    @property
    def discount_minor(self) -> int:
        """What others give; what a gift card pays is the buyer's own."""
        return sum(share.minor for share in self.shares if share.funder is not Funder.BUYER)

    @property
    def paid_minor(self) -> int:
        """What the buyer pays for the line in all: now, by deposit, and by cards of their own."""
        return self.list_minor - self.discount_minor


@dataclass(frozen=True, slots=True)
class Gift:
    """Pieces that come for nothing."""

    instrument_id: Id
    sku_id: Id
    quantity: int


@dataclass(frozen=True, slots=True)
class Unused:
    """An instrument that gave nothing; for a threshold, what is missing to it (minor units or pieces)."""

    instrument_id: Id
    reason: Reason
    missing: int = 0
    counts: Counts = Counts.MONEY


@dataclass(frozen=True, slots=True)
class Step:
    """One act of the calculation: the goods it counted, the tier it reached and how often, what it gave.

    `counts` is the unit of `counted` and of the tier. Item-level acts have no tier; `times` are sets or cheaper pieces.
    `lost_minor` is what it would have given to lines on which nothing was left.
    """

    instrument_ids: tuple[Id, ...]
    level: Level
    counted: int
    tier: Tier | None
    times: int
    given_minor: int
    lost_minor: int = 0
    counts: Counts = Counts.MONEY


@dataclass(frozen=True, slots=True)
class PricedCart:
    """A cart with its price, in minor units of `currency`, by a version of the rules."""

    currency: str
    rules_name: str
    rules_version: str
    lines: tuple[PricedLine, ...]
    gifts: tuple[Gift, ...]
    unused: tuple[Unused, ...]
    steps: tuple[Step, ...]
    postage_minor: int

    @property
    def list_minor(self) -> int:
        """The goods before any discount."""
        return sum(line.list_minor for line in self.lines)

    @property
    def payable_minor(self) -> int:
        """What is to be paid now, postage included."""
        return sum(line.payable_minor for line in self.lines) + self.postage_minor

    @property
    def discount_minor(self) -> int:
        """What others give; gift cards and deposits are the buyer's own money."""
        return sum(line.discount_minor for line in self.lines)

    def given_by_instrument(self) -> Mapping[Id, int]:
        """Each instrument that gave something, with how much."""
        given: dict[Id, int] = {}
        for line in self.lines:
            for share in line.shares:
                given[share.instrument_id] = given.get(share.instrument_id, 0) + share.minor
        return given

    def given_by_funder(self) -> Mapping[Funder, int]:
        """Each funder who gave something, with how much."""
        given: dict[Funder, int] = {}
        for line in self.lines:
            for share in line.shares:
                given[share.funder] = given.get(share.funder, 0) + share.minor
        return given
