"""Which nouns are there when shoppers take cards by themselves: what may be taken, by whom, and what was?

A card's instrument is *claimable* while a `Claiming` stands open for it: from when until when, how many a buyer may
take, and who. Taking one is a *claim*; its key makes a retry the same claim.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from peakday.kernel.text import Text
from peakday.trade.promotions.model import Instrument

CLAIMS_MAX = 100  # of one buyer and instrument
CLAIMABLE_MAX = 200  # shown at once


class Claimers(StrEnum):
    """Who may take a card."""

    EVERYBODY = "everybody"
    REGISTERED = "registered"  # no guests
    NEW_HERE = "new_here"  # who has never used an instrument of this owner


CLAIMERS_TEXTS: Mapping[Claimers, Text] = MappingProxyType({
    Claimers.EVERYBODY: Text("所有人", "everybody"), Claimers.REGISTERED: Text("登录用户", "signed-in customers"),
    Claimers.NEW_HERE: Text("新客", "new customers"),
})  # fmt: skip


class ClaimState(StrEnum):
    """Whether this buyer may take one now, or why not."""

    OPEN = "open"
    NOT_YET = "not_yet"
    TAKEN = "taken"  # as many as a buyer may have
    GONE = "gone"  # all were given out
    NOT_FOR_YOU = "not_for_you"
    OVER = "over"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claiming:
    """How cards of an instrument may be taken; `claim_until` is the first instant at which none can be."""

    instrument_id: UUID
    shop_id: UUID | None
    who: Claimers
    per_buyer: int
    claim_from: datetime
    claim_until: datetime | None = None
    closed_at: datetime | None = None
    claimed: int = 0  # by all so far


@dataclass(frozen=True, slots=True)
class Claimer:
    """Who asks: the buyer, whether a guest, how many claims so far, and whether an instrument of the owner was used."""

    is_guest: bool
    claimed: int
    has_used: bool


@dataclass(frozen=True, slots=True)
class Claimable:
    """A card on offer to a buyer: what it is (with what is left), how it may be taken, whether by this buyer now."""

    instrument: Instrument
    claiming: Claiming
    claimed: int  # by this buyer
    state: ClaimState
    summary: Text  # what it does, in a sentence


@dataclass(frozen=True, slots=True)
class Claimed:
    """A card that was taken; `is_repeated` when this key took it before."""

    card_id: UUID
    instrument_id: UUID
    is_repeated: bool
