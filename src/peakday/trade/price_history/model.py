"""Which nouns does the room `price_history` know?

An `Offer` is a price that was asked for one piece of a SKU, with the interval in which it held. A `Deal` is what a paid
line came to: whole minor units for all its pieces, so that nothing is lost to a division; the price of a piece is an
exact fraction. Neither contains postage. A `Candidate` is an offer or a deal with the reasons why it does not count.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.clock import day_of, day_start
from peakday.kernel.rulesets import RuleSet


class OfferKind(StrEnum):
    """For whom a price was asked: for all, in a sale event, in a live room, for members."""

    LIST = "list"
    EVENT = "event"
    LIVE = "live"
    MEMBER = "member"


class DealKind(StrEnum):
    """How a line was sold."""

    SPOT = "spot"
    PRESALE = "presale"
    LIVE = "live"
    MEMBER = "member"
    SECKILL = "seckill"
    TRIAL = "trial"


class Reason(StrEnum):
    """Why a price does not count."""

    OUTSIDE_WINDOW = "outside_window"
    OTHER_CURRENCY = "other_currency"
    OTHER_EVENT = "other_event"
    OTHER_SKU = "other_sku"
    KIND_NOT_COUNTED = "kind_not_counted"
    PRESALE = "presale"
    SIMULATED = "simulated"
    NO_PIECES = "no_pieces"
    NO_PRICE = "no_price"
    REFUNDED = "refunded"
    NOT_ONE_ITEM = "not_one_item"  # flagged by its source: a correction of books, an order without lines
    OWN_ORDER = "own_order"


class Note(StrEnum):
    """What was done to a price before it was compared; the price counts all the same."""

    RED_PACKET_ADDED = "red_packet_added"
    TAX_TAKEN_OUT = "tax_taken_out"
    PARTLY_REFUNDED = "partly_refunded"


class Compared(StrEnum):
    """With what a claimed price is compared."""

    DEAL = "deal"
    LIST = "list"


class Verdict(StrEnum):
    """Whether a claimed price is proven."""

    PROVEN = "proven"
    TOO_HIGH = "too_high"
    NO_CANDIDATE = "no_candidate"


class DropVerdict(StrEnum):
    """How the time after an event is judged."""

    KEPT = "kept"
    VIOLATED = "violated"
    EXEMPT = "exempt"
    NO_EVENT_DEAL = "no_event_deal"


class ProtectionVerdict(StrEnum):
    """Whether a buyer gets a difference back."""

    DUE = "due"
    NOTHING_LOWER = "nothing_lower"
    GIVEN_ALREADY = "given_already"
    WINDOW_OVER = "window_over"
    NOT_PROTECTED = "not_protected"  # wholly refunded, or not a price of one item


class Asked(StrEnum):
    """Who began a protection."""

    AUTOMATIC = "automatic"
    ON_REQUEST = "on_request"


@dataclass(frozen=True, slots=True)
class Window:
    """From `starts_at` (included) to `ends_at` (not included); both aware."""

    starts_at: datetime
    ends_at: datetime

    @classmethod
    def of_days(cls, first_day: date, last_day: date) -> "Window":
        """The market days from first to last, both included."""
        return cls(day_start(first_day), day_start(date.fromordinal(last_day.toordinal() + 1)))

    @property
    def first_day(self) -> date:
        """The market day in which it begins."""
        return day_of(self.starts_at)

    @property
    def last_day(self) -> date:
        """The last market day of which a moment lies in it."""
        return day_of(max(self.starts_at, self.ends_at - datetime.resolution))


class Offer(NamedTuple):
    """A price asked for one piece; open until the next one when `valid_until` is None."""

    shop_id: UUID
    item_id: UUID
    sku_id: UUID
    kind: OfferKind
    price_minor: int
    currency: str
    valid_from: datetime
    valid_until: datetime | None = None
    source: str = "merchant"
    event_ref: str | None = None
    offer_no: int | None = None  # None: not stored yet

    def overlaps(self, window: Window) -> bool:
        """Whether it held at some moment of the window."""
        return self.valid_from < window.ends_at and (self.valid_until is None or window.starts_at < self.valid_until)

    def until(self, valid_until: datetime | None) -> "Offer":
        """The same price with another end."""
        return self._replace(valid_until=valid_until)


@dataclass(frozen=True, slots=True)
class Deal:
    """A paid line, or `deals` paid lines that are alike in all but order and time (from `paid_at` to `last_paid_at`).

    `paid_minor` is the whole line without postage; `red_packet_minor` is what payment-like instruments paid on top of
    it, `tax_minor` the tax within it, `refunded_minor` what went back for goods (not by price protection).
    """

    shop_id: UUID
    order_id: UUID
    line_no: int
    item_id: UUID
    sku_id: UUID | None
    kind: DealKind
    quantity: int
    paid_minor: int
    currency: str
    paid_at: datetime
    red_packet_minor: int = 0
    tax_minor: int = 0
    refunded_minor: int = 0
    event_ref: str | None = None
    flags: tuple[str, ...] = ()
    simulated: bool = False
    deals: int = 1
    last_paid_at: datetime | None = None

    @property
    def compared_minor(self) -> int:
        """What the line came to without red packets, postage and tax."""
        return self.paid_minor + self.red_packet_minor - self.tax_minor

    @property
    def is_refunded(self) -> bool:
        """Whether all that was paid went back."""
        return self.refunded_minor > 0 and self.refunded_minor >= self.paid_minor

    @property
    def price(self) -> Fraction:
        """The exact price of one piece in minor units; 0 for a line without pieces."""
        return Fraction(self.compared_minor, self.quantity) if self.quantity > 0 else Fraction(0)


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer or a deal, its price of one piece, and why it does not count; without reasons it counts."""

    price: Fraction
    reasons: tuple[Reason, ...]
    offer: Offer | None = None
    deal: Deal | None = None
    notes: tuple[Note, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether nothing speaks against it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Counting:
    """What counts as a low price: the rule set `low_price`, read."""

    version: str
    offered_kinds: frozenset[OfferKind]
    dealt_kinds: frozenset[DealKind]
    excluded_flags: frozenset[str]

    @classmethod
    def of(cls, ruleset: RuleSet) -> "Counting":
        """From one version of `low_price`."""
        params = ruleset.params
        return cls(
            ruleset.version,
            frozenset(map(OfferKind, params["offered_kinds"])),
            frozenset(map(DealKind, params["dealt_kinds"])),
            frozenset(params["excluded_flags"]),
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """Which prices are asked for: those in a window, in one currency; of one SKU or event, where one is named."""

    window: Window
    currency: str
    sku_id: UUID | None = None
    event_ref: str | None = None  # only the median looks at it


@dataclass(frozen=True, slots=True)
class LowPriceQuestion:
    """Of which item, or one SKU of it, on which market days (both included); of which event the median."""

    shop_id: UUID
    item_id: UUID
    first_day: date
    last_day: date
    sku_id: UUID | None = None
    event_ref: str | None = None


@dataclass(frozen=True, slots=True)
class PriceClaim:
    """The price of one piece at which an item, or one SKU of it, is to be enrolled on a market day."""

    shop_id: UUID
    item_id: UUID
    claimed_minor: int
    on: date
    sku_id: UUID | None = None
    campaign: str = "campaign_price"  # the rule set whose version of that day decides


@dataclass(frozen=True, slots=True)
class ProtectionAsk:
    """For which line a difference is asked, by whom."""

    shop_id: UUID
    order_id: UUID
    line_no: int
    asked: Asked = Asked.ON_REQUEST


@dataclass(frozen=True, slots=True)
class LowPrice:
    """The three figures of a window, and every candidate, cheapest first."""

    scope: Scope
    version: str
    candidates: tuple[Candidate, ...]
    lowest_offer: Candidate | None
    lowest_deal: Candidate | None
    median: Fraction | None  # of deals; one counts as often as it was made


@dataclass(frozen=True, slots=True)
class PriceProof:
    """That a claimed price may be enrolled, or why not: what JH-01 asks each enrolled item to carry."""

    item_id: UUID
    scope: Scope
    claimed_minor: int
    compared: Compared
    cut_percent_min: int
    versions: tuple[str, str]  # of the rules campaign_price and low_price
    candidates: tuple[Candidate, ...]
    lowest: Candidate | None
    permitted_minor: int | None  # the highest price that would be proven; None without a candidate
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an item, or one SKU of it, was enrolled for. `ended_at` is set when the event ended early for it."""

    ref: str
    shop_id: UUID
    item_id: UUID
    starts_at: datetime
    planned_end_at: datetime  # not included
    currency: str
    sku_id: UUID | None = None
    ended_at: datetime | None = None
    categories: tuple[str, ...] = ()  # the names on the category's path


@dataclass(frozen=True, slots=True)
class DropJudgement:
    """How the time after an event was judged: against which price, and the deals that were below it."""

    enrolment: Enrolment
    version: str
    protected: Window
    verdict: DropVerdict
    threshold: Fraction | None
    event_candidates: tuple[Candidate, ...]
    below: tuple[Candidate, ...]

    @property
    def violated_at(self) -> datetime | None:
        """When the first deal below the threshold was paid."""
        return min((c.deal.paid_at for c in self.below if c.deal), default=None)


@dataclass(frozen=True, slots=True)
class Penalty:
    """What one enrolment record costs: a warning (0 points), or points, fewer where the day's limit is reached."""

    enrolment_ref: str
    violated_at: datetime
    is_warning: bool
    points: int


@dataclass(frozen=True, slots=True)
class Purchase:
    """A buyer's line and what protection gave back for it so far."""

    deal: Deal
    granted_minor: int = 0


@dataclass(frozen=True, slots=True)
class Protection:
    """What a buyer is due for a line, against which lower price, and every price that was looked at."""

    purchase: Purchase
    version: str
    window: Window
    verdict: ProtectionVerdict
    amount_minor: int
    lowest: Candidate | None
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class PriorPrice:
    """The price that a reduction is announced against, and the whole per cent that may be announced."""

    version: str
    offer: Offer
    window: Window  # the days before the reduction, or before the first of progressive ones
    lowest: Candidate | None
    candidates: tuple[Candidate, ...]
    is_shorter: bool  # the thing was not offered during the whole window
    cut_percent: int  # 0: no reduction may be announced


@dataclass(frozen=True, slots=True)
class PricesAt:
    """The offers that hold at an instant, by (shop, SKU), cheapest first; SKUs without one are absent."""

    at: datetime
    offers: dict[tuple[UUID, UUID], list[Offer]]
