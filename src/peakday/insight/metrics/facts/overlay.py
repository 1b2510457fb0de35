"""How does one in-memory DuckDB show files and fresh rows as one relation?

Each relation is a view: the files of the manifest without the rows whose key is in the delta table, and the delta
table. An update happens in one DuckDB transaction, so a statement under way keeps what it began with. The tables of
single shops (`hot`) change in the same transaction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Lock

import duckdb

from peakday.insight.metrics.facts.changes import ANY, EVERYTHING, Changes, Shops, find_changed
from peakday.insight.metrics.facts.events import EventTail, empty_events
from peakday.insight.metrics.facts.hot import ShopTables
from peakday.insight.metrics.facts.pull import Pulled
from peakday.insight.metrics.facts.relations import EXPOSURES, RECORDS, Relation, csv_select, empty_select

MEMORY_LIMIT = "1500MB"
THREADS = 1


@dataclass(frozen=True, slots=True)
class Updated:
    """What an update did: how many rows the delta holds now, and whose rows changed."""

    held: int
    changes: Changes


@dataclass(frozen=True, slots=True)
class Base:
    """The files under the delta."""

    files: Mapping[str, list[Path]]
    is_new: bool  # they are others than at the last update: what the delta held is in them, or arrives now
    is_other: bool  # they are not even of the same facts: nothing that was known holds


class Overlay:
    """The views of one process. `update` and `hold` wait for one another; `read` waits for nobody."""

    def __init__(self, scratch: Path) -> None:
        self._writing = Lock()
        self._shops = ShopTables()
        self._shown: dict[str, str] = {}  # the select behind each view
        self._connection = duckdb.connect(":memory:")
        self._connection.execute(
            f"set memory_limit='{MEMORY_LIMIT}'; set threads={THREADS}; set temp_directory='{scratch}';"
            " set parquet_metadata_cache=true; set preserve_insertion_order=false"
            "; set autoinstall_known_extensions=false"
        )
        for relation in RECORDS:
            self._clear(relation)

    def read(self, sql: str, parameters: Mapping[str, object], own_shop: str | None = None) -> list[tuple[object, ...]]:
        """Run one statement; with `own_shop`, which reads no other shop's facts, on its tables where it is held."""
        schema = self._shops.use(own_shop) if own_shop else None
        with self._connection.cursor() as cursor:
            if schema:
                try:
                    cursor.execute(f"set search_path = '{schema},main'")
                except duckdb.CatalogException:
                    schema = None  # let go of just now: the views say the same
            return cursor.execute(sql, dict(parameters)).fetchall()

    def is_settled(self, shop_id: str) -> bool:
        """Whether a shop is held, or will not be."""
        return self._shops.is_settled(shop_id)

    def hold(self, shop_id: str) -> None:
        """Copy a shop's facts into tables of its own."""
        with self._writing, self._connection.cursor() as cursor:
            self._shops.hold(cursor, shop_id)

    def update(self, base: Base, pulled: Pulled, tail: EventTail | None, exposures: Iterable[Path]) -> Updated:
        """Take in changed rows and show `base` with them."""
        with self._writing:
            self._connection.execute("begin")
            try:
                held, changes = self._take_in(base, pulled)
                changes |= self._take_in_events(tail) | self._take_in_exposures(list(exposures))
            except BaseException:
                self._connection.execute("rollback")
                self._shops.forget(self._connection)
                self._shown.clear()
                if tail:
                    tail.forget()
                raise
            self._connection.execute("commit")
            return Updated(held, EVERYTHING if base.is_other else changes)

    def _take_in(self, base: Base, pulled: Pulled) -> tuple[int, dict[str, Shops]]:
        """How many rows the delta holds now, and what changed."""
        held, changes = 0, dict[str, Shops]()
        if base.is_other:
            self._shops.forget(self._connection)
        for relation in RECORDS:
            if relation.name in pulled.files:
                path, header = pulled.files[relation.name]
                self._read(relation, csv_select(relation, str(path), header))
                changes[relation.name] = ANY if base.is_other else find_changed(self._connection, relation)
            if base.is_new:
                self._clear(relation)
            if relation.name in pulled.files:
                self._upsert(relation)
            held += self._show(relation, base.files.get(relation.name, []))
        return held, changes

    def _take_in_events(self, tail: EventTail | None) -> dict[str, Shops]:
        self._view("events", tail.take_in(self._connection) if tail else empty_events())
        return {"events": tail.changed} if tail else {}

    def _take_in_exposures(self, files: list[Path]) -> dict[str, Shops]:
        return {"exposures": ANY} if self._view("exposures", _files_select(EXPOSURES, files)) else {}

    def close(self) -> None:
        """Let go of memory, once nobody writes."""
        with self._writing:
            self._connection.close()

    def _clear(self, relation: Relation) -> None:
        self._connection.execute(f"create or replace table delta_{relation.name} as {empty_select(relation)}")

    def _read(self, relation: Relation, rows: str) -> None:
        """Make the tables `arriving` and, of it, `changed`: an open transaction makes rows arrive again and again."""
        key = ", ".join(relation.key)
        self._connection.execute(f"create or replace temp table arriving as {rows}")
        known = f"select * from delta_{relation.name} semi join arriving using ({key})"
        self._connection.execute(f"create or replace temp table known as {known}")
        changed = "from arriving"
        if self._connection.execute("select 1 from known limit 1").fetchone():
            other = "(from arriving except from known) union all (from known except from arriving)"
            changed += f" where ({key}) in (select ({key}) from ({other}))"
        self._connection.execute(f"create or replace temp table changed as {changed}")

    def _upsert(self, relation: Relation) -> None:
        """Put the rows that arrived into the delta, and those that changed into the tables of their shops."""
        table, key = f"delta_{relation.name}", ", ".join(relation.key)
        self._connection.execute(f"delete from {table} where ({key}) in (select ({key}) from arriving)")
        self._connection.execute(f"insert into {table} by name select * from arriving")
        self._shops.take_in(self._connection, relation)
        for scratch in ("arriving", "known", "changed"):
            self._connection.execute(f"drop table {scratch}")

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

    def _view(self, name: str, sql: str) -> bool:
        """Show a relation by this select; whether it was shown by another before."""
        if self._shown.get(name) == sql:
            return False
        self._connection.execute(f"create or replace view {name} as {sql}")
        self._shown[name] = sql
        return True


def _files_select(relation: Relation, files: list[Path]) -> str:
    if not files:
        return empty_select(relation)
    paths = ", ".join(f"'{path}'" for path in files)
    return f"select {relation.column_list} from read_parquet([{paths}], hive_partitioning=false)"
