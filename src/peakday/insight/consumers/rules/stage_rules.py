"""Which windows tell the stages on a given day?

SYSTEMS 4.2: A was exposed in 15 days; I acted towards the brand in 15 days; P bought in 2.5 years; L bought on at least
two distinct days of the last year. A person has one stage a day, L before P before I before A.

SYSTEMS 4.3 splits three of them once more (DEEPLINK) and names the seven depths, not their windows; ours are: saw it on
two days or more; asks for the thing itself (search, cart, favourite, question); bought on four days of the year.
"""

from datetime import date, timedelta

from peakday.insight.consumers.model import StageRules

_RULES = (StageRules(date.min, 15, 15, 913, 365, 2, 4, "SYSTEMS 4.2; 2.5 years read as 913 days: our definition"),)


def rules_of(day: date) -> StageRules:
    """The rules in force on a day."""
    return max((rules for rules in _RULES if rules.valid_from <= day), key=lambda rules: rules.valid_from)


def first_days(rules: StageRules, day: date) -> dict[str, date]:
    """The first day of each window that ends with `day`, by the name of the step's parameter."""
    lengths = {
        "aware_from": rules.aware_days,
        "interested_from": rules.interested_days,
        "purchased_from": rules.purchased_days,
        "loyal_from": rules.loyal_days,
    }
    return {name: day - timedelta(days=length - 1) for name, length in lengths.items()}
