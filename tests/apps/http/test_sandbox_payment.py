"""Does a payment at the sandbox walk the whole way: bank, signed letter over HTTP, public door, paid order, escrow?"""

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace

import httpx
import uvicorn

from peakday.apps.http.app import create_app
from peakday.kernel.actor import SYSTEM
from peakday.trade.ledger import api as ledger
from peakday.trade.ledger.model import AccountKind
from peakday.trade.orders import api as orders
from peakday.trade.payments import api as payments
from peakday.trade.payments.audit import audit
from peakday.trade.payments.jobs import send_letters, tell_refunds
from tests.trade.orders.market import open_market


@asynccontextmanager
async def the_door(house):
    """The whole app on a port of its own; the house's settings say where."""

    @asynccontextmanager
    async def given():
        yield house

    server = uvicorn.Server(uvicorn.Config(create_app(given), port=0, log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    house.settings = replace(house.settings, host="127.0.0.1", port=port, public_url=None)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await task


async def escrow(house, shop_id):
    account_id = ledger.account_id_of(AccountKind.ESCROW, shop_id, "CNY")
    async with house.database.read() as connection:
        return (await ledger.get_balance(connection, SYSTEM, account_id)).balance_minor


async def test_a_sandbox_payment_walks_the_whole_way_and_back(house, clock):
    market = await open_market(house)
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, 2))
    payment = await market.start(market.buyer, placed.checkout_id)
    await payments.open_charge(house, market.buyer, payment.payment_id)
    async with the_door(house) as address, httpx.AsyncClient(base_url=address) as stranger:
        await payments.sandbox_of(house).decide(payment.payment_id, payments.Decision.DOUBLE)
        await send_letters(house)
        forged = await stranger.post("/v1/gateways/sandbox/callbacks", content=b"{}")
        unknown = await stranger.post("/v1/gateways/purse/callbacks", content=b"{}")
    assert (forged.status_code, unknown.status_code) == (400, 404)
    assert (await market.order(placed))["status"] == "awaiting_shipment"
    assert await escrow(house, market.one.shop_id) == 20_000
    async with house.database.transaction() as tx:
        assert await orders.cancel_order(tx, market.buyer, placed.orders[0].order_id) == 20_000
    clock.at = await database_now(house)
    await tell_refunds(house)
    assert await escrow(house, market.one.shop_id) == 0
    async with house.database.read() as connection:
        found = await payments.list_order_refunds(connection, [placed.orders[0].order_id])
    assert [(each.status.value, each.amount_minor) for each in found] == [("sent", 20_000)]
    assert await audit(house) == []


async def database_now(house):
    async with house.database.read() as connection:
        return await connection.fetchval("select clock_timestamp()")
