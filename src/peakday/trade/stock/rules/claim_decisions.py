"""Which of the claims that came in get their units?

They are decided in the order in which they came. A claim gets all of its units or none: it is accepted when every level
it needs still has as many, the buyer stays within the limits, and the companion (orders) agrees. What a claim does not
get stays for the next one. A need that names an event draws on what was set aside for it; where nothing was, on the
SKU's own units. Where units are taken with the payment (mode payment) a claim only needs them to be there: it is noted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.refusal import Refusal
from peakday.trade.stock.errors import BuyerLimitReached, EventLimitReached, NotStocked, SoldOut, StockShort
from peakday.trade.stock.model import NO_EVENT, Claim, Decider, DeductMode, HoldStatus, Level, LevelKey, Need


class EventKey(NamedTuple):
    """An event in a shop."""

    shop_id: UUID
    event_ref: str


@dataclass(slots=True)
class Shelf:
    """What the batch has locked and read; it changes with every accepted claim.

    `taken` and `taken_in_event`: what buyers hold and own already, where a limit applies; missing is 0.
    """

    levels: dict[LevelKey, Level]
    event_limits: dict[EventKey, int] = field(default_factory=dict)
    taken: dict[tuple[UUID, LevelKey], int] = field(default_factory=dict)
    taken_in_event: dict[tuple[UUID, EventKey], int] = field(default_factory=dict)


class Taken(NamedTuple):
    """Units that an accepted claim got of one level."""

    claim: Claim
    need: Need
    key: LevelKey
    status: HoldStatus
    is_limited: bool


@dataclass(slots=True)
class Decided:
    """The accepted claims with what each got, and one refusal or None a claim, in the order of the claims."""

    accepted: list[Claim] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)
    refusals: list[Refusal | None] = field(default_factory=list)


def decide_claims(claims: Sequence[Claim], shelf: Shelf, decider: Decider | None) -> Decided:
    """Decide claims in their order; `shelf` then shows what is left. Each claim's SKUs are distinct."""
    decided = Decided()
    levels: dict[int, Level | None] = {}  # by the need itself: in the hot minute a thousand claims share one
    for claim in claims:
        takes: list[tuple[Need, Level]] = []
        refusal = _refusal(claim, shelf, levels, takes)
        if refusal is None and decider is not None:
            refusal = decider.take(claim)
        decided.refusals.append(refusal)
        if refusal is None:
            decided.accepted.append(claim)
            decided.taken += [_take(claim, need, level, shelf) for need, level in takes]
    return decided


def level_of(need: Need, levels: dict[LevelKey, Level]) -> Level | None:
    """The level that a need draws on: the event's where units were set aside for it, else the SKU's own."""
    if need.event_ref:
        aside = levels.get(LevelKey(need.shop_id, need.sku_id, need.event_ref))
        if aside is not None:
            return aside
    return levels.get(LevelKey(need.shop_id, need.sku_id, NO_EVENT))


def _refusal(
    claim: Claim, shelf: Shelf, levels: dict[int, Level | None], takes: list[tuple[Need, Level]]
) -> Refusal | None:  # fmt: skip
    """Why the claim gets nothing, or None and the levels that it takes from."""
    in_events: dict[EventKey, int] = {}
    for need in claim.needs:
        if id(need) not in levels:
            levels[id(need)] = level_of(need, shelf.levels)
        level = levels[id(need)]
        if level is None:
            return NotStocked(sku_id=need.sku_id)
        if level.available < need.quantity:
            return _too_few(need, level)
        if level.buyer_limit is not None:
            had = shelf.taken.get((claim.buyer_id, level.key), 0)
            if had + need.quantity > level.buyer_limit:
                return BuyerLimitReached(sku_id=need.sku_id, limit=level.buyer_limit, had=had)
        if need.event_ref and shelf.event_limits:
            event = EventKey(need.shop_id, need.event_ref)
            in_events[event] = in_events.get(event, 0) + need.quantity
        takes.append((need, level))
    return _event_refusal(claim.buyer_id, in_events, shelf) if in_events else None


def _too_few(need: Need, level: Level) -> Refusal:
    if level.available == 0:
        return SoldOut(sku_id=need.sku_id)
    return StockShort(sku_id=need.sku_id, left=level.available)


def _event_refusal(buyer_id: UUID, in_events: dict[EventKey, int], shelf: Shelf) -> Refusal | None:
    for event, quantity in in_events.items():
        limit = shelf.event_limits.get(event)
        if limit is not None and shelf.taken_in_event.get((buyer_id, event), 0) + quantity > limit:
            return EventLimitReached(event_ref=event.event_ref, limit=limit)
    return None


def _take(claim: Claim, need: Need, level: Level, shelf: Shelf) -> Taken:
    is_limited = False
    if level.buyer_limit is not None:
        is_limited = True
        mine = (claim.buyer_id, level.key)
        shelf.taken[mine] = shelf.taken.get(mine, 0) + need.quantity
    if need.event_ref and shelf.event_limits:
        event = EventKey(need.shop_id, need.event_ref)
        if event in shelf.event_limits:
            is_limited = True
            ours = (claim.buyer_id, event)
            shelf.taken_in_event[ours] = shelf.taken_in_event.get(ours, 0) + need.quantity
    if level.mode is DeductMode.PAYMENT:
        return Taken(claim, need, level.key, HoldStatus.NOTED, is_limited)
    level.available -= need.quantity
    assert level.available >= 0, level
    return Taken(claim, need, level.key, HoldStatus.HELD, is_limited)
