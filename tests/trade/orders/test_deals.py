"""Does every paid line become one deal of the price history, with red packets apart and refunds followed?"""

from peakday.trade.orders.api import copy_orders
from peakday.trade.orders.deals import record_new_deals
from peakday.trade.orders.jobs import record_deals
from peakday.trade.orders.model import Discount
from tests.trade.orders.builders import AT, SHOP, SOURCE, a_line, an_order

RED_PACKET = Discount("red_packet", "payment", "platform", 50)
COUPON = Discount("coupon", "shop", "merchant", 100)


async def deals(tx):
    rows = await tx.fetch(
        "select line_no, quantity, paid_minor, red_packet_minor, refunded_minor, compared_minor, dealt_minor, kind,"
        " flags from price_history.deal order by order_id, line_no"
    )
    return [tuple(row) for row in rows]


async def test_paid_lines_are_deals_and_unpaid_ones_are_not(house):
    lines = [a_line(1, 1000, discounts=(COUPON, RED_PACKET), paid_minor=850, quantity=3), a_line(2, 500, refund=500)]
    async with house.database.transaction() as tx:
        await copy_orders(tx, SOURCE, [an_order("1", lines, flags=("zero_price",)), an_order("2", paid=False)], AT)
    await record_deals(house)
    async with house.database.read() as tx:
        assert await deals(tx) == [
            (1, 3, 850, 50, 0, 900, 300, "spot", ["zero_price"]), (2, 1, 500, 0, 500, 500, 500, "spot", ["zero_price"]),
        ]  # fmt: skip


async def test_only_what_changed_is_taken_and_twice_is_once(database):
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [an_order("1", [a_line(1), a_line(2)])], AT)
    for written in (2, 0):
        async with database.transaction() as tx:
            assert await record_new_deals(tx) == written
    async with database.transaction() as tx:
        await tx.execute(
            "update orders.line set refund_minor = 7 where line_no = 1;"
            " update orders.customer_order set changed_xid = pg_current_xact_id()"
        )
        await copy_orders(tx, SOURCE, [an_order("2", [a_line()], SHOP)], AT)
    async with database.transaction() as tx:
        assert await record_new_deals(tx) == 2
        assert [row[4] for row in await deals(tx)].count(7) == 1
        assert len(await deals(tx)) == 3
