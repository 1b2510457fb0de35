"""Does a merchant see who the shop's consumers are, and take the people of a cell away as a file?"""

import csv
import io
from datetime import timedelta

import pytest

from peakday.kernel.clock import day_of


@pytest.mark.capability("LY-04", page="/shop/{shop_id}/data/consumers")
@pytest.mark.parametrize(("language", "words"), [("zh", "可运营消费者"), ("en", "Reachable consumers")])
async def test_the_page_shows_stages_flow_levers_and_segments(market, language, words):
    place = market.places["north"]
    end = day_of(market.house.clock.now())
    async with market.signed_in("north-main") as client:
        page = await client.get(f"/shop/{place.shown}/data/consumers?end={end}&lang={language}")
        assert page.status_code == 200
        assert words in page.text
        assert "GROW" in page.text
        assert "RFM" in page.text


async def test_a_cell_is_a_file_of_its_people_and_the_last_day_is_yesterday(market):
    place, yesterday = market.places["north"], day_of(market.house.clock.now()) - timedelta(days=1)
    async with market.signed_in("north-main") as client:
        asked = f"start={yesterday}&end=2099-01-01&from=none&to=P"
        file = await client.get(f"/shop/{place.shown}/data/consumers/people.csv?{asked}")
        assert file.status_code == 200
        assert f"consumers-none-P-{yesterday}.csv" in file.headers["content-disposition"]
        rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff"))))
        assert rows[0] == ["buyer", "from", "to", "from_day", "to_day"]


@pytest.mark.parametrize(
    "asked", ["from=X&to=P", "from=A&to=", "from=A&to=P&start=2026-99-99", "from=A&to=P&start=yesterday"]
)
async def test_an_unreadable_cell_or_day_is_refused(market, asked):
    async with market.signed_in("north-main") as client:
        base = f"/shop/{market.places['north'].shown}/data/consumers/people.csv"
        full = asked if "start" in asked else f"{asked}&start=2026-01-01"
        assert (await client.get(f"{base}?{full}&end=2026-11-01")).status_code in {400, 422}


@pytest.mark.parametrize(("language", "words"), [("zh", "还说不准"), ("en", "Too early to tell")])
async def test_the_value_of_todays_buyers_says_when_it_is_too_early(market, language, words):
    place = market.places["north"]
    async with market.signed_in("north-main") as client:
        page = await client.get(f"/shop/{place.shown}/data/consumers/lifetime?lang={language}")
        assert page.status_code == 200
        assert words in page.text
        file = await client.get(f"/shop/{place.shown}/data/consumers/lifetime.csv")
        assert file.text.removeprefix("\ufeff").split(",")[0] == "buyer"


async def test_another_shops_buyers_are_nobodys_business(market):
    other = market.places["south"].shown
    async with market.signed_in("north-main") as client:
        for path in ("lifetime", "lifetime.csv"):
            assert (await client.get(f"/shop/{other}/data/consumers/{path}")).status_code in {403, 404}
