"""Which nouns does the room `promotions` know?

An *instrument* is anything that changes what a buyer pays: an *offer* applies by itself (a single-item price, a
tiered reduction), a *card* lies in the buyer's wallet (a coupon, a red packet, a gift card). It is data: a kind, a
benefit, a scope of goods, and limits. How kinds act together is a dated rule set (`PriceRules`). A *cart* of lines
priced with instruments is a `PricedCart`, in `priced.py`. Money is whole minor units of one currency; rates are basis
points (1/10,000).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import NamedTuple, TypeAlias
from uuid import UUID

from peakday.kernel.text import Text

Id: TypeAlias = UUID | str  # compared for equality only; what breaks ties is `Line.line_id`

LINES_MAX = 1_000
INSTRUMENTS_MAX = 500
PIECES_MAX = 100_000  # of one line
BASIS = 10_000  # basis points in a whole
EVERYTHING: frozenset[Id] = frozenset()


class Level(IntEnum):
    """Where an instrument acts; a lower level acts first."""

    ITEM = 1
    SHOP = 2
    CROSS_SHOP = 3
    PAYMENT = 4


class Kind(StrEnum):
    """What an instrument is; the rule set says how each kind acts."""

    SINGLE_PRICE = "single_price"
    LIVE_PRICE = "live_price"
    NTH_PIECE = "nth_piece"
    BUNDLE = "bundle"
    TIERED_REDUCTION = "tiered_reduction"
    TIERED_RATE = "tiered_rate"
    PIECE_TIERS = "piece_tiers"
    GIFT = "gift"
    SHOP_COUPON = "shop_coupon"
    ITEM_COUPON = "item_coupon"
    SHOP_RED_PACKET = "shop_red_packet"
    LIVE_COUPON = "live_coupon"
    CROSS_SHOP_TIER = "cross_shop_tier"
    CATEGORY_COUPON = "category_coupon"
    PLATFORM_COUPON = "platform_coupon"
    COINS = "coins"
    RED_PACKET = "red_packet"
    GIFT_CARD = "gift_card"


class Funder(StrEnum):
    """Who bears a share. What the buyer bears was paid before (a gift card): it is no discount."""

    PLATFORM = "platform"
    MERCHANT = "merchant"
    CREATOR = "creator"
    BUYER = "buyer"


class Channel(StrEnum):
    """Through which door the buyer shops."""

    APP = "app"
    PC = "pc"
    WAP = "wap"


class Counts(StrEnum):
    """What a threshold counts."""

    MONEY = "money"
    PIECES = "pieces"


class Gives(StrEnum):
    """What a tier gives: an amount in minor units, or a rate in basis points."""

    REDUCTION = "reduction"
    RATE = "rate"


class Thresholds(StrEnum):
    """Against what a threshold is tested: single-item price totals, or what earlier stages left."""

    PARALLEL = "parallel"
    PROGRESSIVE = "progressive"


class Extent(StrEnum):
    """Within what one instrument of a group applies."""

    LINE = "line"
    SHOP = "shop"
    CHECKOUT = "checkout"


class Returns(StrEnum):
    """What the buyer gets back of an instrument after a refund."""

    NEVER = "never"  # an offer: there is nothing to give back
    WHOLE_ORDER = "whole_order"  # a coupon: itself, when the whole order is refunded and it has not expired
    SHARE = "share"  # a card of value: the refunded lines' shares


@dataclass(frozen=True, slots=True)
class PiecePrice:
    """Each piece costs this; `by_sku` names SKUs that differ. Without `price_minor` only those are meant."""

    price_minor: int | None = None
    by_sku: Mapping[Id, int] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class PieceReduction:
    """Each piece costs this much less."""

    off_minor: int


@dataclass(frozen=True, slots=True)
class PieceRate:
    """Each piece costs this share less; the discount is rounded down."""

    off_bp: int


@dataclass(frozen=True, slots=True)
class NthPiece:
    """Of every `nth` pieces, dearest first, the last one costs less: by item, or over the whole scope when mixed."""

    nth: int
    off_bp: int
    times_max: int | None = None
    is_mixed: bool = False


@dataclass(frozen=True, slots=True)
class Component:
    """So many pieces of a SKU in a bundle."""

    sku_id: Id
    quantity: int = 1


@dataclass(frozen=True, slots=True)
class Bundle:
    """These pieces together cost `price_minor`."""

    components: tuple[Component, ...]
    price_minor: int
    sets_max: int | None = None


@dataclass(frozen=True, slots=True)
class Tier:
    """From `at` (minor units or pieces) on, `off` (minor units or basis points)."""

    at: int
    off: int


@dataclass(frozen=True, slots=True)
class Tiers:
    """The highest tier that is reached gives its `off`; a single tier may repeat: every `at`, again `off`."""

    tiers: tuple[Tier, ...]
    counts: Counts = Counts.MONEY
    gives: Gives = Gives.REDUCTION
    repeats: bool = False
    times_max: int | None = None


@dataclass(frozen=True, slots=True)
class GiftOffer:
    """From `at` on, pieces of a SKU for nothing, beside the cart."""

    at: int
    sku_id: Id
    quantity: int = 1
    counts: Counts = Counts.MONEY
    repeats: bool = False
    times_max: int | None = None


Benefit: TypeAlias = PiecePrice | PieceReduction | PieceRate | NthPiece | Bundle | Tiers | GiftOffer


@dataclass(frozen=True, slots=True)
class Scope:
    """Which lines count: each set that is not empty must hold the line; `except_items` must not."""

    shop_ids: frozenset[Id] = EVERYTHING
    item_ids: frozenset[Id] = EVERYTHING
    sku_ids: frozenset[Id] = EVERYTHING
    category_ids: frozenset[Id] = EVERYTHING
    except_items: frozenset[Id] = EVERYTHING


@dataclass(frozen=True, slots=True)
class Funding:
    """A funder, its weight among the funders, and what is left of its budget (None: no limit)."""

    funder: Funder
    weight: int = 1
    budget_left_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How often the instrument's template may be used: in one order, by one buyer, by all (None: no limit)."""

    per_order: int | None = None
    per_buyer: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Used:
    """How often a template was used before this cart."""

    by_buyer: int = 0
    in_total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """One offer or card. None in `group`, `reduces_base` means: as the rule set says for the kind.

    `template_id` is what limits count (a buyer may hold three cards of one template); it is the instrument itself when
    None. `exclusive_with` names groups that it may not meet on a line, "*" all. `stackable` single-item prices act on
    what the deepest one left. `valid_until` is the first instant at which it no longer holds.
    """

    instrument_id: Id
    kind: Kind
    name: Text
    currency: str
    benefit: Benefit
    scope: Scope = Scope()
    funding: tuple[Funding, ...] = (Funding(Funder.MERCHANT),)
    limits: Limits = Limits()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    template_id: Id | None = None
    group: str | None = None
    exclusive_with: frozenset[str] = frozenset()
    stackable: bool = False
    reduces_base: bool | None = None
    discount_max_minor: int | None = None
    share_max_bp: int | None = None
    audience: frozenset[str] = frozenset()
    channels: frozenset[Channel] = frozenset()
    live_room_id: Id | None = None
    stock_left: int | None = None

    @property
    def template(self) -> Id:
        """What the limits count."""
        return self.instrument_id if self.template_id is None else self.template_id


