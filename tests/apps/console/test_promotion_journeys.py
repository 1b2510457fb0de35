"""Can a merchant build a coupon, hear an objection with its proof, mend it and see its price; and enrol and exit?

Acceptance 9: in Chinese and English, on a phone of 390 points, against a served house. The worker's jobs run in the
test, over the same folder and database.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from playwright.async_api import Browser, Page, expect

from peakday.apps.worker.tasks import JOB_KINDS, REACTIONS
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import MARKET_ZONE, SystemClock
from peakday.kernel.database import Database
from peakday.kernel.house import House
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.jobs import run_due_jobs
from peakday.kernel.outbox import deliver_pending
from peakday.kernel.settings import read_settings
from peakday.operations.health import api as health
from peakday.trade.sale_events import api as sale_events
from tests.apps.console.conftest import Site
from tests.apps.console.test_journeys import keep, signed_in
from tests.trade.sale_events.builders import move_plan, plan_2022

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180)]

RED_LINE_BP = 6_000  # the shop's rule: never below six tenths of the displayed price
LANGUAGES = ("zh", "en")
ENROLMENT_OF_2022 = datetime(2022, 10, 3, 12, tzinfo=UTC)  # shops and most tracks are open on that day


@dataclass(frozen=True)
class Stage:
    """The running market with an event that is open, and a house over the same folder for the worker's jobs."""

    site: Site
    house: House
    event: str  # its address

    async def work(self) -> None:
        """What a worker would do meanwhile."""
        await deliver_pending(self.house.database, REACTIONS, self.house.clock)
        await run_due_jobs(self.house, JOB_KINDS)


@pytest.fixture
async def stage(site: Site, database: Database, database_url: str, tmp_path: Path) -> Stage:
    clock = SystemClock()
    now = clock.now()
    shop_id: UUID = read_id("shp", site.shop.rsplit("/", 1)[1])
    plan = move_plan(plan_2022(), (now - ENROLMENT_OF_2022).days)
    async with database.transaction() as tx:
        event = await sale_events.create_event(tx, SYSTEM, plan, now)
        await sale_events.publish_event(tx, SYSTEM, event.event_id, now)
        await health.set_shop_rule(tx, SYSTEM, shop_id, RED_LINE_BP, now)
    settings = read_settings({"PEAKDAY_HOME": str(tmp_path / "home"), "PEAKDAY_DATABASE_URL": database_url})
    return Stage(site, House(settings, clock, database), f"{site.shop}/events/{show_id('sev', event.event_id)}")


def say(language: str, zh: str, en: str) -> str:
    """What the page says in the reader's language."""
    return zh if language == "zh" else en


async def press(page: Page, label: str) -> None:
    """Press the button of that name."""
    await page.get_by_role("button", name=label, exact=True).first.click()


