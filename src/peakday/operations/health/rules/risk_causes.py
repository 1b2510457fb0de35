"""Which mistake explains that a price falls below its red line?

The witness is read like a merchant would: a threshold that its face reaches, a price that is a tenth of what was meant,
a rate typed as its complement, a presale, a list price that is wrong itself, two single prices that stack, set-ups of
two waves that meet for some hours, an offer for the whole shop on goods that have a cut of their own. The first that
fits is named; where none fits it is the plain risk: things that add up.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta

from peakday.operations.health.model import WITNESS_LINE, FaultKind, Reach, Ware
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.operations.health.rules.shelf import costs_the_merchant
from peakday.trade.promotions.model import (
    BASIS,
    Counts,
    Gives,
    Id,
    Instrument,
    Line,
    PiecePrice,
    PieceRate,
    PieceReduction,
    Tier,
    Tiers,
)  # fmt: skip

Cause = tuple[FaultKind, tuple[Id, ...]]


def cause_of(reach: Reach, ware: Ware, limits: CheckLimits) -> Cause:
    """The mistake, and the instruments that bring the price about, the one to change first."""
    for name in _CAUSES:
        found = name(reach, ware, limits)
        if found is not None:
            kind, first = found
            return kind, _first(first, reach.instruments)
    return FaultKind.BELOW_RED_LINE, _first(_deepest(reach), reach.instruments)


def faces_threshold(instrument: Instrument) -> Tier | None:
    """The tier of which the face reaches the threshold, so that goods come for nothing; None when there is none."""
    benefit = instrument.benefit
    if not isinstance(benefit, Tiers) or benefit.gives is Gives.RATE or benefit.counts is Counts.PIECES:
        return None
    cap = instrument.discount_max_minor
    return next(
        (tier for tier in benefit.tiers if 0 < tier.at <= (tier.off if cap is None else min(tier.off, cap))), None
    )


def is_tenth(price_minor: int, meant_minor: int, limits: CheckLimits) -> bool:
    """Whether ten times a price is about what was meant: a zero is missing."""
    share = price_minor * 10 * BASIS
    return limits.tenth_low_bp * meant_minor <= share <= limits.tenth_high_bp * meant_minor


def is_tenth_of_deals(price_minor: int, usual_minor: int, limits: CheckLimits) -> bool:
    """Whether ten times a list price is about what deals, which are below list prices, usually come to."""
    share = price_minor * 10 * BASIS
    return limits.tenth_low_bp * usual_minor <= share <= limits.tenth_list_bp * usual_minor


def is_unit_mistaken(tier: Tier, price_minor: int, limits: CheckLimits) -> bool:
    """Whether a threshold is so small that yuan were typed where fen are meant."""
    is_tiny = tier.at * BASIS < price_minor * limits.tiny_threshold_bp
    return is_tiny and tier.off * BASIS <= tier.at * 100 * limits.share_usual_max_bp


Finder = Callable[[Reach, Ware, CheckLimits], tuple[FaultKind, Instrument | None] | None]


def _threshold(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    for instrument in reach.instruments:
        tier = faces_threshold(instrument)
        if tier is not None:
            is_unit = is_unit_mistaken(tier, ware.price_minor, limits)
            return FaultKind.THRESHOLD_UNIT if is_unit else FaultKind.FACE_REACHES_THRESHOLD, instrument
    return None


def _missing_zero(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    for instrument in reach.instruments:
        benefit = instrument.benefit
        if isinstance(benefit, PiecePrice):
            price = benefit.by_sku.get(ware.sku_id, benefit.price_minor)
            if price is not None and is_tenth(price, ware.price_minor, limits):
                return FaultKind.MISSING_ZERO, instrument
    base = _own(reach).price_minor
    if base < ware.price_minor and is_tenth(base, ware.price_minor, limits):
        return FaultKind.MISSING_ZERO, None
    return None


def _complement(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    del ware
    for instrument in reach.instruments:
        off = _rate_of(instrument)
        if off >= limits.two_thirds_bp and 0 < BASIS - off <= limits.usual_rate_max_bp:
            return FaultKind.RATE_COMPLEMENT, instrument
    return None


def _rate_of(instrument: Instrument) -> int:
    benefit = instrument.benefit
    if isinstance(benefit, PieceRate):
        return benefit.off_bp
    if isinstance(benefit, Tiers) and benefit.gives is Gives.RATE:
        return max(tier.off for tier in benefit.tiers)
    return 0


def _presale(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    del ware, limits
    return (FaultKind.PRESALE_BELOW, None) if _own(reach).presale is not None else None


def _list_price(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    base = _own(reach).price_minor
    is_wrong = ware.usual_minor is not None and is_tenth_of_deals(base, ware.usual_minor, limits)
    is_alone = not reach.instruments and base == ware.price_minor
    return (FaultKind.LIST_PRICE_MISTYPED, None) if is_wrong or is_alone else None


def _stacked(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    del ware, limits
    singles = [one for one in reach.instruments if isinstance(one.benefit, PiecePrice | PieceReduction | PieceRate)]
    stacked = [one for one in singles if one.stackable]
    return (FaultKind.SINGLES_STACK, stacked[-1]) if stacked and len(singles) > 1 else None


def _overlap(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    """One ends within hours after the other began, and both run longer than they meet."""
    del ware
    longest = timedelta(hours=limits.overlap_hours)
    for early in reach.instruments:
        for late in reach.instruments:
            if early.valid_until is None or late.valid_from is None or early.valid_from is None:
                continue
            met = early.valid_until - late.valid_from
            outlasts = late.valid_until is None or late.valid_until > early.valid_until
            if timedelta(0) < met <= longest and outlasts and _is_part(met, early) and _is_part(met, late):
                return FaultKind.WAVE_OVERLAP, early
    return None


def _is_part(met: timedelta, instrument: Instrument) -> bool:
    """Whether a meeting is at most two thirds of an instrument's own time."""
    if instrument.valid_from is None or instrument.valid_until is None:
        return True
    return met * 3 <= (instrument.valid_until - instrument.valid_from) * 2


