"""Is a Tmall order report taken to the fen, and what cannot be taken refused by row?"""

import csv
from decimal import Decimal

import pytest

from peakday.apps.importers.api import import_tmall_orders
from peakday.kernel.imports import list_problems, write_error_file
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.market.shops.model import shop_id_of
from peakday.trade.orders.api import sum_shops
from peakday.trade.orders.audit import audit

HEADER = "订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额\n"
SILENT = lambda *_: None  # noqa: E731 - a report that nobody reads
SHOP = shop_id_of("tmall-orders", "report")


async def stored(house):
    async with house.database.read() as tx:
        rows = await tx.fetch(
            "select source_ref, status, paid_minor, refund_minor, paid_at is not null as paid, flags"
            " from orders.customer_order order by source_ref"
        )
    return [tuple(row) for row in rows]


@pytest.mark.shared
async def test_the_real_report_is_taken_to_the_fen(house, shared_data):
    file = shared_data / "tmall-orders" / "tmall_order_report.csv"
    run = await import_tmall_orders(house, file, SILENT)
    with file.open(encoding="utf-8-sig") as lines:
        raw = [{name.strip(): value for name, value in row.items()} for row in csv.DictReader(lines)]
    assert (run.rows_read, run.rows_accepted, run.rows_refused) == (len(raw), len(raw), 0) == (28_010, 28_010, 0)
    async with house.database.read() as tx:
        sums = (await sum_shops(tx, "tmall-orders"))[SHOP]
        paid = await tx.fetchval("select sum(paid_minor) from orders.customer_order where paid_at is not null")
        by_region = await tx.fetch("select region_id, count(*) as n from orders.customer_order group by 1")

    def total(name, rows=raw):
        return int(sum(Decimal(row[name]) for row in rows) * 100)

    assert (sums.orders, sums.paid_minor, sums.refund_minor) == (len(raw), total("总金额"), total("退款金额"))
    assert paid == total("总金额", [row for row in raw if row["订单付款时间"]])
    assert paid - sums.refund_minor == total("买家实际支付金额")
    provinces = {f"tmall-orders:{row['收货地址']}" for row in raw}
    assert {row["region_id"] for row in by_region} == provinces
    assert await audit(house) == []
    assert await import_tmall_orders(house, file, SILENT) == run


async def test_unpaid_refunded_and_paid_orders_become_what_they_are(house, tmp_path):
    file = tmp_path / "report.csv"
    rows = ["1,178.8,0,上海,2020-02-21 00:00:00,,0", "2,21,21,北京,2020-02-20 23:59:54,2020-02-21 00:00:02,0",
            "3,64.8,0,江苏省,2020-02-20 23:57:04,2020-02-20 23:57:11,64.8",
            "4,50,20,,2020-02-20 10:00:00,2020-02-20 10:01:00,30",
            "5,50,49,,2020-02-20 10:00:00,2020-02-20 10:01:00,0"]  # fmt: skip
    file.write_text(HEADER + "\n".join(rows), "gb18030")
    await import_tmall_orders(house, file, SILENT)
    whole, late = "order_level_only", "refund_time_unknown"
    assert await stored(house) == [
        ("1", "closed", 17_880, 0, False, [whole]), ("2", "completed", 2_100, 0, True, [whole]),
        ("3", "closed", 6_480, 6_480, True, [whole, late]), ("4", "completed", 5_000, 3_000, True, [whole, late]),
        ("5", "completed", 5_000, 0, True, [whole, "paid_differs_from_amount"]),
    ]  # fmt: skip
    assert await audit(house) == []


async def test_what_is_wrong_is_refused_by_row_and_the_rest_is_taken(house, tmp_path):
    file = tmp_path / "report.csv"
    good = "7,1,1,上海,2020-02-21 00:00:00,2020-02-21 00:00:00,0"
    bad = [
        "1,ten,0,上海,2020-02-21 00:00:00,,0", "2,1,-1,上海,2020-02-21 00:00:00,,0", "3,1,1,上海,soon,,0",
        ",1,1,上海,2020-02-21 00:00:00,,0", "7,2,2,上海,2020-02-21 00:00:00,,0", "8,1,1,上海",
    ]  # fmt: skip
    file.write_text(HEADER + "\n".join([good, *bad]), "utf-8")
    run = await import_tmall_orders(house, file, SILENT)
    assert (run.rows_read, run.rows_accepted, run.rows_refused) == (7, 1, 6)
    async with house.database.transaction() as tx:
        problems = await list_problems(tx, run.run_id)
        await write_error_file(tx, run.run_id, tmp_path / "errors.csv")
    with (tmp_path / "errors.csv").open(encoding="utf-8-sig") as lines:
        assert [row["row"] for row in csv.DictReader(lines)] == ["8", "3", "4", "5", "6", "7"]
    assert {(one.row, one.field, one.code) for one in problems} == {
        (3, "总金额", "not_an_amount"), (4, "买家实际支付金额", "negative"), (5, "订单创建时间", "not_a_time"),
        (6, "订单编号", "missing"), (7, "订单编号", "duplicate"), (8, "", "wrong_columns"),
    }  # fmt: skip
    assert [row[:3] for row in await stored(house)] == [("7", "completed", 100)]


async def test_a_file_without_a_needed_column_is_refused_and_nothing_is_stored(house, tmp_path):
    file = tmp_path / "report.csv"
    file.write_text("订单编号,总金额\n1,2\n", "utf-8")
    with pytest.raises(FileUnreadable, match="退款金额"):
        await import_tmall_orders(house, file, SILENT)
    assert await stored(house) == []


async def test_a_report_with_no_rows_is_done_at_once(house, tmp_path):
    file = tmp_path / "report.csv"
    file.write_text(HEADER, "utf-8")
    run = await import_tmall_orders(house, file, SILENT)
    assert (run.status, run.rows_read) == ("done", 0)
