"""Can a merchant join an event, enrol items from a file, read what was refused, take one out and bring it back?

In Chinese on a phone of 390 points and in English on a desktop; staff copies an event with its dates moved.
"""

from datetime import UTC, datetime

import pytest
from playwright.async_api import Browser, expect

from peakday.kernel.clock import SystemClock
from peakday.kernel.house import House
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.settings import read_settings
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, Role
from peakday.trade.sale_events import api
from peakday.trade.sale_events.jobs import JOB_KINDS
from tests.apps.console.conftest import PASSWORD, Site
from tests.apps.console.test_journeys import keep, signed_in

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

WORDS = {
    "zh": ("店铺报名", "批量报名", "上传并报名", "报名完成", "确认退出", "撤销退出", "已撤销退出。"),
    "en": ("Join with the shop", "From a file", "Send and enrol", "The file is done", "Leave now", "Take back",
           "The departure was taken back."),
}  # fmt: skip


@pytest.fixture
async def worker(database, database_url, tmp_path):
    """A house as the worker has it, over the site's database and home."""
    async with database.transaction() as tx:
        await api.ship_events(tx, datetime.now(UTC), with_rehearsal=True)
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path / "home"), "PEAKDAY_DATABASE_URL": database_url})
    return House(settings, SystemClock(), database)


@pytest.mark.capability("SH-01", "SH-04", "QN-06", page="/shop/{shop_id}/events")
@pytest.mark.parametrize("language, size", [("zh", "phone"), ("en", "desktop")])
async def test_a_merchant_enrols_from_a_file_and_takes_one_item_out(
    browser: Browser, site: Site, worker: House, language, size
):
    join, upload, send, done, leave, undo, undone = WORDS[language]
    name = f"events-{language}-{size}"
    file = "商品编号,活动价,活动库存\ni0,50,10\ni1,110,20\ni2,999,5\nx,1,1\n".encode("gbk")
    async with signed_in(browser, site, language, size) as page:
        await page.goto(f"{site.shop}/events")
        await keep(page, f"{name}-calendar")
        await page.get_by_role("link", name="双11演练" if language == "zh" else "Double 11 rehearsal").first.click()
        await page.get_by_role("button", name=join).click()
        await page.locator("#wave_1_spot").get_by_role("link", name=upload).click()
        await keep(page, f"{name}-upload")
        form = page.locator(
            "form", has=page.locator("input[aria-label^='第一波现货'], input[aria-label^='Wave 1 spot']")
        )
        await form.locator("input[type=file]").set_input_files(
            files=[{"name": "a.csv", "mimeType": "text/csv", "buffer": file}]
        )
        await form.get_by_role("button", name=send).click()
        assert await run_due_jobs(worker, JOB_KINDS) == 1
        await expect(page.get_by_role("status")).to_contain_text(done)
        await keep(page, f"{name}-refused-rows")
        await expect(page.locator("#import-progress li")).to_have_count(2)
        await page.goto(f"{site.shop}/events")
        await page.get_by_role("link", name="双11演练" if language == "zh" else "Double 11 rehearsal").first.click()
        await keep(page, f"{name}-event")
        await page.locator("a[href*='/exit?item=']").first.click()
        await keep(page, f"{name}-exit")
        await page.get_by_role("button", name=leave).click()
        await keep(page, f"{name}-left")
        await page.get_by_role("button", name=undo).click()
        await expect(page.get_by_text(undone)).to_be_visible()


async def test_staff_copies_an_event_with_its_dates_moved(browser: Browser, site: Site, worker: House):
    async with worker.database.transaction() as tx:
        xiaoer = NewAccount("xiaoer", "小二", AccountKind.STAFF, None, Role.PLATFORM)
        await accounts.ensure_account(tx, xiaoer, PASSWORD, datetime.now(UTC))
    context = await browser.new_context(viewport={"width": 390, "height": 844}, locale="zh-CN")
    page = await context.new_page()
    await page.goto(site.address)
    await page.fill("#login", "xiaoer")
    await page.fill("#password", PASSWORD)
    await page.click("button[type=submit]")
    await page.wait_for_url("**/shops")
    await page.goto(f"{site.address}/events")
    await page.fill("#code", "double-12")
    await page.fill("#zh", "双12")
    await page.fill("#en", "Double 12")
    await page.fill("#last_day", "2030-12-12")
    await keep(page, "events-staff-list")
    await page.get_by_role("button", name="创建草稿").click()
    await page.get_by_role("button", name="发布").click()
    await expect(page.get_by_text("已发布").first).to_be_visible()
    await keep(page, "events-staff-event")
    await context.close()