def _scope(reach: Reach, ware: Ware, limits: CheckLimits) -> tuple[FaultKind, Instrument | None] | None:
    """An offer for the whole shop, on an item whose own cut is large."""
    own = [one for one in reach.instruments if one.scope.item_ids or one.scope.sku_ids]
    wide = [one for one in reach.instruments if _is_shop_wide(one)]
    deep = any(_own_cut_bp(one, ware) >= limits.own_cut_bp for one in own)
    return (FaultKind.SCOPE_TOO_WIDE, wide[-1]) if wide and deep else None


def _is_shop_wide(instrument: Instrument) -> bool:
    scope = instrument.scope
    is_narrow = scope.item_ids or scope.sku_ids or scope.category_ids
    return not is_narrow and len(scope.shop_ids) == 1 and costs_the_merchant(instrument)


def _own_cut_bp(instrument: Instrument, ware: Ware) -> int:
    benefit = instrument.benefit
    if isinstance(benefit, PieceRate):
        return benefit.off_bp
    if isinstance(benefit, PieceReduction):
        return benefit.off_minor * BASIS // max(ware.price_minor, 1)
    if isinstance(benefit, PiecePrice):
        price = benefit.by_sku.get(ware.sku_id, benefit.price_minor)
        return 0 if price is None else max(ware.price_minor - price, 0) * BASIS // max(ware.price_minor, 1)
    return 0


def _own(reach: Reach) -> Line:
    return next(line for line in reach.cart.lines if line.line_id == WITNESS_LINE)


def _deepest(reach: Reach) -> Instrument | None:
    return reach.instruments[-1] if reach.instruments else None


def _first(first: Instrument | None, instruments: Sequence[Instrument]) -> tuple[Id, ...]:
    rest = [one.instrument_id for one in instruments if one is not first]
    return tuple(rest) if first is None else (first.instrument_id, *rest)


_CAUSES: tuple[Finder, ...] = (
    _threshold, _missing_zero, _complement, _presale, _list_price, _overlap, _stacked, _scope,
)  # fmt: skip
