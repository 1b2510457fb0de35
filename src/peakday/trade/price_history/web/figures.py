"""How are exact prices of a piece written, and the lowest of each day drawn?"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from peakday.kernel.clock import day_of
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text, day_text, money_text
from peakday.trade.price_history.model import Candidate, LowPrice, Window


def piece_text(price: Fraction, currency: str, language: Language) -> str:
    """The price of one piece as money; where it is no whole minor unit, how it came about: `¥3.33 (¥10.00 / 3)`."""
    whole, parts = _piece(price, currency, language)
    return f"{whole} ({parts})" if parts else whole


def figures(low: LowPrice, language: Language) -> list[tuple[Text, str | None, str]]:
    """The three figures: name, price (None where there is none), and how a price that is not whole came about."""
    prices = (
        (Text("最低标价", "Lowest list price"), low.lowest_offer.price if low.lowest_offer else None),
        (Text("最低成交价", "Lowest deal"), low.lowest_deal.price if low.lowest_deal else None),
        (Text("成交价中位数", "Median deal"), low.median),
    )
    currency = low.scope.currency
    return [
        (name, None, "") if price is None else (name, *_piece(price, currency, language)) for name, price in prices
    ]  # fmt: skip


def _piece(price: Fraction, currency: str, language: Language) -> tuple[str, str]:
    whole = money_text(price.numerator // price.denominator, currency, language)
    if price.denominator == 1:
        return whole, ""
    return whole, f"{money_text(price.numerator, currency, language)} / {price.denominator}"


def chart_of(low: LowPrice, language: Language) -> dict[str, Any] | None:
    """The lowest price asked and paid on each day of the window, of what counts; None when nothing does."""
    days = list(_days(low.scope.window))
    series = [
        (Text("最低标价", "Lowest asked"), _lowest_a_day(low, (c for c in low.candidates if c.offer))),
        (Text("最低成交价", "Lowest paid"), _lowest_a_day(low, (c for c in low.candidates if c.deal))),
    ]
    drawn = [
        _series(name.of(language), of_day, days, low.scope.currency, language) for name, of_day in series if of_day
    ]
    if not drawn:
        return None
    return {
        "kind": "line", "title": Text("每天的最低价", "The lowest price of each day").of(language), "unit": "money",
        "currency": low.scope.currency, "x": [day_text(day, language) for day in days],
        "x_label": Text("日期", "Day").of(language), "series": drawn,
    }  # fmt: skip


def _series(
    name: str, of_day: dict[date, Fraction], days: list[date], currency: str, language: Language
) -> dict[str, Any]:  # fmt: skip
    digits = MINOR_DIGITS[currency]
    return {
        "name": name, "unit": "money", "role": "main", "axis": 0,
        "data": [round(float(of_day[day] / 10**digits), digits) if day in of_day else None for day in days],
        "texts": [piece_text(of_day[day], currency, language) if day in of_day else "–" for day in days],
    }  # fmt: skip


def _lowest_a_day(low: LowPrice, candidates: Iterable[Candidate]) -> dict[date, Fraction]:
    lowest: dict[date, Fraction] = {}
    for candidate in candidates:
        if candidate.counts:
            for day in _days(_held(candidate, low.scope.window)):
                lowest[day] = min(candidate.price, lowest.get(day, candidate.price))
    return lowest


def _held(candidate: Candidate, window: Window) -> Window:
    """The part of the window in which a candidate held; a grouped deal lies in one market day."""
    if candidate.offer:
        until = candidate.offer.valid_until or window.ends_at
        return Window(max(candidate.offer.valid_from, window.starts_at), min(until, window.ends_at))
    assert candidate.deal is not None
    at = candidate.deal.paid_at
    assert candidate.deal.last_paid_at is None or day_of(candidate.deal.last_paid_at) == day_of(at)
    return Window(at, at)


def _days(window: Window) -> Iterator[date]:
    for n in range((window.last_day - window.first_day).days + 1):
        yield window.first_day + timedelta(days=n)
