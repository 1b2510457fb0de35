"""Does one price hold at a time, and the right one at each instant?"""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.price_history.errors import PriceOverlaps
from peakday.trade.price_history.rules.price_intervals import weave_offers
from tests.trade.price_history.builders import DAY, NOW, an_offer


def spans(stored, weaving):
    """What is stored afterwards: (price, first day, day after the last or None), in order."""
    after = [offer.until(weaving.ended.get(offer.offer_no, offer.valid_until)) for offer in stored]
    rows = sorted([*after, *weaving.added], key=lambda one: one.valid_from)
    day = timedelta(days=1)
    return [(o.price_minor, (o.valid_from - NOW) // day, o.valid_until and (o.valid_until - NOW) // day) for o in rows]


def on(price, first, last=None, **changes):
    return an_offer(price, NOW + first * DAY, None if last is None else NOW + last * DAY, **changes)


def test_a_new_price_ends_the_one_that_holds():
    stored = [on(100, 0, offer_no=1)]
    assert spans(stored, weave_offers(stored, [on(90, 5)])) == [(100, 0, 5), (90, 5, None)]


def test_a_price_with_an_end_gives_way_to_the_earlier_one_again():
    stored = [on(100, 0, offer_no=1)]
    assert spans(stored, weave_offers(stored, [on(90, 5, 7)])) == [(100, 0, 5), (90, 5, 7), (100, 7, None)]


def test_a_price_without_an_end_holds_until_the_next_that_is_known():
    stored = [on(100, 10, offer_no=1)]
    assert spans(stored, weave_offers(stored, [on(90, 0)])) == [(90, 0, 10), (100, 10, None)]


def test_the_same_fact_again_changes_nothing():
    stored = [on(100, 0, 5, offer_no=1), on(90, 5, offer_no=2)]
    weaving = weave_offers(stored, [on(100, 0), on(90, 5)])
    assert (weaving.ended, weaving.added) == ({}, ())


@pytest.mark.parametrize("new", [[on(80, 5)], [on(80, 3, 6)], [on(1, 9), on(2, 9)]])
def test_a_contradiction_is_refused(new):
    with pytest.raises(PriceOverlaps):
        weave_offers([on(100, 0, 5, offer_no=1), on(90, 5, offer_no=2)], new)


@given(
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 30)), max_size=8, unique_by=lambda one: one[1]),
    st.lists(st.tuples(st.integers(1, 99), st.integers(0, 30)), max_size=8, unique_by=lambda one: one[1]),
)
def test_of_prices_without_an_end_the_latest_begun_holds_at_each_instant(first, second):
    first_days = {day for _, day in first}
    known = {day: price for price, day in [*first, *(one for one in second if one[1] not in first_days)]}
    added = weave_offers([], [on(*one) for one in first]).added
    stored = [offer._replace(offer_no=n) for n, offer in enumerate(added)]
    new = [on(price, day) for price, day in second if day not in first_days]
    rows = spans(stored, weave_offers(stored, new))
    for day in range(32):
        expected = known[max(d for d in known if d <= day)] if any(d <= day for d in known) else None
        held = [price for price, start, end in rows if start <= day and (end is None or day < end)]
        assert held == ([] if expected is None else [expected])
