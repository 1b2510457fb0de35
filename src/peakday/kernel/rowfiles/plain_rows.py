"""How are the rows of a usual block read natively, and yet exactly as Python's `csv` module reads them?

A line is *plain* when it is one row whatever stands around it: each of its quotes opens a field, closes one or is half
of a doubled quote. Plain lines are read by Arrow, millions in a second. The few others (an unbalanced quote, a quoted
line end, a quote inside a bare field, a blank line) are read one by one by `csv`. A block with what the two read
differently (a lone carriage return, a NUL, a byte that is no UTF-8, a field beyond csv's limit) is not read here.
"""

import csv
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.shape import FileShape
from peakday.kernel.rowfiles.single_rows import RECORD_LINES_MAX, open_record, row_of, unbalanced, wrong_columns

ODD_LINES_MAX = 200
ODD_SHARE_MAX = 0.02  # of a block's lines: with more, reading them one by one is no gain
_QUOTE, _LINE_FEED, _CARRIAGE_RETURN = b'"\n\r'
_MARK = b"\xef\xbb\xbf"  # Arrow drops it wherever a text begins


@dataclass(slots=True)
class PlainRows:
    """The columns of the rows, their numbers, what is no row; how many records and bytes that was."""

    columns: list[pa.Array]
    numbers: list[int]
    faults: list[Problem]
    records: int
    used_bytes: int


@dataclass(slots=True)
class _Odd:
    """The records that are not plain: those that are rows, by number, and the faults; which lines they took."""

    rows: dict[int, list[str]] = field(default_factory=dict)
    faults: list[Problem] = field(default_factory=list)
    taken: list[tuple[int, int]] = field(default_factory=list)  # first line, lines
    open_line: int | None = None  # where a record begins that the block does not end


def read_plain(data: bytes, shape: FileShape, first_number: int, *, is_last: bool) -> PlainRows | None:
    """The rows of a block of UTF-8; none when the block must be read by `csv` as a whole."""
    if not _is_readable(data, shape):
        return None
    letters = np.frombuffer(data, np.uint8)
    ends = np.flatnonzero(letters == _LINE_FEED) + 1
    if not len(ends) or ends[-1] < len(data):
        ends = np.append(ends, len(data))
    starts = np.concatenate(([0], ends[:-1]))
    odd_lines = _odd_lines(letters, starts, shape)
    is_too_odd = len(odd_lines) > max(ODD_LINES_MAX, len(ends) * ODD_SHARE_MAX)
    if is_too_odd or int((ends - starts).max()) > csv.field_size_limit():
        return None
    odd = _read_odd(data, starts, ends, odd_lines, (shape, first_number, is_last))
    return _read(data, starts, ends, odd, (shape, first_number))


def _is_readable(data: bytes, shape: FileShape) -> bool:
    is_feed = shape.newline == "\n" and (b"\r" not in data or data.count(b"\r") == data.count(b"\r\n"))
    return is_feed and b"\x00" not in data and _is_utf8(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _odd_lines(
    letters: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], shape: FileShape
) -> list[int]:  # fmt: skip
    """The lines that are blank, or hold a quote that neither opens nor closes a field nor is half of a double."""
    lengths = np.diff(np.append(starts, len(letters)))
    odd = [np.flatnonzero((lengths == 1) | ((lengths == 2) & (letters[starts] == _CARRIAGE_RETURN)))]
    quotes = np.flatnonzero(letters == _QUOTE)
    if len(quotes):
        line = np.searchsorted(starts, quotes, side="right") - 1
        first, counts = np.unique(line, return_index=True, return_counts=True)[1:]
        is_opening = (np.arange(len(quotes)) - np.repeat(first, counts)) % 2 == 0
        before = np.where(quotes > 0, letters[quotes - 1], _LINE_FEED)
        behind = np.where(quotes + 1 < len(letters), letters[np.minimum(quotes + 1, len(letters) - 1)], _LINE_FEED)
        delimiter = ord(shape.delimiter)
        opens = (before == delimiter) | (before == _LINE_FEED) | ((before == _QUOTE) & (quotes > starts[line]))
        closes = np.isin(behind, (delimiter, _LINE_FEED, _CARRIAGE_RETURN, _QUOTE))
        odd += [line[~np.where(is_opening, opens, closes)], line[first[counts % 2 == 1]]]
    found: list[int] = np.unique(np.concatenate(odd)).tolist()
    return found


