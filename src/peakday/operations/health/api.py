"""What may other rooms and doors ask of the health centre?"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import in_force
from peakday.operations.health.model import Exemption, RulesOn, SetUp, Ware
from peakday.operations.health.rules import check_limits
from peakday.operations.health.rules.category_depth import deepest_usual
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.lowest_reachable import enumerate_prices, lowest_reachable
from peakday.operations.health.rules.shelf import Shelf
from peakday.operations.health.rules.shop_scan import floors_of, scan
from peakday.trade.promotions.model import Id

__all__ = ["Desk", "deepest_usual", "enumerate_prices", "floors_of", "lowest_reachable", "open_desk", "scan"]


def open_desk(
    wares: Iterable[Ware],
    set_ups: Iterable[SetUp],
    exemptions: Mapping[Id, Exemption],
    now: datetime,
    rules_on: RulesOn,
) -> Desk:
    """Goods and set-ups as the checks want them, with the figures in force. Refuses with `NoRuleSet`."""
    limits = check_limits.read_limits(in_force(check_limits.NAME, day_of(now)))
    return Desk(Shelf(wares, set_ups), exemptions, limits, now, rules_on)
