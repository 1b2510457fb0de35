"""Which nouns does the health centre know?

A *ware* is a SKU with every price that is or will be asked for it. A *set-up* is an instrument with what is known of
its making. *A* is the lowest final price of one piece that any buyer can reach with any basket at any instant from now
on (a `Reach`, with its witness); *B* is the red line, the price at which the SKU makes a loss. *Risk* is A < B. A
*fault* is what is wrong in a set-up: a risk, or a mistake that has not hurt yet. Money is whole minor units; the price
of one piece is an exact fraction of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from fractions import Fraction
from typing import TypeAlias
from uuid import UUID

from peakday.kernel.text import Text
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Cart, Channel, Id, Instrument, PresaleTerms, PriceRules

RulesOn: TypeAlias = Callable[[date], PriceRules]  # how instruments act together on a market day

FINDING_PREFIX = "fnd"


@dataclass(frozen=True, slots=True)
class AskedPrice:
    """What one piece costs by itself for a while: for everybody, for buyers of a tag, or in live rooms."""

    price_minor: int
    valid_from: datetime
    valid_until: datetime | None = None
    tag: str | None = None
    is_live: bool = False

    def holds_at(self, at: datetime) -> bool:
        """Whether it is asked at an instant."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True)
class Presale:
    """Terms under which a SKU can be bought ahead, and when."""

    terms: PresaleTerms
    valid_from: datetime
    valid_until: datetime | None = None

    def holds_at(self, at: datetime) -> bool:
        """Whether it can be bought so at an instant."""
        return self.valid_from <= at and (self.valid_until is None or at < self.valid_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ware:
    """One SKU. `category_ids` are the leaf and its parents; `usual_minor` is the median of its late deals."""

    shop_id: Id
    item_id: Id
    sku_id: Id
    price_minor: int
    currency: str = "CNY"
    leaf_category_id: Id | None = None
    category_ids: frozenset[Id] = frozenset()
    asked: tuple[AskedPrice, ...] = ()
    presales: tuple[Presale, ...] = ()
    cost_minor: int | None = None
    usual_minor: int | None = None
    stock: int | None = None
    units_30_days: int = 0


@dataclass(frozen=True, slots=True)
class SetUp:
    """An instrument that is or will be live, or asks to be; `made_at` is when this version was written down."""

    instrument: Instrument
    shop_id: Id | None = None
    made_at: datetime | None = None
    is_candidate: bool = False


class LineSource(StrEnum):
    """Where a red line comes from. The last two are predictions: our definition."""

    TYPED_SKU = "typed_sku"
    TYPED_ITEM = "typed_item"
    SHOP_RULE = "shop_rule"
    COST = "cost"
    DEALS = "deals"


@dataclass(frozen=True, slots=True)
class RedLine:
    """B of one SKU and where it comes from."""

    price_minor: int
    source: LineSource

    @property
    def is_predicted(self) -> bool:
        """Whether nobody typed it."""
        return self.source in {LineSource.COST, LineSource.DEALS}


@dataclass(frozen=True, slots=True)
class RedLineRules:
    """What a merchant typed: B of SKUs and items, and the share (basis points) of the displayed price for the shop."""

    by_sku: Mapping[Id, int] = field(default_factory=dict)
    by_item: Mapping[Id, int] = field(default_factory=dict)
    shop_bp: int | None = None


class ExemptionReason(StrEnum):
    """Why a price below the red line is wanted."""

    CLEARANCE = "clearance"  # the whole stock may go
    LOSS_LEADER = "loss_leader"  # few pieces, a limit for each buyer
    NEW_CUSTOMERS = "new_customers"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Exemption:
    """Until when an item may be sold below its red line, down to which price, and why."""

    item_id: Id
    reason: ExemptionReason
    expires_at: datetime
    price_min_minor: int = 0

    @property
    def is_limited(self) -> bool:
        """Whether it is meant for few pieces, so that a missing limit is still a mistake."""
        return self.reason in {ExemptionReason.LOSS_LEADER, ExemptionReason.NEW_CUSTOMERS}


@dataclass(frozen=True, slots=True)
class Buyer:
    """A kind of buyer: the tags that open audiences, the door, and the live room through which the buyer came."""

    tags: frozenset[str] = frozenset()
    channel: Channel = Channel.APP
    live_room_id: Id | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """The lowest price that was found and confirmed by the calculator: the witness basket and what it comes to.

    `paid_minor` is for `quantity` pieces of the SKU on the line `WITNESS_LINE`; buyer and minute stand in the cart.
    """

    sku_id: Id
    paid_minor: int
    quantity: int
    cart: Cart
    instruments: tuple[Instrument, ...]
    rules_name: str
    until: datetime | None = None

    @property
    def price(self) -> Fraction:
        """Of one piece, in minor units, exactly."""
        return Fraction(self.paid_minor, self.quantity)

    @property
    def price_minor(self) -> int:
        """Of one piece, rounded down: below a whole red line exactly when the exact price is."""
        return self.paid_minor // self.quantity

    @property
    def at(self) -> datetime:
        """The instant from which it is reached."""
        return self.cart.at


class FaultKind(StrEnum):
    """What is wrong. The first is the plain risk; where a mistake explains a risk, the mistake is named."""

    BELOW_RED_LINE = "below_red_line"
    MISSING_ZERO = "missing_zero"
    LIST_PRICE_MISTYPED = "list_price_mistyped"
    FACE_REACHES_THRESHOLD = "face_reaches_threshold"
    RATE_COMPLEMENT = "rate_complement"
    THRESHOLD_UNIT = "threshold_unit"
    BUYER_LIMIT_MISSING = "buyer_limit_missing"
    ISSUE_UNLIMITED = "issue_unlimited"
    CLONE = "clone"
    START_IN_PAST = "start_in_past"
    RUNS_TOO_LONG = "runs_too_long"
    TOO_DEEP = "too_deep"
    NTH_UNLIMITED = "nth_unlimited"
    SINGLES_STACK = "singles_stack"
    SCOPE_TOO_WIDE = "scope_too_wide"
    PRESALE_BELOW = "presale_below"
    WAVE_OVERLAP = "wave_overlap"
    GIFT_TOO_DEAR = "gift_too_dear"
    CURRENCY_WRONG = "currency_wrong"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: of a SKU (with `reach` as its proof), or of an instrument.

    `instrument_ids` are those that bring it about, the one to change first. `field` is where it can be put right.
    `is_of_price`: it is the SKU's price that is wrong, whichever mistake explains it.
    """

    kind: FaultKind
    instrument_ids: tuple[Id, ...] = ()
    item_id: Id | None = None
    sku_id: Id | None = None
    reach: Reach | None = None
    red_line: RedLine | None = None
    loss_minor: int = 0
    field: str = ""
    is_of_price: bool = False

    @property
    def subject(self) -> str:
        """What it is about, its name among the warnings of a shop: a SKU's price, or a mistake of an instrument."""
        return f"sku:{self.sku_id}" if self.is_of_price else f"{self.kind}:{self.instrument_ids[0]}"


WITNESS_LINE = "1"  # the line of the SKU itself; companions follow


class FindingState(StrEnum):
    """Where a warning stands: seen by nobody or not yet acted upon, accepted with a reason, or gone."""

    OPEN = "open"
    ACCEPTED = "accepted"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFinding:
    """A warning as it is kept, with its item's title as a page wants it."""

    shop_id: UUID
    finding_id: UUID
    kind: FaultKind
    severity: Severity
    state: FindingState
    item_id: UUID | None
    sku_id: UUID | None
    instrument_ids: tuple[UUID, ...]
    reached_minor: int | None
    red_line: RedLine | None
    loss_minor: int
    currency: str
    reached_at: datetime | None
    found_at: datetime
    seen_at: datetime
    closed_at: datetime | None = None
    reason: str = ""
    witness: Mapping[str, object] | None = None
    trace: tuple[Text, ...] = ()
