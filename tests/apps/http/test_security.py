"""Which attacks on the whole door were tried, and what stops each? OWASP ASVS level 2 is the yardstick."""

import base64
import csv
import io
import json
import re

import httpx
import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewKey
from tests.apps.http.conftest import PASSWORD, Market, open_shop


async def csrf_of(client: httpx.AsyncClient) -> dict[str, str]:
    page = (await client.get("/account")).text
    found = re.search(r'name="csrf-token" content="([^"]+)"', page)
    assert found, page[:300]
    return {"x-csrf-token": found.group(1)}


async def key_for(market: Market, name: str, *scopes: str, actor=None) -> dict[str, str]:
    """The header of a fresh API key of a shop."""
    house, shop_id = market.house, market.places[name].shop_id
    async with house.database.transaction() as tx:
        made = await accounts.create_key(
            tx, actor or await maker_of(tx, shop_id), shop_id, NewKey("k", frozenset(scopes)), house.clock.now()
        )
    return {"authorization": f"Bearer {made.secret}"}


async def maker_of(tx, shop_id):
    """The main account of a shop as one who acts."""
    main = await accounts.find_main_account(tx, shop_id)
    return Actor(ActorKind.MERCHANT, main.account_id, shop_id, frozenset({"*"}), main.name)


# ---- keys of the API


async def test_a_key_of_one_shop_opens_no_door_of_another(market):
    theirs = market.places["south"].shown
    key = await key_for(market, "north", "shop:read", "catalog:read", "orders:read", "metrics:read")
    async with market.client() as client:
        for path in ("", "/items", "/orders", "/staff", "/keys", "/imports", "/metrics?names=paid_amount"):
            answer = await client.get(f"/v1/shops/{theirs}{path}", headers=key)
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_a_key_opens_no_page_and_cannot_end_the_sessions_of_its_maker(market):
    key = await key_for(market, "north", "events:write")
    async with market.signed_in("north-main") as owner, market.client() as client:
        await client.get("/sign-in")
        token = {"x-csrf-token": client.cookies["peakday_csrf"]}
        assert (await client.get("/account", headers=key)).status_code in {303, 401, 403}
        assert (await client.post("/account/sessions", headers=key | token)).status_code in {401, 403}
        assert (await owner.get("/account")).status_code == 200


async def test_keys_of_one_maker_in_two_shops_never_share_kept_answers(market):
    house = market.house
    south = market.places["south"]
    first = await key_for(market, "south", "catalog:write", actor=SYSTEM)
    second = await key_for(market, "north", "catalog:write", actor=SYSTEM)
    async with house.database.transaction() as tx:  # as if one member of the platform's staff had made both
        main = await accounts.find_main_account(tx, south.shop_id)
        await tx.execute("update accounts.api_key set created_by = $1", main.account_id)
    body = {
        "item_ref": "secret-1",
        "title": "Secret tea",
        "category_id": show_id("cat", south.category_id),
        "list_price_minor": 1,
    }
    path = f"/v1/shops/{south.shown}/items"
    async with market.client() as client:
        made = await client.post(path, json=body, headers=first | {"idempotency-key": "same"})
        assert made.status_code == 201, made.text
        stolen = await client.post(path, json=body, headers=second | {"idempotency-key": "same"})
    assert stolen.status_code == 404, stolen.text
    assert "Secret tea" not in stolen.text


# ---- secrets at rest


async def test_the_secret_of_a_new_key_is_kept_nowhere_and_a_retry_is_refused(market):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        headers = await csrf_of(client) | {"idempotency-key": "once"}
        body = {"name": "robot", "scopes": ["shop:read"]}
        made = await client.post(f"/v1/shops/{ours}/keys", json=body, headers=headers)
        assert made.status_code == 201
        again = await client.post(f"/v1/shops/{ours}/keys", json=body, headers=headers)
        keys = (await client.get(f"/v1/shops/{ours}/keys")).json()["items"]
    assert (again.status_code, again.json()["code"]) == (409, "idempotent_answer_not_kept")
    assert [key["name"] for key in keys] == ["robot"]
    assert made.json()["secret"] not in await everything_kept(market)


async def test_no_hash_that_a_password_could_be_guessed_from_is_kept_for_a_retry(market):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        headers = await csrf_of(client) | {"idempotency-key": "staff-1"}
        body = {"login": "new-one", "name": "New", "password": "a quiet harbour at dawn"}
        made = await client.post(f"/v1/shops/{ours}/staff", json=body, headers=headers)
        assert made.status_code == 201, made.text
        async with market.house.database.read() as tx:
            first = await tx.fetchval("select request_hash from kernel.idempotency where key = 'staff-1'")
        body["login"], body["password"] = "new-two", "another harbour at dusk"
        other = await client.post(
            f"/v1/shops/{ours}/staff", json=body, headers=headers | {"idempotency-key": "staff-2"}
        )
        assert other.status_code == 201, other.text
        async with market.house.database.read() as tx:
            second = await tx.fetchval("select request_hash from kernel.idempotency where key = 'staff-2'")
    assert first == second  # of method and path only


