"""What do the web tests of promotions stand on? The market's door with our rooms behind it, a shop, a told guard."""

import pytest

from peakday.trade.promotions.guard import place_guard
from peakday.trade.promotions.web import claims_v1, merchant, platform_v1, shopper_v1, v1
from tests.market.doors import put_behind_the_door
from tests.trade.promotions.shop_floor import SayingGuard, open_floor


@pytest.fixture(autouse=True)
def _promotions_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, claims_v1, platform_v1, shopper_v1, merchant)


@pytest.fixture
async def floor(house):
    return await open_floor(house)


@pytest.fixture
def guard(house):
    guard = SayingGuard()
    place_guard(house, guard)
    return guard
