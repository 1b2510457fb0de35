"""Does an item age as its figures say, with hysteresis, and do real items become super items when a recount says so?"""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from uuid import UUID

import duckdb
import pytest

from peakday.apps.importers.complete_journey import find_sample
from peakday.insight.trends.model import Age, ItemWeek
from peakday.insight.trends.rules.life_cycle import trace_life
from peakday.insight.trends.rules.super_report import report_year
from peakday.insight.trends.steps import ITEM_WEEKS
from peakday.kernel.rulesets import in_force

pytestmark = pytest.mark.capability("SI-03")
MONDAY = date(2022, 1, 3)
RULES = in_force("item_life_cycle", MONDAY)
WEEK = timedelta(days=7)


def weeks(minors, leaf=20_000_000, rank=0.5):
    return [ItemWeek(MONDAY + number * WEEK, minor, leaf, rank) for number, minor in enumerate(minors)]


def ages(minors, **more):
    return [step.age for step in trace_life(weeks(minors, **more), MONDAY, RULES)]


@pytest.mark.capability("SI-04")
def test_a_new_item_is_new_for_its_days_from_the_clusters_first_listing():
    assert ages([0, 0, 100]) == [Age.CANDIDATE, Age.NEW]
    assert ages([100] * 14) == [Age.NEW, Age.PLAIN]
    older = trace_life(weeks([100] * 3), MONDAY - timedelta(days=100), RULES)
    assert [(step.age, step.on) for step in older] == [(Age.PLAIN, MONDAY + WEEK)]  # a copy of an old item is not new


@pytest.mark.capability("SI-01")
@pytest.mark.capability("SI-03")
@pytest.mark.capability("SI-02", page="/shop/{shop_id}/data/trends")
def test_a_super_new_item_graduates_with_its_date_and_figures():
    rising = [100_000, 200_000, 300_000, 400_000, 600_000, 800_000, 900_000, 1_000_000, 1_200_000, 1_300_000, 1_400_000,
              1_500_000]  # fmt: skip
    steps = trace_life(weeks(rising, leaf=30_000_000, rank=0.01), MONDAY, RULES)
    assert [step.age for step in steps] == [Age.PROMISING, Age.SUPER_NEW, Age.SUPER]
    last = steps[-1]
    assert last.is_graduation
    assert (last.on, last.evidence.rolling_minor) == (MONDAY + 12 * WEEK, sum(rising))
    assert report_year({UUID(int=1): steps}, 2022).share == 1.0


def test_one_weak_week_sends_nobody_back_and_a_long_fall_does():
    strong = [1_000_000] * 8
    assert ages([*strong, 0, *strong], leaf=10_000_000) == [Age.NEW, Age.SUPER]
    assert ages([*strong, *[0] * 16], leaf=10_000_000)[-2:] == [Age.DECLINING, Age.PLAIN]


def test_a_year_without_super_items_has_no_share():
    assert report_year({}, 2022).share is None


@pytest.fixture(scope="module")
def journey():
    """Complete Journey as the fact store has it: a manufacturer is a shop, a product type a leaf."""
    sample, database = find_sample(), duckdb.connect()
    database.execute("set enable_progress_bar = false")
    names = {"lines": str(sample.file("transactions")), "products": str(sample.file("products"))}
    database.execute(
        "create table order_lines as select manufacturer_id::varchar as shop_id, product_id::varchar as item_id,"
        " date '2017-01-02' + (week - 1)::int * 7 as paid_day, round(sales_value * 100)::bigint as paid_minor,"
        " false as simulated, product_type as category_id"
        " from read_parquet($lines) l join read_parquet($products) p using (product_id) where product_type is not null"
        " and product_category in ('SOFT DRINKS', 'FROZEN PIZZA', 'COFFEE')",
        names,
    )
    database.execute("create table items as select distinct shop_id, item_id, category_id from order_lines")
    return database


def test_super_items_of_a_real_year_are_those_of_a_plain_recount(journey):
    rules = replace(RULES, params=MappingProxyType({**RULES.params, "super_minor": 20_000, "super_leaf_share": 0.05}))
    sold, leaf_of = defaultdict(lambda: defaultdict(int)), {}
    for shop, item, day, minor, leaf in journey.execute(
        "select shop_id, item_id, paid_day, paid_minor, category_id from order_lines"
    ).fetchall():
        sold[item][(day - date(2017, 1, 2)).days // 7] += minor
        leaf_of[item] = (shop, leaf)
    leaf_sold = defaultdict(lambda: defaultdict(int))
    for item, by_week in sold.items():
        for week, minor in by_week.items():
            leaf_sold[leaf_of[item][1]][week] += minor
    expected = {}
    for item, by_week in sold.items():
        run = 0
        for week in range(min(by_week), 53):
            window = range(max(min(by_week), week - 12), week + 1)
            rolling, leaf = sum(by_week[w] for w in window), sum(leaf_sold[leaf_of[item][1]][w] for w in window)
            run = run + 1 if rolling >= 20_000 and leaf and rolling / leaf >= 0.05 else 0
            if run == 4:
                expected[item] = date(2017, 1, 2) + (week + 1) * WEEK
                break
    lives = defaultdict(list)
    for _, item, *week in journey.execute(ITEM_WEEKS, {"end_day": date(2018, 1, 9), "before": 12}).fetchall():
        lives[item].append(ItemWeek(*week))
    found = {}
    for item, life in lives.items():
        supers = [step for step in trace_life(life, life[0].begins, rules) if step.age is Age.SUPER]
        if supers:
            found[item] = supers[0].on
    assert len(found) > 20
    assert found == expected


def test_the_life_cycle_runs_on_a_real_double_11(shared_data):
    days = defaultdict(dict)
    path = shared_data / "taobao-beauty-double11/cosmetic.csv"
    for item, day, price, sales in duckdb.execute(
        "select id, update_time, price, coalesce(sale_count, '0') from read_csv(?, all_varchar=true, header=true)",
        [str(path)],
    ).fetchall():
        on = date(*map(int, day.replace("/", "-").split("-")))
        days[item][on] = round(float(price) * 100) * int(float(sales))
    first, last = date(2016, 11, 5), date(2016, 11, 14)
    total = {first + timedelta(days=n): 0 for n in range(10)}
    for by_day in days.values():
        for day, minor in by_day.items():
            total[day] += minor
    params = {**RULES.params, "rolling_weeks": 5, "growth_weeks": 2, "super_weeks": 2, "super_leaf_share": 0.001}
    rules = replace(RULES, params=MappingProxyType(params))
    supers = 0
    for by_day in days.values():
        life = [ItemWeek(day, by_day.get(day, 0), total[day], 0.5) for day in sorted(total) if day >= min(by_day)]
        steps = trace_life(life, min(by_day), rules, days=1)
        strong = [
            sum(w.minor for w in life[max(0, n - 5) : n]) >= 0.001 * sum(w.leaf_minor for w in life[max(0, n - 5) : n])
            and sum(w.minor for w in life[max(0, n - 5) : n]) >= 1_000_000 for n in range(1, len(life) + 1)
        ]  # fmt: skip
        is_super = any(strong[n] and strong[n + 1] for n in range(len(strong) - 1))
        assert any(step.age is Age.SUPER for step in steps) == is_super
        assert all(min(by_day) < step.on <= last + timedelta(days=1) for step in steps)
        supers += is_super
    assert len(days) == 3_497
    assert 100 < supers < 2_000
