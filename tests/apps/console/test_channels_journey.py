"""Does a person on a phone connect a channel, send its file and make the daily report in one click?"""

import pytest
from playwright.async_api import Browser, expect

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


@pytest.mark.capability("LY-06", page="/shop/{shop_id}/data/channels")
async def test_the_daily_report_is_one_click_on_a_phone(browser: Browser, site: Site, tmp_path):
    async with signed_in(browser, site, "zh", "phone") as page:
        await page.goto(f"{site.shop}/data/channels")
        await keep(page, "channels-empty-zh")
        await page.locator("#name").fill("Stall")
        await page.locator("#calibre").select_option("own")
        await page.locator("#mapping").fill(MAPPING)
        await page.locator("#connect button").click()
        await page.locator("input[type=file]").set_input_files(own_file(tmp_path, ROWS))
        await page.locator("form[action$='/files'] button").click()
        await expect(page.get_by_role("status")).to_contain_text(str(len(ROWS)))
        await keep(page, "channels-zh")

        await page.locator("#make-report").click()

        await expect(page.locator("#headlines p").first).to_contain_text("2022")
        await expect(page.locator("#time-saved")).to_contain_text("25")
        await keep(page, "channels-report-zh")
        await page.goto(f"{site.shop}/data/channels/report?lang=en")
        await expect(page.locator("#headlines p").first).to_contain_text("orders")
        await keep(page, "channels-report-en")
