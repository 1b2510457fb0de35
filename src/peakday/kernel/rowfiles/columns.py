"""What does a column of text mean? Amounts, whole numbers, times, words: checked a column at a time, faults by row.

Every reader takes a column of text (trimmed, empty = nothing there) and returns the values, null where the text is
empty or wrong, and the faults. The usual form is read in bulk; the unusual is looked at one by one, so an amount may
also be written `1,299.00`, `¥99` or full-width. A time must name its zone, or the file must.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from peakday.kernel.money import MINOR_DIGITS, parse_minor
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

QUANTITY_MAX = 10**12
_TIME_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S.%f",
    "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d", "%Y年%m月%d日", "%Y年%m月%d日 %H:%M:%S", "%Y年%m月%d日 %H:%M",
)  # fmt: skip
_ZONED = r"^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:?\d{2})$"
_NOTHING = pa.nulls(1, pa.string())[0]  # `pa.scalar` would import pandas, if there: a second at each start
T = TypeVar("T")


@dataclass(slots=True)
class Faults:
    """The problems of a block, and which of its rows they spoil; `numbers` are the rows' numbers in the file."""

    numbers: Sequence[int]
    problems: list[Problem] = field(default_factory=list)
    spoiled: set[int] = field(default_factory=set)

    def add(self, index: int, problem: Problem, value: str | None) -> None:
        """Note a problem of the row at `index`; the problem's own row and value are filled in."""
        self.spoiled.add(index)
        self.problems.append(
            Problem(problem.field, problem.code, problem.message, problem.remedy, int(self.numbers[index]), value)
        )

    def add_all(self, indexes: Sequence[int], column: pa.Array, problem: Problem) -> None:
        """Note the same problem for several rows."""
        for index in indexes:
            self.add(index, problem, column[index].as_py())


def trimmed(values: Sequence[str] | pa.Array) -> pa.Array:
    """A column of text without the blanks around it; empty becomes null."""
    column = pc.utf8_trim_whitespace(values if isinstance(values, pa.Array) else pa.array(values, pa.string()))
    assert column.offset == 0 and column.null_count == 0, column.offset  # noqa: PT018 - one fact: a fresh column
    has_text = pc.greater(pc.binary_length(column), 0)
    return pa.StringArray.from_buffers(len(column), column.buffers()[1], column.buffers()[2], has_text.buffers()[1])


def require_present(column: pa.Array, name: str, faults: Faults) -> None:
    """Every row must say something here."""
    if column.null_count:
        faults.add_all(_where(pc.is_null(column)), column, missing(name))


def require_length(column: pa.Array, name: str, length_max: int, faults: Faults) -> None:
    """No row may be longer than the limit."""
    long = _where(pc.greater(pc.utf8_length(column), length_max))
    if long:
        problem = Problem(
            name, "too_long", Text(f"超过 {length_max} 个字符", f"longer than {length_max} characters"),
            Text(f"缩短到 {length_max} 个字符以内", f"Shorten it to {length_max} characters"),
        )  # fmt: skip
        faults.add_all(long, column, problem)


def read_amounts(column: pa.Array, name: str, currency: str, faults: Faults) -> pa.Array:
    """Amounts of money in minor units; negative ones and what is no amount are faults."""
    digits = MINOR_DIGITS[currency]
    fraction = rf"(\.\d{{1,{digits}}})?" if digits else ""
    plain = pc.if_else(pc.match_substring_regex(column, rf"^\d{{1,12}}{fraction}$"), column, _NOTHING)
    minor = _unscaled(pc.cast(plain, pa.decimal128(12 + digits, digits)))

    def read(text: str) -> int | Problem:
        try:
            amount = parse_minor(text, currency)
        except ValueError as error:
            return _not_an_amount(name, currency, "decimals" in str(error))
        return amount if amount >= 0 else _negative(name)

    return _one_by_one(column, minor, read, faults)


def read_quantities(column: pa.Array, name: str, faults: Faults, least: int = 0) -> pa.Array:
    """Whole numbers that are not negative (not below `least`)."""
    text = pc.if_else(pc.match_substring_regex(column, r"^\d{1,12}$"), column, _NOTHING)
    values = pc.cast(text, pa.int64())
    if least:
        values = pc.if_else(pc.greater_equal(values, least), values, pa.scalar(None, pa.int64()))

    def read(text: str) -> int | Problem:
        try:
            hundredths = parse_minor(text, "CNY")
        except ValueError:
            return _not_a_number(name)
        if hundredths % 100 or hundredths > QUANTITY_MAX * 100:
            return _not_a_number(name)
        return hundredths // 100 if hundredths >= least * 100 else _negative(name, least)

    return _one_by_one(column, values, read, faults)


