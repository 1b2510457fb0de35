"""By which dated rules is a shop's cart priced on a market day?

Each platform has its own rule set. On days for which a platform announced none, the everyday rules hold: parallel
thresholds as in a sale, without its cross-shop tier (docs/decisions/0004). The answer always names its rules and their
version.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from peakday.kernel.rulesets import NoRuleSet, in_force
from peakday.market.shops.model import ShopKind
from peakday.trade.promotions.model import PriceRules
from peakday.trade.promotions.rules.price_rules import read_price_rules

EVERYDAY = "everyday_promotions"
RULES_OF: Mapping[ShopKind, str] = MappingProxyType({
    ShopKind.TMALL: "tmall_promotions", ShopKind.INTL: "tmall_promotions", ShopKind.TAOBAO: "taobao_promotions",
    ShopKind.TAOTE: "taobao_promotions",
})  # fmt: skip


def price_rules(name: str, on: date) -> PriceRules:
    """How instruments act together on a market day. Refuses with `NoRuleSet` or `BadRuleSet`."""
    return read_price_rules(in_force(name, on))


def shop_rules(kind: ShopKind, on: date) -> PriceRules:
    """The rules for a shop of a kind on a market day: its platform's, or the everyday ones where it has none."""
    try:
        return price_rules(RULES_OF[kind], on)
    except NoRuleSet:
        return price_rules(EVERYDAY, on)
