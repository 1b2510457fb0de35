"""Are orders stored once, whole, and only when their money adds up?"""

import io
from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.trade.orders.api import OrderFiles, copy_order_files, copy_orders, get_order, list_orders
from peakday.trade.orders.model import Copied, Discount, OrderFilter
from tests.trade.orders.builders import AT, SHOP, SOURCE, a_line, an_order


async def counts(tx):
    return tuple(
        [await tx.fetchval(f"select count(*) from orders.{table}") for table in ("customer_order", "line", "refund")]
    )


async def test_an_order_comes_back_as_it_went_in(database):
    lines = [
        a_line(1, 1000, discounts=(Discount("coupon", "item", "merchant", 300, 450),), paid_minor=700, quantity=0,
               flags=("zero_quantity", "coupon_exceeds_price")),
        a_line(2, 500, refund=120, sku_id=SHOP, category_id=SHOP),
    ]  # fmt: skip
    new = an_order("a,b\"c'订单", lines, postage=99, checkout_id=SHOP, buyer_id=SHOP, region_id="r:1",
                   closed_at=AT + timedelta(days=2), flags=("zero_quantity",))  # fmt: skip
    async with database.transaction() as tx:
        assert await copy_orders(tx, SOURCE, [new], AT) == Copied(1, 2, 1)
        detail = await get_order(tx, SYSTEM, SHOP, new.order.order_id)
    assert detail.order == new.order
    assert detail.lines == new.lines
    assert detail.refunds == new.refunds


async def test_storing_twice_stores_once_and_tells_once(database):
    batch = [an_order("1", [a_line(refund=10)]), an_order("2")]
    for _ in range(2):
        async with database.transaction() as tx:
            await copy_orders(tx, SOURCE, batch, AT)
    async with database.read() as tx:
        assert await counts(tx) == (2, 2, 1)
        news = await tx.fetch("select topic, payload from kernel.outbox")
    assert [(row["topic"], row["payload"]) for row in news] == [
        ("orders.OrdersImported.v1", {"source": SOURCE, "orders": 2, "lines": 2, "refunds": 1})
    ]


async def test_a_batch_with_old_and_new_orders_adds_the_new_ones_only(database):
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [an_order("1")], AT)
    more = an_order("1", [a_line(), a_line(2)])  # the same number, now with another line: the stored order stands
    async with database.transaction() as tx:
        assert await copy_orders(tx, SOURCE, [more, an_order("2", [a_line(refund=5)])], AT) == Copied(1, 1, 1)
        assert await counts(tx) == (2, 2, 1)


async def test_the_same_number_with_another_time_is_the_same_order(database):
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [an_order("1")], AT)
        assert await copy_orders(tx, SOURCE, [an_order("1", at=AT + timedelta(hours=1))], AT) == Copied(0, 0, 0)
        assert await counts(tx) == (1, 1, 0)


async def test_an_order_that_does_not_add_up_stops_the_whole_batch(database):
    wrong = an_order("2")
    wrong = replace(wrong, order=replace(wrong.order, paid_minor=999))
    with pytest.raises(AssertionError, match="order paid: 999 != 1000"):
        async with database.transaction() as tx:
            await copy_orders(tx, SOURCE, [an_order("1"), wrong], AT)
    async with database.read() as tx:
        assert await counts(tx) == (0, 0, 0)


async def test_the_fast_lane_proves_the_money_too(database):
    order = f"{SHOP},{an_order().order.order_id},,,csv,1,spot,pc,,completed,CNY,{AT},{AT},,1000,0,0,%s,0,{{}},false\n"
    line = f"{SHOP},{an_order().order.order_id},1,{SHOP},,,1,1000,1000,0,[],{{}}\n"

    def files(paid):
        return OrderFiles("csv", io.BytesIO((order % paid).encode()), io.BytesIO(line.encode()))

    with pytest.raises(AssertionError):
        async with database.transaction() as tx:
            await copy_order_files(tx, files("1001"), AT)
    async with database.transaction() as tx:
        assert await counts(tx) == (0, 0, 0)
        assert await copy_order_files(tx, files("1000"), AT) == Copied(1, 1, 0)
        assert len((await list_orders(tx, SYSTEM, SHOP, OrderFilter())).items) == 1
