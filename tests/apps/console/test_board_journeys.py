"""Does the board move while shoppers buy, on a wall and on a phone, and does a past day play again?"""

import asyncio
import json
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

import pytest
from playwright.async_api import Browser, expect

from peakday.apps.rehearsal.baskets import Basket, BasketLine
from peakday.apps.rehearsal.entrance import make_shoppers
from peakday.apps.rehearsal.measures import Measures
from peakday.apps.rehearsal.shopper import Errand, Ledger, Street, run_errand
from peakday.apps.rehearsal.wire import Wire
from peakday.apps.worker.main import Worker
from peakday.insight.advisor.board.counting import counting
from peakday.kernel.clock import SystemClock
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.trade.payments import jobs as payment_jobs
from tests.apps.console.conftest import Site
from tests.apps.console.test_journeys import ARTIFACTS, signed_in
from tests.apps.serving import serving
from tests.market.people import PASSWORD, open_account
from tests.trade.orders.market import open_market

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
SHOPPERS = 6
WALL, PHONE = (1920, 1080), (390, 844)


@asynccontextmanager
async def board_page(browser: Browser, address: str, size: tuple[int, int], language: str):
    """A board that a member of staff has opened."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN" if language == "zh" else "en-US"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(f"{address}/sign-in?lang={language}")
    await page.fill("#login", "rehearser")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/shops")
    await page.goto(f"{address}/platform/board?orders=rehearsal&currency=CNY")
    yield page
    assert complaints == []
    await context.close()


@asynccontextmanager
async def working(house, port):
    present = House(replace(house.settings, port=port), SystemClock(), house.database)
    task = asyncio.create_task(Worker(present, [], [], payment_jobs.DUTIES, bulk_reactions=[counting()]).run())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


@asynccontextmanager
async def shop_around(address, house, market):
    """A small rehearsal: six shoppers with the same basket come through the public doors and pay."""
    one = market.one
    basket = Basket(
        "b", tuple(BasketLine(show_id("shp", one.shop_id), show_id("sku", sku), 1) for sku in (one.tea, one.cup))
    )
    passes = await make_shoppers(address, house.settings.home, [f"s{number}" for number in range(SHOPPERS)])
    port = int(address.rsplit(":", 1)[1])
    wire = Wire("127.0.0.1", port, Measures())
    street = Street(wire, Ledger(), "r1")
    async with working(house, port):
        errands = [Errand(number, who, basket, is_after_opening=True) for number, who in enumerate(passes)]
        await asyncio.gather(*[run_errand(street, errand) for errand in errands])
        yield street.ledger.finished
    wire.close()


@pytest.mark.capability("TE-11", "TE-15", page="/platform/board")
async def test_the_board_moves_while_shoppers_buy_on_a_wall_and_on_a_phone(browser: Browser, house, database_url):
    market = await open_market(house)
    async with house.database.transaction() as tx:
        await open_account(tx, None, "rehearser", house.clock.now())
    logins = [{"role": "platform", "login": "rehearser", "password": PASSWORD}]
    (house.settings.home / "logins.json").write_text(json.dumps(logins))
    with serving(house.settings.home, database_url) as address:
        async with AsyncExitStack() as stack:
            pages = {
                "wall-zh": await stack.enter_async_context(board_page(browser, address, WALL, "zh")),
                "phone-en": await stack.enter_async_context(board_page(browser, address, PHONE, "en")),
            }
            for page in pages.values():
                await expect(page.locator("#state")).to_have_attribute("data-state", "live")
                await expect(page.locator("#orders")).to_have_text("0")
            async with shop_around(address, house, market) as finished:
                assert finished == SHOPPERS
                for name, page in pages.items():
                    await expect(page.locator("#orders")).to_have_text(str(SHOPPERS))
                    await expect(page.locator("#buyers")).to_have_text(str(SHOPPERS))
                    await expect(page.locator("#net")).not_to_have_text("¥0.00")
                    await expect(page.locator("[data-list=item] li")).to_have_count(2)
                    ARTIFACTS.mkdir(exist_ok=True)
                    await page.screenshot(path=ARTIFACTS / f"board-{name}.png", full_page=True)
            root = "document.documentElement"
            fits = f"[{root}.scrollWidth - innerWidth, {root}.scrollHeight - innerHeight]"
            assert await pages["wall-zh"].evaluate(fits) == [0, 0]
            assert (await pages["phone-en"].evaluate(fits))[0] <= 0
            await expect(pages["wall-zh"].locator("h1")).to_have_text("全平台实时成交")
            await expect(pages["phone-en"].locator("h1")).to_have_text("The whole market, live")


@pytest.mark.capability("TE-11", page="/shop/{shop_id}/board")
async def test_a_merchant_plays_yesterday_again_and_stops_it(browser: Browser, site: Site):
    async with signed_in(browser, site, "zh", "desktop") as page:
        await page.goto(f"{site.shop}/board")
        await page.locator("summary", has_text="回放").click()
        await page.locator("details[open] a").first.click()
        await expect(page.locator("#state")).to_have_attribute("data-state", "replay")
        await page.select_option("#speed", "3600")
        await page.locator("#scrub").fill("30000")  # the first order comes at nine
        await expect(page.locator("#orders")).not_to_have_text("0")
        await page.locator("#play").click()
        await expect(page.locator("#state")).to_have_attribute("data-state", "paused")
        await page.locator("#scrub").fill("86400")
        await expect(page.locator("#orders")).to_have_text("7")
        await expect(page.locator("#net")).to_have_text(f"¥{site.paid_yesterday_minor / 100:,.2f}")
        await page.locator("#play").click()
        await page.locator("#scrub").fill("0")
        await expect(page.locator("#orders")).to_have_text("0")
