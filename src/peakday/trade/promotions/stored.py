"""Which nouns does an instrument become when it is kept: a status, versions, who did what and why?

A stored instrument belongs to a shop, or to the platform (`shop_id` None). Every save is a new version, numbered
without gaps; what buyers meet is the live version. When it holds is said by `valid_from` and `valid_until` and the
database's clock, never by a job.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from peakday.trade.promotions.model import Instrument

NAME_MAX = 100
WORDS_MAX = 50  # tags of an audience, groups that it may not meet
REASON_MAX = 500
PREFIX = "ins"  # of an instrument's shown id
CARD_PREFIX = "crd"


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
    """An instrument as it is kept. `instrument.instrument_id` is a UUID here."""

    shop_id: UUID | None
    instrument: Instrument
    status: InstrumentStatus
    version: int
    created_by: UUID | None
    submitted_by: UUID | None
    created_at: datetime
    changed_at: datetime
    reason: str = ""

    @property
    def instrument_id(self) -> UUID:
        """Its id; a stored instrument has none but a UUID."""
        identity = self.instrument.instrument_id
        assert isinstance(identity, UUID), identity
        return identity
