"""Which nouns does the simulation know?

A `Plan` says how long a history is and how often what goes wrong. `Known` is what its people were told: the model that
the records are held against. A `SimulationFailed` names seed and step, so that anybody can see it again.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind
from peakday.trade.promotions.api import PresaleOffer
from peakday.trade.stock.model import Claim

BEGINNING = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
CURRENCY = "CNY"


@dataclass(frozen=True, slots=True)
class Faults:
    """How often what goes wrong; shares of 1."""

    crash_before_commit: float = 0.02
    crash_after_commit: float = 0.02  # done, and nobody is told
    answer_lost: float = 0.05  # of a placed checkout
    asked_twice: float = 0.05  # at the same time
    letter_lost: float = 0.08
    letter_doubled: float = 0.10
    letter_late: float = 0.06
    bank_down: float = 0.05
    clock_jump: float = 0.06  # forward by up to days, or back by minutes


@dataclass(frozen=True, slots=True)
class Plan:
    """One history."""

    seed: int
    steps: int
    shops: int = 6
    skus_a_shop: int = 6
    buyers: int = 60
    check_every: int = 2_500  # steps between two looks at all records
    check_after: int = 0  # no look before this step
    faults: Faults = field(default_factory=Faults)


@dataclass(frozen=True, slots=True)
class SkuOnShelf:
    """What can be bought."""

    shop_id: UUID
    item_id: UUID
    sku_id: UUID
    price_minor: int


@dataclass(frozen=True, slots=True)
class World:
    """Who is there and what is sold."""

    shelf: tuple[SkuOnShelf, ...]
    merchants: Mapping[UUID, Actor]
    buyers: tuple[Actor, ...]
    cards: tuple[UUID, ...] = ()  # instruments of which cards can be taken


@dataclass(frozen=True, slots=True)
class Ordered:
    """An order of a buyer."""

    buyer: Actor
    checkout_id: UUID
    shop_id: UUID
    order_id: UUID


@dataclass(frozen=True, slots=True)
class DepositPaid:
    """A presale whose tail is not paid."""

    checkout_id: UUID
    shop_id: UUID
    order_id: UUID
    since: datetime


@dataclass(slots=True)
class Known:
    """What people were told; lists are of those for whom something can happen next."""

    placed: dict[UUID, Actor] = field(default_factory=dict)  # checkout → its buyer: acknowledged
    refused: set[UUID] = field(default_factory=set)  # checkouts that do not stand
    unsure: list[tuple[Claim, Actor]] = field(default_factory=list)  # whose answer was lost
    unpaid: list[UUID] = field(default_factory=list)
    paying: dict[UUID, UUID] = field(default_factory=dict)  # payment → checkout
    to_ship: list[Ordered] = field(default_factory=list)
    shipped: list[Ordered] = field(default_factory=list)
    received: list[Ordered] = field(default_factory=list)
    refunds: list[tuple[UUID, UUID]] = field(default_factory=list)  # (shop, refund) that wait for an answer
    deposits: list[DepositPaid] = field(default_factory=list)
    presales: list[PresaleOffer] = field(default_factory=list)
    addresses: set[UUID] = field(default_factory=set)
    ever_shipped: set[UUID] = field(default_factory=set)  # acknowledged
    counts: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Told:
    """What a finished history tells of itself."""

    seed: int
    steps: int
    seconds: float
    checks: int
    days: float  # of virtual time
    counts: Mapping[str, int]


class Crash(Exception):  # noqa: N818 - a fault that is wanted
    """The process died here, as far as its caller can tell."""


class SimulationFailed(Exception):  # noqa: N818 - it says what it found
    """Something that must be true is not. After step `since` all was in order; None: that was not looked at."""

    def __init__(self, seed: int, step: int, what: str, since: int | None = None) -> None:
        super().__init__(f"seed {seed}, step {step}: {what}")
        self.seed = seed
        self.step = step
        self.what = what
        self.since = since

    @property
    def replay(self) -> str:
        """The shortest command that shows it again."""
        return f"peakday simulate {self.seed} --steps {max(self.step, 1)}"

    def __reduce__(self) -> tuple[type["SimulationFailed"], tuple[int, int, str, int | None]]:
        """How it travels from one process to another."""
        return SimulationFailed, (self.seed, self.step, self.what, self.since)


def a_buyer(buyer_id: UUID) -> Actor:
    """A shopper."""
    return Actor(ActorKind.BUYER, buyer_id, permissions=frozenset({"buy"}))


def a_merchant(shop_id: UUID) -> Actor:
    """The owner of a shop."""
    return Actor(ActorKind.MERCHANT, None, shop_id, frozenset({"*"}))
