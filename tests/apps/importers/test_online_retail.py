"""Do Online Retail's rows become orders and refunds to the penny, with nothing lost among cancellations?"""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

import pyarrow.parquet as pq
import pytest

from peakday.apps.importers.api import import_online_retail
from peakday.kernel.imports import list_problems
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.market.shops.model import shop_id_of
from peakday.trade.orders.api import sum_shops
from peakday.trade.orders.audit import audit

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country"
SILENT = lambda *_: None  # noqa: E731 - a report that nobody reads
SHOP = shop_id_of("online-retail", "shop")


def pence(row):
    return int((row["Quantity"] * Decimal(repr(row["UnitPrice"])) * 100).quantize(Decimal(1), ROUND_HALF_UP))


@pytest.mark.shared
async def test_the_real_file_is_taken_to_the_penny(house, shared_data):
    file = shared_data / "online-retail" / "online_retail.parquet"
    run = await import_online_retail(house, file, SILENT)
    rows = pq.read_table(file).to_pylist()
    assert (run.rows_read, run.rows_accepted, run.rows_refused) == (len(rows), len(rows), 0) == (541_909, 541_909, 0)
    async with house.database.read() as tx:
        sums = (await sum_shops(tx, "online-retail"))[SHOP]
        flags = await tx.fetch("select flag, count(*) as n from orders.line, unnest(flags) flag group by 1")
        buyers = await tx.fetchval("select count(distinct buyer_id) from orders.customer_order")
        anonymous = await tx.fetchval(
            "select count(*) from orders.line join orders.customer_order using (shop_id, order_id)"
            " where buyer_id is null and not 'unmatched_cancellation' = any(orders.line.flags)"
        )
    cancelled = [row for row in rows if row["InvoiceNo"].startswith("C")]
    kept = [row for row in rows if not row["InvoiceNo"].startswith("C")]
    assert sums.paid_minor == sum(pence(row) for row in kept)
    assert sums.refund_minor == -sum(pence(row) for row in cancelled)
    counted = Counter({row["flag"]: row["n"] for row in flags})
    assert counted["zero_price"] == sum(row["UnitPrice"] == 0 for row in kept)
    assert counted["adjustment"] == sum(row["Quantity"] < 0 or row["InvoiceNo"].startswith("A") for row in kept)
    assert sums.lines - counted["unmatched_cancellation"] == len(kept)
    assert anonymous == sum(row["CustomerID"] is None for row in kept)
    assert buyers == len({row["CustomerID"] for row in rows if row["CustomerID"] is not None})
    assert await audit(house) == []
    assert await import_online_retail(house, file, SILENT) == run


async def imported(house, tmp_path, *rows):
    file = tmp_path / "retail.csv"
    file.write_text("\n".join([HEADER, *rows, ""]), "utf-8")
    run = await import_online_retail(house, file, SILENT)
    async with house.database.read() as tx:
        lines = await tx.fetch(
            "select source_ref, line_no, quantity, l.paid_minor, l.refund_minor, status, paid_at is not null as paid,"
            " l.flags from orders.line l join orders.customer_order using (shop_id, order_id) order by 1, 2"
        )
    assert await audit(house) == []
    return run, [tuple(line) for line in lines]


async def test_a_cancellation_gives_back_the_earliest_pieces_that_are_left(house, tmp_path):
    run, lines = await imported(
        house, tmp_path,
        "1,A,tea,10,2011-01-01 10:00:00,2.50,17,UK", "2,A,tea,10,2011-01-02 10:00:00,2.50,17,UK",
        "C3,A,tea,-4,2011-01-03 10:00:00,2.50,17,UK", "C4,A,tea,-8,2011-01-04 10:00:00,2.50,17,UK",
    )  # fmt: skip
    assert lines == [
        ("1", 1, 10, 2_500, 2_500, "completed", True, []),  # 4 pieces by C3, 6 by C4
        ("2", 1, 10, 2_500, 500, "completed", True, []),  # the other 2 of C4
    ]
    async with house.database.read() as tx:
        refunds = await tx.fetch("select amount_minor, completed_at from orders.refund order by completed_at, 1")
    assert [row["amount_minor"] for row in refunds] == [1_000, 500, 1_500]
    assert run.rows_accepted == 4


async def test_what_cancels_no_sale_is_kept_as_a_closed_unpaid_order(house, tmp_path):
    _, lines = await imported(
        house, tmp_path,
        "C1,A,tea,-4,2011-01-01 10:00:00,2.50,17,UK",  # before any sale
        "2,A,tea,3,2011-01-02 10:00:00,2.50,17,UK",
        "C3,A,tea,-2,2011-01-03 10:00:00,2.50,18,UK",  # another customer
        "C4,B,tea,-1,2011-01-03 10:00:00,2.50,,UK",  # no customer
        "C5,A,tea,-1,2011-01-03 10:00:00,2.40,17,UK",  # another price
    )  # fmt: skip
    flags = ["unmatched_cancellation", "refund_exceeds_paid"]
    assert lines == [
        ("2", 1, 3, 750, 0, "completed", True, []), ("C1", 1, 4, 0, 1_000, "closed", False, flags),
        ("C3", 1, 2, 0, 500, "closed", False, flags), ("C4", 1, 1, 0, 250, "closed", False, flags),
        ("C5", 1, 1, 0, 240, "closed", False, flags),
    ]  # fmt: skip


async def test_corrections_and_zero_prices_are_facts_with_flags(house, tmp_path):
    _, lines = await imported(
        house, tmp_path,
        "1,A,tea,5,2011-01-01 10:00:00,0,,UK", "2,A,wet,-10,2011-01-01 10:00:00,0,,UK",
        "A3,B,Adjust bad debt,1,2011-01-01 10:00:00,-11062.06,,UK", "4,A,tea,100,12/1/2010 8:26,0.001,17.0,UK",
    )  # fmt: skip
    assert lines == [
        ("1", 1, 5, 0, 0, "completed", True, ["zero_price"]),
        ("2", 1, -10, 0, 0, "closed", False, ["adjustment", "zero_price"]),
        ("4", 1, 100, 10, 0, "completed", True, []),
        ("A3", 1, 1, -1_106_206, 0, "closed", False, ["adjustment"]),
    ]


async def test_wrong_rows_are_refused_and_the_rest_is_taken(house, tmp_path):
    run, lines = await imported(
        house, tmp_path,
        ",A,tea,1,2011-01-01 10:00:00,1,17,UK", "2,,tea,1,2011-01-01 10:00:00,1,17,UK",
        "3,A,tea,one,2011-01-01 10:00:00,1,17,UK", "4,A,tea,1,someday,1,17,UK",
        "5,A,tea,1,2011-01-01 10:00:00,dear,17,UK",
        "6,A,tea,1,2011-01-01 10:00:00,1,17,UK",
    )  # fmt: skip
    assert [line[0] for line in lines] == ["6"]
    async with house.database.read() as tx:
        problems = {(one.row, one.field, one.code) for one in await list_problems(tx, run.run_id)}
    assert problems == {
        (2, "InvoiceNo", "missing"), (3, "StockCode", "missing"), (4, "Quantity", "not_a_number"),
        (5, "InvoiceDate", "not_a_time"), (6, "UnitPrice", "not_an_amount"),
    }  # fmt: skip


async def test_a_parquet_file_of_something_else_is_refused(house, tmp_path):
    file = tmp_path / "x.parquet"
    file.write_bytes(b"PAR1 no")
    with pytest.raises(FileUnreadable):
        await import_online_retail(house, file, SILENT)
