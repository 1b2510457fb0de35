"""What would an instrument be, changed by a few per cent or stopped?

`gives_bp` scales what it gives: a reduction, a rate (never beyond everything), and of a fixed price the price itself.
`at_bp` scales its thresholds of money; thresholds of pieces stay. Amounts are rounded down to whole minor units.
"""

from dataclasses import dataclass, replace

from peakday.trade.promotions.model import (
    BASIS,
    Benefit,
    Bundle,
    Counts,
    GiftOffer,
    Gives,
    Instrument,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    Tier,
    Tiers,
)

SCALE_MAX_BP = 100 * BASIS


@dataclass(frozen=True, slots=True)
class Change:
    """By how much: basis points of what it gives now and of its thresholds; stopped: it gives nothing."""

    gives_bp: int = BASIS
    at_bp: int = BASIS
    is_stopped: bool = False


def changed(instrument: Instrument, change: Change) -> Instrument | None:
    """The instrument as it would be; None: stopped."""
    assert 0 <= change.gives_bp <= SCALE_MAX_BP, change
    assert 0 <= change.at_bp <= SCALE_MAX_BP, change
    if change.is_stopped:
        return None
    return replace(instrument, benefit=_benefit(instrument.benefit, change))


def _benefit(benefit: Benefit, change: Change) -> Benefit:
    if isinstance(benefit, Tiers):
        return replace(benefit, tiers=tuple(_tier(tier, benefit, change) for tier in benefit.tiers))
    if isinstance(benefit, GiftOffer):
        return replace(benefit, at=_scaled(benefit.at, change.at_bp)) if benefit.counts is Counts.MONEY else benefit
    if isinstance(benefit, PieceReduction):
        return PieceReduction(_scaled(benefit.off_minor, change.gives_bp))
    if isinstance(benefit, PieceRate | NthPiece):
        return replace(benefit, off_bp=min(_scaled(benefit.off_bp, change.gives_bp), BASIS))
    return _price(benefit, change)


def _price(benefit: PiecePrice | Bundle, change: Change) -> Benefit:
    if isinstance(benefit, Bundle):
        return replace(benefit, price_minor=_scaled(benefit.price_minor, change.gives_bp))
    price = None if benefit.price_minor is None else _scaled(benefit.price_minor, change.gives_bp)
    return PiecePrice(price, {sku: _scaled(each, change.gives_bp) for sku, each in benefit.by_sku.items()})


def _tier(tier: Tier, benefit: Tiers, change: Change) -> Tier:
    at = _scaled(tier.at, change.at_bp) if benefit.counts is Counts.MONEY else tier.at
    off = _scaled(tier.off, change.gives_bp)
    return Tier(at, min(off, BASIS) if benefit.gives is Gives.RATE else off)


def _scaled(amount: int, scale_bp: int) -> int:
    return amount * scale_bp // BASIS
