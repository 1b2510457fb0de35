"""How much more must lie in a basket until an instrument gives more?

For a threshold that is reached, the next tier, or the next time that a single tier repeats; for one that is not
reached, its first tier. What is missing is money or pieces of the goods that the instrument counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from peakday.trade.promotions.model import Counts, GiftOffer, Gives, Id, Instrument, Tier, Tiers
from peakday.trade.promotions.priced import PricedCart, Reason


@dataclass(frozen=True, slots=True)
class NextTier:
    """So much more of what `counts` says, and the instrument gives `off` in all; a gift gives no money (None)."""

    instrument_id: Id
    missing: int
    counts: Counts
    at: int
    off: int | None
    gives: Gives


def next_tiers(priced: PricedCart, instruments: Iterable[Instrument]) -> list[NextTier]:
    """The next step of every instrument that has one, what is nearest first."""
    by_id = {instrument.instrument_id: instrument for instrument in instruments}
    counted = {
        step.instrument_ids[0]: step.counted for step in priced.steps if step.tier and len(step.instrument_ids) == 1
    }
    counted |= _counted_below(priced, by_id)
    found = [_next(by_id[identity], amount) for identity, amount in counted.items() if identity in by_id]
    return nearest_first(each for each in found if each is not None)


def nearest_first(found: Iterable[NextTier]) -> list[NextTier]:
    """In the order in which a buyer would reach them: money by what is missing, then pieces."""
    return sorted(found, key=lambda each: (each.counts is Counts.PIECES, each.missing, str(each.instrument_id)))


def _counted_below(priced: PricedCart, by_id: Mapping[Id, Instrument]) -> dict[Id, int]:
    """What counts so far of instruments whose first tier is not reached."""
    counted = {}
    for entry in priced.unused:
        first = _first_tier(by_id.get(entry.instrument_id))
        if entry.reason is Reason.THRESHOLD and entry.missing and first is not None:
            counted[entry.instrument_id] = first - entry.missing
    return counted


def _first_tier(instrument: Instrument | None) -> int | None:
    benefit = instrument.benefit if instrument else None
    if isinstance(benefit, Tiers):
        return min(tier.at for tier in benefit.tiers)
    return benefit.at if isinstance(benefit, GiftOffer) else None


def _next(instrument: Instrument, counted: int) -> NextTier | None:
    benefit = instrument.benefit
    if isinstance(benefit, GiftOffer):
        tier: Tier | None = _repeated(Tier(benefit.at, 0), counted, benefit.times_max if benefit.repeats else 1)
        counts, gives = benefit.counts, Gives.REDUCTION
    elif isinstance(benefit, Tiers):
        counts, gives = benefit.counts, benefit.gives
        if benefit.repeats:
            tier = _repeated(benefit.tiers[0], counted, benefit.times_max)
        else:
            tier = min((each for each in benefit.tiers if each.at > counted), key=lambda each: each.at, default=None)
    else:
        return None
    if tier is None:
        return None
    off = None if isinstance(benefit, GiftOffer) else tier.off
    return NextTier(instrument.instrument_id, tier.at - counted, counts, tier.at, off, gives)


def _repeated(tier: Tier, counted: int, times_max: int | None) -> Tier | None:
    """The next multiple of a tier that repeats, with what it gives in all."""
    times = counted // tier.at + 1 if tier.at else 1
    if times_max is not None and times > times_max:
        return None
    return Tier(tier.at * times, tier.off * times)
