"""Is what cards cover wholly paid at once, with the platform's money in escrow, and undone to the cent?"""

import pytest

from peakday.trade.ledger import api as ledger
from peakday.trade.orders import api
from peakday.trade.orders.audit import audit as audit_orders
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
