"""Which prices count as a low price of an item, and why do the others not?

A price counts when it held (or was paid) in the window, in the currency asked for, for everybody: members' prices,
presale, seckill and trial lines do not count, a price of the live room does (SYSTEMS 7.2, 11; kinds are data of the
rule set `low_price`). A deal is compared without red packets, postage and tax: what red packets paid is added back, tax
is taken out, postage is never in it. Simulated lines, lines without pieces or money, and corrections of books are no
price; a wholly refunded deal was none in the end, a partly refunded one counts at what was agreed (own design).
"""

from collections.abc import Iterable
from fractions import Fraction

from peakday.trade.price_history.model import (
    Candidate,
    Counting,
    Deal,
    DealKind,
    Note,
    Offer,
    Reason,
    Scope,
)


def judge_offer(offer: Offer, scope: Scope, counting: Counting) -> Candidate:
    """The offer as a candidate of the scope, with every reason against it."""
    against = {
        Reason.OUTSIDE_WINDOW: not offer.overlaps(scope.window),
        Reason.OTHER_CURRENCY: offer.currency != scope.currency,
        Reason.OTHER_SKU: scope.sku_id not in {None, offer.sku_id},
        Reason.KIND_NOT_COUNTED: offer.kind not in counting.offered_kinds,
    }
    return Candidate(Fraction(offer.price_minor), _true(against), offer=offer)


def judge_deal(deal: Deal, scope: Scope, counting: Counting) -> Candidate:
    """The deal as a candidate of the scope, with every reason against it and what was done to its price."""
    window = scope.window
    inside = window.starts_at <= deal.paid_at and (deal.last_paid_at or deal.paid_at) < window.ends_at
    kind_counts = deal.kind in counting.dealt_kinds
    against = {
        Reason.OUTSIDE_WINDOW: not inside,
        Reason.OTHER_CURRENCY: deal.currency != scope.currency,
        Reason.OTHER_SKU: scope.sku_id not in {None, deal.sku_id},
        Reason.PRESALE: deal.kind is DealKind.PRESALE and not kind_counts,
        Reason.KIND_NOT_COUNTED: deal.kind is not DealKind.PRESALE and not kind_counts,
        Reason.SIMULATED: deal.simulated,
        Reason.NOT_ONE_ITEM: not counting.excluded_flags.isdisjoint(deal.flags),
        Reason.NO_PIECES: deal.quantity <= 0,
        Reason.NO_PRICE: deal.compared_minor <= 0,
        Reason.REFUNDED: deal.is_refunded,
    }
    done = {
        Note.RED_PACKET_ADDED: deal.red_packet_minor > 0,
        Note.TAX_TAKEN_OUT: deal.tax_minor > 0,
        Note.PARTLY_REFUNDED: deal.refunded_minor > 0 and not deal.is_refunded,
    }
    return Candidate(
        deal.price, _true(against), deal=deal, notes=tuple(note for note, is_done in done.items() if is_done)
    )


def cheapest(candidates: Iterable[Candidate]) -> Candidate | None:
    """The candidate with the lowest price of those that count; of equal ones the earliest."""
    return min((one for one in candidates if one.counts), key=order_of, default=None)


def order_of(candidate: Candidate) -> tuple[bool, Fraction, bool, float, int, int]:
    """Cheapest first, then offers, then the earlier; what has no pieces has no price and goes last."""
    if candidate.offer:
        offer = candidate.offer
        return (False, candidate.price, False, offer.valid_from.timestamp(), offer.sku_id.int, offer.offer_no or 0)
    deal = candidate.deal
    assert deal is not None
    return (deal.quantity <= 0, candidate.price, True, deal.paid_at.timestamp(), deal.order_id.int, deal.line_no)


def _true(against: dict[Reason, bool]) -> tuple[Reason, ...]:
    return tuple(reason for reason, holds in against.items() if holds)
