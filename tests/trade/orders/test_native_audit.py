"""Does the audit find each planted corruption of native orders, whichever room's record was changed?"""

import pytest

from peakday.trade.orders import api
from peakday.trade.orders.audit import audit
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.promotions.model import Kind
from tests.trade.orders.market import PLATFORM_FUNDS, TIER, open_market


@pytest.fixture
async def market(house):
    """Three checkouts with a coupon each: one paid with a refund, one unpaid, one closed unpaid."""
    market = await open_market(house)
    coupon = await market.live(None, Kind.PLATFORM_COUPON, TIER, funding=PLATFORM_FUNDS)
    for n in range(3):
        await market.card(coupon, market.buyer, f"card{n}")
    tea = (market.one.shop_id, market.one.tea, 2)
    paid, _, closed = [await market.place(market.buyer, tea, key=f"k{n}") for n in range(3)]
    await market.pay(market.buyer, paid.checkout_id)
    wish = RefundWish(order_id=paid.orders[0].order_id, line_no=1, key="r", reason="x", pieces=1)
    refund = await market.do(api.ask_refund, market.buyer, wish)
    await market.do(api.approve_refund, market.one.owner, market.one.shop_id, refund.refund_id)
    await market.do(api.cancel_checkout, market.buyer, closed.checkout_id)
    return market


async def test_true_native_orders_pass(market):
    assert await audit(market.house) == []


_PAID = "(select checkout_id from orders.customer_order where paid_at is not null)"


@pytest.mark.parametrize("invariant, corruption", [
    ("line_refund_is_at_most_paid", "update orders.line set refund_minor = paid_minor + 1"),
    ("discount_is_of_a_known_level",
     "update orders.line set discounts = replace(discounts::text, 'cross_shop', 'odd')::jsonb"),
    ("discount_is_of_a_known_level",
     "update orders.line set discounts = replace(discounts::text, 'platform', 'odd')::jsonb"),
    ("order_is_of_its_checkout", "delete from orders.checkout"),
    ("order_is_of_its_checkout", "update orders.checkout set order_ids = array[gen_random_uuid()]"),
    ("checkout_asks_for_what_its_orders_cost", "update orders.checkout set payable_minor = payable_minor - 1"),
    ("status_is_the_last_move", "delete from orders.move where to_status = 'closed'"),
    ("move_is_allowed", "update orders.move set reason = 'cancelled' where to_status = 'awaiting_shipment'"),
    ("paid_order_has_its_money", "update payments.payment set status = 'pending', captured_at = null"),
    ("paid_order_has_its_escrow_posting", "delete from ledger.posting where rule = 'escrow_payment'"),
    ("closed_unpaid_order_kept_no_money",
     f"update orders.customer_order set status = 'closed', paid_at = null where checkout_id = {_PAID}"),
    ("refund_is_the_payments_refund", "delete from payments.refund"),
    ("closed_order_holds_no_stock", "update stock.hold set status = 'held' where status = 'released'"),
    ("closed_order_holds_no_stock", "update stock.hold set status = 'released' where status = 'held'"),
    ("closed_unpaid_checkout_uses_no_instrument",
     "update promotions.usage set returned_at = null where returned_at is not null"),
    ("each_use_is_recorded_once", f"update promotions.usage set minor = minor + 1 where order_id = {_PAID}"),
    ("each_use_is_recorded_once", f"update promotions.usage set order_id = gen_random_uuid() where order_id = {_PAID}"),
    ("price_is_what_the_quote_gives",
     "update orders.line set paid_minor = paid_minor + 1, list_minor = list_minor + 1 where refund_minor > 0"),
])  # fmt: skip
async def test_each_native_corruption_is_found(market, invariant, corruption):
    async with market.database.transaction() as tx:
        await tx.execute(corruption)
    assert invariant in {finding.invariant for finding in await audit(market.house)}
