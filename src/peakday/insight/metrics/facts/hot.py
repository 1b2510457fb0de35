"""How do a shop's figures come in milliseconds? Its own facts as small tables in memory, under the same names.

The first question about a shop copies its orders, lines, refunds and items out of the files and the delta into a schema
of its own. A statement about that shop alone runs with this schema before the views, so its text stays as it is and
finds the shop's tables where it says `orders`. Changed rows are taken in by the same transaction that changes the
delta. The shops asked for last are held, up to a number of rows; whoever is not held is read from the views.
"""

from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass

import duckdb

from peakday.insight.metrics.facts.relations import RELATIONS, Relation

ROWS_MAX = 1_200_000  # of all shops together: about 400 bytes a row
PREFIX = "shop_"  # of the schemas
HELD = tuple(RELATIONS[name] for name in ("orders", "order_lines", "refunds", "items"))


@dataclass(slots=True)
class Held:
    """One shop's tables."""

    schema: str
    rows: int


class ShopTables:
    """The shops that are held. Everything that changes it is called by one thread at a time."""

    def __init__(self, rows_max: int = ROWS_MAX) -> None:
        self._rows_max = rows_max
        self._shops: OrderedDict[str, Held] = OrderedDict()
        self._too_large: set[str] = set()
        self._made = 0

    def is_settled(self, shop_id: str) -> bool:
        """Whether nothing is to be done before a question about the shop: it is held, or too large to be."""
        return shop_id in self._shops or shop_id in self._too_large

    def use(self, shop_id: str) -> str | None:
        """The schema of a shop that is held; it was asked for just now."""
        held = self._shops.get(shop_id)
        if held is None:
            return None
        with suppress(KeyError):  # let go of by another thread
            self._shops.move_to_end(shop_id)
        return held.schema

    def hold(self, connection: duckdb.DuckDBPyConnection, shop_id: str) -> None:
        """Copy a shop's facts into tables of its own; let go of those asked for longest ago."""
        if self.is_settled(shop_id):
            return
        counts = " + ".join(f"(select count(*) from {one.name} where shop_id = $shop_id)" for one in HELD)
        found = connection.execute(f"select {counts}", {"shop_id": shop_id}).fetchone()
        assert found is not None
        rows = int(found[0])
        if rows > self._rows_max:
            self._too_large.add(shop_id)
            return
        while self._shops and rows + sum(held.rows for held in self._shops.values()) > self._rows_max:
            self._drop(connection, next(iter(self._shops)))
        self._made += 1
        schema = f"{PREFIX}{self._made}"
        connection.execute("begin")
        try:
            connection.execute(f"create schema {schema}")
            for one in HELD:
                connection.execute(
                    f"create table {schema}.{one.name} as select {one.column_list} from {one.name}"
                    " where shop_id = $shop_id",
                    {"shop_id": shop_id},
                )
        except BaseException:
            connection.execute("rollback")
            raise
        connection.execute("commit")
        self._shops[shop_id] = Held(schema, rows)

    def take_in(self, connection: duckdb.DuckDBPyConnection, relation: Relation) -> None:
        """Replace the rows of a relation by those of the table `changed`, for each of its shops that is held."""
        if relation not in HELD or not self._shops:
            return
        key, number = ", ".join(relation.key), relation.key[-1]
        shops = f"select shop_id, min({number}), max({number}) from changed group by shop_id"
        for shop_id, first, last in connection.execute(shops).fetchall():
            held = self._shops.get(shop_id)
            if held is None:
                continue
            table = f"{held.schema}.{relation.name}"
            fresh = "from changed where shop_id = $shop_id"
            connection.execute(  # ids are ordered by time: between the first and the last lies little to look through
                f"delete from {table} where {number} between $first and $last and ({key}) in (select ({key}) {fresh})",
                {"shop_id": shop_id, "first": first, "last": last},
            )
            added = connection.execute(f"insert into {table} by name select * {fresh}", {"shop_id": shop_id}).fetchone()
            held.rows += int(added[0]) if added else 0

    def forget(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Let go of all shops: the files are others now."""
        self._shops.clear()
        self._too_large.clear()
        made = connection.execute(
            f"select schema_name from duckdb_schemas() where starts_with(schema_name, '{PREFIX}')"
        )
        for (schema,) in made.fetchall():
            connection.execute(f"drop schema {schema} cascade")

    def _drop(self, connection: duckdb.DuckDBPyConnection, shop_id: str) -> None:
        connection.execute(f"drop schema if exists {self._shops.pop(shop_id).schema} cascade")
