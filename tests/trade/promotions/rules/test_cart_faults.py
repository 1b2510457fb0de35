"""Is what cannot be priced refused, with the field that is wrong?"""

from dataclasses import replace

import pytest

from peakday.trade.promotions.errors import BadCart, BadInstrument, CartTooLarge, InstrumentsDoNotStack
from peakday.trade.promotions.model import (
    INSTRUMENTS_MAX,
    LINES_MAX,
    Bundle,
    Component,
    Funder,
    Funding,
    GiftOffer,
    Line,
    NthPiece,
    PiecePrice,
)  # fmt: skip
from peakday.trade.promotions.rules.cart_price import price_cart
from tests.trade.promotions.builders import TMALL, a_cart, instruments, price


def fields(refusal) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in refusal.problems]


@pytest.mark.parametrize("change, problem", [
    ({"price_minor": -1}, ("price", "out_of_range")),
    ({"price_minor": 10**16}, ("price", "out_of_range")),
    ({"quantity": 0}, ("quantity", "out_of_range")),
    ({"quantity": 100_001}, ("quantity", "out_of_range")),
])  # fmt: skip
def test_a_line_without_price_or_pieces_is_refused(change, problem):
    cart = a_cart("A: 10.00")
    with pytest.raises(BadCart) as caught:
        price_cart(replace(cart, lines=(cart.lines[0]._replace(**change),)), [], TMALL)
    assert fields(caught.value) == [problem]
    assert caught.value.problems[0].value == "A"


def test_a_presale_whose_price_is_not_the_lines_is_refused():
    (line,) = a_cart("P: 100.00, deposit 20 cut 10").lines
    with pytest.raises(BadCart) as caught:
        price_cart(replace(a_cart("P: 1.00"), lines=(line._replace(price_minor=9_900),)), [], TMALL)
    assert fields(caught.value) == [("presale", "bad_terms")]


def test_two_lines_of_one_name_and_negative_postage_are_told_at_once():
    with pytest.raises(BadCart) as caught:
        price(["A: 1.00", "A: 2.00", "A: 3.00"], postage={"Shop": -1})
    assert fields(caught.value) == [("line_id", "doubled"), ("line_id", "doubled"), ("postage", "negative")]


def test_1000_lines_are_priced_and_1001_are_refused():
    lines = tuple(Line(f"{at:04}", "s", "i", "Shop", 100) for at in range(LINES_MAX + 1))
    offers = instruments("r: tiered reduction, 100 off every 1000")
    assert price_cart(replace(a_cart("A: 1.00"), lines=lines[:-1]), offers, TMALL).payable_minor == 90_000
    with pytest.raises(CartTooLarge) as caught:
        price_cart(replace(a_cart("A: 1.00"), lines=lines), offers, TMALL)
    assert caught.value.data == {"limit": 1000, "what": "lines", "count": 1001}


def test_500_instruments_are_priced_and_501_are_refused():
    packets = instruments(*[f"p{at:03}: red packet, 0.01 off" for at in range(INSTRUMENTS_MAX + 1)])
    assert price_cart(a_cart("A: 10.00"), packets[:-1], TMALL).payable_minor == 500
    with pytest.raises(CartTooLarge):
        price_cart(a_cart("A: 10.00"), packets, TMALL)


def test_an_instrument_that_comes_twice_is_refused():
    (packet,) = instruments("p: red packet, 1 off")
    with pytest.raises(InstrumentsDoNotStack) as caught:
        price_cart(a_cart("A: 10.00"), [packet, packet], TMALL)
    assert caught.value.data == {"first": "p", "second": "p"}


@pytest.mark.parametrize("words, change, problem", [
    ("x: shop coupon, 5 off", {"benefit": NthPiece(2, 5000)}, ("benefit", "wrong_kind")),
    ("x: shop coupon, 5 off, from 2022-11-10, until 2022-11-10", {}, ("valid_until", "ends_first")),
    ("x: shop coupon, 5 off", {"funding": ()}, ("funding", "no_funder")),
    ("x: shop coupon, 5 off, paid by merchant 0", {}, ("funding", "no_funder")),
    ("x: shop coupon, 5 off, paid by merchant 1 merchant 2", {}, ("funding", "doubled")),
    ("x: shop coupon, 5 off, paid by buyer 1", {}, ("funding", "wrong_funder")),
    ("x: gift card, 5 off", {"funding": (Funding(Funder.PLATFORM),)}, ("funding", "wrong_funder")),
    ("x: shop coupon, 5 off", {"discount_max_minor": -1}, ("discount_max_minor", "negative")),
    ("x: shop coupon, 5 off, at most 101% of the goods", {}, ("share_max_bp", "out_of_range")),
    ("x: shop coupon, 0 off", {}, ("off", "out_of_range")),
    ("x: shop coupon, 101% off", {}, ("off", "out_of_range")),
    ("x: shop coupon, 5 off from 10 / 6 off from 10", {}, ("tiers", "not_rising")),
    ("x: tiered rate, 5% off every 10", {}, ("repeats", "cannot_repeat")),
    ("x: tiered reduction, 5 off every 10, at most 0 times", {}, ("times_max", "out_of_range")),
    ("x: nth piece, every 0th piece 50% off", {}, ("nth", "out_of_range")),
    ("x: nth piece, every 2nd piece 101% off", {}, ("off_bp", "out_of_range")),
    ("x: nth piece, every 2nd piece 50% off, at most 0 times", {}, ("times_max", "out_of_range")),
    ("x: bundle, A for 5", {"benefit": Bundle((), 500)}, ("components", "empty")),
    ("x: bundle, A + A for 5", {}, ("components", "doubled")),
    ("x: bundle, A for 5", {"benefit": Bundle((Component("A", 0),), 500)}, ("quantity", "out_of_range")),
    ("x: bundle, A for 5", {"benefit": Bundle((Component("A"),), -1)}, ("price_minor", "out_of_range")),
    ("x: bundle, A for 5, at most 0 times", {}, ("sets_max", "out_of_range")),
    ("x: gift, gift G every 0", {}, ("at", "out_of_range")),
    ("x: gift, gift G from 5", {"benefit": GiftOffer(500, "G", 0)}, ("quantity", "out_of_range")),
    ("x: single price, price 5", {"benefit": PiecePrice()}, ("price_minor", "empty")),
    ("x: single price, price 5", {"benefit": PiecePrice(by_sku={"A": -1})}, ("price_minor", "negative")),
    ("x: single price, 0 off each", {}, ("off_minor", "out_of_range")),
    ("x: single price, 101% off each", {}, ("off_bp", "out_of_range")),
])  # fmt: skip
def test_an_instrument_that_contradicts_itself_is_refused_with_the_field(words, change, problem):
    (instrument,) = instruments(words)
    with pytest.raises(BadInstrument) as caught:
        price_cart(a_cart("A: 10.00"), [replace(instrument, **change)], TMALL)
    assert fields(caught.value) == [problem]
    assert caught.value.data == {"instrument": "x"}
