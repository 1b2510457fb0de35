"""Does a day keep the stages that were told on the night after it, whatever is written later?"""

from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from peakday.insight.consumers import queries
from peakday.insight.consumers.model import Depth, Stage
from tests.insight.metrics.small_market import RIVAL, SHOP, MemoryFacts, SmallMarket, at

DAY = date(2026, 11, 11)


class FactsOf(MemoryFacts):
    """A small market's facts with a folder beside them."""

    def __init__(self, market: SmallMarket, folder: Path, identity: str = "one") -> None:
        super().__init__(market)
        self.folder = folder
        self.identity = identity

    async def identify(self) -> str:
        return self.identity


def ago(days: int):
    return at(f"{DAY - timedelta(days=days)} 12:00")


@pytest.mark.capability("LY-04")
async def test_a_late_fact_moves_the_next_day_and_no_past_one(tmp_path):
    market = SmallMarket()
    market.event("a", "pv", ago(2))
    assert await queries.keep_stages(FactsOf(market, tmp_path), DAY)
    market.order("a", ago(1), ago(1))
    later = FactsOf(market, tmp_path)
    assert not await queries.keep_stages(later, DAY)
    assert await queries.find_stages(later, SHOP, DAY) == {"a": Stage.INTERESTED}
    assert await queries.find_stages(later, SHOP, DAY + timedelta(days=1)) == {"a": Stage.PURCHASED}
    assert await queries.find_stages(later, RIVAL, DAY) == {}
    assert await queries.find_stages(later, UUID(int=1), DAY) == {}


async def test_another_markets_snapshot_is_never_read(tmp_path):
    market = SmallMarket()
    market.event("a", "pv", ago(0))
    assert await queries.keep_stages(FactsOf(market, tmp_path), DAY)
    assert await queries.find_stages(FactsOf(SmallMarket(), tmp_path, "two"), SHOP, DAY) == {}


async def test_a_snapshot_that_broke_off_is_told_again(tmp_path):
    market = SmallMarket()
    market.event("a", "pv", ago(0))
    facts = FactsOf(market, tmp_path / "it's here")
    folder = facts.folder / "stages" / "one"
    folder.mkdir(parents=True)
    (folder / f"{DAY}.fresh").write_bytes(b"half")
    assert await queries.keep_stages(facts, DAY)
    assert await queries.find_stages(facts, SHOP, DAY) == {"a": Stage.INTERESTED}
    assert [path.name for path in folder.iterdir()] == [f"{DAY}.parquet"]


async def test_the_seven_depths_split_the_stages(tmp_path):
    market = SmallMarket()
    for who, kind, days in [
        ("d", "impression", [1, 1]), ("e", "impression", [1, 2]), ("e2", "click", [1]), ("p", "cart", [1]),
    ]:  # fmt: skip
        for day in days:
            market.event(who, kind, ago(day))
    for who, days in [("i", [400]), ("n", [1, 2, 3, 400]), ("k", [1, 2, 3, 4])]:
        for day in days:
            market.order(who, ago(day), ago(day))
    facts = FactsOf(market, tmp_path)
    depths = await queries.fetch_depths(facts, SHOP, DAY)
    assert depths == dict.fromkeys(Depth, 1)
    stages = await queries.fetch_stages(facts, SHOP, DAY)
    for stage in Stage:
        parts = sum(people for depth, people in depths.items() if depth.stage is stage)
        assert parts == list(stages.values()).count(stage)
