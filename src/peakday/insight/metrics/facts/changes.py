"""Which days of which shops did changed rows touch?

A row speaks of the days of its instants. When it changes, the days of what it said before count as well as those of
what it says now; an order also speaks of the days of its refunds, which are counted with its terminal and region. An
answer that reads other days cannot have changed.
"""

from collections.abc import Mapping
from datetime import date

import duckdb

from peakday.insight.metrics.facts.relations import RELATIONS, Relation

ROWS_MAX = 500  # of a relation in one look; beyond, any day counts: to find out which would cost more than it saves

Days = frozenset[date] | None  # None: any day
Shops = Mapping[str | None, Days]  # None: any shop
Changes = Mapping[str, Shops]  # by relation

ANY: Shops = {None: None}
EVERYTHING: Changes = dict.fromkeys(RELATIONS, ANY)


def find_changed(connection: duckdb.DuckDBPyConnection, relation: Relation) -> Shops:
    """What the rows of the table `changed` touch; to be asked before they replace those of the relation."""
    if "shop_id" not in relation.columns or relation.name == "shops":
        return ANY
    shops = connection.execute("select shop_id, count(*) from changed group by shop_id").fetchall()
    if not relation.days or sum(rows for _, rows in shops) > ROWS_MAX:
        return {str(shop_id): None for shop_id, _ in shops}
    found: dict[str | None, set[date]] = {str(shop_id): set() for shop_id, _ in shops}
    for shop_id, *days in connection.execute(_days_sql(relation)).fetchall():
        found[str(shop_id)].update(day for day in days if day is not None)
    return {shop_id: frozenset(days) for shop_id, days in found.items()}


def _days_sql(relation: Relation) -> str:
    key, days = ", ".join(relation.key), ", ".join(relation.days)
    selects = [
        f"select shop_id, {days} from changed",
        f"select shop_id, {days} from {relation.name} semi join changed using ({key})",
    ]
    if relation.name == "orders":
        selects.append(f"select shop_id, completed_day, null from refunds semi join changed using ({key})")
    return " union ".join(selects)
