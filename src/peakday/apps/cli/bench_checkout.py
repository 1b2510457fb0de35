"""How fast are carts and checkouts over HTTP, with three promotions live and the load on the same cores?

Three parts, in a market of its own (`bench_checkout_market`), through the public doors of real web processes: 32
shoppers add to carts; 32 shoppers buy (add, look, order: the order stands, unpaid, its units held); one shopper with
300 lines over 50 shops opens the cart, changes a line, and orders 100 lines over 50 shops. The naive form in the same
run (`bench_checkout_naive`) answers adds and openings with one transaction a request and one query a line.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import uvloop

from peakday.apps.cli.bench_checkout_market import BenchGood, BenchMarket, make_market
from peakday.apps.cli.bench_collect import WebProcess, free_port, running_server
from peakday.apps.cli.bench_home import bench_home
from peakday.apps.cli.cart_client import Clock, ShopperLine, open_line
from peakday.kernel.database import Database, connect
from peakday.kernel.ids import show_id
from peakday.kernel.settings import Settings
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import BuyerId, BuyerPass
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import Address

CLIENTS = 32
SECONDS = 8.0
NAIVE_SECONDS = 4.0
LARGE_ROUNDS = 200
LARGE_CHECKOUTS = 60
CHECKOUT_LINES, CHECKOUT_SHOPS = 100, 50
PROCESSES = 1
SETTLE_SECONDS_MAX, IDLE_CPU_SECONDS = 60.0, 0.1
APP = "peakday.apps.http.app:create_app"
NAIVE_APP = "peakday.apps.cli.bench_checkout_naive:naive_app"


def run(seconds: float = SECONDS, processes: int = PROCESSES) -> dict[str, object]:
    """Run the bench in a temporary installation; returns what `peakday bench checkout --json` prints."""
    with bench_home() as (settings, url, _):
        return uvloop.run(_run(settings, url, seconds, processes))


async def _run(settings: Settings, url: str, seconds: float, count: int) -> dict[str, object]:
    database = await connect(url, pool_size=4)
    try:
        market = await make_market(database, datetime.now(UTC) - timedelta(minutes=1))
        desk = await _open_desk(settings, database, market)
        async with database.read() as connection:
            await connection.execute("vacuum (analyze)")  # as the server does by itself soon after a market opens
        naive_port = free_port()
        with running_server(NAIVE_APP, settings, naive_port):
            naive = _Load(desk, [naive_port], NAIVE_SECONDS)
            naive_adds = await _adds(naive)
            naive_open = await _open_large(naive, rounds=5)
        ports = [free_port() for _ in range(count)]
        with ExitStack() as servers:
            processes = [servers.enter_context(running_server(APP, settings, port)) for port in ports]
            await _settled(processes)
            load = _Load(desk, ports, seconds)
            await _adds(_Load(desk, ports, 1.0))  # warm
            adds = await _adds(load)
            bought = await _buy(load)
            opened = await _open_large(load, LARGE_ROUNDS)
            changed = await _change_large(load)
            ordered = await _order_large(load)
    finally:
        await database.close()
    adds_per_s, naive_per_s = len(adds.seconds) / seconds, len(naive_adds.seconds) / NAIVE_SECONDS
    return {
        "adds_per_s": round(adds_per_s), "orders_per_s": round(len(bought.seconds) / seconds),
        "p95_ms": bought.rank_ms(0.95), "adds_p95_ms": adds.rank_ms(0.95), "orders_p99_ms": bought.rank_ms(0.99),
        "cart_300_open_p50_ms": opened.rank_ms(0.5), "cart_300_open_p99_ms": opened.rank_ms(0.99),
        "cart_300_change_p50_ms": changed.rank_ms(0.5), "cart_300_change_p95_ms": changed.rank_ms(0.95),
        "cart_300_change_p99_ms": changed.rank_ms(0.99),
        "checkout_100_p50_ms": ordered.rank_ms(0.5), "checkout_100_p99_ms": ordered.rank_ms(0.99),
        "naive_adds_per_s": round(naive_per_s), "ratio": round(adds_per_s / max(naive_per_s, 1), 1),
        "naive_cart_300_open_ms": naive_open.rank_ms(0.5),
        "open_ratio": round(naive_open.rank_ms(0.5) / max(opened.rank_ms(0.5), 0.01), 1),
        "clients": CLIENTS, "web_processes": len(ports),
        "failed": sum(len(each.refused) for each in (adds, bought, opened, changed, ordered)),
        "first_failures": [each.refused[0].decode()[:200] for each in (adds, bought, opened, changed, ordered)
                           if each.refused],
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Shopper:
    """A buyer with a pass and an address."""

    buyer_id: UUID
    token: str
    address_id: UUID


@dataclass(frozen=True, slots=True)
class _Desk:
    """Who shops where."""

    market: BenchMarket
    database: Database
    shoppers: list[_Shopper]
    large: _Shopper


@dataclass(frozen=True, slots=True)
class _Load:
    """A desk, the ports of the web processes, and for how long."""

    desk: _Desk
    ports: list[int]
    seconds: float

    async def run(self, lane: "_Lane") -> Clock:
        """Let 32 shoppers do what a lane does until the time is over."""
        clock = Clock()
        until = time.perf_counter() + self.seconds
        lines = [await open_line(self.ports[number % len(self.ports)], number) for number in range(CLIENTS)]
        try:
            await asyncio.gather(*[
                lane(self.desk, line, clock, _Turn(number, until)) for number, line in enumerate(lines)
            ])  # fmt: skip
        finally:
            for line in lines:
                line.close()
        return clock


@dataclass(frozen=True, slots=True)
class _Turn:
    """Which of the clients it is, and until when it goes on."""

    number: int
    until: float

    @property
    def goes_on(self) -> bool:
        """Whether there is time left."""
        return time.perf_counter() < self.until


_Lane = Callable[[_Desk, ShopperLine, Clock, _Turn], Coroutine[Any, Any, None]]


async def _settled(processes: list[WebProcess]) -> None:
    """Return when nobody reads templates and figures ahead any more, as after a start: that is not what is measured."""
    until = time.perf_counter() + SETTLE_SECONDS_MAX
    is_busy = True
    while is_busy and time.perf_counter() < until:
        before = [process.cpu_seconds() for process in processes]
        await asyncio.sleep(1)
        is_busy = any(p.cpu_seconds() - b > IDLE_CPU_SECONDS for p, b in zip(processes, before, strict=True))


async def _adds(load: _Load) -> Clock:
    return await load.run(_add_lane)


async def _buy(load: _Load) -> Clock:
    return await load.run(_buy_lane)


async def _add_lane(desk: _Desk, line: ShopperLine, clock: Clock, turn: _Turn) -> None:
    draw = random.Random(turn.number)  # noqa: S311 - a load, not a secret
    mine = desk.shoppers[turn.number :: CLIENTS * 2]
    while turn.goes_on:
        reply = await line.ask(
            "POST", "/v1/my/cart/lines", draw.choice(mine).token, _wish(draw.choice(desk.market.goods))
        )
        clock.note(reply, 201)


async def _buy_lane(desk: _Desk, line: ShopperLine, clock: Clock, turn: _Turn) -> None:
    """Add one SKU, look at the cart, order it; buyers whose carts were empty before."""
    draw = random.Random(turn.number)  # noqa: S311 - a load, not a secret
    mine = desk.shoppers[CLIENTS + turn.number :: CLIENTS * 2]
    number = 0
    while turn.goes_on:
        shopper = mine[number % len(mine)]
        number += 1
        begun = time.perf_counter()
        await line.ask("POST", "/v1/my/cart/lines", shopper.token, _wish(draw.choice(desk.market.goods)))
        view = (await line.ask("GET", "/v1/my/cart", shopper.token)).read()
        key = f"bench-{turn.number}-{time.time_ns()}"
        reply = await line.ask("POST", "/v1/my/checkouts", shopper.token, _checkout(shopper, view, key))
        if clock.note(reply, 201):
            clock.seconds[-1] = time.perf_counter() - begun


async def _open_large(load: _Load, rounds: int) -> Clock:
    await _fill_large(load.desk, 300)
    line, clock = await open_line(load.ports[0], 99), Clock()
    for number in range(rounds + 3):
        reply = await line.ask("GET", "/v1/my/cart?limit=300", load.desk.large.token)
        if number >= 3:
            clock.note(reply, 200)
    line.close()
    return clock


async def _change_large(load: _Load) -> Clock:
    line, clock = await open_line(load.ports[0], 100), Clock()
    goods = load.desk.market.large_cart()
    for number in range(LARGE_ROUNDS):
        path = f"/v1/my/cart/lines/{show_id('sku', goods[number % 300].sku_id)}"
        clock.note(await line.ask("PATCH", path, load.desk.large.token, {"quantity": 2 + number % 5}), 200)
    line.close()
    return clock


async def _order_large(load: _Load) -> Clock:
    """100 lines over 50 shops from the cart, which is filled anew each time; the order alone is timed."""
    desk, clock = load.desk, Clock()
    line = await open_line(load.ports[0], 101)
    for _ in range(LARGE_CHECKOUTS):
        await _fill_large(desk, CHECKOUT_LINES)
        view = (await line.ask("GET", "/v1/my/cart?limit=1", desk.large.token)).read()
        wish = _checkout(desk.large, view, f"large-{time.time_ns()}")
        clock.note(await line.ask("POST", "/v1/my/checkouts", desk.large.token, wish), 201)
    line.close()
    return clock


async def _fill_large(desk: _Desk, lines: int) -> None:
    """The large cart holds these lines, one piece each, and nothing else."""
    goods = desk.market.large_cart(lines, CHECKOUT_SHOPS)
    async with desk.database.transaction() as tx:
        await carts.take_lines(tx, desk.large.buyer_id, [each.sku_id for each in desk.market.large_cart()])
        await carts.add_many(tx, [carts.Wish(desk.large.buyer_id, each.shop_id, each.sku_id) for each in goods])


def _wish(good: BenchGood) -> dict[str, object]:
    return {"shop_id": show_id("shp", good.shop_id), "sku_id": show_id("sku", good.sku_id), "quantity": 1}


def _checkout(shopper: _Shopper, view: dict[str, Any], key: str) -> dict[str, object]:
    till = view["tills"][0] if view.get("tills") else {"token": "", "payable_minor": 0}
    return {
        "key": key, "seen_token": till["token"], "seen_minor": till["payable_minor"],
        "deliveries": [{"address_id": show_id("adr", shopper.address_id)}],
    }  # fmt: skip


async def _open_desk(settings: Settings, database: Database, market: BenchMarket) -> _Desk:
    secret = accounts.buyer_secret(settings)
    now = datetime.now(UTC)
    shoppers = []
    for buyer_id in (market.large_buyer, *market.buyers):
        wanted = BuyerPass(BuyerId(buyer_id), False, True, now + timedelta(days=1), now)
        shoppers.append(_Shopper(buyer_id, accounts.make_buyer_token(secret, wanted), buyer_id))
    async with database.transaction() as tx:
        for shopper in shoppers:
            actor = accounts.actor_of_pass(BuyerPass(BuyerId(shopper.buyer_id), False, True, now, now))
            address = Address(
                address_id=shopper.address_id, recipient="Bench", phone="13800000000", city="Hangzhou", street="1 Road"
            )
            await orders.save_address(tx, actor, address, now)
    return _Desk(market, database, shoppers[1:], shoppers[0])
