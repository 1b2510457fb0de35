"""Can a merchant sign in, read home, change the period, open a definition, drill to rows and take a file away?

In Chinese and English, on a desktop and on a phone of 390 points. Every page is also checked for errors in the console
and for a page wider than the screen; what was seen is kept in tests/artifacts. Nobody here changes anything, so all
visit one market.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from peakday.kernel.database import connect
from tests.apps.console.conftest import ARTIFACTS, PASSWORD, Site, open_site
from tests.stock_of_databases import StockOfDatabases

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

SIZES = {"desktop": (1440, 900), "phone": (390, 844)}
PAGES = {
    "traffic": "data/traffic", "items": "data/items", "trade": "data/trade", "buyers": "data/buyers",
    "market": "data/market", "rows": "metrics/paid_amount/rows", "orders": "orders", "catalogue": "items",
    "imports": "imports", "profile": "profile", "staff": "staff", "keys": "keys", "audit": "audit",
}  # fmt: skip


@pytest.fixture(scope="module")
async def site(
    server_url: str, stock_of_databases: StockOfDatabases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    name = stock_of_databases.take()
    database = await connect(f"{server_url.rpartition('/')[0]}/{name}")
    async with open_site(database, tmp_path_factory.mktemp("console") / "home") as site:
        yield site
    await database.close()
    stock_of_databases.give_back(name)


@asynccontextmanager
async def signed_in(
    browser: Browser, site: Site, language: str, size: str, login: str = "owner"
) -> AsyncIterator[Page]:
    """A page of somebody who has signed in; at the end nothing may have failed on it."""
    width, height = SIZES[size]
    context = await browser.new_context(
        viewport={"width": width, "height": height}, locale="zh-CN" if language == "zh" else "en-US"
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    await page.goto(site.address)
    await keep(page, f"sign-in-{language}-{size}")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url(re.compile(r"/shop/shp_"))
    yield page
    assert complaints == []
    await context.close()


async def keep(page: Page, name: str) -> None:
    """Wait until the page is quiet, check that it is not wider than the screen, and keep what is seen."""
    await page.wait_for_load_state("networkidle")
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"{name}.png", full_page=True)


@pytest.mark.capability("LY-01", "QN-01")
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_merchant_reads_the_shop_and_takes_a_file_away(
    browser: Browser, site: Site, tmp_path, language: str, size: str
):
    async with signed_in(browser, site, language, size) as page:
        await expect(page.locator("html")).to_have_attribute("lang", "zh-CN" if language == "zh" else "en")
        figure = f"{site.paid_yesterday_minor / 100:,.2f}"
        await expect(page.locator(".pk-figure-value").first).to_contain_text(figure)
        await expect(page.locator(".pk-todo").first).to_contain_text("待发货" if language == "zh" else "To ship")
        await keep(page, f"home-{language}-{size}")

        await page.goto(f"{site.shop}/data/trade")
        await page.click(".pk-segments a >> nth=3")
        await page.wait_for_url(re.compile("period=30d"))
        await expect(page.locator(".pk-segments [aria-current]")).to_have_text("30 天" if language == "zh" else "30 d")

        await page.locator(".pk-figure .pk-def").first.click()
        await expect(page.locator("#drawer .pk-definition h2")).to_have_text(
            "支付金额" if language == "zh" else "Paid amount"
        )
        await keep(page, f"definition-{language}-{size}")
        await page.keyboard.press("Escape")
        await expect(page.locator("#drawer")).not_to_be_visible()

        await page.locator(".pk-figure-value a").first.click()
        await page.wait_for_url(re.compile("metrics/paid_amount/rows"))
        await expect(page.locator(".pk-table tbody tr")).to_have_count(50)
        async with page.expect_download() as waiting:
            await page.locator(".pk-exports a").first.click()
        path = tmp_path / "rows.csv"
        await (await waiting.value).save_as(path)
        lines = path.read_text("utf-8-sig").splitlines()
        assert len(lines) == 1 + 79  # ten days of eight orders, one of them unpaid
        assert ("付款时间" if language == "zh" else "Paid at") in lines[0]

        await page.locator("td a[href*='/orders/ord_']").first.click()
        await page.wait_for_url(re.compile("/orders/ord_"))


@pytest.mark.parametrize("size", SIZES)
async def test_every_page_of_the_menu_opens_and_fits_the_screen(browser: Browser, site: Site, size: str):
    async with signed_in(browser, site, "zh", size) as page:
        for name, path in PAGES.items():
            answer = await page.goto(f"{site.shop}/{path}")
            assert answer is not None
            assert answer.status == 200, path
            await keep(page, f"{name}-zh-{size}")
        for href in await page.locator(".pk-nav a").evaluate_all("links => links.map(link => link.href)"):
            answer = await page.request.get(href)
            assert answer.status == 200, href


async def test_the_keyboard_alone_reaches_content_search_and_menu(browser: Browser, site: Site):
    async with signed_in(browser, site, "en", "desktop") as page:
        await page.goto(f"{site.shop}/data/items")
        await page.keyboard.press("Tab")
        await expect(page.locator(".pk-skip")).to_be_focused()
        await page.keyboard.press("/")
        await expect(page.locator("#q")).to_be_focused()
        await page.keyboard.type("龙井")
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile("q="))
        await expect(page.locator("#items tbody tr")).to_have_count(1)


async def test_the_language_and_the_theme_are_kept(browser: Browser, site: Site):
    async with signed_in(browser, site, "zh", "desktop") as page:
        await page.click("[data-language]")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await page.click("[data-theme-toggle]")
        await page.goto(f"{site.shop}/data/trade")
        await expect(page.locator("html")).to_have_attribute("lang", "en")
        await expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
        await keep(page, "trade-dark-en-desktop")


@pytest.mark.capability("QN-08")
async def test_a_sub_account_without_data_rights_sees_to_dos_by_name_and_no_figure(browser: Browser, site: Site):
    async with signed_in(browser, site, "en", "phone", login="packer") as page:
        await expect(page.locator(".pk-todo").first).to_have_text(re.compile(r"^\D+$"))
        for path in ("", "data/traffic", "data/items", "data/trade", "data/buyers", "data/market"):
            await page.goto(f"{site.shop}/{path}")
            await expect(page.locator(".pk-figure, .pk-chart, .pk-exports, .pk-table")).to_have_count(0)
            await expect(page.get_by_text("Your account has no data rights")).to_be_visible()
        answer = await page.request.get(f"{site.shop}/data/trade/export/days.csv")
        assert answer.status == 403
        await keep(page, "no-rights-en-phone")
