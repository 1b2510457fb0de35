"""What do the web tests of carts stand on? The market's door with our room behind it, its writer and reader."""

import pytest
from starlette.middleware import Middleware

from peakday.apps.http.idempotency import IdempotencyDoor
from peakday.trade.carts.api import CartWriter, ShelfReader
from peakday.trade.carts.web import v1
from tests.market.doors import market_app


@pytest.fixture(autouse=True)
async def _carts_behind_the_door(monkeypatch, house):
    def with_carts(house):
        app = market_app(house)
        app.include_router(v1.router)
        app.user_middleware.append(Middleware(IdempotencyDoor))  # inside: it asks who the visitor is
        return app

    monkeypatch.setattr("tests.market.doors.market_app", with_carts)
    house.add(CartWriter(house.database))
    house.add(ShelfReader(house.database))
    yield
    await house.get(CartWriter).close()
    await house.get(ShelfReader).close()
