"""Can somebody shop on a phone from the first look to the refund, and does the merchant see the money in escrow?

A guest fills the cart to the next tier, signs in (the cart comes along), checks out, pays at the sandbox, buys once
more in the first second of a sale, asks for a piece back; the merchant ships. In Chinese and in English. Every page is
checked for errors in the console and for a page wider than the screen; what was seen is kept in tests/artifacts.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, Page, expect

from peakday.kernel.ids import show_id
from tests.apps.console.conftest import ARTIFACTS
from tests.apps.storefront.bazaar import PASSWORD
from tests.apps.storefront.conftest import Street

pytestmark = [pytest.mark.browser, pytest.mark.timeout(420)]

SLOW_MS = 30_000  # on a machine that does eight other things
WORDS = {
    "zh": {"advice": "再买", "shop offer": "店铺满减", "refund": "等待商家处理", "paid": "付款成功",
           "shipped": "运输中", "received": "已完成", "go": "立即抢购"},
    "en": {"advice": "Add", "shop offer": "Shop offer", "refund": "Waiting for the shop", "paid": "Paid",
           "shipped": "On its way", "received": "Completed", "go": "Buy now"},
}  # fmt: skip


@asynccontextmanager
async def screen(browser: Browser, language: str, size: tuple[int, int]) -> AsyncIterator[Page]:
    """A page in a browser of its own; at the end nothing may have failed on it."""
    context = await browser.new_context(
        viewport={"width": size[0], "height": size[1]}, locale="zh-CN" if language == "zh" else "en-US"
    )
    context.set_default_timeout(SLOW_MS)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []
    await context.close()


async def keep(page: Page, name: str) -> None:
    """Wait until the page is quiet, check that it fits, and keep what is seen."""
    await page.wait_for_load_state("networkidle")
    wide = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{name} is {wide} px too wide"
    ARTIFACTS.mkdir(exist_ok=True)
    await page.screenshot(path=ARTIFACTS / f"mall-{name}.png")


async def fill_cart(page: Page, street: Street, language: str) -> None:
    """As a guest: look around, put a tea in, and one more to reach the tier."""
    await page.goto(f"{street.address}/mall")
    await keep(page, f"home-{language}")
    await page.fill("#q", "龙井")
    await page.press("#q", "Enter")
    await page.wait_for_url(re.compile("/mall/search"))
    await keep(page, f"search-{language}")
    await page.click(".m-good")
    await page.wait_for_url(re.compile("/mall/items/"))
    await page.click("details summary")
    await keep(page, f"item-{language}")
    await page.dblclick("button[value=stay]")  # one wish
    await page.wait_for_url(re.compile("added=1"))
    await page.goto(f"{street.address}/mall/cart")
    await expect(page.locator("#total")).to_have_text(re.compile("59.00"))
    await expect(page.locator(".m-advice").first).to_contain_text(WORDS[language]["advice"])
    await expect(page.locator(".m-advice").first).to_contain_text("41.00")
    await page.click(".m-line [data-step='1']")
    await expect(page.locator("#total")).to_have_text(re.compile("108.00"), timeout=SLOW_MS)
    await expect(page.locator("aside")).to_contain_text(WORDS[language]["shop offer"])
    await page.click(".m-out")
    await expect(page.locator(".m-undo")).to_be_visible(timeout=SLOW_MS)
    await page.click(".m-undo button")
    await expect(page.locator("#total")).to_have_text(re.compile("108.00"), timeout=SLOW_MS)
    await keep(page, f"cart-{language}")


async def check_out(page: Page, street: Street, language: str) -> None:
    """Sign in on the way, add an address, order, let the bank decline once, pay."""
    await page.click(".m-bar a.m-btn")
    await page.wait_for_url(re.compile("/mall/sign-in"))
    await page.fill("#login", "li.mei")
    await page.fill("#password", PASSWORD)
    await page.click("form[action='/mall/sign-in'] button")
    await page.wait_for_url(re.compile("/mall/checkout"))
    for name, value in [("recipient", "李梅"), ("phone", "13800000000"), ("street", "文三路 1 号"), ("city", "杭州")]:
        await page.fill(f"[name={name}]", value)
    await page.click("form[action='/mall/addresses'] button")
    await expect(page.locator("#payable")).to_have_text(re.compile("108.00"))
    await keep(page, f"checkout-{language}")
    await page.click("#order button")
    await page.wait_for_url(re.compile("/mall/pay/"))
    await page.click("button[value=decline]")
    await expect(page.locator("[role=alert]")).to_be_visible(timeout=SLOW_MS)
    await pay(page, language)


async def pay(page: Page, language: str) -> None:
    await keep(page, f"pay-{language}")
    await page.click("button[value=success]")
    await expect(page.locator("h1")).to_have_text(WORDS[language]["paid"], timeout=SLOW_MS)
    await keep(page, f"paid-{language}")


async def buy_in_the_hot_minute(page: Page, street: Street, language: str) -> str:
    """Wait for a sale that begins in some seconds, press when the button lights up, pay; the order's address."""
    starts = await street.bazaar.begin_sale(20, "tray")
    await page.goto(f"{street.address}{street.bazaar.path('tray').replace('/items/', '/wait/')}")
    button = page.locator("[data-arm]")
    await expect(button).to_be_disabled()
    await keep(page, f"wait-{language}")
    await expect(button).to_be_enabled(timeout=60_000)
    await expect(button).to_have_text(WORDS[language]["go"])
    await button.click()
    await page.wait_for_url(re.compile("/mall/pay/"), timeout=60_000)
    await expect(page.locator(".m-price").first).to_have_text(re.compile("39.00"))
    await pay(page, language)
    async with street.bazaar.database.read() as connection:
        row = await connection.fetchrow(
            "select created_at, paid_minor from orders.customer_order where source = 'peakday'"
            " order by order_id desc limit 1"
        )
    assert row["created_at"] >= starts
    assert row["paid_minor"] == 39_00
    await page.click("a.m-btn >> nth=0")
    await page.wait_for_url(re.compile("/mall/orders/ord_"))
    return page.url


