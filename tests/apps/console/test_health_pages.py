"""Do the health pages fit a phone in both languages, and does a merchant get from a warning to its end?"""

import asyncio
import re

import pytest
from playwright.async_api import Browser, expect

from peakday.kernel.clock import SystemClock
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.settings import read_settings
from tests.apps.console.test_journeys import keep
from tests.apps.serving import serving
from tests.market.people import PASSWORD
from tests.operations.health.desk import a_coupon, a_price, findings, go_live, look, open_tea_shop

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]


@pytest.fixture
async def shop(database, database_url, tmp_path):
    """A tea shop with two warnings, served; its address and floor."""
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path / "home"), "PEAKDAY_DATABASE_URL": database_url})
    floor = await open_tea_shop(House(settings, SystemClock(), database))
    await go_live(floor, a_price(floor, 8_000))
    await go_live(floor, a_coupon(floor, 5_000, 1_500))
    await look(floor)
    running = serving(tmp_path / "home", database_url)
    address = await asyncio.to_thread(running.__enter__)
    try:
        yield address, floor
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@pytest.mark.capability("QN-02", "QN-05")
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_merchant_on_a_phone_reads_the_witness_and_accepts_the_risk(browser: Browser, shop, language):
    address, floor = shop
    locale = "zh-CN" if language == "zh" else "en-US"
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale=locale)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    await page.goto(address)
    await page.fill("#login", "owner-one")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url(re.compile(r"/shop/shp_"))
    base = f"{address}/shop/{show_id('shp', floor.shop_id)}/health"
    await page.goto(base)
    await keep(page, f"health-{language}-phone")
    for rest in ("what-if", f"items/{show_id('itm', floor.tea_item)}"):
        await page.goto(f"{base}/{rest}")
        await keep(page, f"health-{rest.split('/')[0]}-{language}-phone")
    [found] = await findings(floor)
    await page.goto(f"{base}/findings/{show_id('fnd', found.finding_id)}")
    await keep(page, f"health-finding-{language}-phone")
    await expect(page.locator("body")).to_contain_text("Longjing tea")
    await page.fill("#reason", "season's end")
    await page.click("form[action$='/accept'] button")
    await expect(page.locator("body")).to_contain_text("season's end")
    assert await findings(floor) == []
    assert complaints == []
    await context.close()
