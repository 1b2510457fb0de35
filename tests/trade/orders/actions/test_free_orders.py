"""Is what cards cover wholly paid at once, with the platform's money in escrow, and undone to the cent?"""

import pytest

from peakday.trade.ledger import api as ledger
from peakday.trade.orders import api
from peakday.trade.orders.audit import audit as audit_orders
from peakday.trade.orders.model import RefundKind, RefundState
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.payments.audit import audit as audit_payments
from peakday.trade.payments.model import PaymentStatus
from peakday.trade.promotions.model import Funder, Funding, Kind, Tier, Tiers
from tests.trade.orders.market import open_market

pytestmark = pytest.mark.capability("TE-10")


@pytest.fixture
async def market(house):
    market = await open_market(house)
    gift = await market.live(None, Kind.GIFT_CARD, Tiers((Tier(0, 10_000),)), funding=(Funding(Funder.BUYER),))
    await market.card(gift, market.buyer)
    return market


async def money(market):
    """What lies in escrow for the shop, and what the platform gave."""
    async with market.database.read() as tx:
        rows = await tx.fetch("select kind, sum(net_minor)::int as net from ledger.account group by kind")
    nets = {row["kind"]: row["net"] for row in rows}
    return -nets.get("escrow", 0), nets.get("subsidy", 0)


async def sound(market):
    return [*await audit_orders(market.house), *await audit_payments(market.house)]


async def test_a_gift_card_pays_all_of_it_without_a_gateway(market):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, 1))
    order = await market.order(placed)
    assert (placed.payable_minor, order["status"], order["paid_minor"]) == (0, "awaiting_shipment", 0)
    assert await money(market) == (10_000, 10_000)
    again = await market.start(market.buyer, placed.checkout_id)
    assert (again.amount_minor, again.gateway, again.status) == (0, "house", PaymentStatus.CAPTURED)
    assert (await market.start(market.buyer, placed.checkout_id)).payment_id == again.payment_id
    async with market.database.read() as tx:
        assert await tx.fetchval("select array_agg(status) from stock.hold") == ["sold"]
        assert await tx.fetchval("select count(*) from payments.bank_charge") == 0
    assert await sound(market) == []


async def test_undone_before_it_left_the_platform_has_its_money_and_the_buyer_the_card(market):
    tea = (market.one.shop_id, market.one.tea, 1)
    placed = await market.place(market.buyer, tea)
    for _ in range(2):
        assert await market.do(api.cancel_order, market.buyer, placed.orders[0].order_id) == 0
    assert (await market.order(placed))["status"] == "closed"
    assert await money(market) == (0, 0)
    assert await market.available(*tea[:2]) == 100
    assert (await market.place(market.buyer, tea, key="later")).payable_minor == 0
    assert await sound(market) == []


def parcel_of(market, placed):
    return market.one.shop_id, placed.orders[0].order_id


async def refunded(market, placed, key="r", pieces=1):
    """One more piece of the first line, asked for by the buyer and agreed to by the shop."""
    order_id = placed.orders[0].order_id
    wish = RefundWish(
        order_id=order_id, line_no=1, kind=RefundKind.REFUND_ONLY, key=key, reason="changed my mind", pieces=pieces
    )
    asked = await market.do(api.ask_refund, market.buyer, wish)
    return await market.do(api.approve_refund, market.one.owner, market.one.shop_id, asked.refund_id)


async def test_one_of_two_covered_pieces_goes_back_with_the_platforms_money_for_it(market):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.cup, 2))  # 2 x 50.00, by the gift card
    assert await money(market) == (10_000, 10_000)
    assert (await refunded(market, placed)).amount_minor == 0
    assert await money(market) == (5_000, 5_000)
    assert ((await market.order(placed))["status"], await sound(market)) == ("awaiting_shipment", [])
    await market.do(
        api.ship_order, market.one.owner, (market.one.shop_id, placed.orders[0].order_id), "sf", "SF1234567"
    )
    await market.do(api.confirm_receipt, market.buyer, placed.orders[0].order_id)
    assert await money(market) == (0, 5_000)  # the shop has the price of the piece that the buyer kept
    assert await sound(market) == []


async def test_when_the_last_covered_piece_went_back_the_order_is_over_and_nothing_is_left(market):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.cup, 2))
    await refunded(market, placed)
    await refunded(market, placed, key="last")
    assert (await market.order(placed))["status"] == "closed"
    assert await money(market) == (0, 0)
    assert await sound(market) == []


async def test_after_receipt_a_covered_piece_goes_back_out_of_the_shops_balance(market):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.cup, 2))
    await market.do(
        api.ship_order, market.one.owner, (market.one.shop_id, placed.orders[0].order_id), "sf", "SF1234567"
    )
    await market.do(api.confirm_receipt, market.buyer, placed.orders[0].order_id)
    assert await money(market) == (0, 10_000)
    assert (await refunded(market, placed)).state is RefundState.COMPLETED
    async with market.database.read() as tx:
        accounts = ledger.accounts_of_sale(market.one.shop_id, None, "CNY")
        net = await tx.fetchval("select net_minor from ledger.account where account_id = $1", accounts.merchant_id)
    assert (-net, await money(market)) == (5_000, (0, 5_000))
    assert await sound(market) == []


async def test_the_shop_gets_the_whole_price_on_receipt(market):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, 1))
    order_id = placed.orders[0].order_id
    await market.do(api.ship_order, market.one.owner, (market.one.shop_id, order_id), "sf", "SF123456789")
    await market.do(api.confirm_receipt, market.buyer, order_id)
    async with market.database.read() as tx:
        accounts = ledger.accounts_of_sale(market.one.shop_id, None, "CNY")
        net = await tx.fetchval("select net_minor from ledger.account where account_id = $1", accounts.merchant_id)
    assert (-net, (await money(market))[0]) == (10_000, 0)
    assert await sound(market) == []
