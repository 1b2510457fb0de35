"""Does each price count that should, and does each that does not say why?"""

from dataclasses import replace
from fractions import Fraction

import pytest

from peakday.trade.price_history.model import Deal, DealKind, Note, OfferKind, Reason
from peakday.trade.price_history.rules.counted_prices import cheapest, judge_deal, judge_offer
from tests.trade.price_history.builders import COUNTING, DAY, OTHER_SKU, SKU, a_deal, a_scope, an_offer, at


def test_a_plain_deal_counts_at_its_exact_price_of_a_piece():
    judged = judge_deal(a_deal(1_000, quantity=3), a_scope(), COUNTING)
    assert (judged.price, judged.reasons, judged.notes) == (Fraction(1_000, 3), (), ())


@pytest.mark.capability("SH-03")
@pytest.mark.parametrize("change, reason", [
    ({"paid_at": at(10, 31, 23)}, Reason.OUTSIDE_WINDOW),
    ({"paid_at": at(12, 1, 0)}, Reason.OUTSIDE_WINDOW),
    ({"currency": "USD"}, Reason.OTHER_CURRENCY),
    ({"kind": DealKind.PRESALE}, Reason.PRESALE),
    ({"kind": DealKind.MEMBER}, Reason.KIND_NOT_COUNTED),
    ({"kind": DealKind.SECKILL}, Reason.KIND_NOT_COUNTED),
    ({"kind": DealKind.TRIAL}, Reason.KIND_NOT_COUNTED),
    ({"simulated": True}, Reason.SIMULATED),
    ({"flags": ("adjustment",)}, Reason.NOT_ONE_ITEM),
    ({"flags": ("order_level_only",)}, Reason.NOT_ONE_ITEM),
    ({"quantity": 0}, Reason.NO_PIECES),
    ({"paid_minor": 0}, Reason.NO_PRICE),
    ({"refunded_minor": 10_000}, Reason.REFUNDED),
])  # fmt: skip
def test_a_deal_that_does_not_count_says_why(change, reason):
    assert judge_deal(replace(a_deal(), **change), a_scope(), COUNTING).reasons == (reason,)


def test_all_reasons_are_said_not_only_the_first():
    odd = a_deal(0, quantity=0, simulated=True, kind=DealKind.PRESALE, currency="USD")
    assert judge_deal(odd, a_scope(sku_id=OTHER_SKU), COUNTING).reasons == (
        Reason.OTHER_CURRENCY, Reason.OTHER_SKU, Reason.PRESALE, Reason.SIMULATED, Reason.NO_PIECES, Reason.NO_PRICE,
    )  # fmt: skip


@pytest.mark.parametrize("kind", [DealKind.SPOT, DealKind.LIVE])
def test_spot_and_live_room_deals_count(kind):
    assert judge_deal(a_deal(kind=kind), a_scope(), COUNTING).counts


def test_red_packets_are_added_back_and_tax_is_taken_out():
    judged = judge_deal(a_deal(9_500, red_packet_minor=500, tax_minor=1_000), a_scope(), COUNTING)
    assert (judged.price, judged.notes) == (9_000, (Note.RED_PACKET_ADDED, Note.TAX_TAKEN_OUT))


def test_a_deal_paid_wholly_by_red_packets_has_a_price():
    judged = judge_deal(a_deal(0, red_packet_minor=500), a_scope(), COUNTING)
    assert (judged.price, judged.counts) == (500, True)


def test_a_partly_refunded_deal_counts_as_agreed():
    judged = judge_deal(a_deal(10_000, refunded_minor=9_999), a_scope(), COUNTING)
    assert (judged.price, judged.counts, judged.notes) == (10_000, True, (Note.PARTLY_REFUNDED,))


@pytest.mark.parametrize("kind, counts", [
    (OfferKind.LIST, True), (OfferKind.EVENT, True), (OfferKind.LIVE, True), (OfferKind.MEMBER, False),
])  # fmt: skip
def test_a_member_price_does_not_count_a_live_price_does(kind, counts):
    assert judge_offer(an_offer(kind=kind), a_scope(), COUNTING).counts is counts


@pytest.mark.parametrize("since, until, counts", [
    (at(10, 1), at(11, 1, 0), False),  # it ended when the window began
    (at(10, 1), at(11, 1, 1), True),
    (at(12, 1, 0), None, False),
    (at(11, 30, 23), None, True),
    (at(1, 1), None, True),
])  # fmt: skip
def test_an_offer_counts_if_it_held_at_some_moment_of_the_window(since, until, counts):
    judged = judge_offer(an_offer(since=since, until=until), a_scope(), COUNTING)
    assert judged.reasons == (() if counts else (Reason.OUTSIDE_WINDOW,))


def test_only_the_sku_asked_for_counts():
    assert judge_offer(an_offer(), a_scope(sku_id=SKU), COUNTING).counts
    assert judge_offer(an_offer(), a_scope(sku_id=OTHER_SKU), COUNTING).reasons == (Reason.OTHER_SKU,)
    assert judge_deal(a_deal(sku_id=None), a_scope(sku_id=SKU), COUNTING).reasons == (Reason.OTHER_SKU,)


def test_of_equal_prices_the_earliest_is_the_cheapest():
    early, late = a_deal(when=at(11, 2)), a_deal(when=at(11, 3))
    best = cheapest(judge_deal(deal, a_scope(), COUNTING) for deal in (late, early))
    assert best is not None
    assert best.deal == early
    assert cheapest([judge_deal(a_deal(quantity=0), a_scope(), COUNTING)]) is None


def test_a_group_of_deals_that_leaves_the_window_is_outside():
    group: Deal = replace(a_deal(when=at(11, 30)), deals=2, last_paid_at=at(11, 30) + DAY)
    assert judge_deal(group, a_scope(), COUNTING).reasons == (Reason.OUTSIDE_WINDOW,)
