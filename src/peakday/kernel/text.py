"""How does one message speak two languages?

A `Text` holds the Chinese and the English form side by side, where it is written, so that neither can be
forgotten. Dates, money and numbers are written as each reader writes them, by babel.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Literal

from babel.core import Locale
from babel.dates import format_date, format_datetime
from babel.numbers import format_currency, format_decimal, format_percent

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.money import MINOR_DIGITS

Language = Literal["zh", "en"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
# parsed once: babel takes a millisecond to read a locale by its name
KEPT_TEXTS = 20_000  # the numbers of some hundred pages: babel takes a tenth of a millisecond to write one
_LOCALES: dict[Language, Locale] = {"zh": Locale.parse("zh_CN"), "en": Locale.parse("en_US")}


@dataclass(frozen=True, slots=True)
class Text:
    """The same message in Chinese and English; `{name}` fields are filled by `of`."""

    zh: str
    en: str

    def of(self, language: Language, **values: object) -> str:
        """The message for a reader, with its fields filled."""
        pattern = self.zh if language == "zh" else self.en
        return pattern.format(**values) if values else pattern


def pick_language(wanted: str | None, accept_language: str | None) -> Language:
    """The reader's language: the one asked for, else the first that the browser accepts, else Chinese."""
    for part in [wanted or "", *(accept_language or "").split(",")]:
        code = part.strip().lower()[:2]
        if code == "zh":
            return "zh"
        if code == "en":
            return "en"
    return "zh"


@lru_cache(maxsize=KEPT_TEXTS, typed=True)
def number_text(value: float | Decimal, language: Language, decimals: int = 0) -> str:
    """A number with separators: `12,345.6`."""
    return format_decimal(value, format="#,##0." + "0" * decimals if decimals else "#,##0", locale=_LOCALES[language])


@lru_cache(maxsize=KEPT_TEXTS, typed=True)
def percent_text(share: float | Decimal, language: Language, decimals: int = 2) -> str:
    """A share (0.1234) as `12.34%`."""
    return format_percent(share, format="#,##0." + "0" * decimals + "%", locale=_LOCALES[language])


@lru_cache(maxsize=KEPT_TEXTS, typed=True)
def money_text(minor: int, currency: str, language: Language) -> str:
    """An amount with its sign: `¥1,234.50`."""
    amount = Decimal(minor).scaleb(-MINOR_DIGITS[currency])
    return format_currency(amount, currency, locale=_LOCALES[language])


@lru_cache(maxsize=KEPT_TEXTS, typed=True)
def day_text(day: date, language: Language) -> str:
    """A day: `2022年11月11日`, `Nov 11, 2022`."""
    return format_date(day, format="medium", locale=_LOCALES[language])


@lru_cache(maxsize=KEPT_TEXTS, typed=True)
def instant_text(instant: datetime, language: Language) -> str:
    """An instant on the market's wall clock, to the second."""
    return format_datetime(instant, format="medium", tzinfo=MARKET_ZONE, locale=_LOCALES[language])
