"""What is a channel's day in the shop's own currency?

Only by a rate that the merchant gave for that day; where there is none the question is refused with day and currency.
Each sum of a channel, day and currency is converted once and rounded half up (our definition), so that a total is the
sum of the days that are shown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeVar

from peakday.insight.channels.errors import MissingRate
from peakday.insight.channels.model import DayFigures, Rate
from peakday.kernel.money import MINOR_DIGITS

F = TypeVar("F", bound=DayFigures)
_AMOUNTS = ("paid_minor", "tax_minor", "postage_minor", "refund_minor", "fees_minor")


def rate_on(rates: Sequence[Rate], currency: str, into: str, day: date) -> Decimal:
    """The rate of that day; refuses `MissingRate`."""
    if currency == into:
        return Decimal(1)
    for rate in rates:
        if (rate.currency, rate.into) == (currency, into) and rate.first_day <= day <= rate.last_day:
            return rate.rate
    raise MissingRate(day=day, currency=currency, into=into)


def in_currency(figures: Iterable[F], rates: Sequence[Rate], into: str) -> list[F]:
    """The figures in one currency; refuses `MissingRate`."""
    return [_converted(one, rate_on(rates, one.currency, into, one.day), into) for one in figures]


def missing_rates(figures: Iterable[DayFigures], rates: Sequence[Rate], into: str) -> list[tuple[str, date]]:
    """Every currency and day that has figures and no rate, in order."""
    missing = set()
    for one in figures:
        try:
            rate_on(rates, one.currency, into, one.day)
        except MissingRate:
            missing.add((one.currency, one.day))
    return sorted(missing)


def converted(minor: int, rate: Decimal, currency: str, into: str) -> int:
    """An amount of one currency in the other's minor units, half up."""
    factor = rate.scaleb(MINOR_DIGITS[into] - MINOR_DIGITS[currency])
    return int((Decimal(minor) * factor).quantize(Decimal(1), rounding=ROUND_HALF_UP))


def _converted(one: F, rate: Decimal, into: str) -> F:
    if one.currency == into:
        return one
    values = (getattr(one, name) for name in _AMOUNTS)
    paid, tax, postage, refund, fees = (converted(minor, rate, one.currency, into) for minor in values)
    return replace(
        one, currency=into, paid_minor=paid, tax_minor=tax, postage_minor=postage, refund_minor=refund, fees_minor=fees
    )
