"""What does one cell of a channel's row mean: an amount, a number, an instant, a word?

Every fault is raised as `BadRow` with the row, the field, the value and the remedy, and spoils its line alone.
"""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from peakday.insight.channels.model import RawRow
from peakday.kernel.money import AMOUNT_MINOR_MAX, MINOR_DIGITS, parse_minor
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.columns import parse_time
from peakday.kernel.text import Text

WORD_LENGTH_MAX = 200
QUANTITY_MAX = 10**7
_ZONE_AFTER_BLANK = re.compile(r"\s+(?=[+-]\d{2}:?\d{2}$)")
_SLASHED = ("%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S")  # as American spreadsheets write a time


class BadRow(Exception):  # noqa: N818 - it carries a problem of the input, it is no error of ours
    """A row that cannot be read; the problem says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def word(row: RawRow, name: str) -> str:
    """The text of a column that must say something."""
    text = optional_word(row, name)
    if not text:
        raise bad(row, name, "missing", Text("缺少必填值", "a required value is missing"),
                  Text("填写该字段", "Fill it in"))  # fmt: skip
    return text


def optional_word(row: RawRow, name: str) -> str:
    """The text of a column; empty when there is none. No longer than a word may be, and no null bytes."""
    text = row.values.get(name, "").strip()
    if len(text) > WORD_LENGTH_MAX or "\x00" in text:
        raise bad(row, name, "too_long", Text("太长或含有空字符", "too long, or with a null byte"),
                  Text(f"缩短到 {WORD_LENGTH_MAX} 个字符以内", f"At most {WORD_LENGTH_MAX} characters"))  # fmt: skip
    return text


def amount(row: RawRow, name: str, currency: str) -> int:
    """An amount in minor units, perhaps negative; an empty one is nothing."""
    text = optional_word(row, name)
    try:
        return parse_minor(text, currency) if text else 0
    except ValueError:
        raise _not_an_amount(row, name) from None


def positive_amount(row: RawRow, name: str, currency: str) -> int:
    """An amount that is not below nothing."""
    minor = amount(row, name, currency)
    if minor < 0:
        raise _not_an_amount(row, name)
    return minor


def times(row: RawRow, name: str, quantity: int, currency: str) -> int:
    """A price with any number of decimals times a quantity, rounded half up once, in minor units."""
    try:
        price = Decimal(word(row, name))
        exact = (price * quantity).scaleb(MINOR_DIGITS[currency])
        minor = int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    except (InvalidOperation, OverflowError, ValueError):
        raise _not_an_amount(row, name) from None
    if abs(minor) > AMOUNT_MINOR_MAX:
        raise _not_an_amount(row, name)
    return minor


def whole(row: RawRow, name: str) -> int:
    """A whole number, perhaps negative."""
    text = word(row, name)
    if not re.fullmatch(r"[+-]?\d{1,8}(\.0+)?", text, re.ASCII) or abs(int(float(text))) > QUANTITY_MAX:
        raise bad(row, name, "not_a_number", Text("不是有效的整数", "it is not a whole number"),
                  Text("写成整数,例如 12", "Write a whole number such as 12"))  # fmt: skip
    return int(float(text))


def instant(row: RawRow, name: str, zone: str) -> datetime:
    """An instant in UTC; a time that names no zone is the channel's wall clock."""
    found = optional_instant(row, name, zone)
    if found is None:
        word(row, name)
    assert found is not None
    return found


def optional_instant(row: RawRow, name: str, zone: str) -> datetime | None:
    """An instant in UTC, or nothing where the column is empty."""
    text = optional_word(row, name)
    if not text:
        return None
    if text.endswith(" UTC"):
        text = text[:-4] + "+00:00"
    found = parse_time(_ZONE_AFTER_BLANK.sub("", text)) or _slashed(text)
    if found is None or not 1990 <= found.year <= 2100:
        raise bad(row, name, "not_a_time", Text("不是有效的时间", "it is not a time"),
                  Text("写成 2022-11-11 20:00:00", "Write it as 2022-11-11 20:00:00"))  # fmt: skip
    return (found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)


def bad(row: RawRow, name: str, code: str, message: Text, remedy: Text) -> BadRow:
    """The fault of one cell."""
    return BadRow(Problem(name, code, message, remedy, row.number, row.values.get(name)))


def _slashed(text: str) -> datetime | None:
    for form in _SLASHED:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the caller's question
        except ValueError:
            continue
    return None


def _not_an_amount(row: RawRow, name: str) -> BadRow:
    return bad(row, name, "not_an_amount", Text("不是有效的金额", "it is not an amount of money"),
               Text("写成数字,例如 1299.00", "Write a number such as 1299.00"))  # fmt: skip