class PresaleKind(StrEnum):
    """Deposit cut: the price falls by an amount. Deposit inflation: the deposit counts as more than was paid."""

    CUT = "cut"
    INFLATION = "inflation"


@dataclass(frozen=True, slots=True)
class PresaleTerms:
    """Of one piece: presale price, deposit, and what paying the deposit takes off (the cut, or D − d)."""

    kind: PresaleKind
    price_minor: int
    deposit_minor: int
    off_minor: int


class Line(NamedTuple):
    """A SKU and its pieces. `line_id` is unique in the cart and decides ties: the smaller text comes first.

    `category_ids` are the leaf and its parents. With `presale` the deposit was paid, and the line is its tail.
    """

    line_id: str
    sku_id: Id
    item_id: Id
    shop_id: Id
    price_minor: int
    quantity: int = 1
    category_ids: frozenset[Id] = EVERYTHING
    live_room_id: Id | None = None
    presale: PresaleTerms | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cart:
    """What is priced: lines of one currency at one instant, for one buyer. `postage` by shop is never discounted."""

    lines: tuple[Line, ...]
    currency: str
    at: datetime
    tags: frozenset[str] = frozenset()
    channel: Channel = Channel.APP
    postage: Mapping[Id, int] = field(default_factory=dict, hash=False)
    used: Mapping[Id, Used] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class KindRule:
    """How a kind acts: its level, its stage in the level, the group of which one applies, and what comes back."""

    level: Level
    stage: int
    is_offer: bool
    group: str | None
    extent: Extent
    reduces_base: bool
    returns: Returns


@dataclass(frozen=True, slots=True)
class PresaleRules:
    """Bounds of a deposit (basis points of the price), minutes to pay it, what a faulty seller pays for it."""

    deposit_min_bp: int
    deposit_max_bp: int
    deposit_minutes: int
    seller_fault_times: int


@dataclass(frozen=True, slots=True)
class PriceRules:
    """One version of how instruments act together. `cross_shop` is the sale's own tier, None when there is none."""

    name: str
    version: str
    effective_from: date
    effective_to: date | None
    thresholds: Thresholds
    kinds: Mapping[Kind, KindRule]
    presale: PresaleRules
    cross_shop: Tier | None
