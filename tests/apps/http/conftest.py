"""What do tests of the whole door stand on? The real app over a real house, with two shops, their people and facts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from peakday.apps.http.app import create_app
from peakday.apps.opening import open_web_engines
from peakday.kernel.actor import SYSTEM
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, NewBuyer, Role
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import NewOrder, Order, OrderLine, OrderStatus
from tests.kept_apps import app_of

PASSWORD = "correct horse battery 11"
# amounts that occur nowhere else: a page that shows one of them showed a figure of that shop
CANARY_MINOR = {"north": 918_273_64, "south": 827_364_55}


@dataclass(frozen=True)
class Place:
    """One shop of the test market with what belongs to it."""

    shop_id: UUID
    item_id: UUID
    order_id: UUID
    category_id: UUID

    @property
    def shown(self) -> str:
        return show_id("shp", self.shop_id)


@dataclass(frozen=True)
class Market:
    """Two shops behind one running app."""

    app: object
    house: House
    places: dict[str, Place]

    def client(self, address: str | None = None) -> httpx.AsyncClient:
        """A browser without a session: in process, or to a server's address."""
        if address:
            return httpx.AsyncClient(base_url=address)
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=True)
        return httpx.AsyncClient(transport=transport, base_url="http://peakday.test")

    @asynccontextmanager
    async def signed_in(self, login: str, address: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
        async with self.client(address) as client:
            page = await client.get("/sign-in")
            assert page.status_code == 200
            token = client.cookies["peakday_csrf"]
            form = {"login": login, "password": PASSWORD, "csrf_token": token}
            answer = await client.post("/sign-in", data=form)
            assert answer.status_code == 303, answer.text
            yield client


@pytest.fixture
async def market(house: House) -> AsyncIterator[Market]:
    async with open_web_engines(house):
        app = app_of(create_app, house)
        async with house.database.transaction() as tx:
            places = {name: await open_shop(tx, house, name) for name in CANARY_MINOR}
        yield Market(app, house, places)


async def open_shop(tx, house: House, name: str) -> Place:
    now = house.clock.now()
    paid = CANARY_MINOR.get(name, 100_000_00)
    [shop_id] = await shops.ensure_shops(
        tx, [NewShop(source="test", source_ref=name, name=f"Shop {name}", currency="CNY", opened_at=now)]
    )
    leaf = (
        await catalog.ensure_categories(tx, [NewCategory(source="test", source_ref="tea", name_zh="茶", name_en="Tea")])
    )["tea"]
    await catalog.copy_items(
        tx,
        [NewItem(shop_id, "test", f"{name}-1", f"Tea of {name}", leaf_category_id=leaf, list_price_minor=71_00)],
        now,
    )
    item_id = item_id_of(shop_id, f"{name}-1")
    [buyer_id] = await accounts.ensure_buyers(tx, [NewBuyer(source="test", source_ref=f"{name}-buyer", created_at=now)])
    at = now - timedelta(days=1)
    order_id = orders.order_id_of(at, shop_id, "test", f"{name}-o1")
    order = Order(
        shop_id, order_id, "test", f"{name}-o1", OrderStatus.COMPLETED, "CNY", at, paid, 0, 0, paid,
        buyer_id=buyer_id, paid_at=at,
    )  # fmt: skip
    line = OrderLine(1, item_id, 1, paid, paid, category_id=leaf)
    await orders.copy_orders(tx, "test", [NewOrder(order, (line,))], now)
    main = NewAccount(f"{name}-main", f"Main of {name}", AccountKind.MERCHANT, shop_id, Role.MAIN)
    await accounts.ensure_account(tx, main, PASSWORD, now)
    shipping = NewAccount(f"{name}-shipping", "Ship", AccountKind.MERCHANT, shop_id, Role.SHIPPING)
    await accounts.ensure_account(tx, shipping, PASSWORD, now)
    return Place(shop_id, item_id, order_id, leaf)


__all__ = ["CANARY_MINOR", "PASSWORD", "SYSTEM", "Market", "Place"]
