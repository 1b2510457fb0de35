"""Are the three figures what a plain recomputation finds, and is every price shown with its reasons?"""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.price_history.model import DealKind, OfferKind
from peakday.trade.price_history.rules.lowest_price import lowest_price
from tests.trade.price_history.builders import (
    COUNTING,
    DAY,
    a_deal,
    a_scope,
    an_offer,
    at,
    deals_of,
)

FIRST = at(10, 28)
OFFERS = st.builds(
    lambda price, start, days, kind: an_offer(price, FIRST + start * DAY, FIRST + (start + days) * DAY, kind=kind),
    st.integers(1, 500), st.integers(0, 40), st.integers(1, 10), st.sampled_from(OfferKind),
)  # fmt: skip
DEALS = st.builds(
    lambda paid, pieces, hours, kind, refunded, packet, tax, simulated: a_deal(
        paid, FIRST + timedelta(hours=hours), quantity=pieces, kind=kind, refunded_minor=refunded,
        red_packet_minor=packet, tax_minor=tax, simulated=simulated,
    ),
    st.integers(0, 500), st.integers(0, 4), st.integers(0, 900), st.sampled_from(DealKind),
    st.sampled_from([0, 0, 9, 500]), st.sampled_from([0, 0, 50]), st.sampled_from([0, 0, 30]),
    st.sampled_from([False, False, True]),
)  # fmt: skip


@pytest.mark.capability("SH-03", page="/shop/{shop_id}/low-price")
def test_the_three_figures_of_a_window_and_every_candidate():
    offers = [an_offer(10_000, at(10, 1)), an_offer(8_000, at(11, 10), at(11, 12), kind=OfferKind.EVENT),
              an_offer(7_000, at(11, 10), at(11, 12), kind=OfferKind.MEMBER)]  # fmt: skip
    deals = [*deals_of(10_000, 8_000, 8_000), a_deal(1, kind=DealKind.PRESALE, ref="presale")]
    low = lowest_price(offers, deals, a_scope(), COUNTING)
    assert low.lowest_offer is not None
    assert low.lowest_deal is not None
    assert (low.lowest_offer.price, low.lowest_deal.price, low.median) == (8_000, 8_000, 8_000)
    assert [(int(one.price), one.counts) for one in low.candidates] == [
        (1, False), (7_000, False), (8_000, True), (8_000, True), (8_000, True), (10_000, True), (10_000, True),
    ]  # fmt: skip
    assert low.version == "2009"


def test_the_median_of_an_event_leaves_deals_of_other_events_out():
    deals = [a_deal(90, ref="1", event_ref="e1"), a_deal(100, ref="2"), a_deal(10, ref="3", event_ref="e2")]
    low = lowest_price([], deals, a_scope(event_ref="e1"), COUNTING)
    assert low.median == 100
    assert low.lowest_deal is not None
    assert low.lowest_deal.price == 10


@given(st.lists(OFFERS, max_size=12), st.lists(DEALS, max_size=12))
def test_the_figures_equal_a_plain_recomputation(offers, deals):
    start, end = at(11, 1, 0), at(12, 1, 0)
    asked = [o.price_minor for o in offers if o.kind != "member" and o.valid_from < end and o.valid_until > start]
    paid = sorted(
        Fraction(d.paid_minor + d.red_packet_minor - d.tax_minor, d.quantity)
        for d in deals
        if d.kind in {"spot", "live"} and not d.simulated and d.quantity and start <= d.paid_at < end
        and d.paid_minor + d.red_packet_minor > d.tax_minor
        and not (d.refunded_minor and d.refunded_minor >= d.paid_minor)
    )  # fmt: skip
    low = lowest_price(offers, deals, a_scope(), COUNTING)
    assert (low.lowest_offer and low.lowest_offer.price) == min(asked, default=None)
    assert (low.lowest_deal and low.lowest_deal.price) == min(paid, default=None)
    assert low.median == (paid[len(paid) // 2] if paid else None)
    assert len(low.candidates) == len(offers) + len(deals)


@given(st.lists(DEALS, max_size=8), st.randoms())
def test_the_order_in_which_prices_come_changes_nothing(deals, random):
    numbered = [replace(deal, line_no=n) for n, deal in enumerate(deals)]
    mixed = sorted(numbered, key=lambda _: random.random())
    assert lowest_price([], numbered, a_scope(), COUNTING) == lowest_price([], mixed, a_scope(), COUNTING)
