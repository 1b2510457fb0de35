"""Does the short way of a shopper's doors keep the law of all doors, and give a key one effect?"""

import asyncio

import pytest

from peakday.apps.cli.bench_flash_sale_market import make_market, make_passes
from peakday.apps.http.manners import REQUESTS_BURST, SECURITY_HEADERS
from peakday.kernel.clock import SystemClock
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts

pytestmark = pytest.mark.capability("TE-02")
LINES = "/v1/my/cart/lines"


class Shopper:
    """A buyer with a pass, and a good on the shelf."""

    def __init__(self, market, good, token):
        self.market, self.token = market, token
        self.wish = {"shop_id": show_id("shp", good.shop_id), "sku_id": show_id("sku", good.sku_id)}

    async def ask(self, method, path, values=None, **headers):
        sent = {"authorization": f"Bearer {self.token}"} | {name.replace("_", "-"): v for name, v in headers.items()}
        async with self.market.client() as client:
            return await client.request(method, path, json=values, headers=sent)

    async def add(self, key="any", quantity=1):
        return await self.ask("POST", LINES, {**self.wish, "quantity": quantity}, idempotency_key=key)

    async def pieces(self):
        body = (await self.ask("GET", "/v1/my/cart")).json()
        return sum(line["quantity"] for group in body["groups"] for line in group["lines"])


@pytest.fixture
async def shopper(market):
    market.house.clock = SystemClock()
    (good,) = await make_market(market.house.database, 1, 50)
    ((_, token), *_) = make_passes(accounts.buyer_secret(market.house.settings), 1)
    return Shopper(market, good, token)


async def test_adding_needs_a_key_and_under_one_adds_once(shopper):
    for more in ({}, {"cookie": "peakday_language=en"}):  # the short way, and the usual one
        unkeyed = await shopper.ask("POST", LINES, shopper.wish, **more)
        assert (unkeyed.status_code, unkeyed.json()["problems"][0]["code"]) == (422, "idempotency_key_needed")
    assert [(await shopper.add(key)).json()["quantity"] for key in ("a", "b")] == [1, 2]
    answers = [await shopper.add("k1"), *await asyncio.gather(*(shopper.add("k1") for _ in range(4)))]
    assert {(answer.status_code, answer.text) for answer in answers} == {(201, answers[0].text)}
    assert [answer.headers.get("idempotent-replay") for answer in answers] == [None] + ["true"] * 4
    assert await shopper.pieces() == 3


async def test_one_key_in_parallel_is_one_effect_and_other_keys_have_theirs(shopper):
    answers = await asyncio.gather(*(shopper.add(f"k{number % 3}") for number in range(12)))
    assert {answer.status_code for answer in answers} == {201}
    assert await shopper.pieces() == 3


async def test_the_same_key_with_another_wish_is_refused_also_in_one_batch(shopper):
    answers = await asyncio.gather(shopper.add("k1", 1), shopper.add("k1", 2))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "idempotency_key_reused"}
    assert await shopper.pieces() in {1, 2}
    assert (await shopper.add("no key\x7f")).status_code == 422


async def test_a_refusal_under_a_key_is_told_again(shopper):
    first, second = await shopper.add("k1", 60), await shopper.add("k1", 60)
    assert (first.status_code, first.json()["code"]) == (409, "not_enough_stock")
    assert (second.status_code, second.text) == (409, first.text)
    assert await shopper.pieces() == 0


async def test_a_key_that_the_usual_way_knows_is_known_here_and_the_other_way_round(shopper):
    first = await shopper.ask("POST", LINES, shopper.wish, idempotency_key="k1", cookie="peakday_language=en")
    assert (first.status_code, (await shopper.add("k2")).status_code) == (201, 201)
    again = await shopper.ask("POST", LINES, shopper.wish, idempotency_key="k1")
    assert (again.json(), again.headers["idempotent-replay"]) == (first.json(), "true")
    assert await shopper.pieces() == 2


async def test_the_short_way_has_the_headers_of_every_answer(shopper):
    for answer in (await shopper.add(), await shopper.ask("GET", "/v1/my/cart?limit=300", x_request_id="abc1")):
        assert dict(SECURITY_HEADERS).items() <= dict(answer.headers).items()
        assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"] == "abc1"


async def test_what_is_not_plain_is_answered_by_the_usual_way(shopper):
    sku = shopper.wish["sku_id"]
    await shopper.add()
    searched = await shopper.ask("GET", "/v1/my/cart?search=nothing&limit=5")
    assert (searched.status_code, searched.json()["found"]) == (200, 0)
    assert (await shopper.ask("GET", "/v1/my/cart?limit=999")).status_code == 422
    assert (await shopper.ask("PATCH", f"{LINES}/sku_x", {"quantity": 2})).status_code == 404
    refused = await shopper.ask("PATCH", f"{LINES}/{sku}", {"quantity": "many"})
    assert (refused.status_code, refused.json()["problems"][0]["field"]) == (422, "quantity")
    changed = await shopper.ask("PATCH", f"{LINES}/{sku}", {"quantity": 2})
    assert (changed.status_code, changed.json()["line"]["quantity"], changed.json()["pieces"]) == (200, 2, 2)
    assert (await shopper.ask("POST", "/v1/my/checkouts", {"key": "k"})).status_code == 422


async def test_no_pass_a_foreign_one_and_too_many_questions_are_refused(shopper):
    good, shopper.token = shopper.token, "pkb1.forged.forged"
    assert (await shopper.add()).status_code == 401
    shopper.token = good
    codes = [answer.status_code for answer in await asyncio.gather(*(
        shopper.ask("PATCH", f"{LINES}/{shopper.wish['sku_id']}", {}) for _ in range(int(REQUESTS_BURST) + 300)
    ))]  # fmt: skip
    assert 429 in codes
    assert set(codes) <= {404, 429}
