"""Is the Olist marketplace taken to the centavo, an order for each seller, with what was refused in the error file?"""

import csv
from collections import Counter
from decimal import Decimal

import pytest

from peakday.apps.importers.api import import_olist
from peakday.kernel.imports import list_problems, write_error_file
from peakday.market.shops.model import shop_id_of
from peakday.trade.orders.api import sum_shops
from peakday.trade.orders.audit import audit

SILENT = lambda *_: None  # noqa: E731 - a report that nobody reads


def read(folder, name):
    with (folder / name).open(encoding="utf-8-sig") as lines:
        return list(csv.DictReader(lines))


@pytest.mark.shared
async def test_the_real_tables_are_taken_to_the_centavo(house, shared_data, tmp_path):
    folder = shared_data / "olist"
    run = await import_olist(house, folder, SILENT)
    items, orders = read(folder, "olist_order_items_dataset.csv"), read(folder, "olist_orders_dataset.csv")
    with_items = {item["order_id"] for item in items}
    lost = {row["order_id"] for row in orders if row["order_id"] not in with_items}
    async with house.database.transaction() as tx:
        sums = await sum_shops(tx, "olist")
        await write_error_file(tx, run.run_id, tmp_path / "errors.csv")
        statuses = await tx.fetch(
            "select checkout_id, min(status) as status, count(distinct status) as n"
            " from orders.customer_order group by checkout_id"
        )
    assert len(lost) == 775
    assert sorted(row["value"] for row in read(tmp_path, "errors.csv")) == sorted(lost)
    assert {row["field"] for row in read(tmp_path, "errors.csv")} == {"orders.order_id"}
    assert (run.rows_read, run.rows_refused) == (len(orders) + len(items), len(lost))

    money, freight, pairs = Counter(), Counter(), Counter()
    for seller, item in {(item["seller_id"], i): item for i, item in enumerate(items)}.items():
        money[seller[0]] += int(Decimal(item["price"]) * 100)
        freight[seller[0]] += int(Decimal(item["freight_value"]) * 100)
    for seller, _ in {(item["seller_id"], item["order_id"]) for item in items}:
        pairs[seller] += 1
    expected = {shop_id_of("olist", ref): (pairs[ref], money[ref], freight[ref]) for ref in pairs}
    assert {shop: (one.orders, one.paid_minor, one.postage_minor) for shop, one in sums.items()} == expected
    assert len(sums) == 1_610
    names = {"delivered": "completed", "shipped": "shipped", "canceled": "closed", "unavailable": "closed",
             "created": "awaiting_payment"}  # fmt: skip
    wanted = Counter(
        names.get(row["order_status"], "awaiting_shipment") for row in orders if row["order_id"] not in lost
    )
    assert Counter(row["status"] for row in statuses) == wanted
    assert {row["n"] for row in statuses} == {1}
    assert await audit(house) == []
    assert await import_olist(house, folder, SILENT) == run


TABLES = {
    "olist_orders_dataset.csv": "order_id,customer_id,order_status,order_purchase_timestamp,order_approved_at,"
    "order_delivered_carrier_date,order_delivered_customer_date,order_estimated_delivery_date",
    "olist_order_items_dataset.csv": "order_id,order_item_id,product_id,seller_id,shipping_limit_date,price,"
    "freight_value",
    "olist_order_payments_dataset.csv": "order_id,payment_sequential,payment_type,payment_installments,payment_value",
    "olist_customers_dataset.csv": "customer_id,customer_unique_id,customer_zip_code_prefix,customer_city,"
    "customer_state",
    "olist_sellers_dataset.csv": "seller_id,seller_zip_code_prefix,seller_city,seller_state",
    "olist_products_dataset.csv": "product_id,product_category_name",
    "product_category_name_translation.csv": "product_category_name,product_category_name_english",
}


def write(folder, **rows):
    for name, header in TABLES.items():
        wanted = rows.get(name.removeprefix("olist_").removesuffix(".csv").removesuffix("_dataset"), [])
        (folder / name).write_text("\n".join([header, *wanted, ""]), "utf-8")


async def test_an_order_of_two_sellers_is_two_orders_of_one_checkout_with_their_own_freight(house, tmp_path):
    write(
        tmp_path,
        orders=["o1,c1,delivered,2018-01-01 10:00:00,,,2018-01-05 10:00:00,", "o2,c2,created,2018-01-01 11:00:00,,,,"],
        order_items=[
            "o1,1,p1,s1,,10.00,1.50",
            "o1,2,p1,s2,,20.00,2.50",
            "o1,3,p2,s2,,5.00,0.50",
            "o2,1,p2,s1,,7.00,1.00",
        ],
        order_payments=["o1,1,voucher,1,30.00", "o1,2,credit_card,1,9.50", "o2,1,boleto,1,8.01"],
        customers=["c1,u1,1,sao paulo,SP", "c2,u1,1,sao paulo,SP"],
    )  # fmt: skip
    await import_olist(house, tmp_path, SILENT)
    async with house.database.read() as tx:
        rows = await tx.fetch(
            "select source_ref, shop_id, status, paid_minor, postage_minor, paid_at = created_at as paid_then, flags"
            " from orders.customer_order order by source_ref, paid_minor"
        )
        checkouts = await tx.fetchval("select count(distinct checkout_id) from orders.customer_order")
        buyers = await tx.fetchval("select count(*) from accounts.buyer")
    s1, s2 = shop_id_of("olist", "s1"), shop_id_of("olist", "s2")
    assert [tuple(row) for row in rows] == [
        ("o1", s1, "completed", 1_150, 150, True, ["payment_time_unknown"]),
        ("o1", s2, "completed", 2_800, 300, True, ["payment_time_unknown"]),
        ("o2", s1, "awaiting_payment", 800, 100, None, ["paid_differs_from_amount"]),
    ]
    assert (checkouts, buyers) == (2, 1)
    assert await audit(house) == []


async def test_a_wrong_row_refuses_its_whole_order_and_no_other(house, tmp_path):
    write(
        tmp_path,
        orders=["o1,c1,delivered,2018-01-01 10:00:00,2018-01-01 10:00:00,,,", "o2,c1,lost,2018-01-01 10:00:00,,,,",
                "o3,c1,shipped,2018-01-01 10:00:00,2018-01-01 10:00:00,,,"],
        order_items=["o1,1,p1,s1,,ten,1.50", "o1,2,p1,s1,,20.00,2.50", "o2,1,p1,s1,,1,1", "o3,1,p1,s1,,1,1",
                     "o3,1,p1,s1,,1,1", "o9,1,p1,s1,,1,1"],
    )  # fmt: skip
    run = await import_olist(house, tmp_path, SILENT)
    async with house.database.read() as tx:
        problems = {(one.field, one.row, one.code) for one in await list_problems(tx, run.run_id)}
        stored = await tx.fetch("select source_ref, paid_minor from orders.customer_order")
    assert problems == {
        ("items.price", 2, "not_an_amount"), ("items.order_id", 3, "order_incomplete"),
        ("orders.order_id", 2, "order_incomplete"), ("orders.order_status", 3, "unknown_status"),
        ("items.order_id", 4, "order_incomplete"), ("items.order_item_id", 6, "duplicate"),
        ("items.order_id", 7, "unknown_order"),
    }  # fmt: skip
    assert [tuple(row) for row in stored] == [("o3", 200)]
    assert (run.rows_read, run.rows_accepted, run.rows_refused) == (9, 2, 7)