async def test_a_refused_password_is_not_answered_back(market):
    ours = market.places["north"].shown
    typed = "x" * 1001
    async with market.signed_in("north-main") as client:
        headers = await csrf_of(client)
        body = {"login": "new-one", "name": "New", "password": typed}
        long = await client.post(f"/v1/shops/{ours}/staff", json=body, headers=headers)
        lacking = await client.post(f"/v1/shops/{ours}/staff", json={"password": "hunter2 and more"}, headers=headers)
    assert (long.status_code, lacking.status_code) == (422, 422)
    assert "xxxx" not in long.text
    assert "hunter2" not in lacking.text


async def everything_kept(market: Market) -> str:
    """All rows of the tables that hold what was asked and answered."""
    async with market.house.database.read() as tx:
        rows = []
        for table in ("kernel.idempotency", "accounts.api_key", "accounts.audit_trail", "accounts.session"):
            rows += await tx.fetch(f"select row_to_json(t)::text as row from {table} t")
    return "\n".join(row["row"] for row in rows)


# ---- requests that are not what they seem


@pytest.mark.parametrize(
    ("name", "value"),
    [("cookie", "a/b=1; c=2"), ("cookie", "peakday_session=\xff\xfe"), ("cookie", ";;=;=x"), ("x-request-id", "é" * 9),
     ("idempotency-key", "é"), ("accept-language", ";q=\xff"), ("authorization", "Bearer "), ("range", "bytes=9-1")],
)  # fmt: skip
async def test_a_strange_header_is_answered_not_stumbled_over(market, name, value):
    async with market.client() as client:
        for path in ("/sign-in", "/v1/me", "/static/peakday.css"):
            answer = await client.get(path, headers={name: value.encode("latin-1")})
            assert answer.status_code < 500, (path, answer.text[:200])


async def test_addresses_that_do_not_exist_are_a_page_or_a_problem_never_a_fault(market):
    async with market.client() as client:
        for path in ("/static/none.css", "/static/..%2f..%2fpyproject.toml", "/healthy", "/x%00y", "/%ff%fe?a=%ff"):
            answer = await client.get(path, follow_redirects=False)
            assert answer.status_code in {303, 404}, (path, answer.status_code)
            assert "script-src" not in answer.headers["content-security-policy"]


