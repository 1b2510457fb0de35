"""How is money counted, divided and written?

Money is a whole number of minor units (fen, cents) and a currency. Nothing here knows a float. The only
division is `split`, which gives every minor unit to exactly one share (largest remainder; ties go to the
earlier share), so that shares always add up to what was divided.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

MINOR_DIGITS = {"CNY": 2, "USD": 2, "EUR": 2, "GBP": 2, "BRL": 2, "HKD": 2, "JPY": 0, "KRW": 0}
AMOUNT_MINOR_MAX = 10**15  # ten trillion yuan: beyond it a figure is a typing error, not a price

_GROUPED = re.compile(r"^[+-]?\d{1,3}([,  ']\d{3})+(\.\d+)?$")
_PLAIN = re.compile(r"^[+-]?\d+(\.\d*)?$|^[+-]?\.\d+$")
_SIGNS = "¥￥$€£元"


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
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % weight_sum), i))
    for i in by_remainder[: amount - sum(shares)]:
        shares[i] += 1
    return [sign * share for share in shares]


def parse_minor(text: str, currency: str) -> int:
    """Read an amount as a person types it: `1,234.50`, `¥1 234.5`, `１２３４`.

    Raises ValueError with the reason when the text is not an amount or has more decimals than the currency.
    """
    digits = MINOR_DIGITS.get(currency)
    if digits is None:
        raise ValueError(f"unknown currency {currency!r}")
    cleaned = _narrow(text).strip().strip(_SIGNS).strip()
    if not (_PLAIN.match(cleaned) or _GROUPED.match(cleaned)):
        raise ValueError(f"{text!r} is not an amount")
    try:
        scaled = Decimal(re.sub(r"[,  ']", "", cleaned)).scaleb(digits)
    except InvalidOperation as error:  # pragma: no cover - the pattern admits only decimals
        raise ValueError(f"{text!r} is not an amount") from error
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{text!r} has more than {digits} decimals")
    if abs(scaled) > AMOUNT_MINOR_MAX:
        raise ValueError(f"{text!r} is too large")
    return int(scaled)


def decimal_text(minor: int, currency: str) -> str:
    """The amount with a decimal point and no separators, as files and programs want it: `1234.50`."""
    return f"{Decimal(minor).scaleb(-MINOR_DIGITS[currency]):f}"


def _narrow(text: str) -> str:
    """Full-width digits and signs, as Chinese keyboards write them, to their ASCII forms."""
    return "".join(chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
