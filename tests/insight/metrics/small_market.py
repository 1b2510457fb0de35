"""What does a market look like that fits on a page? Plain rows of each relation, with good defaults.

`SmallMarket` collects rows; `MemoryFacts` holds them in DuckDB tables; `csv_providers` streams them as rooms do.
"""

import io
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import duckdb
import pyarrow as pa

from peakday.insight.metrics.facts import Reach
from peakday.insight.metrics.facts.relations import RECORDS, RELATIONS

SHOP = UUID("01900000-0000-7000-8000-00000000000a")
RIVAL = UUID("01900000-0000-7000-8000-00000000000b")
EIGHT = timedelta(hours=8)


def at(text: str) -> datetime:
    """A wall-clock time of the market as the UTC instant without zone that facts hold: `at("2026-11-11 00:00")`."""
    return datetime.fromisoformat(text) - EIGHT


def day_at(instant: datetime | None) -> date | None:
    """The market day of an instant of the facts."""
    return None if instant is None else (instant + EIGHT).date()


@dataclass
class SmallMarket:
    """Rows by relation; ids may be any words."""

    rows: dict[str, list[dict[str, object]]] = field(default_factory=lambda: {name: [] for name in RELATIONS})
    count: int = 0

    def _add(self, relation: str, values: dict[str, object]) -> dict[str, object]:
        unknown = values.keys() - RELATIONS[relation].columns.keys()
        assert not unknown, unknown
        row = {**dict.fromkeys(RELATIONS[relation].columns), **values}
        self.rows[relation].append(row)
        self.count += 1
        return row

    def event(self, user: str, kind: str, ts: datetime, **values: object) -> dict[str, object]:
        """One act in the shop."""
        return self._add("events", {
            "event_id": f"e{self.count}", "ts": ts, "day": day_at(ts), "user_id": user, "type": kind,
            "shop_id": str(SHOP), "terminal": "app", "source_path": [], "simulated": False, **values,
        })  # fmt: skip

    def order(self, buyer: str | None, created: datetime, paid: datetime | None = None, **values: object) -> str:
        """One order with its lines (`lines`: item, category, quantity, paid_minor); returns its id."""
        lines = values.pop("lines", [("i1", "c1", 1, 1000)])
        order_id = str(values.pop("order_id", f"o{self.count}"))
        discount, postage = int(values.pop("discount_minor", 0)), int(values.pop("postage_minor", 0))
        common = {
            "shop_id": str(SHOP), "order_id": order_id, "buyer_id": buyer, "kind": "spot", "terminal": "app",
            "region_id": "r1", "created_at": created, "paid_at": paid, "created_day": day_at(created),
            "paid_day": day_at(paid), "simulated": False, "flags": [], **values,
        }  # fmt: skip
        paid_lines = sum(line[3] for line in lines)
        self._add("orders", {
            **common, "checkout_id": f"k{order_id}", "source": "test",
            "status": "completed" if paid else "awaiting_payment",
            "currency": "CNY", "list_minor": paid_lines + discount, "discount_minor": discount,
            "postage_minor": postage, "paid_minor": paid_lines + postage, "refund_minor": 0,
        })  # fmt: skip
        for number, (item, category, quantity, paid_minor) in enumerate(lines, start=1):
            self._add("order_lines", {
                **common, "line_no": number, "item_id": item, "sku_id": item, "category_id": category,
                "quantity": quantity, "list_minor": paid_minor, "paid_minor": paid_minor, "refund_minor": 0,
            })  # fmt: skip
        return order_id

    def refund(self, order_id: str, amount: int, completed: datetime, **values: object) -> None:
        """One completed refund."""
        self._add("refunds", {
            "shop_id": str(SHOP), "order_id": order_id, "refund_id": f"f{self.count}", "amount_minor": amount,
            "completed_at": completed, "completed_day": day_at(completed), **values,
        })  # fmt: skip

    def item(self, item: str, category: str | None = "c1", listed: date | None = None, **values: object) -> None:
        """One item on sale."""
        self._add("items", {
            "shop_id": str(SHOP), "item_id": item, "category_id": category, "brand_id": "b1", "title": f"Item {item}",
            "list_price_minor": 1000, "status": "on_sale", "first_listed_day": listed, **values,
        })  # fmt: skip

    def exposure(self, region: str, week: date, item: str = "i1", **values: object) -> None:
        """One week of display in a region."""
        self._add("exposures", {
            "shop_id": str(SHOP), "item_id": item, "region_id": region, "week_start": week, "display": "1",
            "mailer": "0", **values,
        })  # fmt: skip

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Put every relation into a table."""
        for relation in RELATIONS.values():
            columns = ", ".join(f"{name} {kind}" for name, kind in relation.columns.items())
            connection.execute(f"create or replace table {relation.name} ({columns})")
            if self.rows[relation.name]:
                rows = pa.Table.from_pylist(self.rows[relation.name])
                connection.register("rows", rows)
                connection.execute(f"insert into {relation.name} by name select * from rows")
                connection.unregister("rows")

    def csv_providers(self) -> dict:
        """Stand-ins for the rooms below: each streams its relation's rows as CSV."""

        async def copy(connection, relation, changed_since, sink) -> None:
            sink(self.csv_of(relation).encode())

        return {relation.name: copy for relation in RECORDS}

    def csv_of(self, relation: str) -> str:
        """One relation as PostgreSQL writes CSV: null is nothing, an empty text is quoted."""
        columns = RELATIONS[relation].columns
        out = io.StringIO()
        out.write(",".join(columns) + "\n")
        for row in self.rows[relation]:
            out.write(",".join(_csv_field(row[name]) for name in columns) + "\n")
        return out.getvalue()


def _csv_field(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list):
        return '"' + "|".join(value) + '"'
    if isinstance(value, int):
        return str(value)
    return '"' + str(value).replace('"', '""') + '"'


class MemoryFacts:
    """A market's relations as DuckDB tables: the engine without files, for many small markets."""

    def __init__(self, market: SmallMarket) -> None:
        self.as_of = datetime(2026, 11, 11, tzinfo=UTC)
        self.connection = duckdb.connect()
        self.connection.execute("set threads=1")
        market.fill(self.connection)

    async def fetch(self, sql: str, parameters: dict[str, object], reach: Reach | None = None) -> list[tuple]:
        """Rows of one select."""
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return self.connection.execute(sql, named).fetchall()

    def close(self) -> None:
        self.connection.close()
