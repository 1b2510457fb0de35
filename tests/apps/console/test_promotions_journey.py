"""Can a merchant build a coupon in the browser, see it in words and on a basket while typing, and change it?"""

import re

import pytest
from playwright.async_api import expect

from tests.apps.console.test_journeys import keep, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]
WORDS = {
    "zh": ("满20减5", "样例购物车", "第2件打5折", "第3件打5折"),
    "en": ("CN¥5 off from CN¥20", "A sample basket", "every 2nd piece 50% off", "every 3rd piece 50% off"),
}


@pytest.mark.capability("TE-08", page="/shop/{shop_id}/promotions/new")
@pytest.mark.parametrize("language, size", [("zh", "phone"), ("en", "desktop")])
async def test_a_merchant_builds_a_coupon_and_a_half_price_and_changes_it(browser, site, language, size):
    coupon, sample, half, third = WORDS[language]
    async with signed_in(browser, site, language, size) as page:
        await page.goto(f"{site.shop}/promotions")
        await keep(page, f"promotions-empty-{language}-{size}")
        await page.goto(f"{site.shop}/promotions/new?kind=shop_coupon")
        await page.fill("#name", "双十一")
        await page.fill("#at1", "20")
        await page.fill("#off1", "5")
        await expect(page.locator("#preview")).to_contain_text(coupon)
        await expect(page.locator("#preview")).to_contain_text(sample)
        await keep(page, f"promotions-builder-{language}-{size}")
        await page.select_option("#kind", "nth_piece")
        await page.fill("#nth", "2")
        await page.fill("#nth_off", "50")
        await expect(page.locator("#preview")).to_contain_text(half)
        await page.click("#builder button[type=submit]")
        await page.wait_for_url(re.compile(r"done=drafted"))
        await expect(page.locator("main")).to_contain_text(half)
        await keep(page, f"promotions-draft-{language}-{size}")
        await page.click("a[href$='/edit']")
        await page.fill("#nth", "3")
        await expect(page.locator("#preview")).to_contain_text(third)
        await page.click("#builder button[type=submit]")
        await page.wait_for_url(re.compile(r"done=saved"))
        await page.click("a[href$='/versions']")
        await keep(page, f"promotions-versions-{language}-{size}")
        await page.goto(f"{site.shop}/promotions")
        await expect(page.locator("main")).to_contain_text(third)
        await keep(page, f"promotions-list-{language}-{size}")
