"""By which rules is a shop priced on a day?"""

from datetime import date

import pytest

from peakday.kernel.rulesets import NoRuleSet
from peakday.market.shops.model import ShopKind
from peakday.trade.promotions.rulebook import RULES_OF, shop_rules


@pytest.mark.parametrize("kind, on, name", [
    (ShopKind.TMALL, date(2022, 11, 11), "tmall_promotions"),
    (ShopKind.TAOBAO, date(2022, 11, 11), "taobao_promotions"),
    (ShopKind.TMALL, date(2022, 11, 12), "everyday_promotions"),
    (ShopKind.TAOTE, date(2026, 11, 11), "everyday_promotions"),
])  # fmt: skip
def test_a_platforms_rules_hold_on_their_days_and_the_everyday_ones_otherwise(kind, on, name):
    assert shop_rules(kind, on).name == name


def test_every_kind_of_shop_has_its_rules():
    assert set(RULES_OF) == set(ShopKind)


def test_before_all_rules_there_is_no_price():
    with pytest.raises(NoRuleSet):
        shop_rules(ShopKind.TMALL, date(1999, 1, 1))