def read_instants(column: pa.Array, name: str, zone: str | None, faults: Faults) -> pa.Array:
    """Instants in UTC. A time without zone is read in `zone`; where the file has none it is a fault."""
    kind = pa.timestamp("us", "UTC")
    zoned = pc.if_else(pc.match_substring_regex(column, _ZONED), column, _NOTHING)
    try:
        values = pc.cast(pc.replace_substring_regex(zoned, r"([+-]\d{2}):?(\d{2})$", r"\1:\2"), kind)
    except pa.ArrowInvalid:  # a day that no calendar has: find it one by one
        values = pa.nulls(len(column), kind)
    where = ZoneInfo(zone) if zone else None

    def read(text: str) -> datetime | Problem:
        instant = parse_time(text)
        if instant is None:
            return _not_a_time(name)
        if instant.tzinfo is None:
            return instant.replace(tzinfo=where) if where else _without_zone(name)
        return instant

    return _one_by_one(column, values, read, faults)


def read_words(column: pa.Array, read: Callable[[str], T | Problem], kind: pa.DataType, faults: Faults) -> pa.Array:
    """Each different text is read once by `read`; for few different texts in many rows."""
    encoded = pc.dictionary_encode(column)
    meanings = [read(text) for text in encoded.dictionary.to_pylist()]
    wrong = [i for i, meaning in enumerate(meanings) if isinstance(meaning, Problem)]
    if wrong:
        for index in _where(pc.is_in(encoded.indices, pa.array(wrong, pa.int32()))):
            meaning = meanings[encoded.indices[index].as_py()]
            assert isinstance(meaning, Problem)
            faults.add(index, meaning, column[index].as_py())
    values = pa.array([None if isinstance(meaning, Problem) else meaning for meaning in meanings], kind)
    return pc.take(values, encoded.indices)


def parse_time(text: str) -> datetime | None:
    """A time as people and programs write it, with its zone where it has one; none when it is no time."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    for form in _TIME_FORMS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the zone is the caller's question
        except ValueError:
            continue
    return None


def _one_by_one(
    column: pa.Array, values: pa.Array, read: Callable[[str], T | Problem], faults: Faults
) -> pa.Array:  # fmt: skip
    """Fill in what the bulk form did not read."""
    left = _where(pc.and_(pc.is_null(values), pc.is_valid(column)))
    if not left:
        return values
    replacements: list[T | None] = []
    for index in left:
        text = column[index].as_py()
        meaning = read(text)
        if isinstance(meaning, Problem):
            faults.add(index, meaning, text)
            replacements.append(None)
        else:
            replacements.append(meaning)
    mask = np.zeros(len(column), dtype=bool)
    mask[left] = True
    return pc.replace_with_mask(values, pa.array(mask), pa.array(replacements, values.type))


def _unscaled(amounts: pa.Array) -> pa.Array:
    """Decimals as whole numbers of their last digit: the lower half of each 128 bits."""
    low = np.frombuffer(amounts.buffers()[1], np.int64)[::2][: len(amounts)]
    return pa.array(low, mask=pc.is_null(amounts).to_numpy(zero_copy_only=False))


def _where(condition: pa.Array) -> list[int]:
    indexes: list[int] = pc.indices_nonzero(pc.fill_null(condition, False)).to_pylist()
    return indexes


def missing(name: str) -> Problem:
    """The problem of a required field that is empty."""
    return Problem(name, "missing", Text("缺少必填值", "a required value is missing"), Text("填写该字段", "Fill it in"))


def _not_an_amount(name: str, currency: str, is_too_fine: bool) -> Problem:
    if is_too_fine:
        digits = MINOR_DIGITS[currency]
        return Problem(
            name, "too_many_decimals",
            Text(f"{currency} 最多 {digits} 位小数", f"{currency} has at most {digits} decimals"),
            Text("四舍五入后重新上传", "Round it and send the row again"),
        )  # fmt: skip
    return Problem(
        name, "not_an_amount", Text("不是有效的金额", "it is not an amount of money"),
        Text("写成数字,例如 1299.00 或 1,299.00", "Write a number such as 1299.00 or 1,299.00"),
    )  # fmt: skip


def _negative(name: str, least: int = 0) -> Problem:
    return Problem(
        name, "negative", Text(f"不能小于 {least}", f"it must not be less than {least}"),
        Text("改为不小于该值的数", "Correct it to a number that is not less"),
    )  # fmt: skip


def _not_a_number(name: str) -> Problem:
    return Problem(
        name, "not_a_number", Text("不是有效的整数", "it is not a whole number"),
        Text("写成整数,例如 120", "Write a whole number such as 120"),
    )  # fmt: skip


def _not_a_time(name: str) -> Problem:
    return Problem(
        name, "not_a_time", Text("不是有效的时间", "it is not a time"),
        Text("写成 2022-11-11T20:00:00+08:00", "Write it as 2022-11-11T20:00:00+08:00"),
    )  # fmt: skip


def _without_zone(name: str) -> Problem:
    return Problem(
        name, "time_without_zone", Text("时间没有时区", "the time names no zone"),
        Text("加上时区(如 +08:00),或为整个文件选择时区",
             "Add the zone (such as +08:00), or choose one for the whole file"),
    )  # fmt: skip
