"""Does a shopper leave every crowd by one button, at once, and come back by another; in both languages?"""

from datetime import timedelta

import pytest
from playwright.async_api import Browser, expect

from peakday.insight.audiences import api
from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.behaviour.api import BehaviourLog, Event, record_events
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from tests.apps.storefront.bazaar import PASSWORD
from tests.apps.storefront.conftest import Street
from tests.apps.storefront.test_journey import keep, screen
from tests.apps.storefront.test_shopping import enter, post


async def test_who_withdraws_is_in_no_crowd_at_the_next_read(mall):
    house, shop_id = mall.house, mall.bazaar.shop_id
    async with house.database.read() as connection:
        buyer = await connection.fetchval("select buyer_id from accounts.buyer_account where login = 'li.mei'")
    now = house.clock.now()
    people = [str(buyer), *(f"p{number}" for number in range(30))]
    seen = [Event(one, now - timedelta(days=1), one, "pv", shop_id=str(shop_id)) for one in people]
    await record_events(house.get(BehaviourLog), SYSTEM, seen, now)
    crowd = await api.deposit_crowd(house, SYSTEM, shop_id, "reached", people)

    async def members() -> int:
        _, there = await house.get(CrowdReader).crowd_members(shop_id, crowd.crowd_id, day_of(now))
        return len(there)

    async with mall.client() as client:
        assert (await client.get("/mall/privacy")).headers["location"].startswith("/mall/sign-in")
        await enter(client)
        assert ("撤回同意" in (await client.get("/mall/privacy")).text, await members()) == (True, 31)
        for _ in range(2):
            assert (await post(client, "/mall/privacy", {"given": "no"})).status_code == 303
            assert await members() == 30
        assert "你已撤回同意" in (await client.get("/mall/privacy")).text
        await post(client, "/mall/privacy", {"given": "yes"})
        assert await members() == 31


@pytest.mark.browser
@pytest.mark.timeout(120)
@pytest.mark.parametrize(("language", "out"), [("zh", "你已撤回同意"), ("en", "You withdrew the consent")])
async def test_the_privacy_page_on_a_phone(browser: Browser, street: Street, language: str, out: str):
    async with screen(browser, language, (390, 844)) as page:
        await page.goto(f"{street.address}/mall/sign-in?next=/mall/me")
        await page.fill("#login", "li.mei")
        await page.fill("#password", PASSWORD)
        await page.click("form[action='/mall/sign-in'] button")
        await page.click("a[href='/mall/privacy']")
        await keep(page, f"privacy-{language}")
        await page.click("form[action='/mall/privacy'] button")
        await expect(page.locator("#consent")).to_contain_text(out)
