"""What does a visitor see of a fault of ours, and what does the log keep?"""

import logging

import httpx
import pytest
from fastapi import FastAPI

from peakday.apps.http.failures import FailureDoor
from peakday.apps.http.idempotency import IdempotencyDoor
from peakday.apps.http.identity import IdentityDoor
from peakday.apps.http.manners import MannersDoor
from peakday.apps.opening import open_pages
from peakday.kernel.actor import SYSTEM
from peakday.kernel.house import House
from peakday.kernel.web.pages import Pages
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewKey
from tests.market.people import open_shop


@pytest.fixture
async def client(house: House, clock):
    house.add(open_pages())
    app = FastAPI()
    app.state.house = house
    app.state.calls = 0

    @app.get("/sign-in")
    @app.get("/v1/broken")
    @app.post("/v1/broken")
    async def fail() -> None:
        app.state.calls += 1
        raise ZeroDivisionError("the secret plan")

    for door in (IdempotencyDoor, IdentityDoor, FailureDoor, MannersDoor):
        app.add_middleware(door)
    async with house.database.transaction() as tx:
        shop_id = await open_shop(tx, "one", clock.now())
        made = await accounts.create_key(tx, SYSTEM, shop_id, NewKey("k", frozenset({"shop:read"})), clock.now())
    key = {"authorization": f"Bearer {made.secret}", "accept-language": "en"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://peakday.test", headers=key) as client:
        client.app = app
        yield client


async def test_a_program_gets_a_problem_with_a_number_and_not_a_word_of_the_fault(client, caplog):
    answer = await client.get("/v1/broken", headers={"x-request-id": "abc123"})
    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "abc123"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["code"] == "internal_error"
    assert "abc123" in answer.json()["title"]
    assert "secret plan" not in answer.text
    [record] = [one for one in caplog.records if one.levelno == logging.ERROR]
    assert "abc123" in record.getMessage()
    assert record.exc_info[0] is ZeroDivisionError


async def test_a_person_gets_a_page_in_their_language(client):
    answer = await client.get("/sign-in")
    assert (answer.status_code, answer.headers["cache-control"]) == (500, "no-store")
    assert "Something went wrong on our side" in answer.text
    assert answer.headers["x-request-id"] in answer.text
    assert "secret plan" not in answer.text


async def test_when_even_the_page_cannot_be_drawn_plain_words_remain(client, house):
    del house.engines[Pages]
    answer = await client.get("/sign-in")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "text/plain; charset=utf-8")
    assert "Something went wrong" in answer.text


async def test_a_keyed_change_that_broke_may_be_tried_again_at_once(client):
    for _ in range(2):
        answer = await client.post("/v1/broken", headers={"idempotency-key": "k1"})
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert client.app.state.calls == 2
