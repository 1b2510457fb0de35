"""What does it cost a shop to sell too low after an event?

Each enrolment record is counted once, at its first deal below the line. The first of a calendar year is a warning, each
later one costs 3 points, at most 9 on one day (SYSTEMS 6.5 [S82]). Years and days are the market's.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import RuleSet
from peakday.trade.price_history.model import Penalty


def drop_penalties(violations: Iterable[tuple[str, datetime]], rule: RuleSet) -> list[Penalty]:
    """The penalties of one shop, in the order of time, of (enrolment ref, instant of a deal below the line)."""
    first_of_ref: dict[str, datetime] = {}
    for ref, at in violations:
        first_of_ref[ref] = min(at, first_of_ref.get(ref, at))
    warned_years: set[int] = set()
    points_of_day: Counter[date] = Counter()
    penalties = []
    for ref, at in sorted(first_of_ref.items(), key=lambda entry: (entry[1], entry[0])):
        day = day_of(at)
        is_warning = day.year not in warned_years
        warned_years.add(day.year)
        left = rule.params["points_a_day_max"] - points_of_day[day]
        points = 0 if is_warning else min(rule.params["points"], left)
        points_of_day[day] += points
        penalties.append(Penalty(ref, at, is_warning, points))
    return penalties
