"""Does the audit pass on true orders, and find each planted corruption?"""

import pytest

from peakday.trade.orders.api import copy_orders
from peakday.trade.orders.audit import audit
from tests.trade.orders.builders import AT, SHOP, SOURCE, a_line, an_order, open_market


@pytest.fixture
async def stored(house):
    """Two true orders: one with discount, postage and refund, one unpaid."""
    async with house.database.transaction() as tx:
        shop_id, item_id, buyer_id = await open_market(tx, AT)
        batch = [
            an_order("1", [a_line(1, 1000, off=100, refund=50, item_id=item_id), a_line(2, item_id=item_id)], shop_id,
                     postage=7, buyer_id=buyer_id),
            an_order("2", [a_line(item_id=item_id)], shop_id, paid=False),
        ]  # fmt: skip
        await copy_orders(tx, SOURCE, batch, AT)
    return house


async def test_true_orders_pass(stored):
    assert await audit(stored) == []


@pytest.mark.parametrize("invariant, corruption", [
    ("line_money_adds_up", "update orders.line set discounts = '[]' where discounts <> '[]'"),
    ("line_is_not_negative", "update orders.line set quantity = -1 where line_no = 2"),
    ("order_money_adds_up", "update orders.customer_order set postage_minor = 8 where source_ref = '1'"),
    ("order_money_adds_up", "delete from orders.line where line_no = 2"),
    ("refunds_add_up", "update orders.refund set amount_minor = 51"),
    ("line_refunds_add_up", "update orders.line set refund_minor = 49 where refund_minor = 50"),
    ("refund_is_at_most_paid", "update orders.customer_order set refund_minor = 1908 where source_ref = '1'"),
    ("number_is_used_once",
     "drop index orders.customer_order_source; update orders.customer_order set source_ref = '1'"),
    ("id_sorts_by_creation", "update orders.customer_order set created_at = created_at + interval '1 second'"),
    ("payment_fits_status", "update orders.customer_order set paid_at = created_at where source_ref = '2'"),
    ("payment_fits_status", "update orders.customer_order set paid_at = null where source_ref = '1'"),
    ("line_has_order", "delete from orders.customer_order where source_ref = '2'"),
    ("refund_has_line", "update orders.refund set line_no = 9"),
    ("shop_is_known", f"update orders.customer_order set shop_id = '{SHOP}'"),
    ("buyer_is_known", "delete from accounts.buyer"),
    ("item_is_known", "delete from catalog.item"),
])  # fmt: skip
async def test_each_corruption_is_found(stored, invariant, corruption):
    async with stored.database.transaction() as tx:
        await tx.execute(corruption)
    findings = await audit(stored)
    assert invariant in {finding.invariant for finding in findings}
    assert {finding.room for finding in findings} == {"orders"}
