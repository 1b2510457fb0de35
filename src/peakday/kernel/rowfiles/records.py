"""Which rows does a file hold, exactly?

Rows are what Python's `csv` module reads (RFC 4180, quoted line ends included), found block by block in bounded memory.
A row number is the number that a spreadsheet shows: the header is row 1, a quoted line end does not begin a row, a
blank line counts. What is no row is a fault with its number, its text and a remedy: an unbalanced quote spoils its own
line and not those behind it, bytes that no encoding explains spoil their line, a wrong number of columns its row.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyarrow as pa

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.rowfiles.plain_rows import read_plain
from peakday.kernel.rowfiles.shape import FileShape
from peakday.kernel.rowfiles.single_rows import (
    RECORD_LINES_MAX,
    open_record,
    row_of,
    unbalanced,
    undecodable,
    with_nul,
    wrong_columns,
)

BLOCK_BYTES = 12 << 20
RECORD_BYTES_MAX = 1 << 20
UNDECODABLE_SHARE_MAX = 0.2  # of one block: beyond it the file as a whole has another encoding


@dataclass(frozen=True, slots=True)
class Position:
    """Where the next row begins: its byte and its number."""

    byte: int
    row: int


@dataclass
class Block:
    """Some rows as columns of text, their numbers, the faults between them, and where the next block begins."""

    columns: list[pa.Array]
    numbers: Sequence[int]
    faults: list[Problem] = field(default_factory=list)
    end: Position = field(default_factory=lambda: Position(0, 2))

    @cached_property
    def rows(self) -> list[list[str]]:
        """The rows one by one, for who cannot work in columns."""
        return list(map(list, zip(*(column.to_pylist() for column in self.columns), strict=True)))


def first_position(shape: FileShape) -> Position:
    """Where the first row behind the header begins."""
    return Position(shape.first_row_byte, 2)


def read_blocks(path: Path, shape: FileShape, start: Position, block_bytes: int = BLOCK_BYTES) -> Iterator[Block]:
    """The rows from `start` on, a block of about `block_bytes` at a time."""
    newline = shape.newline.encode(shape.encoding)
    with path.open("rb") as file:
        position = start
        size = block_bytes
        while position.byte < shape.bytes_total:
            file.seek(position.byte)
            raw = file.read(size)
            is_last = position.byte + len(raw) >= shape.bytes_total
            cut = len(raw) if is_last else _last_line_end(raw, newline)
            block = _read_block(raw[:cut], shape, position, is_last=is_last) if cut else None
            if block is None or block.end == position:  # one record is longer than the block
                if size > block_bytes + 2 * RECORD_BYTES_MAX:
                    raise FileUnreadable(
                        reason=f"the row at byte {position.byte} (row {position.row}) has no end; save the file as CSV",
                        reason_zh=f"第 {position.row} 行(字节 {position.byte})没有换行,请另存为 CSV",
                        byte=position.byte, row=position.row,
                    )  # fmt: skip
                size += RECORD_BYTES_MAX
                continue
            size = block_bytes
            position = block.end
            yield block


def _last_line_end(raw: bytes, newline: bytes) -> int:
    at = raw.rfind(newline)
    while at > 0 and at % len(newline):  # UTF-16: only at even places
        at = raw.rfind(newline, 0, at)
    return at + len(newline) if at >= 0 else 0


def _read_block(raw: bytes, shape: FileShape, start: Position, *, is_last: bool) -> Block:
    plain = read_plain(raw, shape, start.row, is_last=is_last) if shape.encoding == "utf-8" else None
    if plain is None:
        return _read_any(raw, shape, start, is_last=is_last)
    end = Position(start.byte + plain.used_bytes, start.row + plain.records)
    return Block(plain.columns, plain.numbers, plain.faults, end)


def _read_any(raw: bytes, shape: FileShape, start: Position, *, is_last: bool) -> Block:
    text, bad_bytes = _decode(raw, shape, start)
    lines = list(io.StringIO(text, newline=""))
    records, open_lines = _group_lines(lines, shape, is_last=is_last)
    tail = "".join(lines[len(lines) - open_lines :])
    rows, faulty = _parse(records, shape)
    numbers: Sequence[int] = range(start.row, start.row + len(rows))
    faults: list[Problem] = []
    width = len(shape.header)
    if faulty or bad_bytes or "\x00" in text or set(map(len, rows)) - {width}:
        kept = []
        for number, row, record in zip(numbers, rows, records, strict=True):
            fault = _fault(number, row, record, width, faulty, bad_bytes)
            if fault is not None:
                faults.append(fault)
            elif row:
                kept.append((number, row))
        numbers, rows = [number for number, _ in kept], [row for _, row in kept]
    columns = [pa.array(values, pa.string()) for values in zip(*rows, strict=True)]
    return Block(
        columns or [pa.array([], pa.string()) for _ in shape.header], numbers, faults,
        Position(start.byte + _used(raw, text, tail, shape), start.row + len(records)),
    )  # fmt: skip


def _decode(raw: bytes, shape: FileShape, start: Position) -> tuple[str, dict[str, int]]:
    """The block as text; lines that cannot be decoded are replaced and returned with their byte position."""
    try:
        return raw.decode(shape.encoding), {}
    except UnicodeDecodeError:
        pass
    lines, bad_bytes, at, newline = [], {}, start.byte, shape.newline.encode(shape.encoding)
    parts = raw.split(newline)
    for i, part in enumerate(parts):
        end = newline if i < len(parts) - 1 else b""
        try:
            lines.append((part + end).decode(shape.encoding))
        except UnicodeDecodeError as error:
            marker = f"\ufffd{at + error.start}\ufffd" + end.decode(shape.encoding)
            bad_bytes[marker.rstrip("\r\n")] = at + error.start
            lines.append(marker)
        at += len(part) + len(end)
    if len(bad_bytes) > max(len(parts) * UNDECODABLE_SHARE_MAX, 1):
        byte = next(iter(bad_bytes.values()))
        raise FileUnreadable(
            reason=f"byte {byte} (after row {start.row - 1}) is not {shape.encoding}; save the file as “CSV UTF-8”",
            reason_zh=f"第 {byte} 字节(第 {start.row - 1} 行之后)不是 {shape.encoding} 编码,请另存为“CSV UTF-8”",
            byte=byte, row=start.row,
        )  # fmt: skip
    return "".join(lines), bad_bytes


def _group_lines(lines: list[str], shape: FileShape, *, is_last: bool) -> tuple[list[str], int]:
    """The lines as records, those with a quoted line end joined; and how many lines at the end are still open."""
    if all('"' not in line for line in lines) if len(lines) < 100 else '"' not in "".join(lines):
        return lines, 0
    records: list[str] = []
    i = 0
    while i < len(lines):
        line = lines[i]
        if line.count('"') % 2 == 0 or row_of(line, shape) is not None:
            records.append(line)
            i += 1
            continue
        size = open_record(lines, i, shape)
        if size == 0 and not is_last and len(lines) - i < RECORD_LINES_MAX:
            return records, len(lines) - i
        records.append("".join(lines[i : i + size]) if size else line)
        i += size or 1
    return records, 0


def _parse(records: list[str], shape: FileShape) -> tuple[list[list[str]], set[str]]:
    """A row for each record (empty where blank or faulty), and the records whose quotes do not balance."""
    try:
        rows = list(csv.reader(records, delimiter=shape.delimiter, strict=True))
    except csv.Error:
        rows = []
    if len(rows) == len(records):
        return rows, set()
    faulty = set()
    rows = []
    for record in records:
        row = row_of(record, shape)
        if row is None:
            faulty.add(record)
        rows.append(row or [])
    return rows, faulty


def _used(raw: bytes, text: str, tail: str, shape: FileShape) -> int:
    """The bytes of the block without its last lines, whose quotes are still open."""
    if not tail:
        return len(raw)
    newline = shape.newline.encode(shape.encoding)
    if not text[: -len(tail)].endswith(shape.newline):  # a lone carriage return among line feeds
        return len(raw) - len(tail.encode(shape.encoding))
    at = len(raw)
    for _ in range(tail.count(shape.newline) + 1):
        at = raw.rfind(newline, 0, at)
        while at > 0 and at % len(newline):
            at = raw.rfind(newline, 0, at)
    return at + len(newline)


def _fault(
    number: int, row: list[str], record: str, width: int, faulty: set[str], bad_bytes: dict[str, int]
) -> Problem | None:  # fmt: skip
    if bad_bytes and (byte := bad_bytes.get(record.rstrip("\r\n"))) is not None:
        return undecodable(number, byte)
    if record in faulty:
        return unbalanced(number, record)
    if row and len(row) != width:
        return wrong_columns(number, len(row), width, record)
    return with_nul(number, record) if "\x00" in record else None
