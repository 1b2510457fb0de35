"""Does a person compare forecast and truth, in both languages, on a screen and on a phone?"""

import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from peakday.kernel.clock import day_of, day_start
from peakday.kernel.database import Database
from peakday.market.catalog.model import item_id_of
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import NewOrder, Order, OrderLine, OrderStatus
from tests.apps.console.conftest import DAYS, Site
from tests.apps.console.test_journeys import keep, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

PAST_DAYS = 80


async def sell_longer(database: Database) -> None:
    """Two months before the site's ten days: four goods, more at weekends."""
    draw, now = np.random.default_rng(2022), datetime.now(UTC)
    async with database.transaction() as tx:
        shop_id = await tx.fetchval("select shop_id from shops.shop")
        made = []
        for day in range(PAST_DAYS, DAYS, -1):
            at = day_start(day_of(now)) - timedelta(days=day) + timedelta(hours=12)
            for which in range(4):
                units = int(draw.poisson((2 + 2 * which) * (2 if at.weekday() >= 5 else 1)))
                if units:
                    ref, paid = f"long{day}-{which}", units * 5_900
                    line = OrderLine(1, item_id_of(shop_id, f"i{which}"), units, paid, paid)
                    order = Order(
                        shop_id, orders.order_id_of(at, shop_id, "test", ref), "test", ref, OrderStatus.COMPLETED,
                        "CNY", at, paid, 0, 0, paid, paid_at=at,
                    )  # fmt: skip
                    made.append(NewOrder(order, (line,)))
        await orders.copy_orders(tx, "test", made, now)


@pytest.mark.capability("CN-01", "X-04", page="/shop/{shop_id}/data/forecasts")
@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desktop")])
async def test_a_person_compares_forecast_and_truth(
    browser: Browser, database: Database, site: Site, tmp_path, language: str, size: str
):
    await sell_longer(database)
    async with signed_in(browser, site, language, size) as page:
        await page.goto(f"{site.shop}/data/forecasts")
        await keep(page, f"forecasts-empty-{language}-{size}")
        await page.locator("#make button").click()
        await expect(page.get_by_role("status")).to_contain_text(re.compile(r"\d"))
        await expect(page.locator("svg polygon").first).to_be_attached()
        await keep(page, f"forecasts-{language}-{size}")

        await page.locator("#skus tbody a").first.click()

        days = page.locator("#days tbody tr")
        await expect(days).to_have_count(28 + 14)  # four weeks tried again, two weeks ahead
        held = re.compile("是|yes|否|no")
        assert await days.filter(has=page.locator("td:last-child").filter(has_text=held)).count() == 28
        await keep(page, f"forecast-sku-{language}-{size}")
        async with page.expect_download() as waiting:
            await page.locator("a[download]").click()
        file = tmp_path / "days.csv"
        await (await waiting.value).save_as(file)
        assert len(file.read_text(encoding="utf-8-sig").splitlines()) == 1 + 28 + 14
        await page.goto(f"{site.shop}/data/forecasts/backtest")
        await expect(page.locator("table").first).to_contain_text("%")
        await keep(page, f"forecasts-backtest-{language}-{size}")
