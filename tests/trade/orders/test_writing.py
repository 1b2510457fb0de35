"""Do whole checkouts stand in the record as they were handed in, with one piece of news an order?"""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import new_id
from peakday.trade.orders import queries
from peakday.trade.orders.model import Discount, NewOrder, Order, OrderLine, OrderStatus, Terminal
from peakday.trade.orders.writing import NATIVE, NativeCheckout, insert_checkouts

AT = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
SHOPS = [UUID(int=10), UUID(int=11)]
BUYER = UUID(int=20)


def an_order(checkout_id, shop_id, minor=900):
    line = OrderLine(
        1, UUID(int=30), 2, minor + 100, minor, UUID(int=31), UUID(int=32),
        discounts=(Discount("coupon", "shop", "merchant", 100, 120),), flags=("zero_price",),
    )  # fmt: skip
    order = Order(
        shop_id, new_id(AT), NATIVE, f"chk_{checkout_id.int}", OrderStatus.AWAITING_PAYMENT, "CNY", AT, minor + 100,
        100, 50, minor + 50, checkout_id=checkout_id, buyer_id=BUYER, terminal=Terminal.APP, simulated=True,
    )  # fmt: skip
    return NewOrder(order, (line,))


def a_checkout(number, shops=SHOPS):
    checkout_id = UUID(int=100 + number)
    orders = tuple(an_order(checkout_id, shop_id, 900 + number) for shop_id in shops)
    payable = sum(new.order.paid_minor for new in orders)
    return NativeCheckout(
        BUYER, checkout_id, b"hash", "CNY", payable, AT, orders, {"city": "杭州"}, {"lines": [1]}, simulated=True
    )


async def test_checkouts_over_several_shops_are_stored_whole(database):
    written = [a_checkout(1), a_checkout(2, SHOPS[:1])]
    async with database.transaction() as tx:
        await insert_checkouts(tx, written)
    async with database.read() as tx:
        for checkout in written:
            row = await tx.fetchrow("select * from orders.checkout where checkout_id = $1", checkout.checkout_id)
            assert row["shop_ids"] == [new.order.shop_id for new in checkout.orders]
            assert row["order_ids"] == [new.order.order_id for new in checkout.orders]
            assert (row["address"], row["quote"], row["simulated"]) == ({"city": "杭州"}, {"lines": [1]}, True)
            assert (row["request_hash"], row["payable_minor"]) == (b"hash", checkout.payable_minor)
            for new in checkout.orders:
                detail = await queries.get_order(tx, SYSTEM, new.order.shop_id, new.order.order_id)
                assert (detail.order, detail.lines) == (new.order, new.lines)


async def test_each_order_is_told_once(database):
    checkout = a_checkout(1)
    async with database.transaction() as tx:
        await insert_checkouts(tx, [checkout])
    async with database.read() as tx:
        rows = await tx.fetch("select topic, payload from kernel.outbox order by event_id")
    assert [row["topic"] for row in rows] == ["orders.OrderPlaced.v1"] * 2
    assert [row["payload"]["order_id"] for row in rows] == [str(new.order.order_id) for new in checkout.orders]
    assert rows[0]["payload"]["paid_minor"] == 951


async def test_money_that_does_not_add_up_is_not_written(database):
    checkout = a_checkout(1)
    crooked = NewOrder(replace(checkout.orders[0].order, paid_minor=1), checkout.orders[0].lines)
    with pytest.raises(AssertionError):
        async with database.transaction() as tx:
            await insert_checkouts(tx, [replace(checkout, orders=(crooked,))])
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from orders.checkout") == 0


async def test_no_checkouts_are_no_rows(database):
    async with database.transaction() as tx:
        await insert_checkouts(tx, [])
    async with database.read() as tx:
        assert await tx.fetchval("select count(*) from kernel.outbox") == 0
