"""Does the hot door order once, keep to the law of all doors, and say no as they do?"""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from peakday.apps.cli.bench_flash_sale_market import make_market, make_passes
from peakday.apps.http.hot_doors import BUYER_BURST
from peakday.apps.http.manners import SECURITY_HEADERS
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import FixedClock, SystemClock
from peakday.kernel.ids import read_id, show_id
from peakday.market.accounts import api as accounts
from peakday.trade.orders import queries
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.stock import api as stock

pytestmark = pytest.mark.capability("TE-09")
PATH = "/v1/my/flash-orders"


class Door:
    """The hot door with a good behind it, and buyers who knock."""

    def __init__(self, market, good, passes):
        self.market, self.good, self.passes = market, good, passes

    def wish(self, key="k1", **more):
        shown = {"shop_id": show_id("shp", self.good.shop_id), "sku_id": show_id("sku", self.good.sku_id)}
        return {"key": key, **shown, **more}

    async def ask(self, buyer=0, headers=None, **wish):
        sent = {"authorization": f"Bearer {self.passes[buyer][1]}"} | (headers or {})
        async with self.market.client() as client:
            return await client.post(PATH, json=self.wish(**wish), headers=sent)

    async def count(self):
        async with self.market.house.database.read() as tx:
            return await tx.fetchval("select count(*) from orders.customer_order where source = 'peakday'")

    async def left(self):
        async with self.market.house.database.read() as tx:
            pair = (self.good.shop_id, self.good.sku_id)
            return (await stock.available_of(tx, [pair]))[pair]


async def open_door(market, units=5, limit=None):
    market.house.clock = SystemClock()
    (good,) = await make_market(market.house.database, 1, units, limit)
    return Door(market, good, make_passes(accounts.buyer_secret(market.house.settings), 40))


@pytest.fixture
async def door(market):
    return await open_door(market)


async def test_an_accepted_order_is_durable_with_its_line_its_hold_and_its_news(door):
    answer = await door.ask()
    assert answer.status_code == 201, answer.text
    body = answer.json()
    assert (body["currency"], body["payable_minor"], body["is_repeated"]) == ("CNY", 9_900, False)
    checkout_id, order_id = read_id("chk", body["checkout_id"]), read_id("ord", body["order_id"])
    async with door.market.house.database.read() as tx:
        detail = await queries.get_order(tx, SYSTEM, door.good.shop_id, order_id)
        (hold,) = await stock.holds_of(tx, [checkout_id])
        news = await tx.fetchrow("select topic, payload from kernel.outbox where event_id = $1", order_id)
        quote = await tx.fetchval("select quote from orders.checkout where checkout_id = $1", checkout_id)
    assert (detail.order.paid_minor, detail.order.list_minor, detail.order.simulated) == (9_900, 9_900, True)
    assert [(line.sku_id, line.quantity, line.paid_minor) for line in detail.lines] == [(door.good.sku_id, 1, 9_900)]
    assert (hold.quantity, hold.buyer_id) == (1, door.passes[0][0])
    assert news["topic"] == "orders.OrderPlaced.v1"
    assert news["payload"] == {
        "shop_id": str(door.good.shop_id), "order_id": str(order_id), "buyer_id": str(door.passes[0][0]),
        "checkout_id": str(checkout_id), "paid_minor": 9_900, "currency": "CNY", "simulated": True,
    }  # fmt: skip
    assert quote["lines"][0]["price_minor"] == 9_900
    until, since = (datetime.fromisoformat(body[name]) for name in ("pay_until", "created_at"))
    assert until - since == timedelta(minutes=30)


async def test_the_same_key_three_times_and_at_once_is_one_order(door):
    answers = [await door.ask(), *await asyncio.gather(*(door.ask() for _ in range(5))), await door.ask()]
    assert [answer.status_code for answer in answers] == [201] + [200] * 6
    assert len({answer.json()["order_id"] for answer in answers}) == 1
    assert (await door.count(), await door.left()) == (1, 4)


async def test_the_same_key_with_another_wish_is_refused(door):
    await door.ask()
    answer = await door.ask(quantity=2)
    assert (answer.status_code, answer.json()["code"]) == (409, "checkout_key_reused")
    assert (await door.count(), await door.left()) == (1, 4)


async def test_thirty_buyers_for_five_units_make_five_orders(door):
    answers = await asyncio.gather(*(door.ask(buyer=number) for number in range(30)))
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (5, 25)
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"sold_out"}
    assert (await door.count(), await door.left()) == (5, 0)


