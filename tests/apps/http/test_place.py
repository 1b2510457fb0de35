"""Does every page of a shop say by how many days its market's dates were moved?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.kernel.imports import note_run, open_run

PAGES = (
    "", "items", "items/{item}", "imports", "orders", "orders/{order}", "profile", "staff", "keys", "audit",
    "data/traffic", "data/trade",
)  # fmt: skip
NOTE = "all dates moved by 3,247 days"


@pytest.fixture
def paths(market):
    north = market.places["north"]
    shown = {"item": show_id("itm", north.item_id), "order": show_id("ord", north.order_id)}
    return [f"/shop/{north.shown}/{path.format(**shown)}" for path in PAGES]


async def _pages(market, paths):
    async with market.signed_in("north-main") as client:
        answers = [await client.get(f"{path}?lang=en") for path in paths]
    assert [(path, answer.status_code) for path, answer in zip(paths, answers, strict=True)] == [
        (path, 200) for path in paths
    ]
    return [answer.text for answer in answers]


async def test_every_page_of_a_shop_says_by_how_many_days_its_markets_dates_were_moved(market, paths):
    async with market.house.database.transaction() as tx:
        run = await open_run(tx, "test", "the market", market.house.clock.now())
        await note_run(tx, run.run_id, {"shift_days": 3247})
    assert [page.count(NOTE) for page in await _pages(market, paths)] == [1] * len(PAGES)


async def test_a_market_with_dates_of_its_own_says_nothing(market, paths):
    async with market.house.database.transaction() as tx:
        run = await open_run(tx, "another source", "the market", market.house.clock.now())
        await note_run(tx, run.run_id, {"shift_days": 3247})
    assert [page.count("dates moved") for page in await _pages(market, paths)] == [0] * len(PAGES)
