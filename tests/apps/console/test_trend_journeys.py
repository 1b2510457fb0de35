"""Does a person read a trend card to its action, in both languages, on a screen and on a phone?"""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from playwright.async_api import Browser, expect

from peakday.apps.opening import open_house, open_web_engines
from peakday.insight.trends.jobs import tell_week
from peakday.insight.trends.queries import week_end
from peakday.kernel.clock import day_of, day_start
from peakday.kernel.database import Database
from peakday.kernel.settings import Settings
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import NewOrder, Order, OrderLine, OrderStatus
from tests.apps.console.conftest import Site
from tests.apps.console.test_journeys import keep, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]
WEEKS, SEGMENTS, PRICE = 34, 12, 1_000


async def open_rivals(database: Database) -> None:
    """Two more shops, and twelve segments in which all three sold for half a year; cold brew bursts."""
    now, draw = datetime.now(UTC), np.random.default_rng(5)
    end = day_start(week_end(day_of(now)))
    async with database.transaction() as tx:
        own = await tx.fetchval("select shop_id from shops.shop")
        rivals = await shops.ensure_shops(
            tx, [NewShop("test", ref, ref, currency="CNY", opened_at=now) for ref in ("one", "two")]
        )
        kinds = await catalog.ensure_categories(
            tx, [NewCategory("test", f"s{n}", f"品类 {n}" if n else "冷萃茶", f"Segment {n}" if n else "Cold brew")
                 for n in range(SEGMENTS)]
        )  # fmt: skip
        made, items = [], []
        for shop_id in (own, *rivals):
            items += [
                NewItem(shop_id, "test", f"t{n}", f"Good {n}", leaf_category_id=kinds[f"s{n}"], list_price_minor=PRICE)
                for n in range(SEGMENTS)
            ]
            for week in range(1, WEEKS):
                at = end - timedelta(days=7 * week - 2)
                for n in range(SEGMENTS):
                    units = int(draw.poisson(60 if n == 0 and week <= 4 else 15))
                    line = OrderLine(1, item_id_of(shop_id, f"t{n}"), units, units * PRICE, units * PRICE,
                                     category_id=kinds[f"s{n}"])  # fmt: skip
                    ref = f"week{week}-{n}"
                    order = Order(
                        shop_id, orders.order_id_of(at, shop_id, "test", ref), "test", ref, OrderStatus.COMPLETED,
                        "CNY", at, units * PRICE, 0, 0, units * PRICE, paid_at=at,
                    )  # fmt: skip
                    made.append(NewOrder(order, (line,)))
        await catalog.copy_items(tx, items, now)
        await orders.copy_orders(tx, "test", made, now)


@pytest.mark.capability("SI-06", page="/shop/{shop_id}/data/trends")
@pytest.mark.parametrize(("language", "size"), [("zh", "phone"), ("en", "desktop")])
async def test_a_person_reads_a_card_to_its_action(
    browser: Browser, database: Database, site: Site, tmp_path, language: str, size: str
):
    async with signed_in(browser, site, language, size) as page:
        await page.goto(f"{site.shop}/data/trends")
        await keep(page, f"trends-empty-{language}-{size}")
        await open_rivals(database)
        settings = Settings(tmp_path / "home", database.url, None, "files", "127.0.0.1", 0)
        async with open_house(settings) as house, open_web_engines(house):
            assert await tell_week(house)
        card = page.locator("#cards article").first
        action = card.get_by_role("link", name=re.compile("圈出|Build a crowd"))
        for _ in range(20):  # until the web process has read what was just sold
            await page.reload()
            if await action.count():
                break
            await asyncio.sleep(0.5)
        await expect(card.get_by_role("heading")).to_have_text("冷萃茶" if language == "zh" else "Cold brew")
        await expect(card).to_contain_text("3 家店" if language == "zh" else "3 shops")
        await expect(page.locator("#lives tbody tr").first).to_be_attached()
        await keep(page, f"trends-{language}-{size}")
        await action.click()
        await expect(page).to_have_url(re.compile(r"/data/crowds"))