async def test_a_buyer_gets_no_more_than_the_limit_however_many_keys(market):
    door = await open_door(market, units=10, limit=2)
    answers = await asyncio.gather(*(door.ask(key=f"k{number}") for number in range(6)))
    codes = sorted(answer.json().get("code", "") for answer in answers)
    assert codes == ["", ""] + ["buyer_limit_reached"] * 4
    assert (await door.count(), await door.left()) == (2, 8)


async def test_a_price_that_is_not_what_the_buyer_saw_orders_nothing(door):
    answer = await door.ask(seen_minor=8_800)
    assert (answer.status_code, answer.json()["code"]) == (409, "price_changed")
    assert (await door.count(), await door.left()) == (0, 5)
    assert (await door.ask(seen_minor=9_900)).status_code == 201


async def test_no_order_has_the_old_price_after_the_switch_by_the_databases_clock(door):
    async with door.market.house.database.transaction() as tx:
        switch = await tx.fetchval("select clock_timestamp() + interval '0.4 seconds'")
        live = Offer(
            door.good.shop_id, door.good.item_id, door.good.sku_id, OfferKind.LIST, 5_000, "CNY", switch, None,
            "bench", "late-event",
        )  # fmt: skip
        await prices.record_offers(tx, [live], switch)
        await stock.adjust_stock(
            tx, SYSTEM, stock.Adjustment(door.good.shop_id, door.good.sku_id, 995, "more", "m1"), switch
        )

    async def lane(buyer):
        found = []
        for number in range(int(BUYER_BURST) - 10):
            found.append(await door.ask(buyer=buyer, key=f"k{number}"))
            await asyncio.sleep(0.04)  # so that some come before and some behind the switch
        return found

    answers = [answer for lane in await asyncio.gather(*(lane(buyer) for buyer in range(12))) for answer in lane]
    assert {answer.status_code for answer in answers} == {201}
    told = [(datetime.fromisoformat(a.json()["created_at"]), a.json()["payable_minor"]) for a in answers]
    assert {price for at, price in told if at < switch} <= {9_900}
    assert {price for at, price in told if at >= switch} == {5_000}


@pytest.mark.parametrize(
    ("change", "status"),
    [({"quantity": 0}, 422), ({"quantity": 2**70}, 422), ({"key": ""}, 422), ({"key": "k" * 101}, 422),
     ({"sku_id": "shp_1"}, 422), ({"price_minor": 1}, 422), ({"terminal": "store"}, 422), ({"seen_minor": -1}, 422)],
)  # fmt: skip
async def test_a_wish_that_cannot_be_meant_is_refused_and_changes_nothing(door, change, status):
    answer = await door.ask(**change)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (await door.count(), await door.left()) == (0, 5)


async def test_what_is_not_sold_here_is_refused(door):
    answer = await door.ask(sku_id=show_id("sku", uuid4()))
    assert (answer.status_code, answer.json()["code"]) == (409, "not_stocked")


@pytest.mark.parametrize("token", ["pkb1.AAAA", "", "x"])
async def test_a_pass_that_is_not_ours_opens_nothing(door, token):
    answer = await door.ask(headers={"authorization": f"Bearer {token}"})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert await door.count() == 0


async def test_a_changed_or_expired_pass_opens_nothing(door):
    good = door.passes[0][1]
    for token in [good[:-2] + ("AA" if good[-2:] != "AA" else "BB"), good[:-4]]:
        answer = await door.ask(headers={"authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    door.market.house.clock.now = lambda: datetime.now(UTC) + timedelta(days=40)
    assert (await door.ask()).status_code == 401


async def test_a_pass_that_opened_before_opens_nothing_once_it_has_expired(door):
    assert (await door.ask()).status_code == 201
    door.market.house.clock = FixedClock(datetime.now(UTC) + timedelta(days=31))
    assert (await door.ask(key="k2")).status_code == 401
    assert await door.count() == 1


async def test_every_answer_carries_the_security_headers_and_a_number(door):
    for answer in [await door.ask(), await door.ask(quantity=0), await door.ask(headers={"authorization": "Bearer x"})]:
        for name, value in SECURITY_HEADERS.items():
            assert answer.headers[name] == value
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-request-id"]


async def test_a_body_beyond_the_limit_is_refused(door):
    answer = await door.ask(key="k" * 3_000)
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


async def test_who_taps_too_fast_is_told_to_wait(door):
    answers = await asyncio.gather(*(door.ask(key="k1") for _ in range(5 * int(BUYER_BURST))))
    late = [answer for answer in answers if answer.status_code == 429]
    assert late
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in late)
    assert (await door.ask(buyer=1)).status_code == 201


async def test_who_comes_without_a_pass_takes_the_usual_way_and_is_sent_off_there(door):
    async with door.market.client() as client:
        answer = await client.post(PATH, json=door.wish())
        assert answer.status_code == 401
        assert (await client.get(PATH)).status_code == 401
