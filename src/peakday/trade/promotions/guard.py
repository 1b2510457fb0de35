"""Who looks at an instrument before it may go live, and what does the look say?

A `Guard` inspects a candidate beside everything that is live: the health centre is one, opened by `place_guard`. It
answers *findings*: to be told (inform), to be confirmed by the merchant, or to be held until a second person approves.
Whoever confirms hands back the token of exactly what was seen, so nobody confirms what has changed meanwhile. There
is no guard by default: without one nothing is published.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, cast, runtime_checkable
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.text import Text
from peakday.trade.promotions.errors import Unguarded
from peakday.trade.promotions.model import Cart, Id, Instrument


class Severity(StrEnum):
    """How far a finding goes: it is told, it must be confirmed, or it holds the instrument for a second person."""

    INFORM = "inform"
    CONFIRM = "confirm"
    HOLD = "hold"


_ORDER = (Severity.INFORM, Severity.CONFIRM, Severity.HOLD)


@dataclass(frozen=True, slots=True)
class Witness:
    """The basket that proves a finding: `price_cart(cart, instruments, price_rules(rules_name, day_of(cart.at)))`.

    `cart` says the buyer's tags, channel and the instant; `instruments` are the offers and the cards that act.
    `price_minor` is what one piece of `sku_id` comes to; `trace` says how, sentence by sentence.
    """

    cart: Cart
    instruments: tuple[Instrument, ...]
    rules_name: str
    sku_id: Id
    price_minor: int
    trace: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: a stable code, how far it goes, what is wrong in words, the proof, and the expected loss.

    The words and figures depend on what is stored, not on the second of asking: the same look has the same token.
    `remedy` says what to do; `field` names the field of the form where it can be done ("" when there is none).
    """

    code: str
    severity: Severity
    text: Text
    witness: Witness | None = None
    loss_minor: int | None = None
    remedy: Text | None = None
    field: str = ""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What a guard found; empty when all is well."""

    findings: tuple[Finding, ...] = ()

    @property
    def severity(self) -> Severity | None:
        """The gravest of the findings; None when there is none."""
        return max((finding.severity for finding in self.findings), key=_ORDER.index, default=None)

    @property
    def token(self) -> str:
        """Names exactly these findings: codes, words, losses and the prices of their witnesses."""
        told = sorted(
            (f.code, f.severity, f.text.zh, f.text.en, str(f.loss_minor), str(f.witness and f.witness.price_minor))
            for f in self.findings
        )
        return hashlib.sha256(repr(told).encode()).hexdigest()[:32]


@runtime_checkable
class Guard(Protocol):
    """Whoever inspects an instrument before it goes live."""

    async def inspect(self, tx: Tx, shop_id: UUID | None, candidate: Instrument, now: datetime) -> Inspection:
        """What is wrong with the candidate beside all that is or will be live; `shop_id` None: the platform's own."""
        ...


def place_guard(house: House, guard: Guard) -> None:
    """Give the house its guard; done once, at opening."""
    house.engines[cast(type[Any], Guard)] = guard


def guard_of(house: House) -> Guard:
    """The guard of the house. Refuses with `Unguarded` when there is none: nothing may be published then."""
    guard = house.engines.get(cast(type[Any], Guard))
    if guard is None:
        raise Unguarded
    assert isinstance(guard, Guard)
    return guard