async def test_the_way_back_after_signing_in_never_leaves_the_house(market):
    for target in ("//evil.example/", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:x"):
        async with market.client() as client:
            await client.get("/sign-in")
            token = client.cookies["peakday_csrf"]
            form = {"login": "north-main", "password": PASSWORD, "next": target, "csrf_token": token}
            answer = await client.post("/sign-in", data=form)
            assert (answer.status_code, answer.headers["location"]) == (303, "/"), target


async def test_a_body_with_half_a_character_is_refused(market):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        headers = await csrf_of(client) | {"content-type": "application/json"}
        for body in (
            b'{"name": "\\ud800"}',
            b'{"name": "\\u0000"}',
            b"[" * 100_000,
            b'{"version": 1' + b"0" * 9_000 + b"}",
        ):
            answer = await client.patch(f"/v1/shops/{ours}", content=body, headers=headers)
            assert answer.status_code in {400, 422}, (body[:40], answer.status_code)
        assert (await client.get(f"/v1/shops/{ours}")).json()["name"] == "Shop north"


@pytest.mark.parametrize(
    "path",
    ["items?low=99999999999999999999999&sort=x", "items?category=cat_x", "items?after=itm_x", "orders?flag=%00",
     "data/items?sort=;drop&page=1", "data/items?q=%25%27%22--", "data/trade?period=day:9999-12-31",
     "data/trade?period=custom&start=2026-02-30&end=1", "metrics/paid_amount/rows?terminal=%00%27",
     "metrics/paid_amount/rows?cursor=W10", "metrics/paid_amount/rows?day=x", "data/market?category=cat_1",
     "metrics/..%2f..%2fetc", "data/home/export/x.csv", "data/item/export/days.csv", "audit?q=%25&start=1"],
)  # fmt: skip
async def test_wild_words_in_an_address_are_refused_or_harmless(market, path):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        answer = await client.get(f"/shop/{ours}/{path}")
        assert answer.status_code < 500, answer.text[:300]


async def test_a_made_up_cursor_of_rows_is_refused(market):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        for marks in (["2026-W01-1", "x", "1"], ["2026-01-01", "x", "9" * 30], ["2026-01-01T00:00:00", "\u0000", "1"]):
            for size in (1, 2, 3):
                cursor = base64.urlsafe_b64encode(json.dumps(marks[:size]).encode()).decode().rstrip("=")
                for name in ("paid_amount", "paying_buyers", "unsaleable_items"):
                    answer = await client.get(f"/v1/shops/{ours}/metrics/{name}/rows?cursor={cursor}")
                    assert answer.status_code < 500, (name, marks, answer.text[:200])


async def test_an_edit_number_beyond_all_numbers_is_not_found(market):
    ours = market.places["north"]
    where = f"/shop/{ours.shown}/items/{show_id('itm', ours.item_id)}/edits/{'9' * 25}/undo"
    async with market.signed_in("north-main") as client:
        answer = await client.post(where, headers=await csrf_of(client))
    assert answer.status_code in {404, 422}


# ---- what others wrote


async def test_no_word_of_an_item_or_shop_becomes_a_script(market):
    ours = market.places["north"]
    evil = """</script><img src=x onerror=alert(1)>"'{{7*7}}"""
    async with market.house.database.transaction() as tx:
        await tx.execute(
            "update catalog.item set title = $1, images = $2, changed_xid = pg_current_xact_id()",
            evil,
            ["javascript:alert(1)"],
        )
        await tx.execute("update shops.shop set name = $1, changed_xid = pg_current_xact_id()", evil)
        await tx.execute("update catalog.category set name_zh = $1, name_en = $1", evil)
    item = show_id("itm", ours.item_id)
    async with market.signed_in("north-main") as client:
        for path in (
            "",
            "items",
            f"items/{item}",
            "orders",
            f"orders/{show_id('ord', ours.order_id)}",
            "profile",
            "data/items",
            f"data/items/{item}?period=30d",
            "data/trade",
            "data/market?ranked=items",
            "metrics/paid_amount/rows",
            f"items?q={evil}",
            f"data/items?q={evil}&sort={evil}",
        ):
            answer = await client.get(f"/shop/{ours.shown}/{path}")
            assert answer.status_code == 200, (path, answer.status_code)
            assert "<img src=x" not in answer.text, path
            assert "</script><img" not in answer.text, path
            assert 'href="javascript:' not in answer.text, path


async def test_exports_write_formulas_as_text(market):
    ours = market.places["north"]
    evils = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "\t=1", "\r=1", "＝1+1", "＠x"]
    async with market.signed_in("north-main") as client:
        for evil in evils:
            async with market.house.database.transaction() as tx:
                await tx.execute(
                    "update catalog.item set title = $1, images = $2, changed_xid = pg_current_xact_id()", evil, [evil]
                )
                await tx.execute(
                    "update orders.customer_order set source_ref = $1 where shop_id = $2", evil, ours.shop_id
                )
            for path in ("items/export?format=csv", "orders.csv", "data/items/export/unsold.csv?period=30d"):
                answer = await client.get(f"/shop/{ours.shown}/{path}")
                assert answer.status_code == 200, path
                for row in csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")):
                    assert evil not in row, (path, row)


# ---- the market list


async def test_asking_for_many_periods_teaches_nothing_more_about_another_shop(market):
    """Periods that differ only in days without trade show the same index: else the shaking could be averaged away."""
    async with market.house.database.transaction() as tx:  # enough shops, else nothing is shown
        for number in range(8):
            await open_shop(tx, market.house, f"s{number}")
    found = set()
    async with market.signed_in("north-main") as client:
        for day in range(12, 28):
            query = f"period=custom&start=2026-11-01&end=2026-11-{day}"
            page = await client.get(f"/shop/{market.places['north'].shown}/data/market/?{query}".replace("/?", "?"))
            assert "Shop south" in page.text
            found.add(tuple(re.findall(r"[\d,]+", page.text[page.text.index("Shop south") :][:300])))
    assert len(found) == 1


# ---- the trail


async def test_every_export_leaves_a_trace_however_often(market):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        for _ in range(3):
            assert (await client.get(f"/v1/shops/{ours}/exports/items")).status_code == 200
    async with market.house.database.read() as tx:
        actions = await tx.fetch("select action from accounts.audit_trail where subject like '%/exports/items'")
    assert [row["action"] for row in actions] == ["exported"] * 3


async def test_a_sub_account_cannot_be_named_the_main_account(market):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        headers = await csrf_of(client)
        staff = (await client.get(f"/v1/shops/{ours}/staff")).json()["items"]
        sub = next(one for one in staff if not one["is_main"])
        for role in ("main", "platform"):
            answer = await client.patch(
                f"/v1/shops/{ours}/staff/{sub['account_id']}", json={"role": role}, headers=headers
            )
            assert answer.status_code == 422, (role, answer.text)
        after = (await client.get(f"/v1/shops/{ours}/staff/{sub['account_id']}")).json()
    assert after["role"] == sub["role"]


async def test_the_old_password_cannot_be_guessed_from_a_stolen_session(market):
    async with market.signed_in("north-main") as client:
        token = (await csrf_of(client))["x-csrf-token"]
        statuses = []
        for attempt in range(12):
            form = {"old_password": f"guess {attempt}", "password": "a new and long one", "csrf_token": token}
            statuses.append((await client.post("/account/password", data=form)).status_code)
    assert statuses[-1] == 429
