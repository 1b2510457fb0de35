"""Does the sentence say what the instrument does, in both languages?"""

import pytest

from peakday.trade.promotions.model import Channel, Limits
from peakday.trade.promotions.rules.instrument_summary import say_benefit, say_instrument
from tests.trade.promotions.builders import instruments


@pytest.mark.parametrize("words, zh, en", [
    ("single price, price 80", "每件80元", "CN¥80 a piece"),
    ("single price, 10 off each", "每件减10", "CN¥10 off each piece"),
    ("live price, 15% off each", "每件打8.5折", "each piece 15% off"),
    ("nth piece, every 2nd piece 50% off", "第2件打5折", "every 2nd piece 50% off"),
    ("nth piece, every 3rd piece 100% off, mixed, at most 2 times", "第3件免费(可混搭)(最多2次)",
     "every 3rd piece free (mixed items) (at most 2 times)"),
    ("bundle, A + 2 B for 250", "3件搭配共250元", "3 pieces together for CN¥250"),
    ("tiered reduction, 50 off from 300", "满300减50", "CN¥50 off from CN¥300"),
    ("tiered reduction, 20 off from 200 / 50 off from 400", "满200减20,满400减50",
     "CN¥20 off from CN¥200, CN¥50 off from CN¥400"),
    ("tiered rate, 10% off from 3 pieces", "满3件打9折", "10% off from 3 pieces"),
    ("cross-shop, 50 off every 300", "每满300减50,上不封顶", "CN¥50 off every CN¥300, without an upper limit"),
    ("cross-shop, 50 off every 300, at most 2 times", "每满300减50(最多2次)",
     "CN¥50 off every CN¥300 (at most 2 times)"),
    ("gift, gift 2 G every 3 pieces", "每满3件赠2件赠品", "2 gift piece(s) every 3 pieces"),
    ("shop coupon, 5.50 off", "无门槛减5.50", "CN¥5.50 off without a threshold"),
    ("shop coupon, 5 off from 10, in USD", "满$10减$5", "$5 off from $10"),
])  # fmt: skip
def test_each_benefit_has_its_sentence(words, zh, en):
    (instrument,) = instruments(f"x: {words}")
    said = say_benefit(instrument)
    assert (said.zh, said.en) == (zh, en)


def test_caps_goods_people_and_limits_follow():
    (instrument,) = instruments(
        "x: shop coupon, 10% off from 100, at most 60 off, items A B, not items C,"
        " for vip, in app, 1 per buyer, stock 9"
    )
    said = "满100打9折,最多减60,指定2件商品(除1件),限vip,限手机 App,每人限用1次,共发9张"
    assert say_instrument(instrument).zh == said
    assert say_instrument(instrument).en == (
        "10% off from CN¥100, at most CN¥60 off, on 2 chosen item(s) but 1, for vip, in app,"
        " 1 per buyer, 9 to be issued"
    )


def test_categories_rooms_shares_and_totals_are_told():
    (instrument,) = instruments(
        "x: coins, 5 off, category shoes, at most 3% of the goods, room R1, 2 per order, 100 in total"
    )
    assert say_instrument(instrument).zh == (
        "无门槛减5,最多抵扣货款的3%,指定1个类目,限直播间进入,每单限用2次,总共限用100次"
    )
    assert instrument.limits == Limits(2, None, 100)
    assert Channel.APP not in instrument.channels
