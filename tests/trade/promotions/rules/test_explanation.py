"""Does a price explain itself, in both languages, with the version of its rules?"""

import pytest

from peakday.kernel.text import Text
from peakday.trade.promotions.priced import Reason
from peakday.trade.promotions.rules.explanation import REASONS, explain
from tests.trade.promotions.builders import price

NAMES = {
    "c": Text("店铺券", "Shop coupon"),
    "cross": Text("跨店满减", "Cross-shop reduction"),
    "s": Text("单品宝", "Single price"),
}


@pytest.mark.capability("TE-08", partly="the trace of G6")
def test_the_steps_of_g6_are_told_with_what_is_lost():
    priced = price(["A: 400.00"], "c: shop coupon, 380 off from 400", "cross: cross-shop, 50 off every 400")
    assert [text.en for text in explain(priced, NAMES)] == [
        "Tmall promotion rules, version 2022",
        "Shop coupon: counted CN¥400.00, reaches CN¥400.00 1 time(s), gives CN¥380.00",
        (
            "Cross-shop reduction: counted CN¥400.00, reaches CN¥400.00 1 time(s), gives CN¥20.00; "
            "CN¥30.00 is lost where nothing was left to pay"
        ),
        "Goods CN¥400.00, discounts CN¥400.00, postage CN¥0.00, to pay CN¥0.00",
    ]


def test_item_prices_pieces_and_what_was_not_used_are_told_in_chinese():
    priced = price(
        ["2 x A: 100.00"],
        "s: single price, 20 off each",
        "g: piece tiers, 10% off from 2 pieces, items A",
        "m: gift, gift Mug from 3 pieces",
        "c: shop coupon, 10 off from 200",
        "e: red packet, 5 off, until 2022-11-01",
        postage={"Shop": 800},
    )
    assert [text.zh for text in explain(priced, NAMES)] == [
        "天猫活动优惠规则,版本 2022",
        "单品宝:商品 ¥200.00,1 次,优惠 ¥40.00",
        "优惠:计入 2 件,满 2 件 共 1 次,优惠 ¥16.00",
        "店铺券:未使用,未达门槛,还差 ¥40.00",
        "优惠:未使用,已过期",
        "优惠:未使用,未达门槛,还差 1 件",
        "商品 ¥200.00,优惠 ¥56.00,运费 ¥8.00,应付 ¥152.00",
    ]


def test_shops_that_pool_are_named_together():
    priced = price(
        ["A: 150.00, shop A", "B: 150.00, shop B"],
        "c: cross-shop, 50 off every 300, shop A",
        "s: cross-shop, 50 off every 300, shop B",
    )
    assert explain(priced, NAMES)[1].zh.startswith("店铺券、单品宝:")


def test_every_reason_has_words():
    assert set(REASONS) == set(Reason)
