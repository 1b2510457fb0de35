"""Do item-level offers stay within their funders' budgets, and leave nothing half done when they do not?"""

import pytest

from peakday.trade.promotions.model import PiecePrice
from peakday.trade.promotions.rules.item_prices import piece_off
from tests.trade.promotions.builders import a_cart, price


@pytest.mark.parametrize("offer", [
    "x: single price, 10 off each, merchant budget 39.99",
    "x: nth piece, every 2nd piece 40% off, merchant budget 39.99",
    "x: bundle, A + B for 80, merchant budget 39.99",
])  # fmt: skip
def test_an_offer_beyond_its_budget_gives_nothing_at_all(offer):
    priced = price(["2 x A: 50.00, item shirt", "2 x B: 50.00, item shirt"], offer)
    assert (priced.discount_minor, priced.steps) == (0, ())
    assert [(entry.instrument_id, entry.reason) for entry in priced.unused] == [("x", "budget")]


def test_where_the_deepest_price_is_beyond_its_budget_the_next_deepest_stands_in():
    offers = (
        "x: single price, 10 off each, merchant budget 39.99",
        "y: single price, 8 off each",
        "z: single price, 1 off each",
    )
    priced = price(["2 x A: 50.00", "2 x B: 50.00"], *offers)
    assert priced.given_by_instrument() == {"y": 3200}
    assert [(entry.instrument_id, entry.reason) for entry in priced.unused] == [("x", "budget"), ("z", "not_deepest")]


def test_each_price_that_its_budget_does_not_cover_gives_way_to_the_next():
    offers = (
        "x: single price, 10 off each, merchant budget 39.99",
        "y: single price, 8 off each, merchant budget 31.99",
        "z: single price, 1 off each, merchant budget 4.00",
    )
    priced = price(["2 x A: 50.00", "2 x B: 50.00"], *offers)
    assert priced.given_by_instrument() == {"z": 400}
    assert [(entry.instrument_id, entry.reason) for entry in priced.unused] == [("x", "budget"), ("y", "budget")]


def test_a_bundle_is_compared_with_what_stands_and_not_with_an_unfunded_price():
    offers = ("x: single price, 30 off each, merchant budget 1.00", "b: bundle, A + B for 80")
    priced = price(["A: 50.00", "B: 50.00"], *offers)
    assert priced.given_by_instrument() == {"b": 2000}
    assert [(entry.instrument_id, entry.reason) for entry in priced.unused] == [("x", "budget")]


def test_what_a_bundle_takes_away_need_not_be_funded():
    offers = ("x: single price, 5 off each, merchant budget 10.00", "b: bundle, A + B for 80")
    priced = price(["A: 50.00", "B: 50.00", "2 x C: 50.00"], *offers)
    assert priced.given_by_instrument() == {"b": 2000, "x": 1000}


def test_a_bundle_beyond_its_budget_leaves_the_single_prices():
    words = ("p: single price, 1 off each", "b: bundle, A + B for 80, merchant budget 1.00")
    assert price(["A: 50.00", "B: 50.00"], *words).given_by_instrument() == {"p": 200}


def test_a_price_by_sku_is_for_the_skus_that_it_names():
    first, second = a_cart("A: 50.00", "B: 50.00").lines
    offer = PiecePrice(by_sku={"A": 4000})
    assert (piece_off(offer, first, 5000), piece_off(offer, second, 5000)) == (1000, 0)
    both = PiecePrice(4500, {"A": 4000})
    assert (piece_off(both, first, 5000), piece_off(both, second, 5000)) == (1000, 500)


def test_a_bundle_takes_pieces_of_one_sku_from_several_lines():
    goods = ["A1: 60.00, sku A, room R1", "A2: 60.00, sku A", "2 x B: 40.00"]
    priced = price(goods, "b: bundle, A + B for 80")
    assert priced.given_by_instrument() == {"b": 4000}
    assert [line.payable_minor for line in priced.lines] == [4800, 4800, 6400]


def test_a_bundle_takes_earlier_lines_first():
    goods = ["A1: 60.00, sku A, room R1", "A2: 60.00, sku A", "B: 40.00"]
    priced = price(goods, "b: bundle, A + B for 80")
    assert [line.payable_minor for line in priced.lines] == [4800, 6000, 3200]
