"""Can staff settle a pair of goods, take the word back, and read the merchant's words in both languages?

In Chinese on a phone of 390 points, then in English at a desk, over the same market.
"""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from peakday.kernel.ids import derived_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, Role
from peakday.market.catalog.api import ComparedFace, ReadSoFar
from peakday.market.same_products.model import ItemRef, Judged
from peakday.market.same_products.store import save_faces, save_pairs
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from tests.apps.console.conftest import PASSWORD, Site
from tests.apps.console.test_journeys import SIZES, keep

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ADDRESS = "/platform/same-products"
WORDS = {"zh": ("规格不同", "同款", "没有待复核的商品对", "撤销", "是同款吗"),
         "en": ("another size", "the same", "No pair waits", "Undo", "Are these the same product?")}  # fmt: skip


@pytest.fixture
async def pair(database, site: Site) -> None:
    """Two listings of two shops that wait for a person; and a member of staff."""
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        stalls = [NewShop("test", ref, f"{ref} 茶行", "CNY", now) for ref in ("east", "west")]
        refs = sorted(
            ItemRef(shop, derived_id(None, str(shop), "tea")) for shop in await shops.ensure_shops(tx, stalls)
        )
        faces = [
            ComparedFace(
                ReadSoFar("3", *ref), None, title, "狮峰", {"产地": "杭州", "净含量": size}, price, "CNY", True, now
            )
            for ref, title, size, price in zip(
                refs, ("狮峰龙井 250克 罐装", "狮峰龙井茶 500g 袋装"), ("250克", "500克"), (12_800, 19_900), strict=True
            )
        ]
        await save_faces(tx, faces, now)
        await save_pairs(tx, [], [Judged(refs[0], refs[1], 0.62, "size")], now)
        xiaoer = NewAccount("xiaoer", "小二", AccountKind.STAFF, None, Role.PLATFORM)
        await accounts.ensure_account(tx, xiaoer, PASSWORD, now)


@pytest.mark.capability("TT-07", page="/platform/same-products")
async def test_staff_settle_a_pair_and_take_the_word_back(browser: Browser, site: Site, pair):
    for language, size in (("zh", "phone"), ("en", "desktop")):
        veto, same, empty, undo, question = WORDS[language]
        width, height = SIZES[size]
        locale = "zh-CN" if language == "zh" else "en-US"
        context = await browser.new_context(viewport={"width": width, "height": height}, locale=locale)
        page = await context.new_page()
        await page.goto(site.address + ADDRESS)
        await page.fill("#login", "xiaoer")
        await page.fill("#password", PASSWORD)
        await page.click("button[type=submit]")
        await page.wait_for_url(lambda address: "sign-in" not in address)
        await page.goto(site.address + ADDRESS)
        await expect(page.locator("#pair")).to_contain_text(question)
        await expect(page.locator("#pair")).to_contain_text(veto)
        await keep(page, f"same-products-{language}-{size}")
        await page.locator("button[value=same]").click()
        await expect(page.locator("main")).to_contain_text(empty)
        await expect(page.locator("#waiting")).to_have_text("0")
        await expect(page.locator("tbody tr")).to_contain_text(same)
        await page.get_by_role("button", name=undo).click()
        await expect(page.locator("#pair")).to_contain_text("狮峰龙井")
        await expect(page.locator("#waiting")).to_have_text("1")
        await context.close()
