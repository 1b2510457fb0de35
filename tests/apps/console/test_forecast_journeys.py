"""Does a person compare forecast and truth, in both languages, on a screen and on a phone?"""

import re

import pytest
from playwright.async_api import Browser, expect

from tests.apps.console.conftest import Site
from tests.apps.console.test_journeys import keep, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]


@pytest.mark.capability("CN-01", "X-04", page="/shop/{shop_id}/data/forecasts")
@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desktop")])
async def test_a_person_compares_forecast_and_truth(browser: Browser, site: Site, tmp_path, language: str, size: str):
    async with signed_in(browser, site, language, size) as page:
        await page.goto(f"{site.shop}/data/forecasts")
        await keep(page, f"forecasts-empty-{language}-{size}")
        await page.locator("#make button").click()
        await expect(page.get_by_role("status")).to_contain_text(re.compile(r"\d"))
        await expect(page.locator("svg polygon").first).to_be_attached()
        await keep(page, f"forecasts-{language}-{size}")

        await page.locator("#skus tbody a").first.click()

        await expect(page.locator("#days tbody tr")).to_have_count(14)  # ten days of trade: nothing to look back on
        await expect(page.locator("svg polygon").first).to_be_attached()
        await keep(page, f"forecast-sku-{language}-{size}")
        async with page.expect_download() as waiting:
            await page.locator("a[download]").click()
        file = tmp_path / "days.csv"
        await (await waiting.value).save_as(file)
        assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 1 + 14
        await page.goto(f"{site.shop}/data/forecasts/backtest")
        await keep(page, f"forecasts-backtest-{language}-{size}")
