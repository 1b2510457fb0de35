"""Does a buyer get the difference that the dated rule promises, once, and never more than was paid?"""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.rulesets import in_force
from peakday.trade.price_history.model import Asked, OfferKind, ProtectionVerdict, Purchase, Reason
from peakday.trade.price_history.rules.price_protection import protect_price, protection_window
from tests.trade.price_history.builders import COUNTING, DAY, HOUR, OTHER_SKU, a_deal, an_offer, at

PAID_AT = at(11, 1, 1)


def protect(deal=None, offers=(), deals=(), asked_at=PAID_AT + 5 * DAY, how=Asked.ON_REQUEST, granted=0):
    deal = deal or a_deal(when=PAID_AT)
    rule = in_force("price_protection", date(2022, 11, 1))
    return protect_price(Purchase(deal, granted), (offers, deals), (how, asked_at), rule, COUNTING)


def later_price(minor, since=PAID_AT + DAY, **changes):
    return an_offer(minor, since, since + DAY, **changes)


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
@pytest.mark.parametrize("paid_at, last_day", [
    (at(10, 30), date(2022, 11, 14)),  # the day before the sale: 15 days
    (at(10, 31, 20), date(2022, 11, 26)),  # Double 11 2022
    (at(11, 11, 23), date(2022, 11, 26)),
    (at(11, 12, 0), date(2022, 11, 27)),
])  # fmt: skip
def test_golden_the_window_is_15_days_and_in_the_sale_of_2022_until_15_days_after_11_11(paid_at, last_day):
    rule = in_force("price_protection", paid_at.date() if paid_at.hour < 16 else (paid_at + timedelta(hours=8)).date())
    assert protection_window(paid_at, rule).last_day == last_day


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
def test_golden_the_sale_of_2022_protects_up_to_27_days():
    window = protection_window(at(10, 31, 20), in_force("price_protection", date(2022, 10, 31)))
    assert (window.last_day - window.first_day).days + 1 == 27


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
def test_a_lower_price_is_given_back_for_all_pieces():
    protection = protect(a_deal(20_000, PAID_AT, quantity=2), [later_price(9_000)])
    assert (protection.verdict, protection.amount_minor) == (ProtectionVerdict.DUE, 2_000)
    assert protection.lowest is not None
    assert protection.lowest.price == 9_000
    assert protection.version == "double-11-2022"


@pytest.mark.parametrize("offer", [
    later_price(10_000), later_price(9_000, PAID_AT - 3 * DAY), later_price(9_000, PAID_AT + 6 * DAY),
    later_price(9_000, kind=OfferKind.MEMBER), later_price(9_000, sku_id=OTHER_SKU), later_price(9_000, currency="USD"),
])  # fmt: skip
def test_a_price_that_is_not_lower_or_of_another_time_sku_or_circle_gives_nothing(offer):
    protection = protect(offers=[offer])
    assert (protection.verdict, protection.amount_minor) == (ProtectionVerdict.NOTHING_LOWER, 0)


def test_red_packets_count_on_neither_side():
    mine = a_deal(9_500, PAID_AT, red_packet_minor=500)
    theirs = a_deal(9_000, PAID_AT + DAY, ref="theirs", red_packet_minor=1_000)
    assert protect(mine, deals=[theirs]).verdict is ProtectionVerdict.NOTHING_LOWER
    assert protect(mine, deals=[replace(theirs, red_packet_minor=0)]).amount_minor == 1_000


def test_what_was_given_is_not_given_twice_and_a_still_lower_price_gives_the_rest():
    assert protect(offers=[later_price(9_000)], granted=1_000).verdict is ProtectionVerdict.GIVEN_ALREADY
    assert (
        protect(offers=[later_price(9_000), later_price(8_500, PAID_AT + 3 * DAY)], granted=1_000).amount_minor == 500
    )


def test_a_request_after_the_window_is_too_late_but_the_automatic_look_still_gives():
    late = {"offers": [later_price(9_000)], "asked_at": at(11, 27, 0)}
    assert protect(**late).verdict is ProtectionVerdict.WINDOW_OVER
    assert protect(**late, how=Asked.AUTOMATIC).amount_minor == 1_000


def test_a_price_behind_the_window_is_not_looked_at_by_the_automatic_look():
    far = later_price(1, at(11, 27, 0))
    judged = protect(offers=[far], asked_at=at(12, 20), how=Asked.AUTOMATIC)
    assert (judged.verdict, judged.candidates[0].reasons) == (ProtectionVerdict.NOTHING_LOWER, (Reason.OUTSIDE_WINDOW,))


@pytest.mark.parametrize("changes", [{"refunded_minor": 10_000}, {"quantity": 0}, {"flags": ("adjustment",)}])
def test_a_returned_or_odd_line_is_not_protected(changes):
    protection = protect(replace(a_deal(when=PAID_AT), **changes), [later_price(9_000)])
    assert (protection.verdict, protection.amount_minor) == (ProtectionVerdict.NOT_PROTECTED, 0)


def test_a_half_returned_line_gets_half():
    assert (
        protect(a_deal(20_000, PAID_AT, quantity=2, refunded_minor=10_000), [later_price(9_000)]).amount_minor == 1_000
    )


def test_the_own_order_proves_nothing():
    mine = a_deal(20_000, PAID_AT)
    judged = protect(mine, deals=[replace(mine, line_no=2, paid_minor=5)])
    assert judged.verdict is ProtectionVerdict.NOTHING_LOWER
    assert judged.candidates[0].reasons == (Reason.OWN_ORDER,)


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
@given(
    st.integers(1, 9_999), st.integers(1, 7),
    st.lists(st.tuples(st.integers(1, 9_999), st.integers(-48, 48)), max_size=6), st.integers(0, 9_999),
    st.integers(0, 3_000),
)  # fmt: skip
def test_it_equals_a_plain_recomputation_and_never_exceeds_what_was_paid(paid, pieces, prices, refunded, granted):
    mine = a_deal(paid, PAID_AT, quantity=pieces, refunded_minor=min(refunded, paid - 1))
    offers = [an_offer(minor, PAID_AT + 12 * n * HOUR, PAID_AT + 12 * n * HOUR + HOUR) for minor, n in prices]
    seen = [o.price_minor for o in offers if o.valid_until > PAID_AT and o.valid_from <= PAID_AT + 5 * DAY]
    kept = paid - mine.refunded_minor
    due = ceil(max(Fraction(paid) - min(seen) * pieces, Fraction(0)) * Fraction(kept, paid)) if seen else 0
    protection = protect(mine, offers, granted=granted)
    assert protection.amount_minor == max(due - granted, 0)
    assert protection.amount_minor <= kept
