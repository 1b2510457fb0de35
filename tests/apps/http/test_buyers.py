"""Is there a wall between the two sides of the market? Buyers never enter merchants' doors, nor the other way round."""

import re
from datetime import timedelta

import pytest

from peakday.apps.http.identity import BUYERS_DOORS, OPEN_TO_VISITORS
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, Role
from tests.apps.http.conftest import PASSWORD
from tests.apps.http.test_security import key_for
from tests.apps.http.test_tenants import address, doors, figures_in

OPEN_TO_ALL = {"/", "/sign-in", "/health", "/v1/openapi.json", "/v1/metrics"}


async def a_guest(client) -> dict[str, str]:
    answer = await client.post("/v1/buyers/guests")
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def a_buyer(client, login="li.mei", headers=None) -> dict[str, str]:
    body = {"login": login, "name": "李梅", "password": PASSWORD}
    answer = await client.post("/v1/buyers", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    return {"authorization": f"Bearer {answer.json()['token']}"}


async def test_a_guest_is_known_by_the_bearer_and_by_the_cookie(market):
    async with market.client() as client:
        guest = await a_guest(client)
        me = (await client.get("/v1/my/account", headers=guest)).json()
        assert (me["is_guest"], me["login"], me["buyer_id"][:4]) == (True, None, "byr_")
        client.cookies["peakday_buyer"] = guest["authorization"].removeprefix("Bearer ")
        assert (await client.get("/v1/my/account")).json() == me


async def test_a_registered_guest_is_the_same_buyer_and_the_guests_pass_is_no_more(market):
    async with market.client() as client:
        guest = await a_guest(client)
        before = (await client.get("/v1/my/account", headers=guest)).json()
        buyer = await a_buyer(client, headers=guest)
        after = (await client.get("/v1/my/account", headers=buyer)).json()
        assert after == {**before, "is_guest": False, "login": "li.mei", "name": "李梅"}
        assert (await client.get("/v1/my/account", headers=guest)).status_code == 401


@pytest.mark.parametrize("token", ["pkb1." + "A" * 95, "pkb1.x", "nonsense", "pkd_" + "a" * 43])
async def test_a_forged_pass_opens_nothing(market, token):
    async with market.client() as client:
        for path in ("/v1/my/account", "/v1/items"):
            answer = await client.get(path, headers={"authorization": f"Bearer {token}"})
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
        client.cookies["peakday_buyer"] = token
        assert (await client.get("/v1/my/account")).status_code == 401


async def test_a_pass_expires_and_ends_with_signing_out(market):
    async with market.client() as client:
        kept, left = await a_buyer(client), await a_guest(client)
        assert (await client.delete("/v1/buyers/sessions", headers=left)).status_code == 204
        assert (await client.get("/v1/my/account", headers=left)).status_code == 401
        assert (await client.get("/v1/my/account", headers=kept)).status_code == 200
        market.house.clock.advance(timedelta(days=7, seconds=1))
        assert (await client.get("/v1/my/account", headers=kept)).status_code == 401


async def test_a_change_with_the_cookie_alone_is_refused(market):
    async with market.client() as client:
        guest = await a_guest(client)
        client.cookies["peakday_buyer"] = guest["authorization"].removeprefix("Bearer ")
        answer = await client.delete("/v1/buyers/sessions")
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert (await client.get("/v1/my/account")).status_code == 200


async def test_a_buyer_finds_every_merchants_door_closed(market):
    ours, tried = market.places["north"], 0
    async with market.client() as client:
        buyer = await a_buyer(client)
        token = buyer["authorization"].removeprefix("Bearer ")
        client.cookies["peakday_buyer"] = token
        client.cookies["peakday_session"] = token
        csrf = accounts.csrf_of(token)  # what our pages would give to whoever shows such a cookie
        for method, path in doors(market.app):
            if BUYERS_DOORS(path) or path in OPEN_TO_ALL or path == "/sign-out" or "gateways" in path:
                continue
            for headers in ({}, buyer):
                answer = await client.request(
                    method, address(path, ours), headers={"x-csrf-token": csrf, **headers}, json={}
                )
                assert answer.status_code in {303, 401, 404, 422}, (method, path, answer.status_code)
                if answer.status_code == 303:
                    assert answer.headers["location"].startswith("/sign-in"), path
                assert figures_in(answer.text, "north") == [], (method, path)
            tried += 1
    assert tried >= 150


async def test_a_merchant_and_their_key_find_every_buyers_door_closed(market):
    ours, tried = market.places["north"], 0
    key = await key_for(market, "north", "orders:write", "catalog:write")
    async with market.signed_in("north-main") as client:
        page = (await client.get("/account")).text
        csrf = re.search(r'name="csrf-token" content="([^"]+)"', page).group(1)
        client.cookies["peakday_buyer"] = client.cookies["peakday_session"]
        for method, path in doors(market.app):
            if not BUYERS_DOORS(path) or OPEN_TO_VISITORS(path):
                continue
            where = address(path, ours)
            answer = await client.request(method, where, headers={"x-csrf-token": csrf}, json={})
            assert answer.status_code == 401, (method, path, answer.status_code)
            by_key = await client.request(method, where, headers=key, json={})
            assert by_key.status_code in {401, 403, 404, 422}, (method, path, by_key.status_code)
            tried += 1
    assert tried >= 1


async def test_staff_makes_simulated_shoppers_and_nobody_else_does(market):
    body = {"source": "journey", "source_refs": ["h1", "h2"]}
    staff = NewAccount("staff", "Staff", AccountKind.STAFF, None, Role.PLATFORM)
    async with market.house.database.transaction() as tx:
        await accounts.ensure_account(tx, staff, PASSWORD, market.house.clock.now())
    async with market.signed_in("staff") as client:
        csrf = re.search(r'name="csrf-token" content="([^"]+)"', (await client.get("/account")).text).group(1)
        made = await client.post("/v1/platform/shoppers", json=body, headers={"x-csrf-token": csrf})
        assert made.status_code == 201, made.text
        tokens = [one["token"] for one in made.json()["items"]]
    async with market.client() as client:
        me = (await client.get("/v1/my/account", headers={"authorization": f"Bearer {tokens[0]}"})).json()
        assert (me["is_simulated"], me["is_guest"]) == (True, False)
        buyer = await a_buyer(client)
        for headers in ({}, buyer):
            assert (await client.post("/v1/platform/shoppers", json=body, headers=headers)).status_code == 401
    async with market.signed_in("north-main") as client:
        csrf = re.search(r'name="csrf-token" content="([^"]+)"', (await client.get("/account")).text).group(1)
        refused = await client.post("/v1/platform/shoppers", json=body, headers={"x-csrf-token": csrf})
        assert refused.status_code == 403
    async with market.house.database.read() as connection:
        assert await connection.fetchval("select count(*) from accounts.buyer where source = 'journey'") == 2


async def test_the_answer_of_a_door_of_passes_is_kept_nowhere(market):
    headers = {"idempotency-key": "once"}
    async with market.client() as client:
        first = await client.post("/v1/buyers/guests", headers=headers)
        again = await client.post("/v1/buyers/guests", headers=headers)
    assert (first.status_code, again.status_code, again.json()["code"]) == (201, 409, "idempotent_answer_not_kept")
    async with market.house.database.read() as connection:
        kept = await connection.fetchval("select string_agg(i::text, ' ') from kernel.idempotency i")
        assert await connection.fetchval("select count(*) from accounts.buyer where source = 'peakday'") == 1
    assert first.json()["token"] not in kept


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer nonsense"}, {"cookie": "peakday_session=x"}])
async def test_who_calls_a_signed_door_is_not_asked_only_the_signature_counts(market, headers):
    async with market.client() as client:
        answer = await client.post("/v1/gateways/sandbox/callbacks", content=b"{}", headers=headers)
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] not in {"not_signed_in", "csrf_failed"}
