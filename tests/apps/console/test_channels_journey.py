"""Does a person on a phone connect a channel, send its file and make the daily report in one click?"""

import pytest
from playwright.async_api import Browser, expect

from peakday.insight.channels import jobs
from peakday.kernel.clock import SystemClock
from peakday.kernel.house import House
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.settings import read_settings
from tests.apps.console.conftest import Site
from tests.apps.console.test_journeys import keep, signed_in
from tests.insight.channels.channel_files import own_file

pytestmark = [pytest.mark.browser, pytest.mark.timeout(120)]

ROWS = [
    {"no": str(day * 10 + turn), "got": str(99 + 7 * turn), "when": f"2022-11-{day:02} 20:00:00", "what": "mask",
     "back": "20" if turn == 2 else "", "back at": f"2022-11-{day + 1:02} 09:00:00" if turn == 2 else "", "fee": "3.50"}
    for day in range(1, 12)
    for turn in range(day % 4 + 1)
]  # fmt: skip
MAPPING = "order=no\npaid=got\nordered_at=when\nitem=what\nrefund=back\nrefunded_at=back at\nfees=fee"


@pytest.fixture
async def worker(database, database_url, tmp_path):
    """A house as the worker has it, over the site's database and home."""
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path / "home"), "PEAKDAY_DATABASE_URL": database_url})
    return House(settings, SystemClock(), database)


@pytest.mark.capability("LY-06", page="/shop/{shop_id}/data/channels")
async def test_the_daily_report_is_one_click_on_a_phone(browser: Browser, site: Site, worker: House, tmp_path):
    async with signed_in(browser, site, "zh", "phone") as page:
        await page.goto(f"{site.shop}/data/channels")
        await keep(page, "channels-empty-zh")
        await page.locator("#name").fill("Stall")
        await page.locator("#calibre").select_option("own")
        await page.locator("#mapping").fill(MAPPING)
        await page.locator("#connect button").click()
        await page.locator("input[type=file]").set_input_files(own_file(tmp_path, ROWS))
        await page.locator("form[action$='/files'] button").click()
        await expect(page.get_by_role("status")).to_contain_text("正在导入")
        await expect(page.locator("#channel-files")).to_contain_text("进行中")
        assert await run_due_jobs(worker, jobs.JOB_KINDS) == 1
        await expect(page.locator("#channel-files")).to_contain_text("完成")
        await page.reload()
        await keep(page, "channels-zh")

        await page.locator("#make-report").click()

        await expect(page.locator("#headlines p").first).to_contain_text("2022")
        await expect(page.locator("#time-saved")).to_contain_text("25")
        await page.locator("#address").fill("boss@example.org")
        await page.locator("#add-recipient button").click()
        await page.locator("#recipients form button").first.click()
        assert await run_due_jobs(worker, jobs.JOB_KINDS) == 1
        await page.reload()
        await expect(page.locator("#sendings")).to_contain_text("模拟")
        await keep(page, "channels-report-zh")

        await page.goto(f"{site.shop}/data/channels/goods")
        await page.locator("#rest input[name=code]").first.fill("i0")
        await page.locator("#rest form button").first.click()
        await expect(page.locator("#links")).to_contain_text("西湖龙井")
        await expect(page.locator("#gaps")).to_contain_text("本店标价")
        await keep(page, "channels-goods-zh")


@pytest.mark.capability("LY-06", page="/shop/{shop_id}/data/channels")
async def test_goods_and_report_are_read_in_english_at_a_desk(browser: Browser, site: Site, worker: House, tmp_path):
    async with signed_in(browser, site, "en", "desktop") as page:
        await page.goto(f"{site.shop}/data/channels")
        await page.locator("#name").fill("Stall")
        await page.locator("#calibre").select_option("own")
        await page.locator("#mapping").fill(MAPPING)
        await page.locator("#connect button").click()
        rows = [{**row, "what": "i1"} for row in ROWS]
        await page.locator("input[type=file]").set_input_files(own_file(tmp_path, rows))
        await page.locator("form[action$='/files'] button").click()
        assert await run_due_jobs(worker, jobs.JOB_KINDS) == 1
        await page.goto(f"{site.shop}/data/channels/goods")
        await page.locator("#confirm-all").click()
        await expect(page.locator("#links")).to_contain_text("same seller code")
        await keep(page, "channels-goods-en")
        await page.locator("#links form button").click()
        await expect(page.locator("#proposals")).to_contain_text("碧螺春")
        await page.goto(f"{site.shop}/data/channels/report")
        await expect(page.locator("#headlines p").first).to_contain_text("orders")
        await keep(page, "channels-report-en")
