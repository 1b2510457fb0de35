"""Does the door keep its manners: headers, limits, forged forms, retries?"""

import asyncio

import httpx
import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse

from peakday.apps.http.idempotency import IdempotencyDoor
from peakday.apps.http.manners import BODY_BYTES_MAX, VISITORS_AN_ADDRESS, Buckets, MannersDoor
from peakday.kernel.actor import SYSTEM
from peakday.kernel.house import House
from peakday.kernel.web.context import Visit


class VisitDoor:
    """Stands in for the identity door: everybody is the system."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] == "http":
            scope.setdefault("state", {})["visit"] = Visit(SYSTEM, "en", "token", "10.0.0.1")
        await self.app(scope, receive, send)


@pytest.fixture
async def client(house: House):
    app = FastAPI()
    app.state.house = house
    app.state.calls = 0

    @app.post("/v1/things")
    async def make_thing(request: Request) -> JSONResponse:
        app.state.calls += 1
        if request.headers.get("x-slow"):
            await asyncio.sleep(0.3)
        if request.headers.get("x-fail"):
            return JSONResponse({"status": "broken"}, 503)
        return JSONResponse({"number": app.state.calls, "got": (await request.body()).decode()}, 201)

    app.add_middleware(IdempotencyDoor)
    app.add_middleware(VisitDoor)
    app.add_middleware(MannersDoor)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://peakday.test") as client:
        client.app = app
        yield client


async def test_every_answer_carries_security_headers(client):
    answer = await client.post("/v1/things", content=b"a")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "script-src" not in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"


async def test_a_body_over_the_limit_is_refused_and_never_reaches_the_room(client):
    answer = await client.post("/v1/things", content=b"x" * (BODY_BYTES_MAX + 1))
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert client.app.state.calls == 0


async def test_the_same_key_and_request_happen_once_and_answer_alike(client):
    first = await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": "k1"})
    again = await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": "k1"})
    assert (first.status_code, first.json()) == (again.status_code, again.json()) == (201, {"number": 1, "got": "a"})
    assert again.headers["idempotent-replay"] == "true"
    assert client.app.state.calls == 1


async def test_the_same_key_with_another_request_is_refused_and_changes_nothing(client):
    await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": "k1"})
    other = await client.post("/v1/things", content=b"b", headers={"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    assert client.app.state.calls == 1


async def test_an_overlapping_retry_is_told_that_the_first_still_runs(client):
    headers = {"Idempotency-Key": "k2", "x-slow": "1"}
    both = await asyncio.gather(*[client.post("/v1/things", content=b"a", headers=headers) for _ in range(2)])
    assert sorted(answer.status_code for answer in both) == [201, 409]
    assert client.app.state.calls == 1


async def test_a_failure_is_not_kept_so_that_the_retry_can_succeed(client):
    failed = await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": "k3", "x-fail": "1"})
    assert failed.status_code == 503
    retried = await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": "k3"})
    assert retried.status_code == 201


def test_a_bucket_lets_a_burst_through_then_asks_for_patience():
    buckets = Buckets(per_second=10, burst=3)
    assert [buckets.take("a", 0.0) for _ in range(4)] == [0, 0, 0, pytest.approx(0.1)]
    assert buckets.take("b", 0.0) == 0
    assert buckets.take("a", 0.1) == 0


async def test_a_body_without_a_length_is_cut_off_at_the_limit_and_answered(client):
    async def parts():
        for _ in range(5):
            yield b"x" * 1_000_000

    for headers in ({}, {"Idempotency-Key": "big"}):
        answer = await client.post("/v1/things", content=parts(), headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large"), headers
    assert (await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": "big"})).status_code == 201


@pytest.mark.parametrize("made_up", ["authorization", "cookie"])
async def test_an_address_cannot_escape_its_limit_by_making_up_keys(made_up):
    app = FastAPI()
    app.add_middleware(MannersDoor, per_second=0.01, burst=3)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://peakday.test") as client:
        same = [(await client.get("/x", headers={made_up: "peakday_session=1"})).status_code for _ in range(4)]
        others = [
            (await client.get("/x", headers={made_up: f"peakday_session={number}; n={number}"})).status_code
            for number in range(2, 30)
        ]
    assert same == [404, 404, 404, 429]
    assert others == [404] * (3 * VISITORS_AN_ADDRESS - 4) + [429] * (28 - 3 * VISITORS_AN_ADDRESS + 4)


@pytest.mark.parametrize("key", ["x" * 129, "two words", "é"])
async def test_a_key_that_is_no_key_is_refused_and_nothing_is_done(client, key):
    answer = await client.post("/v1/things", content=b"a", headers={"Idempotency-Key": key.encode("latin-1")})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "idempotency_key_form")
    assert client.app.state.calls == 0


async def test_the_same_key_with_another_question_in_the_address_is_refused(client):
    headers = {"Idempotency-Key": "k1"}
    await client.post("/v1/things?zone=UTC", content=b"a", headers=headers)
    other = await client.post("/v1/things?zone=Asia/Shanghai", content=b"a", headers=headers)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")


async def test_an_encrypted_line_stays_encrypted(client):
    plain = await client.get("/v1/none")
    encrypted = await client.get("https://peakday.test/v1/none")
    assert "strict-transport-security" not in plain.headers
    assert encrypted.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


async def test_a_bank_that_tells_of_many_buyers_from_one_address_is_heard(house: House):
    app = FastAPI()
    app.state.house = house

    @app.post("/v1/gateways/{name}/callbacks")
    @app.post("/v1/others/{name}")
    async def take(name: str) -> dict[str, str]:
        return {"name": name}

    app.add_middleware(MannersDoor, per_second=0.001, burst=2.0)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://peakday.test") as client:
        letters = [(await client.post("/v1/gateways/sandbox/callbacks")).status_code for _ in range(20)]
        others = [(await client.post("/v1/others/x")).status_code for _ in range(3)]
    assert letters == [200] * 20
    assert others == [200, 200, 429]
