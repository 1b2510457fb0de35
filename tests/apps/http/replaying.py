"""On what stage is every door asked again and again? Two equal scenes in one market whose clock stands still.

What one door does to the first scene is known from one request; the second scene, which is equal, gets three at once.
Both leave the same number of rows behind, or a door has two effects.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import httpx

from peakday.kernel.actor import Actor
from peakday.kernel.clock import day_of
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.market.accounts.model import NewBuyer
from peakday.market.accounts.store import upsert_buyers
from peakday.trade.orders import api as orders
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Kind
from peakday.trade.sale_events.model import SaleEvent
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock
from tests.market.doors import csrf_in
from tests.market.people import PASSWORD, open_account
from tests.trade.orders.market import HOUR, STAFF, TIER, Market, buyer_actor
from tests.trade.promotions.shop_floor import QUIET, Floor, SayingGuard, open_floor
from tests.trade.sale_events.builders import plan_2026, publish

PIECES = 1_000
NO_COLUMNS = {"carts.cart.version"}  # counts requests
# what a request leaves behind beside its effect: that it was made
NOT_AN_EFFECT = ("kernel.idempotency", "kernel.rate_window", "accounts.audit_trail", "accounts.session")


@dataclass(frozen=True)
class Ask:
    """A request that a door grants. `is_keyed`: once for each Idempotency-Key; else once for what it says."""

    who: str  # buyer, shop, staff, second (of the staff), shop_second, nobody
    path: str
    json: Any = None
    is_keyed: bool = False
    more: Mapping[str, Any] = field(default_factory=dict)  # of httpx
    anew: frozenset[str] = frozenset()  # tables in which the same may be written again; the row says why


Row = Callable[["Scene"], Awaitable[Ask]]


@dataclass
class Scene:
    """A shop, its people, a buyer and the platform's staff."""

    market: Market
    floor: Floor
    buyer: Actor
    clients: dict[str, httpx.AsyncClient]
    event: SaleEvent
    guard: SayingGuard
    name: str
    numbers: count = field(default_factory=lambda: count(1))

    @property
    def house(self):
        return self.market.house

    @property
    def now(self):
        return self.house.clock.now()

    @property
    def shop(self) -> str:
        return f"/v1/shops/{show_id('shp', self.floor.shop_id)}"

    @property
    def tea(self) -> str:
        return show_id("sku", self.floor.tea)

    def key(self, word="k") -> str:
        return f"{word}-{self.name}-{next(self.numbers)}"

    async def do(self, act, *given, **named):
        return await self.market.do(act, *given, **named)

    async def placed(self, pieces=1):
        return await self.market.place(self.buyer, (self.floor.shop_id, self.floor.tea, pieces), key=self.key())

    async def paid(self, pieces=1) -> tuple[UUID, UUID]:
        """(shop, order) of an order whose money is there."""
        placed = await self.placed(pieces)
        await self.market.pay(self.buyer, placed.checkout_id)
        return self.floor.shop_id, placed.orders[0].order_id

    async def shipped(self) -> tuple[UUID, UUID]:
        order = await self.paid()
        await self.do(orders.ship_order, self.floor.owner, order, "simulated", "T1234567")
        return order

    async def draft(self, shop_id: UUID | None, actor: Actor, kind=Kind.SHOP_COUPON, **changes) -> str:
        """An instrument that is not live yet, as shown."""
        wanted = self.floor.instrument(kind, TIER, **changes)
        stored = await self.do(promotions.save_draft, actor, shop_id, wanted, self.now)
        return show_id("ins", stored.instrument_id)

    async def live(self, shop_id: UUID | None, actor: Actor, kind=Kind.SHOP_COUPON, **changes) -> str:
        shown = await self.draft(shop_id, actor, kind, **changes)
        wish = promotions.Wish(shop_id, read_id("ins", shown))
        await self.do(promotions.publish, actor, wish, QUIET, self.now)
        return shown

    async def make(self, who: str, path: str, json: Any = None) -> dict[str, Any]:
        """What has to be there before, made over the door."""
        answer = await self.send(Ask(who, path, json, is_keyed=True), self.key("make"))
        assert answer.status_code < 300, (path, answer.text)
        return answer.json() if answer.content else {}

    async def send(self, ask: Ask, key: str) -> httpx.Response:
        method, path = ask.path.split(" ", 1)
        headers = {"idempotency-key": key} if ask.is_keyed else {}
        named = {"json": ask.json} if ask.json is not None else {}
        more = dict(ask.more)
        headers |= more.pop("headers", {})
        return await self.clients[ask.who].request(method, path, headers=headers, **named, **more)


