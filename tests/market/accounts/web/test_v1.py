"""Do the JSON doors of accounts answer as described, page by page, and refuse in problem+json?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from tests.market.doors import csrf_in, signed_in, visitor
from tests.market.people import PASSWORD, open_account, open_shop_with_owner


@pytest.fixture
async def shop(house, clock):
    shop_id, _ = await open_shop_with_owner(house.database, "one", clock.now())
    return f"/v1/shops/{show_id('shp', shop_id)}"


async def _headers(client):
    return {"x-csrf-token": csrf_in(await client.get("/account"))}


async def test_without_a_key_or_session_every_door_says_sign_in(house, shop):
    async with visitor(house) as client:
        for path in ("/v1/me", "/v1/roles", f"{shop}/staff", f"{shop}/keys", f"{shop}/audit-trail", "/v1/shops", shop):
            answer = await client.get(path)
            assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in"), path
            assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get("/v1/me", headers={"authorization": "Bearer pkd_wrong"})).status_code == 401


async def test_me_tells_who_calls_and_roles_tell_what_there_is(house, shop):
    async with signed_in(house, "owner-one") as client:
        me = (await client.get("/v1/me")).json()
        roles = (await client.get("/v1/roles")).json()
    assert (me["kind"], me["name"], me["permissions"], me["key_id"]) == ("merchant", "Owner-One", ["*"], None)
    assert f"/v1/shops/{me['shop_id']}" == shop
    assert [role["role"] for role in roles["items"]] == [
        "customer_service", "designer", "shipping", "operations", "finance", "custom",
    ]  # fmt: skip
    assert len(roles["permissions"]) == 28
    assert "events:write" in roles["scopes"]


@pytest.mark.capability("QN-08")
async def test_a_sub_account_is_opened_read_changed_and_closed(house, shop):
    async with signed_in(house, "owner-one") as client:
        headers = await _headers(client)
        body = {"login": "wang", "name": "王", "password": PASSWORD, "role": "shipping"}
        made = await client.post(f"{shop}/staff", json=body, headers=headers)
        assert made.status_code == 201
        path = f"{shop}/staff/{made.json()['account_id']}"
        assert "data:view" not in made.json()["permissions"]
        assert (await client.get(path)).json() == made.json()
        changed = await client.patch(path, json={"permissions": ["data:view"]}, headers=headers)
        assert "data:view" in changed.json()["permissions"]
        assert (await client.put(f"{path}/password", json={"password": "short"}, headers=headers)).status_code == 422
        assert (await client.put(f"{path}/password", json={"password": PASSWORD}, headers=headers)).status_code == 204
        assert (await client.patch(path, json={"status": "disabled"}, headers=headers)).json()["status"] == "disabled"
        taken = await client.post(f"{shop}/staff", json=body, headers=headers)
        assert (taken.status_code, taken.json()["code"]) == (409, "login_taken")


async def test_lists_come_in_pages_of_the_asked_size(house, shop, clock):
    async with house.database.transaction() as tx:
        shop_id = await tx.fetchval("select shop_id from shops.shop")
        for number in range(4):
            await open_account(tx, shop_id, f"sub-{number}", clock.now(), Role.CUSTOM)
    logins, cursor = [], ""
    async with signed_in(house, "owner-one") as client:
        while cursor is not None:
            page = (await client.get(f"{shop}/staff", params={"limit": 2, "cursor": cursor})).json()
            logins += [row["login"] for row in page["items"]]
            cursor = page["next_cursor"]
        entries = (await client.get(f"{shop}/audit-trail", params={"limit": 3})).json()
        rest = await client.get(f"{shop}/audit-trail", params={"limit": 200, "cursor": entries["next_cursor"]})
        for bad in ({"limit": 0}, {"limit": 201}, {"cursor": "acc_x"}, {"cursor": "\0"}):
            assert (await client.get(f"{shop}/staff", params=bad)).status_code == 422, bad
    assert sorted(logins) == ["owner-one", "sub-0", "sub-1", "sub-2", "sub-3"]
    assert len(logins) == 5
    assert len(entries["items"]) == 3
    assert not {row["entry_id"] for row in entries["items"]} & {row["entry_id"] for row in rest.json()["items"]}


async def test_a_key_is_made_and_revoked_and_its_scope_is_all_it_may(house, shop):
    async with signed_in(house, "owner-one") as client:
        headers = await _headers(client)
        made = await client.post(
            f"{shop}/keys", json={"name": "erp", "scopes": ["shop:write"]}, headers=headers | {"idempotency-key": "erp"}
        )
        secret, key_id = made.json()["secret"], made.json()["key"]["key_id"]
        assert secret not in (await client.get(f"{shop}/keys")).text
    async with visitor(house, authorization=f"Bearer {secret}") as client:
        assert (await client.get("/v1/me")).json()["permissions"] == ["shop:edit", "shop:view"]
        assert (await client.patch(shop, json={"city": "杭州"})).json()["city"] == "杭州"
        assert (await client.get(shop)).json()["standing"] is None
        for path in ("staff", "keys", "audit-trail"):
            assert (await client.get(f"{shop}/{path}")).status_code == 403
    async with signed_in(house, "owner-one") as client:
        assert (await client.delete(f"{shop}/keys/{key_id}", headers=await _headers(client))).status_code == 204


@pytest.mark.parametrize(
    "params",
    [{"search": "\0"}, {"since": "0001-01-01T00:00:00Z"}, {"until": "9999-12-31T23:59:59-14:00"},
     {"since": "2026-11-11T00:00:00"}, {"account_id": "someone"}, {"action": "a" * 61}],
)  # fmt: skip
async def test_a_faulty_question_to_the_trail_is_refused_with_the_field(house, shop, params):
    async with signed_in(house, "owner-one") as client:
        answer = await client.get(f"{shop}/audit-trail", params=params)
    assert answer.status_code == 422
    assert len(answer.json()["problems"]) == 1


@pytest.mark.parametrize("junk", ["shp_", "shp_" + "z" * 26, "x", "%00", "shp_" + "0" * 26, "acc_" + "0" * 26])
async def test_an_id_that_is_none_is_not_found(house, shop, junk):
    async with signed_in(house, "owner-one") as client:
        for path in ("", "/staff", "/keys", "/audit-trail"):
            assert (await client.get(f"/v1/shops/{junk}{path}")).status_code == 404, path


async def test_a_change_by_cookie_without_its_token_is_refused(house, shop):
    async with signed_in(house, "owner-one") as client:
        answer = await client.patch(shop, json={"city": "杭州"})
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert (await client.get(shop)).json()["city"] == ""
