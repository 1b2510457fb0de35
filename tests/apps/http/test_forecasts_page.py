"""Does a merchant see what will sell, compare it with what did, and take files away; and nobody else?"""

import csv
import io
import re
from datetime import timedelta

import pytest

from peakday.insight.forecasting.audit import audit


def csrf_in(text: str) -> str:
    return re.search(r'name="csrf-token" content="([^"]+)"', text).group(1)


@pytest.mark.capability("CN-01", page="/shop/{shop_id}/data/forecasts")
@pytest.mark.parametrize(
    ("language", "empty", "words"),
    [("zh", "还没有预测", "预测与实际"), ("en", "No forecasts yet", "Forecast and truth")],
)
async def test_a_click_makes_forecasts_that_are_told_on_pages_in_files_and_to_programs(market, language, empty, words):
    place = market.places["north"]
    base = f"/shop/{place.shown}/data/forecasts"
    market.house.clock.advance(timedelta(days=1))  # what was sold today is known tomorrow
    async with market.signed_in("north-main") as client:
        page = await client.get(f"{base}?lang={language}")
        assert (page.status_code, empty in page.text) == (200, True)
        made = await client.post(f"{base}/make", data={"csrf_token": csrf_in(page.text)})
        assert made.status_code == 303, made.text
        page = await client.get(made.headers["location"])
        found = re.search(rf'href="({base}/sku_[^"]+)"', page.text)
        assert found, page.text
        sku = await client.get(found.group(1))
        assert (sku.status_code, words in sku.text, "<polygon" in sku.text) == (200, True, True)
        assert (await client.get(f"{base}/backtest")).status_code == 200

        days = list(
            csv.reader(io.StringIO((await client.get(f"{found.group(1)}/days.csv")).text.removeprefix("\ufeff")))
        )
        assert days[0][:3] == ["day", "said_from", "kind"]
        assert sum(row[2] == "live" for row in days) == 14
        rows = list(
            csv.DictReader(io.StringIO((await client.get(f"{base}/forecasts.csv")).text.removeprefix("\ufeff")))
        )
        assert len({row["sku"] for row in rows}) * 14 == len(rows)
        told = (await client.get(f"/v1/shops/{place.shown}/forecasts")).json()
        assert told["levels"] == [0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975]
        assert len(told["items"]) * 14 == len(rows)
        nowhere = await client.get(f"/v1/shops/{place.shown}/forecasts?region_id=nowhere")
        assert (nowhere.status_code, nowhere.json()["code"]) == (404, "region_not_forecast")
        scores = (await client.get(f"/v1/shops/{place.shown}/forecasts/calibration")).json()
        assert scores["shown"] is None
    assert await audit(market.house) == []


async def test_another_shops_forecasts_are_nobodys_business(market):
    ours, theirs = (f"/shop/{market.places[name].shown}/data/forecasts" for name in ("north", "south"))
    market.house.clock.advance(timedelta(days=1))
    async with market.signed_in("north-main") as client:
        token = {"csrf_token": csrf_in((await client.get(ours)).text)}
        assert (await client.post(f"{theirs}/make", data=token)).status_code == 404
        assert (await client.post(f"{ours}/make", data=token)).status_code == 303
        sku = re.search(r"/(sku_[0-9a-zA-Z]+)\"", (await client.get(ours)).text).group(1)
    async with market.signed_in("south-main") as client:
        for path in (ours, f"{ours}/{sku}", f"{ours}/{sku}/days.csv", f"{theirs}/{sku}", f"{theirs}/sku_{'0' * 26}"):
            assert (await client.get(path)).status_code == 404, path
