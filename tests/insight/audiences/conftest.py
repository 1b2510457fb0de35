"""On what do tests of crowds stand? A shop in the record and a market of facts for it."""

import pytest

from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from tests.insight.metrics.small_market import SmallMarket


@pytest.fixture
def market(clock):
    return SmallMarket()


@pytest.fixture
async def shop(house):
    """A shop in the record; the facts of the market's own shop are told of it."""
    new = NewShop("test", "a", "a", "CNY", house.clock.now())
    async with house.database.transaction() as tx:
        (shop_id,) = await shops.ensure_shops(tx, [new])
    return shop_id
