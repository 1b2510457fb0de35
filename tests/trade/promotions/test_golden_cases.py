"""Do the cases that the market published come out to the cent? G1–G8 by name, and the presale examples."""

from datetime import date

import pytest

from peakday.trade.promotions.api import (
    cross_shop_offer,
    deposit_cut,
    deposit_inflation,
    price_cart,
    price_rules,
    refund_line,
    sold_at,
    tail_of,
)
from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Funder, Funding, Scope
from tests.trade.promotions.builders import TAOBAO, TMALL, a_cart, cheapest, instruments, price, shares_of

THREE_SHOPS = ["A: 300.00, shop A", "B: 200.00, shop B", "C: 100.00, shop C"]


@pytest.mark.capability("TE-08")
def test_g1_three_shops_with_the_same_tier_pool_and_share_by_amount():
    priced = price(THREE_SHOPS, "cross: cross-shop, 20 off every 200")
    assert shares_of(priced, "cross") == {"A": 3000, "B": 2000, "C": 1000}
    assert priced.payable_minor == 54000


@pytest.mark.capability("TE-08")
def test_g1_holds_when_each_shop_enrolled_for_itself():
    words = [f"cross-{shop}: cross-shop, 20 off every 200, shop {shop}" for shop in "ABC"]
    priced = price(THREE_SHOPS, *words)
    assert priced.given_by_instrument() == {"cross-A": 3000, "cross-B": 2000, "cross-C": 1000}


@pytest.mark.capability("TE-08")
@pytest.mark.parametrize("goods, given", [
    ("100.00", {"low": 2000}),
    ("1000.00", {"low": 20000, "high": 5000}),
])  # fmt: skip
def test_g2_different_tiers_are_computed_apart(goods, given):
    priced = price(
        [f"{shop}: {goods}, shop {shop}" for shop in "ABC"],
        "low: cross-shop, 20 off every 200, shop A B",
        "high: cross-shop, 50 off every 1000, shop C",
    )
    assert priced.given_by_instrument() == given


@pytest.mark.capability("TE-08")
def test_g3_tmall_899_holds_300_twice():
    offer = cross_shop_offer(TMALL, "sale", "CNY", Scope(), (Funding(Funder.MERCHANT),))
    assert price_cart(a_cart("A: 899.00"), [offer], TMALL).discount_minor == 10000


@pytest.mark.capability("TE-08")
def test_g4_a_shop_red_packet_lowers_the_base_and_a_coupon_does_not():
    cross = "cross: cross-shop, 20 off every 200"
    packet = price(THREE_SHOPS, cross, "five: shop red packet, 5 off, shop B")
    coupon = price(THREE_SHOPS, cross, "five: shop coupon, 5 off, shop B")
    assert packet.given_by_instrument() == {"five": 500, "cross": 4000}
    assert coupon.given_by_instrument() == {"five": 500, "cross": 6000}
    assert [step.counted for step in packet.steps if step.instrument_ids == ("cross",)] == [59500]


@pytest.mark.capability("TE-08")
def test_g5_coupon_and_cross_shop_both_test_the_single_item_price():
    priced = price(["A: 300.00"], "coupon: shop coupon, 50 off from 300", "cross: cross-shop, 50 off every 300")
    assert priced.payable_minor == 20000


@pytest.mark.capability("TE-08")
def test_g6_the_coupon_leaves_20_cross_shop_gives_20_and_the_buyer_pays_0():
    priced = price(["A: 400.00"], "coupon: shop coupon, 380 off from 400", "cross: cross-shop, 50 off every 400")
    assert priced.given_by_instrument() == {"coupon": 38000, "cross": 2000}
    assert priced.payable_minor == 0
    assert [step.lost_minor for step in priced.steps] == [0, 3000]


@pytest.mark.capability("TE-08")
def test_g7_a_live_coupon_stacks_with_cross_shop():
    priced = price(["A: 299.00"], "cross: cross-shop, 20 off every 200", "live: live coupon, 50 off")
    assert priced.payable_minor == 22900


@pytest.mark.capability("TE-08")
def test_g8_of_a_live_coupon_and_a_shop_coupon_the_larger_wins():
    cards = instruments("live: live coupon, 20 off", "shop: shop coupon, 10 off")
    cart = a_cart("A: 99.00")
    with pytest.raises(InstrumentsDoNotStack):
        price_cart(cart, cards, TMALL)
    assert cheapest(cart, [], cards).payable_minor == 7900


@pytest.mark.capability("TE-08", partly="the sales' own tiers are data by year")
def test_the_sale_of_2022_takes_50_of_every_300_on_tmall_and_30_of_every_200_on_taobao():
    offers = {
        rules.name: cross_shop_offer(rules, "sale", "CNY", Scope(), (Funding(Funder.MERCHANT),))
        for rules in (TMALL, TAOBAO)
    }
    cart = a_cart("A: 600.00")
    assert price_cart(cart, [offers["tmall_promotions"]], TMALL).discount_minor == 10000
    assert price_cart(cart, [offers["taobao_promotions"]], TAOBAO).discount_minor == 9000
    stepwise = price_rules("stepwise_promotions", date(2026, 11, 11))
    assert cross_shop_offer(stepwise, "sale", "CNY", Scope(), ()) is None


@pytest.mark.capability("TE-09", partly="what is paid and refunded; the money moves with the payments room")
def test_deposit_cut_1000_with_deposit_100_and_cut_200_is_sold_at_800_tail_700_refund_at_most_800():
    terms = deposit_cut(100_000, 10_000, 20_000, TMALL.presale)
    assert (sold_at(terms), tail_of(terms)) == (80_000, 70_000)
    priced = price(["P: 1000.00, deposit 100 cut 200"])
    assert priced.payable_minor == 70_000
    assert refund_line(priced.lines[0], 1).returned_minor == 80_000


@pytest.mark.capability("TE-09", partly="what is paid; the money moves with the payments room")
def test_deposit_inflation_1000_where_100_counts_as_200_has_tail_800_and_total_900():
    terms = deposit_inflation(100_000, 10_000, 20_000, TMALL.presale)
    assert (tail_of(terms), sold_at(terms)) == (80_000, 90_000)
    priced = price(["P: 1000.00, deposit 100 counts as 200"])
    assert priced.payable_minor == 80_000
    assert priced.lines[0].paid_minor == 90_000
