"""Can a merchant build a crowd by hand on a phone, in both languages, and see its size while building?"""

import pytest
from playwright.async_api import Browser, expect

from tests.apps.console.conftest import Site
from tests.apps.console.test_journeys import keep, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.mark.capability("AD-06", page="/shop/{shop_id}/data/crowds")
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_crowd_is_built_by_hand_on_a_phone(browser: Browser, site: Site, language: str):
    async with signed_in(browser, site, language, "phone") as page:
        await page.goto(f"{site.shop}/data/crowds")
        size = page.locator("#size")
        await page.locator("[name=what0]").select_option("did:pv")
        await page.locator("[name=days0]").fill("15")
        await expect(size.locator("#crowd-size")).to_be_visible()
        await page.locator("[name=join1]").select_option("not")
        await page.locator("[name=what1]").select_option("tag:repeat_buyer")
        await expect(size.locator("pre")).to_contain_text("repeat_buyer")
        await page.locator("[name=what2]").select_option("sequence:pv>cart")
        await expect(size.locator("pre")).to_contain_text("sequence")
        await page.locator("[name=what2]").select_option("")
        await page.locator("[name=days0]").fill("999")
        await expect(size.get_by_role("alert")).to_contain_text("expression.and[0].days")
        await page.locator("[name=days0]").fill("15")
        await expect(size.get_by_role("alert")).to_have_count(0)
        await page.locator("#name").fill("Looked, came once")
        await keep(page, f"crowds-{language}")
        await page.locator("#crowd-builder button[type=submit]").click()
        await expect(page.locator("h1")).to_have_text("Looked, came once")
        await keep(page, f"crowd-{language}")
        await page.goto(f"{site.shop}/data/crowds/uplift")
        await keep(page, f"crowd-uplift-{language}")


@pytest.mark.capability("LY-05", page="/shop/{shop_id}/data/consumers")
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_a_cell_of_the_flow_becomes_a_crowd_on_a_phone(browser: Browser, site: Site, language: str):
    async with signed_in(browser, site, language, "phone") as page:
        await page.goto(f"{site.shop}/data/consumers")
        form = page.locator("#cell-crowd")
        await form.locator("#cell-from").select_option("none")
        await form.locator("#cell-to").select_option("L")
        await form.locator("button").click()
        await expect(page.locator("h1")).to_contain_text("∅ → L")
        await keep(page, f"crowd-cell-{language}")
