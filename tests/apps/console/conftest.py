"""What does a browser meet? A real web process over a shop with ten days of trade, and a headless Chromium."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from playwright.async_api import Browser, async_playwright

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of, day_start
from peakday.kernel.database import Database
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, NewBuyer, NewKey, Role
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import Discount, NewOrder, Order, OrderLine, OrderStatus, Terminal
from tests.apps.serving import serving

PASSWORD = "correct horse battery 11"
ARTIFACTS = Path(__file__).parents[2] / "artifacts"
OFF = (Discount("shop coupon", "item", "merchant", 300),)
DAYS = 10  # of trade before today
FLAGS = ["--disable-background-networking", "--disable-component-update", "--disable-sync"]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@dataclass(frozen=True)
class Site:
    """A running market: its address, the shop's own address, and what its yesterday holds."""

    address: str
    shop: str
    paid_yesterday_minor: int


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all: each visit has a context of its own, which shares nothing with another."""
    if CHROMIUM is None:
        pytest.skip("no Chromium: apt-get install chromium fonts-noto-cjk")
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        await browser.close()


@pytest.fixture
async def site(database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    async with open_site(database, tmp_path / "home") as site:
        yield site


@asynccontextmanager
async def open_site(database: Database, home: Path) -> AsyncIterator[Site]:
    """The market over `database`, running until the end of the block."""
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        shop_id, paid, secret = await _open_shop(tx, now)
    running = serving(home, database.url)
    address = await asyncio.to_thread(running.__enter__)
    try:
        async with httpx.AsyncClient(base_url=address) as client:
            answer = await client.post(
                "/v1/events", json=_visits(show_id("shp", shop_id), now), headers={"Authorization": f"Bearer {secret}"}
            )
            assert answer.status_code in {200, 202}, answer.text
        yield Site(address, f"{address}/shop/{show_id('shp', shop_id)}", paid)
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


async def _open_shop(tx, now: datetime):
    [shop_id] = await shops.ensure_shops(
        tx,
        [
            NewShop(
                source="test", source_ref="tea", name="明前茶铺", currency="CNY", opened_at=now - timedelta(days=400)
            )
        ],
    )
    kinds = await catalog.ensure_categories(
        tx,
        [NewCategory(source="test", source_ref=ref, name_zh=zh, name_en=en)
         for ref, zh, en in [("green", "绿茶", "Green tea"), ("cups", "茶具", "Tea ware")]],
    )  # fmt: skip
    titles = ["西湖龙井 250 克", "碧螺春 礼盒", "青瓷盖碗", "竹制茶盘", "从未卖出的茶宠"]
    items = [
        NewItem(shop_id, "test", f"i{at}", title, leaf_category_id=kinds["green" if at < 2 else "cups"],
                list_price_minor=(at + 1) * 5_900)
        for at, title in enumerate(titles)
    ]  # fmt: skip
    await catalog.copy_items(tx, items, now)
    buyers = await accounts.ensure_buyers(
        tx, [NewBuyer(source="test", source_ref=f"b{at}", created_at=now) for at in range(9)]
    )
    paid = await _sell(tx, shop_id, kinds, buyers, now)
    owner = NewAccount("owner", "店主 Owner", AccountKind.MERCHANT, shop_id, Role.MAIN)
    await accounts.ensure_account(tx, owner, PASSWORD, now)
    packer = NewAccount("packer", "发货 Packer", AccountKind.MERCHANT, shop_id, Role.SHIPPING)
    await accounts.ensure_account(tx, packer, PASSWORD, now)
    key = await accounts.create_key(tx, SYSTEM, shop_id, NewKey(name="site", scopes=frozenset({"events:write"})), now)
    return shop_id, paid, key.secret


async def _sell(tx, shop_id, kinds, buyers, now: datetime) -> int:
    """Eight orders a day; returns what was paid yesterday. The last two wait for shipment and for payment."""
    made, yesterday = [], 0
    today = day_start(day_of(now))
    for day in range(DAYS, 0, -1):
        for hour in range(8):
            at = today - timedelta(days=day) + timedelta(hours=9 + hour, minutes=7 * hour)
            which = (day + hour) % 4
            paid = (which + 1) * 5_900 - 300
            kind = kinds["green" if which < 2 else "cups"]
            line = OrderLine(1, item_id_of(shop_id, f"i{which}"), 1, paid + 300, paid, category_id=kind, discounts=OFF)
            status = OrderStatus.COMPLETED
            if day == 1 and hour > 5:
                status = OrderStatus.AWAITING_SHIPMENT if hour == 6 else OrderStatus.AWAITING_PAYMENT
            is_paid = status is not OrderStatus.AWAITING_PAYMENT
            ref = f"o{day}-{hour}"
            order = Order(
                shop_id, orders.order_id_of(at, shop_id, "test", ref), "test", ref, status, "CNY", at, paid + 300, 300,
                0, paid, buyer_id=buyers[(day * hour) % 9], paid_at=at if is_paid else None,
                terminal=Terminal.APP if hour % 3 else Terminal.PC,
            )  # fmt: skip
            made.append(NewOrder(order, (line,)))
            yesterday += paid if day == 1 and is_paid else 0
    await orders.copy_orders(tx, "test", made, now)
    return yesterday


def _visits(shop: str, now: datetime) -> list[dict[str, object]]:
    """Page views of twenty people over the last week, from three sources."""
    today = day_start(day_of(now))
    return [
        {
            "event_id": f"v{day}-{user}", "type": "pv", "user_id": f"u{user}", "shop_id": shop,
            "ts": (today - timedelta(days=day) + timedelta(hours=8 + user % 12)).isoformat(),
            "channel": ("search", "live", "recommend")[user % 3], "terminal": "app" if user % 4 else "pc",
            "page": f"/item/{user % 5}", "dwell_seconds": 20 + user,
        }
        for day in range(1, 8)
        for user in range(20 - day)
    ]  # fmt: skip
