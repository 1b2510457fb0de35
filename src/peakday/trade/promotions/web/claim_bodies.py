"""How do claims and cards look on the wire?"""

from datetime import datetime

from pydantic import BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.text import Text
from peakday.trade.promotions.claiming import CLAIMS_MAX, Claimable, Claimers, Claiming, ClaimState
from peakday.trade.promotions.model import Instrument, Kind, Tiers
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import CARD_PREFIX, KEY_MAX, PREFIX, VALUE_KINDS
from peakday.trade.promotions.web.answers import shown
from peakday.trade.promotions.web.bodies import SHOP_PREFIX


class ClaimingForm(BaseModel):
    """How shoppers may take cards: who, how many each, from when (None: now) until when (None: while it is live)."""

    who: Claimers = Claimers.EVERYBODY
    per_buyer: int = Field(1, ge=1, le=CLAIMS_MAX)
    claim_from: datetime | None = None
    claim_until: datetime | None = None


class ClaimingBody(BaseModel):
    """How shoppers may take cards of an instrument, and how many were taken."""

    instrument_id: str
    who: Claimers
    per_buyer: int
    claim_from: datetime
    claim_until: datetime | None
    closed_at: datetime | None
    claimed: int | None


class ClaimForm(BaseModel):
    """Which card a shopper takes; the same key again is the same card."""

    instrument_id: str = Field(max_length=60)
    key: str = Field(min_length=1, max_length=KEY_MAX, pattern=r"^[^\x00-\x1f]*$")


class ClaimedBody(BaseModel):
    """The card that was taken."""

    card_id: str
    instrument_id: str
    is_repeated: bool


class CardBody(BaseModel):
    """A card of the wallet; `value_left_minor` of a card of value."""

    card_id: str
    instrument_id: str
    kind: Kind
    name: str
    name_zh: str
    summary: str
    summary_zh: str
    currency: str
    shop_ids: list[str]
    value_left_minor: int | None
    valid_from: datetime | None
    valid_until: datetime | None


class CardList(BaseModel):
    """Cards, what expires first; `next_cursor` of the page behind."""

    items: list[CardBody]
    next_cursor: str | None


class ClaimableBody(BaseModel):
    """A card that may be taken, and whether by this buyer now."""

    instrument_id: str
    kind: Kind
    name: str
    name_zh: str
    summary: str
    summary_zh: str
    currency: str
    shop_ids: list[str]
    who: Claimers
    per_buyer: int
    claimed: int
    left: int | None
    state: ClaimState
    claim_from: datetime
    claim_until: datetime | None


class ClaimableList(BaseModel):
    """What these shops and the platform give out now or soon."""

    items: list[ClaimableBody]


def claiming_body(claiming: Claiming, *, shows_figures: bool) -> ClaimingBody:
    """A claiming as a body; how many were taken is a figure."""
    return ClaimingBody(
        instrument_id=show_id(PREFIX, claiming.instrument_id), who=claiming.who, per_buyer=claiming.per_buyer,
        claim_from=claiming.claim_from, claim_until=claiming.claim_until, closed_at=claiming.closed_at,
        claimed=claiming.claimed if shows_figures else None,
    )  # fmt: skip


def card_body(card: Instrument) -> CardBody:
    """A card of a wallet as a body."""
    name, summary = _english(card.name), say_instrument(card)
    benefit = card.benefit
    value = benefit.tiers[0].off if card.kind in VALUE_KINDS and isinstance(benefit, Tiers) else None
    return CardBody(
        card_id=shown(CARD_PREFIX, card.instrument_id), instrument_id=shown(PREFIX, card.template), kind=card.kind,
        name=name, name_zh=card.name.zh, summary=summary.en, summary_zh=summary.zh, currency=card.currency,
        shop_ids=_shops(card), value_left_minor=value, valid_from=card.valid_from, valid_until=card.valid_until,
    )  # fmt: skip


def claimable_body(one: Claimable) -> ClaimableBody:
    """What may be taken as a body."""
    instrument, claiming = one.instrument, one.claiming
    return ClaimableBody(
        instrument_id=show_id(PREFIX, claiming.instrument_id), kind=instrument.kind, name=_english(instrument.name),
        name_zh=instrument.name.zh, summary=one.summary.en, summary_zh=one.summary.zh, currency=instrument.currency,
        shop_ids=_shops(instrument), who=claiming.who, per_buyer=claiming.per_buyer, claimed=one.claimed,
        left=instrument.stock_left, state=one.state, claim_from=claiming.claim_from, claim_until=claiming.claim_until,
    )  # fmt: skip


def _english(name: Text) -> str:
    return name.en or name.zh


def _shops(instrument: Instrument) -> list[str]:
    return sorted(shown(SHOP_PREFIX, each) for each in instrument.scope.shop_ids)