async def open_scenes(market_app, house, stack) -> tuple[Scene, Scene]:
    """Two scenes that are equal but for their names."""
    now = house.clock.now()
    floors = [await open_floor(house, name) for name in ("one", "two")]
    market = Market(house, *floors)
    async with house.database.transaction() as tx:
        await upsert_buyers(tx, [NewBuyer("test", f"buyer-{n}", now) for n in range(2)])
        rows = [OpeningStock(f.shop_id, sku, PIECES) for f in floors for sku in (f.tea, f.big_tea, f.cup)]
        await stock.set_initial_stock(tx, rows, now)
        for login in ("staff-one", "staff-two"):
            await open_account(tx, None, login, now)
    event, guard = await publish(house.database, plan_2026(), now), SayingGuard()
    promotions.place_guard(house, guard)
    staff = {name: await _sign_in(market_app, stack, f"staff-{name}") for name in ("one", "two")}
    scenes = []
    for name, floor, other in (("one", floors[0], "two"), ("two", floors[1], "one")):
        buyer_id, shopper = await _guest(market_app, stack)
        clients = {
            "buyer": shopper, "staff": staff[name], "second": staff[other], "nobody": await _client(market_app, stack),
            "shop": await _sign_in(market_app, stack, f"owner-{name}"),
            "shop_second": await _sign_in(market_app, stack, f"second-{name}"),
        }  # fmt: skip
        scenes.append(Scene(market, floor, buyer_actor(buyer_id), clients, event, guard, name))
    for scene in scenes:
        await scene.paid()  # the books of both are open
    return scenes[0], scenes[1]


async def offer_a_presale(scene: Scene) -> tuple[UUID, int]:
    """A presale of the cup that takes deposits now (the one before has ended): its id, and the deposit of a piece."""
    floor, now = scene.floor, scene.now
    async with scene.house.database.transaction() as tx:
        for there in await promotions.list_presales(tx, floor.owner, floor.shop_id):
            if there.ended_at is None:
                await promotions.end_presale(tx, floor.owner, floor.shop_id, there.presale_id, now)
        terms = promotions.deposit_cut(
            100_000, 10_000, 5_000, promotions.price_rules(promotions.EVERYDAY, day_of(now)).presale
        )
        offer = promotions.PresaleOffer(
            presale_id=new_id(now), shop_id=floor.shop_id, item_id=floor.cup_item, sku_id=floor.cup, currency="CNY",
            terms=terms, deposit_from=now, deposit_until=now + 2 * HOUR, tail_from=now + 2 * HOUR,
            tail_until=now + 9 * HOUR,
        )  # fmt: skip
        await promotions.offer_presale(tx, floor.owner, offer, now)
    return offer.presale_id, terms.deposit_minor


async def deposit_paid(scene: Scene) -> tuple[UUID, UUID]:
    """(shop, order) of a presale whose deposit is there."""
    _, deposit = await offer_a_presale(scene)
    address_id = await scene.market.address(scene.buyer)
    wish = orders.PresaleWish(
        key=scene.key(), shop_id=scene.floor.shop_id, sku_id=scene.floor.cup, quantity=1, address_id=address_id,
        seen_minor=deposit,
    )  # fmt: skip
    placed = await orders.place_presale(scene.house, scene.buyer, wish)
    await scene.market.pay(scene.buyer, placed.checkout_id)
    return scene.floor.shop_id, placed.orders[0].order_id


async def _client(app, stack) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, client=("203.0.113.7", 40_000))
    return await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://peakday.test"))


async def _sign_in(app, stack, login: str) -> httpx.AsyncClient:
    client = await _client(app, stack)
    page = await client.get("/sign-in")
    form = {"login": login, "password": PASSWORD, "csrf_token": csrf_in(page)}
    answer = await client.post("/sign-in", data=form)
    assert answer.status_code == 303, answer.text
    client.headers["x-csrf-token"] = csrf_in(await client.get("/account"))
    return client


async def _guest(app, stack) -> tuple[UUID, httpx.AsyncClient]:
    client = await _client(app, stack)
    body = (await client.post("/v1/buyers/guests")).json()
    client.headers["authorization"] = f"Bearer {body['token']}"
    return read_id("byr", body["buyer_id"]), client


async def read_tables(connection) -> dict[str, str]:
    """The query's parts: every table that is an effect → its columns that are not about who wrote when."""
    rows = await connection.fetch(
        "select table_schema || '.' || table_name as name, array_agg(column_name order by column_name) as columns from"
        "  information_schema.columns join information_schema.tables using (table_schema, table_name)"
        " where table_type = 'BASE TABLE' and udt_name <> 'xid8'"
        " and table_schema not in ('pg_catalog', 'information_schema', 'public', 'simulation') group by 1 order by 1"
    )
    return {
        row["name"]: ", ".join(f'"{name}"' for name in row["columns"] if f"{row['name']}.{name}" not in NO_COLUMNS)
        for row in rows
        if row["name"] not in NOT_AN_EFFECT
    }


def look_query(tables: Mapping[str, str]) -> str:
    """One question for all tables: how many rows, and a hash of all that is in them."""
    return " union all ".join(
        f"select '{name}' as name, count(*) as rows, sum(hashtextextended(row({columns})::text, 0)) as hash from {name}"
        for name, columns in tables.items()
    )


__all__ = [
    "STAFF",
    "Ask",
    "Row",
    "Scene",
    "deposit_paid",
    "look_query",
    "offer_a_presale",
    "open_scenes",
    "read_tables",
]
