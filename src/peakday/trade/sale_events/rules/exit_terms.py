"""May it leave the event now, what does that cost, and until when can it be taken back?

The dated rule set `event_exit` names the last phase in which an item, or a shop, may leave, and for each phase points
and minutes. Of a departure that touches several tracks the latest phase counts. Tracks whose sale is over stay: there
is nothing to leave, their orders and protected days run on. A departure can be taken back for so many minutes, never
beyond the phase in which it was made: behind it prices or stock are locked, or the sale has begun without it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from peakday.kernel.rulesets import RuleSet
from peakday.trade.sale_events.exits import ExitAsk, LostTrack
from peakday.trade.sale_events.model import Phase, TrackPlace
from peakday.trade.sale_events.rules.milestones import PHASES, is_at_most, phase_ends_at


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """What leaving means by the rules alone; `lost` are the tracks that are left."""

    phase: Phase
    allowed_until: datetime | None
    points: int
    undo_until: datetime | None
    lost: tuple[LostTrack, ...]
    seen: str

    @property
    def is_allowed(self) -> bool:
        """Whether anything may leave."""
        return self.allowed_until is not None


def exit_terms(ask: ExitAsk, places: Sequence[TrackPlace], rule: RuleSet, now: datetime) -> ExitTerms:
    """The terms for leaving the tracks of `places` (with what would leave as their counts) at an instant."""
    who = "shop" if ask.item_id is None else "item"
    last = Phase(rule.params[f"{who}_until"])
    wanted = [place for place in places if ask.track in {None, place.track.code}]
    held = [place for place in wanted if place.count.skus] or (wanted if ask.item_id is None else [])
    leaving = [place for place in held if is_at_most(place.phase, last)]
    phase = max((_asked(place) for place in leaving or held), key=PHASES.index, default=Phase.OVER)
    if not leaving:
        return ExitTerms(phase, None, 0, None, (), _seen(ask, phase, 0, ()))
    costs = rule.params["phases"][phase.value]
    points: int = costs[f"{who}_points"]
    undo_until = now + timedelta(minutes=costs["undo_minutes"])
    undo_until = min(undo_until, *(phase_ends_at(place.track, place.phase) for place in leaving))
    lost = tuple(_lost(place, now) for place in leaving)
    return ExitTerms(
        phase, max(phase_ends_at(place.track, last) for place in leaving), points,
        undo_until if undo_until > now else None, lost, _seen(ask, phase, points, lost),
    )  # fmt: skip


def _asked(place: TrackPlace) -> Phase:
    """A track that is not open yet, or in which nothing stands, costs what leaving while enrolling costs."""
    return Phase.ENROLLING if place.phase is Phase.NOT_OPEN or not place.count.skus else place.phase


def _lost(place: TrackPlace, now: datetime) -> LostTrack:
    track, count = place.track, place.count
    warm = track.warm_up
    return LostTrack(
        track=track, phase=place.phase, items=count.items, skus=count.skus, stock=count.stock,
        warm_seconds=_left(warm.starts_at, warm.ends_at, now) if warm else 0,
        sale_seconds=_left(track.sale.starts_at, track.sale.ends_at, now),
        protected_until=place.protected_until if now >= track.sale.starts_at and count.skus else None,
    )  # fmt: skip


def _left(starts_at: datetime, ends_at: datetime, now: datetime) -> int:
    return max(int((ends_at - max(starts_at, now)).total_seconds()), 0)


def _seen(ask: ExitAsk, phase: Phase, points: int, lost: tuple[LostTrack, ...]) -> str:
    """A name for what was shown; orders and seconds run on while somebody reads, so they are not in it."""
    parts = [str(ask.shop_id), str(ask.event_id), str(ask.item_id), str(ask.track), phase.value, str(points)]
    parts += [f"{one.track.code}:{one.phase.value}:{one.skus}:{one.stock}" for one in lost]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:24]
