"""Which nouns does the room `stock` know?

A *level* is the number of units of a SKU that may be sold now; an event may have a level of its own (*set aside*).
A *claim* asks for units of one or several SKUs for one buyer, all or nothing; its id is the checkout's. An accepted
claim leaves a *hold* for each SKU: held, then sold when it is paid, or released. A *change* tells why the number of
units is what it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple, Protocol
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.refusal import Refusal

NEEDS_MAX = 300  # SKUs of one claim: a whole cart
QUANTITY_MAX = 1_000_000  # units of one need
EXPIRES_SECONDS = 1_800  # unpaid holds end after 30 minutes
NO_EVENT = ""


class DeductMode(StrEnum):
    """When units are taken: with the order, or with its payment."""

    ORDER = "order"
    PAYMENT = "payment"


class HoldStatus(StrEnum):
    """Where a hold stands; the allowed moves are in `rules/hold_states.py`."""

    HELD = "held"
    NOTED = "noted"  # mode payment: ordered, not taken yet
    SOLD = "sold"
    RELEASED = "released"


class ChangeKind(StrEnum):
    """Why the number of units changed."""

    OPENING = "opening"
    ADJUSTMENT = "adjustment"
    SET_ASIDE = "set_aside"  # moved between a SKU's own level and an event's; both sides sum to zero


class LevelKey(NamedTuple):
    """Which level: of a SKU, of a SKU's units for one event where `event_ref` is not ''."""

    shop_id: UUID
    sku_id: UUID
    event_ref: str = NO_EVENT


@dataclass(frozen=True, slots=True)
class Need:
    """Units of one SKU. With an event they come from what was set aside for it; if nothing was, from the SKU's own."""

    shop_id: UUID
    sku_id: UUID
    quantity: int
    event_ref: str | None = None


class Claim(NamedTuple):
    """What one buyer asks for in one act, all or nothing. `payload` is the companion's: stock does not look at it."""

    claim_id: UUID
    buyer_id: UUID
    needs: tuple[Need, ...]
    payload: object = None
    expires_seconds: int = EXPIRES_SECONDS


class ClaimAnswer(NamedTuple):
    """What became of a claim: accepted (durable) at an instant of the database's clock, or refused.

    Repeated: it was accepted before and is not taken again; `at` is then the instant of the first time.
    """

    claim_id: UUID
    refusal: Refusal | None
    at: datetime | None
    is_repeated: bool = False


class Decider(Protocol):
    """A companion's word on claims that stock would accept, in their order."""

    def take(self, claim: Claim) -> Refusal | None:
        """Refuse, or remember the claim as taken. Pure: everything was read before."""
        ...


class Companion(Protocol):
    """What is written with the units in one transaction: orders. Lock order: stock → instruments → orders → ledger."""

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> Decider:
        """Read and lock what deciding needs, set-based; `at` is the database's clock of the batch."""
        ...

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> None:
        """Write what belongs to the accepted claims, set-based."""
        ...


class Written(NamedTuple):
    """What a companion would write with a batch, for its `ahead_sql`; right before `until` by the database's clock."""

    values: str
    until: datetime


class AheadPart(Protocol):
    """A part of a companion that can often tell before anything is locked what it would write: one question for all.

    `ahead_sql`: statements of a `with`, which read `go (at)`, one row where the batch is taken and none where not, and
    the `values` as $2.
    """

    ahead_sql: str

    def can_write(self, claim: Claim) -> bool:
        """Whether it knows already what to write if this one is taken. Pure."""
        ...

    def write_ahead(self, claims: Sequence[Claim]) -> Written:
        """What it writes if all of these are taken; it can write each. Pure."""
        ...

    def stand(self, claims: Sequence[Claim], at: datetime) -> None:
        """All of these were taken at an instant of the database's clock, and what belongs to them is written."""
        ...


@dataclass(slots=True)
class Level:
    """A level as the batch that locked it sees it: `available` falls while claims are decided."""

    key: LevelKey
    available: int
    mode: DeductMode
    buyer_limit: int | None
    low_mark: int | None


@dataclass(frozen=True, slots=True)
class Hold:
    """Units taken, or noted, for a claim."""

    claim_id: UUID
    buyer_id: UUID
    key: LevelKey
    quantity: int
    status: HoldStatus
    held_at: datetime
    expires_at: datetime
    returned: int = 0


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of (claim, SKU) now that they are paid. What was settled or released before is in neither.

    `short`: mode payment, and the units were gone: give the money back.
    """

    sold: tuple[tuple[UUID, UUID], ...]
    short: tuple[tuple[UUID, UUID], ...]


@dataclass(frozen=True, slots=True)
class OpeningStock:
    """The first count of a SKU. `is_simulated`: nobody counted, it is for a demonstration."""

    shop_id: UUID
    sku_id: UUID
    quantity: int
    warehouse_id: UUID | None = None
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class StockLine:
    """A level with what is held and sold of it, as the merchant sees it."""

    key: LevelKey
    item_id: UUID | None
    title: str
    spec: Mapping[str, str]
    available: int
    held: int
    sold: int
    mode: DeductMode
    buyer_limit: int | None
    low_mark: int | None
    is_simulated: bool
    changed_at: datetime

    @property
    def is_low(self) -> bool:
        """Whether the merchant should be told."""
        return self.low_mark is not None and self.available <= self.low_mark


@dataclass(frozen=True, slots=True)
class StockChange:
    """One reason why the number of units is what it is."""

    key: LevelKey
    change_key: str
    kind: ChangeKind
    delta: int
    warehouse_id: UUID | None
    reason: str
    actor_id: UUID | None
    is_simulated: bool
    changed_at: datetime
