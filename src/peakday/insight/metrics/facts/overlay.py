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

from peakday.insight.metrics.facts.answers import EVERYTHING, Changes
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


class Overlay:
    """The views of one process. `update` and `hold` wait for one another; `read` waits for nobody."""

    def __init__(self, scratch: Path) -> None:
        self._writing = Lock()
        self._shops = ShopTables()
        self._exposures: list[Path] = []
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
        schema = self._shops.find(own_shop) if own_shop else None
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

    def update(
        self,
        base: Mapping[str, list[Path]],
        pulled: Pulled,
        tail: EventTail | None,
        exposures: Iterable[Path],
        *,
        is_new_base: bool,
    ) -> Updated:
        """Take in changed rows and show `base` with them."""
        with self._writing:
            self._connection.execute("begin")
            try:
                updated = self._take_in(base, pulled, list(exposures), is_new_base=is_new_base)
                self._view("events", tail.take_in(self._connection) if tail else empty_events())
            except BaseException:
                self._connection.execute("rollback")
                self._shops.forget(self._connection)
                if tail:
                    tail.forget()
                raise
            self._connection.execute("commit")
            return updated

    def _take_in(
        self, base: Mapping[str, list[Path]], pulled: Pulled, exposures: list[Path], *, is_new_base: bool
    ) -> Updated:
        held, changes = 0, dict[str, frozenset[str] | None]()
        if is_new_base:
            self._shops.forget(self._connection)
            changes.update(EVERYTHING)
        for relation in RECORDS:
            if is_new_base:
                self._clear(relation)
            if relation.name in pulled.files:
                path, header = pulled.files[relation.name]
                shops = self._upsert(relation, csv_select(relation, str(path), header))
                changes.setdefault(relation.name, shops)
            held += self._show(relation, base.get(relation.name, []))
        if exposures != self._exposures:
            changes["exposures"] = None
        self._exposures = exposures
        self._view("exposures", _files_select(EXPOSURES, exposures))
        return Updated(held, changes)

    def close(self) -> None:
        """Let go of memory."""
        self._connection.close()

    def _clear(self, relation: Relation) -> None:
        self._connection.execute(f"create or replace table delta_{relation.name} as {empty_select(relation)}")

    def _upsert(self, relation: Relation, rows: str) -> frozenset[str] | None:
        """Put rows into the delta and into the tables of their shops; returns these shops."""
        table, key = f"delta_{relation.name}", ", ".join(relation.key)
        self._connection.execute(f"create or replace temp table arriving as {rows}")
        self._connection.execute(f"delete from {table} where ({key}) in (select ({key}) from arriving)")
        self._connection.execute(f"insert into {table} by name select * from arriving")
        shops = None
        if "shop_id" in relation.columns and relation.name != "shops":
            found = self._connection.execute("select distinct shop_id from arriving").fetchall()
            shops = frozenset(str(shop_id) for (shop_id,) in found)
            self._shops.take_in(self._connection, relation, "arriving", shops)
        self._connection.execute("drop table arriving")
        return shops

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
