"""Below which price can one piece of a SKU certainly not fall?

A bound in closed form, so that the calculator need not price baskets for SKUs that are safe. The item level makes the
lowest single-item price p. Above it, an instrument takes at most so much off one piece: a rate its share of p; a
reduction of `off` from `at` at most off × p / at while p is below the threshold (a basket that just reaches it, with
the cheapest company), and `off` beyond. Of one group one applies, the others add up. f(p) = p − Σ cuts(p) does not fall
while it is positive, so the lowest p gives the lowest f. Shares are rounded by largest remainder: one minor unit for
each instrument is conceded. Budgets, limits, exclusions and progressive thresholds can only raise the price.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from peakday.operations.health.model import Buyer, Presale, Ware
from peakday.operations.health.rules.shelf import Shelf
from peakday.trade.promotions.model import (
    BASIS,
    Bundle,
    Counts,
    Gives,
    Instrument,
    Level,
    NthPiece,
    PiecePrice,
    PieceRate,
    PieceReduction,
    PriceRules,
    Tiers,
)  # fmt: skip

SingleBenefit = PiecePrice | PieceReduction | PieceRate


def price_floor(ware: Ware, instruments: Sequence[Instrument], base_minor: int, rules: PriceRules, shelf: Shelf) -> int:
    """A price that one piece cannot fall below with any of these instruments, asked `base_minor` by itself."""
    item_minor = lowest_item_price(ware, instruments, base_minor, shelf)
    return item_minor - cuts_above(instruments, item_minor, rules)


def presale_floor(presale: Presale, instruments: Sequence[Instrument], rules: PriceRules) -> int:
    """The same for a piece that is bought ahead: no item-level offer, thresholds count the presale price."""
    terms = presale.terms
    return terms.price_minor - terms.off_minor - cuts_above(instruments, terms.price_minor, rules)


def base_price(ware: Ware, buyer: Buyer, at: datetime) -> int:
    """What one piece costs by itself for a buyer at an instant: the lowest asked price, else the list price."""
    prices = [asked.price_minor for asked in ware.asked if asked.holds_at(at) and is_asked_of(asked, buyer)]
    return min(prices, default=ware.price_minor)


def is_asked_of(asked: object, buyer: Buyer) -> bool:
    """Whether an asked price is for this kind of buyer."""
    tag, is_live = getattr(asked, "tag", None), getattr(asked, "is_live", False)
    return (tag is None or tag in buyer.tags) and (not is_live or buyer.live_room_id is not None)


def lowest_item_price(ware: Ware, instruments: Sequence[Instrument], base_minor: int, shelf: Shelf) -> int:
    """The lowest single-item price of a piece: single prices, an n-th piece on average, or its part of a bundle."""
    single = single_price(ware, instruments, base_minor)
    lowest = single
    for instrument in instruments:
        benefit = instrument.benefit
        if isinstance(benefit, NthPiece):
            price = single if instrument.stackable else base_minor
            lowest = min(lowest, price - -(-price * benefit.off_bp // (BASIS * benefit.nth)) - 1)
        elif isinstance(benefit, Bundle):
            lowest = min(lowest, _part_of_bundle(ware, benefit, base_minor, shelf))
    return max(lowest, 0)


def single_price(ware: Ware, instruments: Iterable[Instrument], base_minor: int) -> int:
    """A piece's price after single prices: the deepest, then the stackable ones, what expires first acts first."""
    price = base_minor
    stacked = []
    for instrument in instruments:
        if isinstance(instrument.benefit, SingleBenefit):
            if instrument.stackable:
                stacked.append(instrument)
            else:
                price = min(price, _after(instrument.benefit, ware, base_minor))
    for instrument in sorted(stacked, key=_expiry) if len(stacked) > 1 else stacked:
        assert isinstance(instrument.benefit, SingleBenefit), instrument
        price = _after(instrument.benefit, ware, price)
    return price


def cuts_above(instruments: Iterable[Instrument], price_minor: int, rules: PriceRules) -> int:
    """What all instruments above the item level take off one piece of this single-item price, at most."""
    total = 0
    best_of_group: dict[str, int] = {}
    for instrument in instruments:
        benefit = instrument.benefit
        if isinstance(benefit, Tiers):
            cut = cut_above(instrument, benefit, price_minor, rules) + 1
            group = instrument.group if instrument.group is not None else rules.kinds[instrument.kind].group
            if group is None:
                total += cut
            elif cut > best_of_group.get(group, 0):
                best_of_group[group] = cut
    return total + sum(best_of_group.values())


def cut_above(instrument: Instrument, benefit: Tiers, price_minor: int, rules: PriceRules) -> int:
    """What one instrument takes off one piece at most."""
    is_payment = rules.kinds[instrument.kind].level is Level.PAYMENT
    cut = max(_tier_cut(tier.at, tier.off, benefit, price_minor, is_payment=is_payment) for tier in benefit.tiers)
    if instrument.discount_max_minor is not None:
        cut = min(cut, instrument.discount_max_minor)
    if instrument.share_max_bp is not None and not is_payment:
        cut = min(cut, -(-price_minor * instrument.share_max_bp // BASIS))
    return min(cut, price_minor)


def _tier_cut(at: int, off: int, benefit: Tiers, price_minor: int, *, is_payment: bool) -> int:
    if benefit.gives is Gives.RATE:
        return -(-price_minor * off // BASIS)
    if benefit.counts is Counts.PIECES or at == 0 or is_payment:
        return off * _times(benefit, at, price_minor)
    if price_minor >= at and not benefit.repeats:
        return off
    return -(-price_minor * off // at)


def _times(benefit: Tiers, at: int, price_minor: int) -> int:
    """How often a payment-like reduction repeats on one piece, at most."""
    return max(price_minor // at, 1) if benefit.repeats and at and benefit.counts is Counts.MONEY else 1


def _after(benefit: SingleBenefit, ware: Ware, price_minor: int) -> int:
    if isinstance(benefit, PieceRate):
        return price_minor - price_minor * benefit.off_bp // BASIS
    if isinstance(benefit, PieceReduction):
        return max(price_minor - benefit.off_minor, 0)
    own = benefit.by_sku.get(ware.sku_id, benefit.price_minor)
    return price_minor if own is None else min(price_minor, own)


def _part_of_bundle(ware: Ware, bundle: Bundle, base_minor: int, shelf: Shelf) -> int:
    """A piece's part of a bundle's price, by list price; the other pieces at the highest that is asked for them."""
    total = 0
    for part in bundle.components:
        other = shelf.wares.get(part.sku_id)
        if part.sku_id == ware.sku_id:
            total += base_minor * part.quantity
        elif other is not None:
            highest = max([other.price_minor, *[asked.price_minor for asked in other.asked]])
            total += highest * part.quantity
        else:
            return base_minor  # a piece that cannot be bought: the bundle cannot be packed
    return base_minor * bundle.price_minor // total - 1 if total > bundle.price_minor else base_minor


def _expiry(instrument: Instrument) -> tuple[float, str]:
    until = instrument.valid_until
    return (until.timestamp() if until is not None else float("inf"), str(instrument.instrument_id))
