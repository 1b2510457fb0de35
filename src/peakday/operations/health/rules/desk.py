"""What lies on the desk when a shop is looked at?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from peakday.operations.health.model import Exemption, RulesOn
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.operations.health.rules.shelf import Shelf
from peakday.trade.promotions.model import Id


@dataclass(frozen=True, slots=True)
class Desk:
    """What every check may look at: goods and set-ups, exemptions by item, figures, the instant, the price rules."""

    shelf: Shelf
    exemptions: Mapping[Id, Exemption]
    limits: CheckLimits
    now: datetime
    rules_on: RulesOn
