"""Does a rule set file say how each kind acts, and is a wrong one refused?"""

from dataclasses import replace
from datetime import date
from types import MappingProxyType

import pytest

from peakday.kernel.rulesets import BadRuleSet, NoRuleSet, in_force
from peakday.trade.promotions.api import price_rules
from peakday.trade.promotions.model import Kind, Level, Returns, Thresholds, Tier
from peakday.trade.promotions.rules.price_rules import read_price_rules
from tests.trade.promotions.builders import STEPWISE, TAOBAO, TMALL

SALE = date(2022, 11, 11)


def test_the_rules_of_2022_are_data():
    assert (TMALL.version, TMALL.thresholds, TMALL.cross_shop) == ("2022", Thresholds.PARALLEL, Tier(30000, 5000))
    assert (TAOBAO.version, TAOBAO.thresholds, TAOBAO.cross_shop) == ("2022", Thresholds.PARALLEL, Tier(20000, 3000))
    assert (STEPWISE.thresholds, STEPWISE.cross_shop) == (Thresholds.PROGRESSIVE, None)
    assert [kind for kind in Kind if TMALL.kinds[kind].reduces_base] == [Kind.SHOP_RED_PACKET]
    assert [kind for kind in Kind if TMALL.kinds[kind].group == "shop_card"] == [
        Kind.SHOP_COUPON, Kind.ITEM_COUPON, Kind.SHOP_RED_PACKET, Kind.LIVE_COUPON,
    ]  # fmt: skip
    assert {kind for kind in Kind if TMALL.kinds[kind].returns is Returns.SHARE} == {
        kind for kind in Kind if TMALL.kinds[kind].level is Level.PAYMENT
    }


def test_a_rule_set_holds_on_its_days_only():
    assert price_rules("tmall_promotions", date(2022, 9, 26)).version == "2022"
    for day in (date(2022, 9, 25), date(2022, 11, 12)):
        with pytest.raises(NoRuleSet):
            price_rules("tmall_promotions", day)
    assert price_rules("stepwise_promotions", date(2099, 1, 1)).version == "1"


@pytest.mark.parametrize("change", [
    {"thresholds": "sideways"},
    {"kinds": {}},
    {"presale": {"deposit_min_bp": 1}},
    {"cross_shop": {"at": 1}},
])  # fmt: skip
def test_a_rule_set_that_lacks_a_word_is_refused(change):
    rule_set = in_force("tmall_promotions", SALE)
    with pytest.raises(BadRuleSet, match="version 2022"):
        read_price_rules(replace(rule_set, params=MappingProxyType({**rule_set.params, **change})))
