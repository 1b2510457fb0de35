"""How does a channel's file become rows, whatever its form: CSV, tab separated, Parquet, a zip of tables?

Text is UTF-8, or GB18030 as Chinese exports write it. A file that lacks a column is refused as a whole, with the
column named. Header names lose the blanks around them: Tmall's have some.
"""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from peakday.insight.channels.model import Calibration, Calibre, ChannelLine, RawRow
from peakday.insight.channels.rules import (
    amazon_settlement,
    olist_tables,
    online_retail,
    own_file,
    shopify_export,
    tmall_report,
)
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.errors import FileUnreadable

FILE_BYTES_MAX = 64 << 20
UNPACKED_BYTES_MAX = 256 << 20
ROWS_MAX = 1_000_000
Reader = Callable[[Iterable[RawRow], Calibration], Iterator[ChannelLine | Problem]]

READERS: dict[Calibre, Reader] = {
    Calibre.TMALL: tmall_report.read_lines,
    Calibre.OLIST: olist_tables.read_lines,
    Calibre.ONLINE_RETAIL: online_retail.read_lines,
    Calibre.SHOPIFY: shopify_export.read_lines,
    Calibre.AMAZON: amazon_settlement.read_lines,
    Calibre.OWN: own_file.read_lines,
}
_COLUMNS: dict[Calibre, Sequence[str]] = {
    Calibre.TMALL: tmall_report.COLUMNS,
    Calibre.ONLINE_RETAIL: online_retail.COLUMNS,
    Calibre.SHOPIFY: shopify_export.COLUMNS,
    Calibre.AMAZON: amazon_settlement.COLUMNS,
}


def read_file(path: Path, calibre: Calibre, how: Calibration) -> tuple[list[ChannelLine], list[Problem]]:
    """The lines of a file and the problems of its other rows. Raises `FileUnreadable` and what the calibre refuses."""
    if path.stat().st_size > FILE_BYTES_MAX:
        raise _unreadable(f"超过 {FILE_BYTES_MAX >> 20} MB", f"larger than {FILE_BYTES_MAX >> 20} MB; split it")
    lines: list[ChannelLine] = []
    problems: list[Problem] = []
    for found in READERS[calibre](_limited(_rows(path, calibre, how)), how):
        if isinstance(found, Problem):
            problems.append(found)
        else:
            lines.append(found)
    return lines, problems


def _rows(path: Path, calibre: Calibre, how: Calibration) -> Iterator[RawRow]:
    if calibre is Calibre.OLIST:
        return _olist_rows(path)
    with path.open("rb") as file:
        start = file.read(4)
    if calibre is Calibre.ONLINE_RETAIL and start == b"PAR1":
        return _parquet_rows(path, online_retail.COLUMNS)
    needed = [how.mapping.get(name, name) for name in own_file.NEEDED] if calibre is Calibre.OWN else _COLUMNS[calibre]
    if calibre is Calibre.OWN:
        needed = [*needed, *how.mapping.values()]
    return _text_rows(path.read_bytes(), needed, "\t" if calibre is Calibre.AMAZON else ",")


def _text_rows(content: bytes, needed: Sequence[str], delimiter: str) -> Iterator[RawRow]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise _unreadable("编码不是 UTF-8 或 GB18030", "neither UTF-8 nor GB18030") from error
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        header = [name.strip() for name in next(reader, [])]
        lacking = [name for name in needed if name not in header]
        if lacking:
            names = "、".join(lacking), ", ".join(lacking)
            raise _unreadable(f"缺少列 {names[0]}", f"it lacks the columns {names[1]}")
        for number, cells in enumerate(reader, 2):
            if any(cells):
                yield RawRow(number, dict(zip(header, cells, strict=False)))
    except csv.Error as error:
        raise _unreadable(f"第 {reader.line_num} 行无法读取", f"line {reader.line_num} cannot be read") from error


def _parquet_rows(path: Path, columns: Sequence[str]) -> Iterator[RawRow]:
    from pyarrow import ArrowInvalid  # noqa: PLC0415 - rarely needed, slow to import
    from pyarrow.parquet import ParquetFile  # noqa: PLC0415 - likewise

    try:
        file = ParquetFile(path)
    except ArrowInvalid as error:
        raise _unreadable("Parquet 文件已损坏", "the Parquet file is damaged") from error
    lacking = [name for name in columns if name not in file.schema_arrow.names]
    if lacking:
        raise _unreadable(f"缺少列 {'、'.join(lacking)}", f"it lacks the columns {', '.join(lacking)}")
    number = 1
    wanted = [name for name in (*columns, "Description") if name in file.schema_arrow.names]
    for batch in file.iter_batches(batch_size=20_000, columns=wanted):
        for values in batch.to_pylist():
            number += 1
            yield RawRow(number, {name: "" if value is None else str(value) for name, value in values.items()})


def _olist_rows(path: Path) -> Iterator[RawRow]:
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > UNPACKED_BYTES_MAX:
                raise _unreadable("解压后太大", f"larger than {UNPACKED_BYTES_MAX >> 20} MB when unpacked")
            orders, items = (_member(archive, name) for name in ("orders", "order_items"))
    except zipfile.BadZipFile as error:
        raise _unreadable("不是 zip 压缩包", "it is not a zip") from error
    by_order = {row.values["order_id"]: row for row in _text_rows(orders, olist_tables.ORDER_COLUMNS, ",")}
    for row in _text_rows(items, olist_tables.ITEM_COLUMNS, ","):
        order = by_order.get(row.values["order_id"])
        yield RawRow(row.number, {**(order.values if order else {}), **row.values})


def _member(archive: zipfile.ZipFile, table: str) -> bytes:
    for name in archive.namelist():
        if Path(name).name == f"olist_{table}_dataset.csv":
            return archive.read(name)
    raise _unreadable(f"缺少 olist_{table}_dataset.csv", f"the zip lacks olist_{table}_dataset.csv")


def _limited(rows: Iterator[RawRow]) -> Iterator[RawRow]:
    for count, row in enumerate(rows):
        if count >= ROWS_MAX:
            raise _unreadable(f"超过 {ROWS_MAX} 行", f"more than {ROWS_MAX} rows; split it")
        yield row


def _unreadable(reason_zh: str, reason: str) -> FileUnreadable:
    return FileUnreadable(reason_zh=reason_zh, reason=reason)
