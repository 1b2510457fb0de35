"""Are the rows of a file exactly those that Python's csv module reads, whatever the file looks like?"""

import csv
import io
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.rowfiles.records import Position, first_position, read_blocks
from peakday.kernel.rowfiles.shape import find_shape

# no lone carriage return: the csv module writes it without quotes and does not read back what it wrote
CELLS = st.lists(st.sampled_from(['"', ",", "\n", "\r\n", ";", " ", "a", "7", "中", "é", "\t"]), max_size=6).map(
    "".join
)


@st.composite
def _tables(draw):
    width = draw(st.integers(2, 4))
    rows = draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=12))
    return [[f"列{place}" for place in range(width)], *rows]


def _read(path, block_bytes=1 << 20, start=None):
    shape = find_shape(path)
    rows, numbers, faults = [], [], []
    for block in read_blocks(path, shape, start or first_position(shape), block_bytes):
        rows += block.rows
        numbers += block.numbers
        faults += block.faults
    return rows, numbers, faults


@given(
    _tables(), st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16"]), st.sampled_from(["\n", "\r\n"]),
    st.integers(16, 300),
)  # fmt: skip
@settings(max_examples=300, deadline=None)
def test_rows_are_those_of_the_csv_module_in_blocks_of_any_size(table, encoding, line_end, block_bytes):
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=line_end).writerows(table)
    with NamedTemporaryFile(suffix=".csv") as file:
        Path(file.name).write_bytes(text.getvalue().encode(encoding))
        rows, _, faults = _read(Path(file.name), block_bytes)
    wanted = [row for row in csv.reader(io.StringIO(text.getvalue(), newline="")) if row][1:]
    assert (rows, faults) == (wanted, [])


def test_a_row_number_is_the_one_that_a_spreadsheet_shows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,title\n1,"two\nlines"\n\n2,b\n')
    assert _read(path) == ([["1", "two\nlines"], ["2", "b"]], [2, 4], [])


def test_an_unbalanced_quote_spoils_its_own_line_only(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,title\n1,"open\n2,b\n3,"c, d"\n4,e\n')
    rows, numbers, faults = _read(path)
    assert (rows, numbers) == ([["2", "b"], ["3", "c, d"], ["4", "e"]], [3, 4, 5])
    assert [(fault.row, fault.code, fault.value) for fault in faults] == [(2, "unbalanced_quote", '1,"open')]


def test_a_literal_quote_in_a_bare_field_is_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('id,title\n1,5" screen\n2,b\n')
    assert _read(path) == ([["1", '5" screen'], ["2", "b"]], [2, 3], [])


def test_a_wrong_number_of_columns_and_a_nul_are_named_with_their_rows(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n1,a,b\n2\n3,c\x00\n4,d\n")
    rows, _, faults = _read(path)
    assert rows == [["4", "d"]]
    assert [(fault.row, fault.code) for fault in faults] == [
        (2, "wrong_columns"), (3, "wrong_columns"), (4, "nul_character"),
    ]  # fmt: skip


def test_a_line_that_cannot_be_decoded_is_refused_with_its_byte_and_the_others_are_read(tmp_path):
    path = tmp_path / "a.csv"
    good = "".join(f"{n},连衣裙\n" for n in range(2, 40)).encode()
    path.write_bytes("id,title\n1,裙子\n".encode() + b"bad,\xff\xfe\n" + good)
    rows, numbers, faults = _read(path)
    assert len(rows) == 39
    assert numbers[:2] == [2, 4]
    assert [(fault.row, fault.code) for fault in faults] == [(3, "undecodable")]
    assert str(path.read_bytes().index(b"\xff")) in faults[0].message.en


@pytest.mark.parametrize("encoding", ["gbk", "gb18030", "utf-8", "utf-16", "big5"])
def test_the_encodings_of_chinese_shops_are_found(tmp_path, encoding):
    path = tmp_path / "a.csv"
    words = "夏季新款連衣裙顯瘦百搭" if encoding == "big5" else "夏季新款连衣裙显瘦百搭"
    path.write_bytes(("id,title\n" + "".join(f"{n},{words}第{n}款\n" for n in range(200))).encode(encoding))
    rows, _, faults = _read(path)
    assert (len(rows), rows[7], faults) == (200, ["7", f"{words}第7款"], [])


def test_chinese_far_behind_plain_ascii_is_still_found(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id,title\n" + b"1,plain text\n" * 60_000 + "2,连衣裙百搭显瘦\n".encode("gbk") * 50)
    rows, _, faults = _read(path)
    assert (len(rows), rows[-1], faults) == (60_050, ["2", "连衣裙百搭显瘦"], [])


@pytest.mark.parametrize(
    "content",
    [b"", b"\n\n", b"PK\x03\x04rest", b"\x89PNG", bytes(range(128, 256)) * 40, b"one line without end" * 40_000],
)
def test_what_is_no_table_is_refused_in_one_sentence(tmp_path, content):
    path = tmp_path / "a.csv"
    path.write_bytes(content)
    with pytest.raises(FileUnreadable):
        _read(path)


def test_reading_goes_on_at_any_block_s_end(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,title\n" + "".join(f'{n},"a\n{n}"\n' for n in range(50)))
    shape = find_shape(path)
    whole = _read(path)[0]
    for block in read_blocks(path, shape, first_position(shape), 64):
        rest, numbers, _ = _read(path, 64, block.end)
        assert rest == whole[block.end.row - 2 :]
        assert not numbers or numbers[0] == block.end.row
        assert isinstance(block.end, Position)
