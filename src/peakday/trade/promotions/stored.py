"""Which nouns does an instrument become when it is kept: a status, versions, cards in wallets, uses, presales?

A stored instrument belongs to a shop, or to the platform (`shop_id` None). Every save is a new version, numbered
without gaps; what buyers meet is the newest version of a live instrument. When it holds is said by `valid_from` and
`valid_until` and the database's clock, never by a job. Money is whole minor units.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from peakday.kernel.text import Text
from peakday.trade.promotions.guard import Inspection
from peakday.trade.promotions.model import Channel, Funder, Id, Instrument, Kind, PresaleTerms
from peakday.trade.promotions.priced import PricedCart

NAME_MAX = 100
WORDS_MAX = 50  # tags of an audience, groups that it may not meet
REASON_MAX = 500
KEY_MAX = 100
PREFIX = "ins"  # of an instrument's shown id
CARD_PREFIX = "crd"
PRESALE_PREFIX = "prs"
VALUE_KINDS = frozenset({Kind.COINS, Kind.RED_PACKET, Kind.GIFT_CARD})  # a card of these keeps what was not spent


class InstrumentStatus(StrEnum):
    """Where an instrument is between a thought and its end; the moves are in `rules/instrument_states.py`."""

    DRAFT = "draft"
    WAITING_CONFIRMATION = "waiting_confirmation"  # the guard objected; who submitted must confirm or change it
    HELD = "held"  # a second person must approve
    LIVE = "live"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredInstrument:
    """An instrument as it was set up: its budgets and `stock_left` are the whole, not what is left of them."""

    shop_id: UUID | None
    instrument: Instrument
    status: InstrumentStatus
    version: int
    created_by: UUID | None
    created_at: datetime
    submitted_by: UUID | None
    approved_by: UUID | None
    changed_at: datetime
    reason: str = ""

    @property
    def instrument_id(self) -> UUID:
        """Its id; a stored instrument has none but a UUID."""
        identity = self.instrument.instrument_id
        assert isinstance(identity, UUID), identity
        return identity


@dataclass(frozen=True, slots=True)
class Version:
    """One saved version: who, when, and of which earlier one it is the return."""

    version: int
    instrument: Instrument
    saved_by: UUID | None
    saved_at: datetime
    rolled_back_to: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """One move of the status: who, when, why."""

    move_no: int
    version: int
    here: InstrumentStatus | None
    there: InstrumentStatus
    actor_name: str
    moved_by: UUID | None
    moved_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What was given out, used and spent of an instrument so far."""

    issued: int = 0
    used: int = 0
    spent: Mapping[Funder, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True)
class InstrumentFilter:
    """Which instruments of a shop a list shows; None and "" leave open."""

    search: str = ""
    status: InstrumentStatus | None = None
    kind: Kind | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a wish to go live: the status it came to, and what the guard said."""

    stored: StoredInstrument
    inspection: Inspection


@dataclass(frozen=True, slots=True)
class Issue:
    """So many cards of an instrument for a buyer; the same key is the same issue.

    `is_early`: also before the instrument holds, as coupons of a sale are given out days before.
    """

    instrument_id: UUID
    buyer_id: UUID
    key: str
    quantity: int = 1
    is_early: bool = False


@dataclass(frozen=True, slots=True)
class Use:
    """An order uses an instrument: by a card of the wallet, or an offer by itself (`card_id` None).

    `funders` says who bears how much; of a card of value the sum is what is taken off it.
    """

    order_id: UUID
    buyer_id: UUID
    instrument_id: UUID
    funders: Mapping[Funder, int] = field(hash=False)
    card_id: UUID | None = None

    @property
    def used_id(self) -> UUID:
        """What is used: the card, or the instrument itself."""
        return self.card_id or self.instrument_id

    @property
    def minor(self) -> int:
        """All that it gave."""
        return sum(self.funders.values())


@dataclass(frozen=True, slots=True)
class UseReturn:
    """What comes back of a use: the whole (the card and its count too), or a value. The same key comes back once."""

    order_id: UUID
    used_id: UUID
    key: str
    is_whole: bool
    funders: Mapping[Funder, int] = field(default_factory=lambda: MappingProxyType({}), hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresaleOffer:
    """The presale of a SKU: its terms, when deposits are taken and when the tail is paid (ends are not included)."""

    presale_id: UUID
    shop_id: UUID
    item_id: UUID
    sku_id: UUID
    currency: str
    terms: PresaleTerms
    deposit_from: datetime
    deposit_until: datetime
    tail_from: datetime
    tail_until: datetime
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """What a merchant asks the price of: pieces by SKU, the buyer's tags, the channel, the instant (None: now).

    `card_ids` are the instruments whose cards lie in the wallet; None: every live one, the best is chosen.
    """

    pieces: Mapping[UUID, int] = field(hash=False)
    at: datetime | None = None
    tags: frozenset[str] = frozenset()
    channel: Channel = Channel.APP
    card_ids: frozenset[UUID] | None = None
    live_room_id: str | None = None


@dataclass(frozen=True, slots=True)
class PricedBasket:
    """A basket's price, how it came about, and the titles of its lines."""

    priced: PricedCart
    trace: tuple[Text, ...]
    titles: Mapping[str, str]
    names: Mapping[Id, Text]
