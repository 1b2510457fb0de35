"""How does one in-memory DuckDB show files and fresh rows as one relation?

Each relation is a view: the files of the manifest without the rows whose key is in the delta table, and the delta
table. An update happens in one DuckDB transaction, so a statement under way keeps what it began with.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from peakday.insight.metrics.facts.events import EventTail, empty_events
from peakday.insight.metrics.facts.pull import Pulled
from peakday.insight.metrics.facts.relations import EXPOSURES, RECORDS, Relation, csv_select, empty_select

MEMORY_LIMIT = "1500MB"
THREADS = 2


class Overlay:
    """The views of one process. `update` is called by one thread at a time; `read` by many."""

    def __init__(self, scratch: Path) -> None:
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(
            f"set memory_limit='{MEMORY_LIMIT}'; set threads={THREADS}; set temp_directory='{scratch}';"
            " set parquet_metadata_cache=true; set preserve_insertion_order=false"
            "; set autoinstall_known_extensions=false"
        )
        for relation in RECORDS:
            self._clear(relation)

    def read(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        """Run one statement."""
        with self._connection.cursor() as cursor:
            return cursor.execute(sql, dict(parameters)).fetchall()

    def update(
        self,
        base: Mapping[str, list[Path]],
        pulled: Pulled,
        tail: EventTail | None,
        exposures: Iterable[Path],
        *,
        is_new_base: bool,
    ) -> int:
        """Take in changed rows and show `base` with them; returns how many rows the delta holds."""
        self._connection.execute("begin")
        try:
            held = 0
            for relation in RECORDS:
                if is_new_base:
                    self._clear(relation)
                if relation.name in pulled.files:
                    path, header = pulled.files[relation.name]
                    self._upsert(relation, csv_select(relation, str(path), header))
                held += self._show(relation, base.get(relation.name, []))
            self._view("exposures", _files_select(EXPOSURES, list(exposures)))
            self._view("events", tail.take_in(self._connection) if tail else empty_events())
        except BaseException:
            self._connection.execute("rollback")
            if tail:
                tail.forget()
            raise
        self._connection.execute("commit")
        return held

    def close(self) -> None:
        """Let go of memory."""
        self._connection.close()

    def _clear(self, relation: Relation) -> None:
        self._connection.execute(f"create or replace table delta_{relation.name} as {empty_select(relation)}")

    def _upsert(self, relation: Relation, rows: str) -> None:
        table, key = f"delta_{relation.name}", ", ".join(relation.key)
        self._connection.execute(f"create or replace temp table arriving as {rows}")
        self._connection.execute(f"delete from {table} where ({key}) in (select ({key}) from arriving)")
        self._connection.execute(f"insert into {table} by name select * from arriving")
        self._connection.execute("drop table arriving")

    def _show(self, relation: Relation, files: list[Path]) -> int:
        held = self._connection.execute(f"select count(*) from delta_{relation.name}").fetchone()
        assert held is not None
        sql = _files_select(relation, files)
        if held[0]:
            key = ", ".join(relation.key)
            sql = (
                f"select {relation.column_list} from ({sql}) anti join delta_{relation.name} using ({key})"
                f" union all select {relation.column_list} from delta_{relation.name}"
            )
        self._view(relation.name, sql)
        return int(held[0])

    def _view(self, name: str, sql: str) -> None:
        self._connection.execute(f"create or replace view {name} as {sql}")


def _files_select(relation: Relation, files: list[Path]) -> str:
    if not files:
        return empty_select(relation)
    paths = ", ".join(f"'{path}'" for path in files)
    return f"select {relation.column_list} from read_parquet([{paths}], hive_partitioning=false)"
