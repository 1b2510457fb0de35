"""Does the merchant's money fit a phone, and say the same in both languages?"""

import asyncio
import os
from contextlib import asynccontextmanager

import pytest
import uvicorn

from peakday.apps.http.app import create_app
from peakday.apps.opening import open_web_engines
from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.trade.orders import api as orders
from tests.market.people import PASSWORD, open_account
from tests.trade.orders.market import open_market

SHOTS = os.environ.get("PEAKDAY_SHOTS")  # a folder for pictures


async def with_money(house, clock):
    """Three paid orders: one undone, one received, one on its way; and somebody who may see the money."""
    market = await open_market(house)
    for pieces in (1, 2, 3):
        placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, pieces), key=f"k{pieces}")
        await market.pay(market.buyer, placed.checkout_id)
        order = placed.orders[0]
        if pieces == 1:
            await market.do(orders.cancel_order, market.buyer, order.order_id)
        if pieces == 2:
            pair = (order.shop_id, order.order_id)
            await market.do(orders.ship_order, market.one.owner, pair, "simulated", "T123456")
            await market.do(orders.confirm_receipt, market.buyer, order.order_id)
    async with house.database.transaction() as tx:
        permissions = {"finance:view", "data:view", "trade:view"}
        await open_account(tx, market.one.shop_id, "keeper", clock.now(), Role.CUSTOM, permissions)
    return market.one.shop_id


@asynccontextmanager
async def the_app(house):
    @asynccontextmanager
    async def given():
        async with open_web_engines(house):
            yield house

    server = uvicorn.Server(uvicorn.Config(create_app(given), port=0, log_level="error"))
    task = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await task


@pytest.mark.browser
async def test_the_shops_money_fits_a_phone_and_speaks_both_languages(house, clock, browser):
    shop_id = await with_money(house, clock)
    async with the_app(house) as address:
        for width, locale, texts in (
            (390, "zh-CN", ("担保中", "¥300.00", "可提现", "¥200.00", "买家付款", "不涉及真实资金")),
            (1280, "en-US", ("In escrow", "¥300.00", "Free to be drawn", "¥200.00", "A buyer paid", "no real money")),
        ):
            page = await browser.new_page(viewport={"width": width, "height": 900}, locale=locale)
            page.set_default_timeout(60_000)
            await page.goto(f"{address}/sign-in")
            await page.fill("input[name=login]", "keeper")
            await page.fill("input[name=password]", PASSWORD)
            await page.click("button[type=submit]")
            await page.wait_for_url("**/shop/**")
            await page.goto(f"{address}/shop/{show_id('shp', shop_id)}/finance")
            if SHOTS:
                await page.screenshot(path=f"{SHOTS}/finance-{width}.png", full_page=True)
            seen = await page.inner_text("main")
            for text in texts:
                assert text in seen, text
            assert await page.evaluate("document.documentElement.scrollWidth") <= width
            await page.close()