async def ask_back(page: Page, street: Street, language: str) -> None:
    """Ask for one piece of the first order."""
    await page.goto(f"{street.address}/mall/orders")
    await keep(page, f"orders-{language}")
    await page.click("article >> nth=-1 >> a >> nth=0")
    await page.wait_for_url(re.compile("/mall/orders/ord_"))
    await page.click(".m-line summary")
    await page.click(".m-line details [data-step='-1']")
    await page.fill("[name=reason]", "拍多了")
    await page.click("form[action$='/refunds'] button.m-btn")
    await expect(page.locator(".m-line .m-tag")).to_contain_text(WORDS[language]["refund"], timeout=SLOW_MS)
    await expect(page.locator(".m-line .m-tag")).to_contain_text("54.00")  # half of what was paid
    await keep(page, f"refund-{language}")


async def ship(browser: Browser, street: Street, language: str, order: str) -> None:
    """The merchant sends the order and sees the money in escrow."""
    async with screen(browser, language, (1440, 900)) as page:
        await page.goto(f"{street.address}/sign-in")
        await page.fill("#login", "owner")
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_url(re.compile("/shop/shp_"))
        shop = f"{street.address}/shop/{show_id('shp', street.bazaar.shop_id)}"
        await page.goto(f"{shop}/orders/{order}")
        await page.fill("[name=tracking_no]", "SF1234567890")
        await page.click("form[action$='/ship'] button")
        await page.wait_for_load_state("networkidle")
        await page.goto(f"{shop}/finance")
        await expect(page.locator("main")).to_contain_text("147.00")  # 108.00 and 39.00 are held for the shop
        await keep(page, f"escrow-{language}")


@pytest.mark.capability("TE-02", "TE-10", page="/mall/cart")
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_phone_from_the_first_look_to_the_refund(browser: Browser, street: Street, language: str):
    async with screen(browser, language, (390, 844)) as page:
        await fill_cart(page, street, language)
        await check_out(page, street, language)
        order = await buy_in_the_hot_minute(page, street, language)
        await ask_back(page, street, language)
        await ship(browser, street, language, order.rpartition("/")[2])
        await page.goto(order)
        await expect(page.locator("h1")).to_have_text(WORDS[language]["shipped"])
        await page.click("form[action$='/receipt'] button")
        await expect(page.locator("h1")).to_have_text(WORDS[language]["received"], timeout=SLOW_MS)
        await keep(page, f"order-{language}")
