"""What is one record by itself: how many lines it takes, which row it is, what is wrong when it is none?"""

import csv

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.shape import FileShape
from peakday.kernel.text import Text

RECORD_LINES_MAX = 100  # a quoted field with more line ends is an unbalanced quote

_NUL = Text("含有空字符(NUL)", "holds a NUL character")
_NUL_REMEDY = Text("删除该字符后重新上传这一行", "Remove the character and send this row again")


def open_record(lines: list[str], begin: int, shape: FileShape) -> int:
    """How many lines from `begin` make one whole row; 0 when none do within the limit."""
    text = lines[begin]
    for end in range(begin + 1, min(begin + RECORD_LINES_MAX, len(lines))):
        text += lines[end]
        if lines[end].count('"') % 2:
            row = row_of(text, shape)
            return end + 1 - begin if row is not None and len(row) == len(shape.header) else 0
    return 0


def row_of(record: str, shape: FileShape) -> list[str] | None:
    """The one row that the text is; none when its quotes do not balance."""
    try:
        rows = list(csv.reader([record], delimiter=shape.delimiter, strict=True))
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None


def undecodable(number: int, byte: int) -> Problem:
    """The problem of a line that the file's encoding does not explain."""
    return Problem(
        "", "undecodable",
        Text(f"第 {byte} 字节处的字符无法解码", f"the character at byte {byte} cannot be decoded"),
        Text("用正确的编码(建议 UTF-8)重写这一行", "Write this row in the file's encoding (UTF-8 is best)"), number,
    )  # fmt: skip


def unbalanced(number: int, record: str) -> Problem:
    """The problem of a record that is no row."""
    if len(record) > csv.field_size_limit():
        return Problem(
            "", "too_long", Text("该行过长", "the row is too long"),
            Text("缩短字段后重新上传这一行", "Shorten the field and send this row again"), number, record[:200],
        )  # fmt: skip
    return Problem(
        "", "unbalanced_quote", Text("引号不成对", "the quotes do not balance"),
        Text('字段内的引号要写成两个(""),整个字段再用引号括起', 'Double the quotes inside a quoted field ("")'),
        number, record.rstrip("\r\n"),
    )  # fmt: skip


def wrong_columns(number: int, count: int, width: int, record: str) -> Problem:
    """The problem of a row of `count` columns where the header has `width`."""
    return Problem(
        "", "wrong_columns",
        Text(f"有 {count} 列,表头有 {width} 列", f"{count} columns, the header has {width}"),
        Text("含分隔符的字段要用引号括起", "Put a field that holds the delimiter in quotes"),
        number, record.rstrip("\r\n"),
    )  # fmt: skip


def with_nul(number: int, record: str) -> Problem:
    """The problem of a row with a NUL character."""
    return Problem("", "nul_character", _NUL, _NUL_REMEDY, number, record.rstrip("\r\n"))
