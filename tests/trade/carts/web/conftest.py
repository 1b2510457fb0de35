"""What do the web tests of carts stand on? The market's door with our room behind it, its writer and reader."""

import pytest

from peakday.apps.http.idempotency import IdempotencyDoor
from peakday.trade.carts.api import CartWriter, ShelfReader
from peakday.trade.carts.web import v1
from tests.market.doors import put_behind_the_door


@pytest.fixture(autouse=True)
async def _carts_behind_the_door(monkeypatch, house):
    put_behind_the_door(monkeypatch, v1, inside=IdempotencyDoor)
    house.add(CartWriter(house.database))
    house.add(ShelfReader(house.database))
    yield
    await house.get(CartWriter).close()
    await house.get(ShelfReader).close()
