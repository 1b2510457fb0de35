"""How is a house opened over a small market of facts?"""

from datetime import timedelta

from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.audiences.rules.crowd_size import USED_MIN
from peakday.kernel.clock import day_of
from tests.insight.metrics.small_market import SHOP, MemoryFacts, at


def opened(house, market, shop):
    """The house over a market's facts, whose one shop is `shop`."""
    for rows in market.rows.values():
        for row in rows:
            if row.get("shop_id") == str(SHOP):
                row["shop_id"] = str(shop)
    house.add(CrowdReader(house.database, MemoryFacts(market)))
    return house


def ago(house, days: int, hour: int = 12):
    return at(f"{day_of(house.clock.now()) - timedelta(days=days)} {hour:02}:00")


def crowded(house, market, count: int = USED_MIN) -> None:
    for number in range(count):
        market.event(f"p{number}", "pv", ago(house, 1))
