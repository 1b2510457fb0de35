"""Would several orders pay less than one?"""

import pytest

from peakday.trade.promotions.api import best_price, best_split
from tests.trade.promotions.builders import TMALL, a_cart, instruments


def split(goods, *, offers=(), wallet=(), **given):
    return best_split(a_cart(*goods, **given), instruments(*offers), instruments(*wallet), TMALL)


def lines_of(found):
    return sorted(sorted(line.line_id for line in order.cart.lines) for order in found.orders)


@pytest.mark.capability("TE-08")
def test_two_coupons_of_which_an_order_takes_one_pay_for_two_orders():
    found = split(
        ["A: 100.00", "B: 100.00"], wallet=["a: shop coupon, 20 off from 100", "b: shop coupon, 15 off from 100"]
    )
    assert lines_of(found) == [["A"], ["B"]]
    assert (found.whole.cost_minor, found.cost_minor, found.saved_minor) == (18_000, 16_500, 1_500)
    assert sorted(card for order in found.orders for card in order.best.cards) == ["a", "b"]


def test_postage_that_every_order_pays_keeps_the_basket_together():
    wallet = ["a: shop coupon, 20 off from 100", "b: shop coupon, 15 off from 100"]
    found = split(["A: 100.00", "B: 100.00"], wallet=wallet, postage={"Shop": 2_000})
    assert len(found.orders) == 1
    assert found.saved_minor == 0
    assert found.orders[0].best == found.whole.best


def test_an_offer_for_each_buyer_once_counts_once():
    found = split(["A: 100.00", "B: 100.00"], offers=["once: tiered reduction, 10 off from 100, 1 per buyer"])
    assert len(found.orders) == 1
    assert found.cost_minor == 19_000


def test_an_offer_that_does_not_repeat_gives_in_every_order():
    found = split(["A: 100.00", "B: 100.00"], offers=["each: tiered reduction, 10 off from 100"])
    assert lines_of(found) == [["A"], ["B"]]
    assert found.saved_minor == 1_000


def test_a_budget_is_spent_over_all_orders():
    offers = ["each: tiered reduction, 10 off from 100, merchant budget 15.00", "gift: gift, gift G from 1000"]
    found = split(["A: 100.00", "B: 100.00"], offers=offers)
    assert found.saved_minor == 0


def test_a_large_basket_is_split_by_moving_lines_and_shops():
    goods = [f"A{number}: 50.00, shop S{number % 2}" for number in range(8)]
    found = split(goods, offers=["each: platform coupon, 20 off from 200"])
    assert sorted(len(order.cart.lines) for order in found.orders) == [4, 4]
    assert found.saved_minor == 2_000
    assert found.tried <= 120


def test_one_line_cannot_be_split():
    found = split(["A: 100.00"], wallet=["a: shop coupon, 20 off"])
    assert len(found.orders) == 1
    assert found.whole.best == best_price(a_cart("A: 100.00"), [], instruments("a: shop coupon, 20 off"), TMALL)