@pytest.mark.capability("QN-03", page="/shop/{shop_id}/promotions")
@pytest.mark.capability("QN-05", page="/shop/{shop_id}/promotions")
@pytest.mark.capability("SH-02", page="/shop/{shop_id}/service/stacking")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_coupon_is_objected_to_with_a_witness_mended_and_explained(
    browser: Browser, stage: Stage, language: str
):
    shop, ends = stage.site.shop, datetime.now(MARKET_ZONE) + timedelta(days=3)
    async with signed_in(browser, stage.site, language, "phone") as page:
        await page.goto(f"{shop}/promotions/new?kind=shop_coupon")
        await page.fill("#name", "十月店铺券")
        await page.fill("#name_en", "October coupon")
        await page.fill("#at1", "50")
        await page.fill("#off1", "45")
        await page.fill("#valid_until", ends.strftime("%Y-%m-%dT%H:%M:%S"))
        await press(page, say(language, "健康检查", "Check it"))
        await expect(page.locator("#findings #health details").first).to_contain_text("西湖龙井 250 克")
        await keep(page, f"coupon-objected-{language}-phone")
        await press(page, say(language, "保存草稿", "Save the draft"))
        await page.wait_for_url(re.compile(r"/promotions/ins_\w+\?done=drafted"))
        await press(page, say(language, "发布", "Publish"))
        await page.wait_for_url(re.compile(r"done=(waiting_confirmation|held)"))
        witness = page.locator("#health details").first
        await expect(witness).to_contain_text("CN¥14.00" if language == "en" else "¥14.00")

        await page.get_by_role("link", name=say(language, "修改", "Change"), exact=True).click()
        await page.wait_for_url(re.compile("/edit"))
        await page.fill("#off1", "5")
        await page.fill("#per_buyer", "1")
        await page.fill("#issue_quantity", "100")
        await press(page, say(language, "保存草稿", "Save the draft"))
        await page.wait_for_url(re.compile("done=saved"))
        await press(page, say(language, "发布", "Publish"))
        await page.wait_for_url(re.compile("done=live"))
        await keep(page, f"coupon-live-{language}-phone")

        await page.goto(f"{shop}/service")
        await page.get_by_role("link", name=say(language, "优惠叠加规则", "Stacking explainer")).click()
        await page.fill("#q", "龙井")
        await press(page, say(language, "查找", "Find"))
        await page.locator("#found a").first.click()
        await expect(page.locator("#payable")).to_have_text("CN¥54.00" if language == "en" else "¥54.00")
        await expect(page.locator("#steps li")).to_contain_text(say(language, "十月店铺券", "October coupon"))
        await keep(page, f"explainer-{language}-phone")


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
@pytest.mark.capability("SH-04", page="/shop/{shop_id}/events")
@pytest.mark.parametrize("language", LANGUAGES)
async def test_items_are_enrolled_from_a_file_and_one_leaves(
    browser: Browser, stage: Stage, language: str, tmp_path: Path
):
    file = tmp_path / "entries.csv"
    file.write_text("item_ref,price,stock\ni0,45.00,10\ni1,90.00,10\nnothing,9.00,1\n", encoding="utf-8")
    async with signed_in(browser, stage.site, language, "phone") as page:
        await page.goto(stage.event)
        await press(page, say(language, "店铺报名", "Join with the shop"))
        await page.goto(f"{stage.event}/upload?track=wave_1_spot")
        form = page.locator("form[action*='track=wave_1_spot']")
        await form.locator("input[type=file]").set_input_files(file)
        await form.locator("button[type=submit]").click()
        await page.wait_for_url(re.compile("/events/imports/imp_"))
        await stage.work()
        await page.reload()
        await expect(page.locator("main")).to_contain_text("nothing")
        await keep(page, f"enrolment-{language}-phone")
        await stage.work()

        await page.goto(f"{stage.site.shop}/workbench")
        await expect(page.locator("main")).to_contain_text(say(language, "修改被拒绝的报名行", "Mend the refused rows"))
        await keep(page, f"workbench-{language}-phone")

        await page.goto(stage.event)
        await expect(page.locator("main")).to_contain_text("西湖龙井 250 克")
        await page.locator("a[href*='/exit?item=itm_']").first.click()
        await page.wait_for_url(re.compile("/exit"))
        await keep(page, f"exit-{language}-phone")
        await press(page, say(language, "确认退出", "Leave now"))
        await page.wait_for_url(re.compile("done=left"))
        await stage.work()

        await page.goto(f"{stage.site.shop}/messages")
        await expect(page.locator("main")).to_contain_text(say(language, "已退出", "left"))
        await expect(page.locator("[data-unread]")).not_to_have_attribute("data-unread", "0")
        await keep(page, f"messages-{language}-phone")
        await page.goto(f"{stage.site.shop}/service")
        await expect(page.locator("#cases")).to_contain_text(say(language, "退出活动", "left an event"))
        await keep(page, f"service-{language}-phone")
