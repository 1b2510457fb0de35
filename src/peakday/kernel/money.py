"""How is money counted, divided and written?

Money is a whole number of minor units (fen, cents) and a currency. Nothing here knows a float. The only
division is `split`, which gives every minor unit to exactly one share (largest remainder; ties go to the
earlier share), so that shares always add up to what was divided.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

MINOR_DIGITS = {"CNY": 2, "USD": 2, "EUR": 2, "GBP": 2, "BRL": 2, "HKD": 2, "JPY": 0, "KRW": 0}
AMOUNT_MINOR_MAX = 10**15  # ten trillion yuan: beyond it a figure is a typing error, not a price

_AMOUNT = re.compile(
    r"(?P<outer>[+-]?) ?[¥￥$€£]? ?(?P<inner>[+-]?)"
    r"(?P<whole>[0-9]{1,3}(?P<mark>[, '])[0-9]{3}(?:(?P=mark)[0-9]{3})*|[0-9]*)(?:\.(?P<fraction>[0-9]*))? ?元?"
)
_SPACES = re.compile("[\u00a0\u2009\u202f\u3000]")  # as French, Swiss and Chinese keyboards write a space


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` whole minor units of `currency` (ISO 4217)."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        assert self.currency in MINOR_DIGITS, self.currency

    def __add__(self, other: "Money") -> "Money":
        assert self.currency == other.currency, (self.currency, other.currency)
        return Money(self.minor + other.minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        assert self.currency == other.currency, (self.currency, other.currency)
        return Money(self.minor - other.minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __mul__(self, times: int) -> "Money":
        return Money(self.minor * times, self.currency)

    def split(self, weights: Sequence[int]) -> list["Money"]:
        """Shares in proportion to `weights` that add up to this amount exactly."""
        return [Money(part, self.currency) for part in split(self.minor, weights)]


def split(total_minor: int, weights: Sequence[int]) -> list[int]:
    """Divide `total_minor` in proportion to `weights` by largest remainder; ties go to the earlier share.

    Weights are whole and not negative, and at least one is positive. The sum of the shares is the total.
    """
    weight_sum = sum(weights)
    assert weight_sum > 0, "at least one weight must be positive"
    assert min(weights) >= 0, "weights must not be negative"
    sign = -1 if total_minor < 0 else 1
    amount = abs(total_minor)
    shares = [amount * weight // weight_sum for weight in weights]
    missing = amount - sum(shares)
    if missing:
        remainders = [amount * weight % weight_sum for weight in weights]
        by_remainder = sorted(range(len(weights)), key=remainders.__getitem__, reverse=True)  # keeps ties in order
        for i in by_remainder[:missing]:
            shares[i] += 1
    return shares if sign > 0 else [-share for share in shares]


def parse_minor(text: str, currency: str) -> int:
    """Read an amount as a person types it: `1,234.50`, `¥1 234.5`, `１２３４`.

    Raises ValueError with the reason when the text is not an amount or has more decimals than the currency.
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise ValueError(f"unknown currency {currency!r}")
    match = _AMOUNT.fullmatch(_SPACES.sub(" ", _narrow(text)).strip())
    if match is None or (match["outer"] and match["inner"]) or not (match["whole"] or match["fraction"]):
        raise ValueError(f"{_shorten(text)} is not an amount")
    whole = re.sub("[, ']", "", match["whole"]).lstrip("0")
    fraction = (match["fraction"] or "").rstrip("0")
    if len(fraction) > digits:
        raise ValueError(f"{_shorten(text)} has more than {digits} decimals")
    if len(whole) > len(str(AMOUNT_MINOR_MAX)) or (minor := int(f"0{whole}{fraction:0<{digits}}")) > AMOUNT_MINOR_MAX:
        raise ValueError(f"{_shorten(text)} is too large")
    return -minor if "-" in {match["outer"], match["inner"]} else minor


def decimal_text(minor: int, currency: str) -> str:
    """The amount with a decimal point and no separators, as files and programs want it: `1234.50`."""
    return f"{Decimal(minor).scaleb(-MINOR_DIGITS[currency]):f}"


def _narrow(text: str) -> str:
    """Full-width digits and signs, as Chinese keyboards write them, to their ASCII forms."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)


def _shorten(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:40] + "…")
