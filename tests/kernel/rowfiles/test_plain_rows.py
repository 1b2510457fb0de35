"""Does the native reader find the same rows, numbers, faults and positions as Python's csv module, whatever comes?"""

from dataclasses import replace
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from peakday.kernel.rowfiles.plain_rows import read_plain
from peakday.kernel.rowfiles.records import first_position, read_blocks
from peakday.kernel.rowfiles.shape import FileShape

PIECES = [
    '"',
    '""',
    ",",
    '",',
    ',"',
    '","',
    "\n",
    "\r\n",
    " ",
    "a",
    "7",
    "中",
    "\\",
    '"\n',
    "\n\n",
    "a,b\n",
    '"a","b"\n',
]
RARE = ["\r", "\x00", "\ufeff"]
SHAPE = FileShape("utf-8", ",", "\n", ("一", "二"), 0, 0)


def _read(path, encoding, block_bytes):
    shape = replace(SHAPE, encoding=encoding, bytes_total=path.stat().st_size)
    found = []
    for block in read_blocks(path, shape, first_position(shape), block_bytes):
        faults = [(fault.row, fault.code, fault.value) for fault in block.faults]
        found.append((block.rows, list(block.numbers), faults, block.end))
    return found


@given(
    st.lists(st.sampled_from(PIECES), max_size=60) | st.lists(st.sampled_from(PIECES + RARE), max_size=60),
    st.integers(20, 200),
)
@example(["a,b\n", '"a', "\n", 'b",c\n', "x,y\n"], 20)
@example(["a,b\n", '"a"b,c\n', '5" x,y\n', "\n", "a,b,c\n", "x,y"], 200)
@settings(max_examples=1500, deadline=None)
def test_it_reads_what_csv_reads_fault_for_fault(pieces, block_bytes):
    with NamedTemporaryFile(suffix=".csv") as file:
        path = Path(file.name)
        path.write_bytes("".join(pieces).encode())
        # under its other name the encoding is read by csv only
        assert _read(path, "utf-8", block_bytes) == _read(path, "utf8", block_bytes)


def test_plain_lines_are_read_natively_and_odd_ones_beside_them():
    text = 'a,"b"\n"c"x",d\n"e\ne","f""f"\n\ng,h,i\nj,"k, k"\r\n'
    found = read_plain(text.encode(), SHAPE, 2, is_last=True)
    assert [column.to_pylist() for column in found.columns] == [["a", "e\ne", "j"], ["b", 'f"f', "k, k"]]
    assert (found.numbers, found.records, found.used_bytes) == ([2, 4, 7], 6, len(text))
    assert [(fault.row, fault.code) for fault in found.faults] == [(3, "unbalanced_quote"), (6, "wrong_columns")]


@pytest.mark.parametrize(
    "data", [b"a\rb,c\n", b"a,\x00\n", b"\xef\xbb\xbfa,b\n", b"a,\xff\n", b"\n" * 300, b"a,b" * 60_000]
)
def test_what_the_two_read_differently_is_left_to_csv(data):
    assert read_plain(data, SHAPE, 2, is_last=True) is None
