"""Which dates has a track, on what does each depend, and where does it stand at an instant?

Enrolment → price lock → stock lock → warm-up → sale → tail → protection (SYSTEMS 11). The price is locked when
enrolment closes. A warm-up may begin while enrolment is still open, as in wave 2 of 2022: the track then still counts
as enrolling, for prices may change.
"""

from datetime import datetime

from peakday.trade.sale_events.model import Milestone, MilestoneKind, Phase, Track, WaveKind

PHASES = tuple(Phase)


def milestones_of(track: Track, protected_until: datetime) -> tuple[Milestone, ...]:
    """The dates of a track in the order in which they depend on each other."""
    dates: list[tuple[MilestoneKind, datetime, datetime | None]] = [
        (MilestoneKind.ENROLMENT, track.enrols_from, track.enrols_until),
        (MilestoneKind.PRICE_LOCK, track.enrols_until, None),
        (MilestoneKind.STOCK_LOCK, track.stock_locks_at, None),
    ]
    if track.warm_up:
        dates.append((MilestoneKind.WARM_UP, track.warm_up.starts_at, track.warm_up.ends_at))
    dates.append((MilestoneKind.SALE, track.sale.starts_at, track.sale.ends_at))
    dates += [(MilestoneKind.TAIL, wave.starts_at, wave.ends_at) for wave in track.waves if wave.kind is WaveKind.TAIL]
    dates.append((MilestoneKind.PROTECTION, track.ends_at, protected_until))
    before = [None, *(kind for kind, _, _ in dates)]
    return tuple(Milestone(kind, at, until, prior) for (kind, at, until), prior in zip(dates, before, strict=False))


def phase_at(track: Track, protected_until: datetime, now: datetime) -> Phase:
    """Where the track stands."""
    if now < track.enrols_from:
        return Phase.NOT_OPEN
    if now < track.enrols_until:
        return Phase.ENROLLING
    if now < track.sale.starts_at:
        return _phase_before_sale(track, now)
    if now < track.sale.ends_at:
        return Phase.SELLING
    if now < track.ends_at:
        return Phase.TAIL
    return Phase.PROTECTED if now < protected_until else Phase.OVER


def phase_ends_at(track: Track, phase: Phase) -> datetime:
    """When a phase before the end of the sale gives way to the next one."""
    warms_at = track.warm_up.starts_at if track.warm_up else track.sale.starts_at
    ends = {
        Phase.NOT_OPEN: track.enrols_from,
        Phase.ENROLLING: track.enrols_until,
        Phase.PRICE_LOCKED: track.stock_locks_at,
        Phase.STOCK_LOCKED: warms_at,
        Phase.WARMING: track.sale.starts_at,
        Phase.SELLING: track.sale.ends_at,
    }
    return ends.get(phase, track.ends_at)


def is_at_most(phase: Phase, last: Phase) -> bool:
    """Whether a phase is not later than another."""
    return PHASES.index(phase) <= PHASES.index(last)


def _phase_before_sale(track: Track, now: datetime) -> Phase:
    """Between the end of enrolment and the sale: a lock outweighs a warm-up that began early."""
    if now < track.stock_locks_at:
        return Phase.PRICE_LOCKED
    if track.warm_up and now >= track.warm_up.starts_at:
        return Phase.WARMING
    return Phase.STOCK_LOCKED