def _read_odd(
    data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], odd_lines: list[int],
    place: tuple[FileShape, int, bool],
) -> _Odd:  # fmt: skip
    """Read the odd lines one by one, each with the lines that belong to it."""
    shape, number, is_last = place
    odd, width, count = _Odd(), len(shape.header), len(ends)
    behind, joined = 0, 0  # the first line that no record has taken; lines that do not begin a record
    for at in odd_lines:
        if at < behind:
            continue
        line = data[starts[at] : ends[at]].decode()
        row, size, record = row_of(line, shape), 1, line
        if row is None and line.count('"') % 2:
            last = min(at + RECORD_LINES_MAX, count)
            size = open_record([data[starts[i] : ends[i]].decode() for i in range(at, last)], 0, shape)
            if size == 0 and not is_last and count - at < RECORD_LINES_MAX:
                odd.open_line = at
                return odd
            size = size or 1
            record = data[starts[at] : ends[at + size - 1]].decode()
            row = row_of(record, shape)
        here = number + at - joined
        if row is None:
            odd.faults.append(unbalanced(here, record))
        elif row and len(row) != width:
            odd.faults.append(wrong_columns(here, len(row), width, record))
        elif row:
            odd.rows[here] = row
        odd.taken.append((at, size))
        behind, joined = at + size, joined + size - 1
    return odd


def _read(
    data: bytes, starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64], odd: _Odd, place: tuple[FileShape, int]
) -> PlainRows | None:  # fmt: skip
    shape, first_number = place
    lines = len(ends) if odd.open_line is None else odd.open_line
    used = int(ends[lines - 1]) if lines else 0
    is_plain, begins = np.ones(lines, dtype=bool), np.ones(lines, dtype=np.int64)
    parts, behind = [], 0
    for at, size in odd.taken:
        is_plain[at : at + size] = False
        begins[at + 1 : at + size] = 0
        parts.append(data[behind : starts[at]])
        behind = int(ends[at + size - 1])
    numbers = (first_number + np.cumsum(begins) - 1)[is_plain]
    text = b"".join([*parts, data[behind:used]]) if parts or used < len(data) else data
    if text.startswith(_MARK):
        return None
    columns, wrong = _parse(text, shape) if len(numbers) else ([pa.array([], pa.string()) for _ in shape.header], [])
    faults = [
        wrong_columns(int(numbers[at]), count, len(shape.header), record) for at, count, record in wrong
    ]  # fmt: skip
    numbers = np.delete(numbers, [at for at, _, _ in wrong])
    assert all(len(column) == len(numbers) for column in columns), (len(columns[0]), len(numbers))
    if odd.rows:
        columns, numbers = _with_rows(columns, numbers, odd.rows)
    faults = sorted(odd.faults + faults, key=lambda fault: fault.row or 0)
    return PlainRows(columns, numbers.tolist(), faults, int(begins.sum()), used)


def _parse(text: bytes, shape: FileShape) -> tuple[list[pa.Array], list[tuple[int, int, str]]]:
    """The columns of plain lines, and the lines of another width as (place among the lines, columns, text)."""
    names = [str(place) for place in range(len(shape.header))]
    wrong: list[tuple[int, int, str]] = []

    def note(row: pa_csv.InvalidRow) -> str:
        wrong.append((row.number - 1, row.actual_columns, row.text))
        return "skip"

    table = pa_csv.read_csv(
        pa.py_buffer(text),
        pa_csv.ReadOptions(use_threads=False, block_size=len(text) + 1, column_names=names),
        pa_csv.ParseOptions(delimiter=shape.delimiter, ignore_empty_lines=False, invalid_row_handler=note),
        pa_csv.ConvertOptions(column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False),
    )
    return [column.combine_chunks() for column in table.columns], wrong


def _with_rows(
    columns: list[pa.Array], numbers: npt.NDArray[np.int64], rows: dict[int, list[str]]
) -> tuple[list[pa.Array], npt.NDArray[np.int64]]:
    """The columns with the rows that were read one by one, each in its place."""
    numbers = np.concatenate((numbers, np.array(list(rows), dtype=np.int64)))
    order = np.argsort(numbers, kind="stable")
    added = zip(*rows.values(), strict=True)
    joined = [
        pa.concat_arrays([column, pa.array(values, pa.string())]) for column, values in zip(columns, added, strict=True)
    ]
    return [pc.take(column, pa.array(order)) for column in joined], numbers[order]
