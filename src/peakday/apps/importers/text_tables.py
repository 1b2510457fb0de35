"""How does a text file of a foreign system reach the desk? As a table of words with the row number of each.

Headers are stripped (real reports have `收货地址 `), columns that the importer does not name are left out, empty cells
are null. What is no row at all (`kernel.rowfiles`) comes back as problems.
"""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pyarrow as pa

from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.rowfiles.records import Block, first_position, read_blocks
from peakday.kernel.rowfiles.shape import find_shape


def lay_file(desk: duckdb.DuckDBPyConnection, table: str, path: Path, columns: Mapping[str, str]) -> list[Problem]:
    """Read `path` into a new table: `row` (as a spreadsheet numbers it) and the columns, header → our name.

    Refuses `FileUnreadable` when the file is absent or a column is missing.
    """
    if not path.is_file():
        raise FileUnreadable(reason=f"{path} is not there", reason_zh=f"{path} 不存在")
    shape = find_shape(path)
    header = [name.strip() for name in shape.header]
    absent = [name for name in columns if name not in header]
    if absent:
        names = ", ".join(absent)
        raise FileUnreadable(reason=f"{path.name} lacks the columns {names}", reason_zh=f"{path.name} 缺少列:{names}")
    places = {ours: header.index(theirs) for theirs, ours in columns.items()}
    desk.execute(f"create table {table} (row bigint, {', '.join(f'{name} varchar' for name in places)})")
    faults: list[Problem] = []
    for block in read_blocks(path, shape, first_position(shape)):
        faults += block.faults
        desk.register("incoming_rows", _as_arrow(block, places))
        desk.execute(f"insert into {table} from incoming_rows")
        desk.unregister("incoming_rows")
    return faults


def _as_arrow(block: Block, places: Mapping[str, int]) -> pa.Table:
    words = {
        name: pa.array([row[at].strip() or None for row in block.rows], pa.string()) for name, at in places.items()
    }
    return pa.table({"row": pa.array(block.numbers, pa.int64()), **words})
