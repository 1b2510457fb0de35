"""In which encoding is a file of rows written, and what divides its columns?

A byte order mark decides; else UTF-8 if the first stretch that is not ASCII reads as UTF-8; else whichever of the
encodings that shops use (GB18030 with GBK inside, Big5, UTF-16) makes sense of it. The delimiter is the one that gives
the first rows one common width. A spreadsheet, a binary or an empty file is refused with what to do instead.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

import charset_normalizer

from peakday.kernel.rowfiles.errors import FileUnreadable

SAMPLE_BYTES = 256 * 1024
DELIMITERS = (",", "\t", ";", "|")
SAMPLE_ROWS = 50
COLUMNS_MAX = 500
FOREIGN_BYTES_MIN = 400  # fewer prove nothing: then it is GB 18030, as merchants' files are
_CANDIDATES = ["gb18030", "big5", "shift_jis", "euc_kr", "cp1252"]
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_SUFFICIENT_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class FileShape:
    """How to read a file: encoding, delimiter, line end, header, and the byte at which the first row begins."""

    encoding: str
    delimiter: str
    newline: str
    header: tuple[str, ...]
    first_row_byte: int
    bytes_total: int


def find_shape(path: Path, encoding: str | None = None) -> FileShape:
    """The shape of the file; raises `FileUnreadable` with the reason and what to do."""
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(SAMPLE_BYTES)
    _refuse_other_kinds(start)
    mark, marked = next(((mark, name) for mark, name in _MARKS if start.startswith(mark)), (b"", None))
    chosen = marked or encoding or _guess_encoding(path, start)
    head = _decode_sample(start[len(mark) :], chosen, len(mark))
    newline = "\n" if "\n" in head or "\r" not in head else "\r"
    line, _, rest = head.partition(newline)
    if not _ and len(start) < size:
        raise _unreadable("第一行过长,没有找到换行", "the first line never ends; save the file as CSV")
    delimiter = _guess_delimiter(head)
    header, header_text = _read_header(line, rest, newline, delimiter)
    first = len(mark) + len((header_text + (newline if _ else "")).encode(chosen))
    return FileShape(chosen, delimiter, newline, header, first, size)


def _refuse_other_kinds(start: bytes) -> None:
    if not start.strip():
        raise _unreadable("文件是空的", "it is empty")
    if start.startswith(b"PK\x03\x04"):
        raise _unreadable(
            "这是 Excel 工作簿,请另存为“CSV UTF-8”再上传",
            "it is an Excel workbook; save it as “CSV UTF-8” and send that",
        )
    if start.startswith((b"%PDF", b"\x89PNG", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"PAR1")):
        raise _unreadable("这不是文本表格,请另存为 CSV", "it is not a text table; save it as CSV")


def _guess_encoding(path: Path, start: bytes) -> str:
    """The encoding of the first stretch that is not plain ASCII."""
    if start.count(b"\x00") > len(start) // 10:
        return "utf-16-le" if start[1::2].count(b"\x00") >= start[0::2].count(b"\x00") else "utf-16-be"
    sample, offset = _first_foreign(path)
    if not sample:
        return "utf-8"
    position = _first_fault(sample, "utf-8")
    if position is None:
        return "utf-8"
    best = charset_normalizer.from_bytes(sample, cp_isolation=_CANDIDATES, explain=False).best()
    is_long_enough = sum(byte > 0x7F for byte in sample) >= FOREIGN_BYTES_MIN
    rivals = {"big5"} if is_long_enough else set()  # the bytes of a few words are at home in both
    if _first_fault(sample, "gb18030") is None and (best is None or best.encoding not in rivals):
        return "gb18030"
    if best is not None and _first_fault(sample, best.encoding) is None:
        return best.encoding
    return _mostly(sample, offset + position)


def _mostly(sample: bytes, fault_byte: int) -> str:
    """UTF-8 or GB18030 when nearly all lines read so (the bad lines are refused one by one); else the file is."""
    lines = sample.split(b"\n")[:-1] or [sample]
    for encoding in ("utf-8", "gb18030"):
        good = sum(_first_fault(line, encoding) is None for line in lines)
        if good >= len(lines) * _SUFFICIENT_SHARE:
            return encoding
    raise _unreadable(
        f"第 {fault_byte} 字节处无法解码(已尝试 UTF-8、GBK/GB18030、Big5、UTF-16)。请另存为“CSV UTF-8”",
        f"byte {fault_byte} is in no known encoding (tried UTF-8, GBK/GB18030, Big5, UTF-16); save it as “CSV UTF-8”",
        byte=fault_byte,
    )


def _first_foreign(path: Path) -> tuple[bytes, int]:
    """A sample from the first line that is not ASCII, with its offset; empty when the whole file is ASCII."""
    with path.open("rb") as file:
        offset = 0
        while block := file.read(1 << 20):
            if not block.isascii():
                at = next(i for i in range(0, len(block), 4096) if not block[i : i + 4096].isascii())
                begin = block.rfind(b"\n", 0, at) + 1
                sample = block[begin : begin + SAMPLE_BYTES]
                if len(sample) < SAMPLE_BYTES:
                    sample += file.read(SAMPLE_BYTES - len(sample))
                cut = sample.rfind(b"\n")
                is_end = len(sample) < SAMPLE_BYTES
                return (sample if is_end or cut <= 0 else sample[: cut + 1]), offset + begin
            offset += len(block)
    return b"", 0


def _first_fault(data: bytes, encoding: str) -> int | None:
    try:
        data.decode(encoding)
    except UnicodeDecodeError as error:
        return error.start
    return None


def _decode_sample(data: bytes, encoding: str, offset: int) -> str:
    """The sample as text; only its very end may be half a character."""
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if error.start >= len(data) - 4:
            return data[: error.start].decode(encoding)
        newline = data.find(b"\n")
        if newline >= 0 and error.start > newline:
            return data.decode(encoding, errors="replace")
        at = offset + error.start
        raise _unreadable(
            f"表头第 {at} 字节处不是 {encoding} 编码", f"byte {at} of the header is not {encoding}", byte=at
        ) from error
    except LookupError as error:
        raise _unreadable(f"未知编码 {encoding}", f"unknown encoding {encoding}") from error


def _guess_delimiter(head: str) -> str:
    lines = head.splitlines()[:SAMPLE_ROWS]
    if len(lines) > 2:
        lines = lines[:-1]  # the last may be cut

    def merit(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(lines, delimiter=delimiter)]
        width = widths[0] if widths else 0
        return (sum(w == width for w in widths) if width > 1 else 0, width)

    return max(DELIMITERS, key=merit)


def _read_header(line: str, rest: str, newline: str, delimiter: str) -> tuple[tuple[str, ...], str]:
    """The column names and the text of the header, which may itself hold quoted line ends."""
    text = line
    while text.count('"') % 2 and rest and text.count(newline) < 20:
        more, _, rest = rest.partition(newline)
        text += newline + more
    names = tuple(name.strip().strip("\ufeff") for name in next(csv.reader([text], delimiter=delimiter), []))
    if not any(names) or len(names) > COLUMNS_MAX:
        raise _unreadable("没有找到表头(第一行应为列名)", "there is no header; the first row must name the columns")
    return names, text


def _unreadable(reason_zh: str, reason: str, **data: object) -> FileUnreadable:
    return FileUnreadable(reason=reason, reason_zh=reason_zh, **data)
