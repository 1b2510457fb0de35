"""Is a day converted by the merchant's own rate of that day, half up, and by no other?"""

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from peakday.insight.channels.errors import MissingRate
from peakday.insight.channels.model import DayFigures, Rate, TaxRule
from peakday.insight.channels.rules.exchange import in_currency, missing_rates
from peakday.insight.channels.rules.tax_out import with_tax
from peakday.insight.channels.rules.time_saved import minutes_saved

DAY, NEXT = date(2022, 11, 11), date(2022, 11, 12)


def figures(currency, paid, day=DAY):
    return DayFigures(UUID(int=1), day, currency, 1, 1, paid, 0, 0, 0, 0)


def rate(value, currency="USD", into="CNY"):
    return Rate(currency, into, DAY, DAY, Decimal(value), "a list")


def test_a_rate_is_valid_on_its_own_days_only():
    assert [one.paid_minor for one in in_currency([figures("USD", 101)], [rate("7.05")], "CNY")] == [712]
    with pytest.raises(MissingRate) as refused:
        in_currency([figures("USD", 101, NEXT)], [rate("7.05")], "CNY")
    assert refused.value.data == {"day": NEXT, "currency": "USD", "into": "CNY"}


def test_a_currency_without_minor_units_keeps_its_worth():
    assert in_currency([figures("JPY", 1_000)], [rate("0.05", "JPY")], "CNY")[0].paid_minor == 5_000
    assert in_currency([figures("CNY", 5_000)], [rate("20", "CNY", "JPY")], "JPY")[0].paid_minor == 1_000


def test_every_missing_day_is_told_once():
    asked = [figures("USD", 1, NEXT), figures("USD", 2, NEXT), figures("USD", 1), figures("CNY", 1)]
    assert missing_rates(asked, [rate("7")], "CNY") == [("USD", NEXT)]


def test_tax_is_split_out_of_or_added_to_a_price():
    assert with_tax(11_300, TaxRule(is_included=True, basis_points=1_300)) == (11_300, 1_300)
    assert with_tax(10_000, TaxRule(is_included=False, basis_points=825)) == (10_825, 825)
    assert with_tax(-11_300, TaxRule(is_included=True, basis_points=1_300)) == (-11_300, -1_300)


def test_time_is_saved_by_the_stated_formula():
    assert (minutes_saved(0, 3), minutes_saved(6, 3)) == (0, 6 * 12 + 3 * 3 + 15 - 6 - 1)
