"""Do the pages of staff, keys and the audit trail do what they say, and only for who may?"""

import csv
import io
import re

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from tests.market.doors import csrf_in, signed_in
from tests.market.people import PASSWORD, enter, open_account, open_shop_with_owner


@pytest.fixture
async def base(house, clock):
    shop_id, _ = await open_shop_with_owner(house.database, "one", clock.now())
    return f"/shop/{show_id('shp', shop_id)}"


async def _add(client, base, **changes):
    page = await client.get(f"{base}/staff/new")
    form = {"login": "wang", "name": "王 <b>", "password": PASSWORD, "role": "shipping", "csrf_token": csrf_in(page)}
    return await client.post(f"{base}/staff/new", data={**form, **changes})


@pytest.mark.capability("QN-08")
async def test_the_main_account_opens_changes_and_closes_a_sub_account(house, base, clock):
    async with signed_in(house, "owner-one") as client:
        assert (await _add(client, base)).headers["location"] == f"{base}/staff?done=created"
        staff = await client.get(f"{base}/staff?done=created")
        assert "王 &lt;b&gt;" in staff.text
        edit = re.search(rf'href="({base}/staff/acc_\w+)"', staff.text).group(1)
        page = await client.get(edit)
        assert re.search(r'value="logistics:edit"[^>]*checked', page.text)
        assert not re.search(r'value="data:view"[^>]*checked', page.text)
        form = {"name": "王", "role": "custom", "permissions": ["items:edit", "data:view"], "status": "active"}
        answer = await client.post(edit, data={**form, "csrf_token": csrf_in(page)})
        assert answer.headers["location"] == f"{base}/staff?done=edited"
        page = await client.get(edit)
        checked = re.findall(r'value="(\w+:\w+)"[^>]*checked', page.text)
        assert checked == ["items:view", "items:edit", "data:view"]
        reset = await client.post(f"{edit}/password", data={"password": "tea of spring!", "csrf_token": csrf_in(page)})
        assert reset.headers["location"] == f"{base}/staff?done=password"
        assert (await enter(house.database, "wang", clock.now(), "tea of spring!")).account.name == "王"
        closing = {**form, "status": "disabled", "csrf_token": csrf_in(page)}
        assert (await client.post(edit, data=closing)).status_code == 303
        assert "Disabled" in (await client.get(f"{base}/staff")).text


async def test_a_refused_account_keeps_what_was_typed_and_says_why(house, base):
    async with signed_in(house, "owner-one") as client:
        answer = await _add(client, base, password="password1234")
        assert answer.status_code == 422
        assert "common and easily guessed" in answer.text
        assert 'value="wang"' in answer.text
        assert "password1234" not in answer.text
        assert (await _add(client, base, login="owner-one")).status_code == 409
        assert (await _add(client, base, role="platform")).status_code == 422
        assert "wang" not in (await client.get(f"{base}/staff")).text


async def test_a_sub_account_without_the_right_sees_no_staff_keys_or_trail(house, base, clock):
    async with signed_in(house, "owner-one") as client:
        await _add(client, base)
    async with signed_in(house, "wang") as client:
        for path in ("staff", "staff/new", "keys", "audit", "audit.csv"):
            answer = await client.get(f"{base}/{path}")
            assert answer.status_code == 403, path
            assert "owner-one" not in answer.text, path


async def test_a_key_is_shown_once_works_as_bearer_and_stops_when_revoked(house, base, clock):
    async with signed_in(house, "owner-one") as client:
        page = await client.get(f"{base}/keys")
        form = {"name": "erp", "scopes": ["shop:read"], "expires_on": "2026-12-31", "csrf_token": csrf_in(page)}
        made = await client.post(f"{base}/keys", data=form)
        secret = re.search(r"data-secret>(pkd_[\w-]+)<", made.text).group(1)
        listed = await client.get(f"{base}/keys")
        assert secret not in listed.text
        assert secret[:10] in listed.text
        assert "Jan 1, 2027" in listed.text
        bearer = {"authorization": f"Bearer {secret}"}
        profile = await client.get(f"/v1{base.replace('/shop/', '/shops/')}", headers=bearer)
        assert profile.json()["name"] == "Shop one"
        revoke = re.search(rf'action="({base}/keys/key_\w+/revoke)"', listed.text).group(1)
        assert (await client.post(revoke, data={"csrf_token": csrf_in(listed)})).status_code == 303
        clock.at = clock.at.replace(second=5)
        assert (await client.get("/v1/me", headers=bearer)).status_code == 401


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"name": "erp"}, "No scope is chosen"),
        ({"name": "erp", "scopes": ["shop:read"], "expires_on": "soon"}, "This is not a day"),
        ({"name": "erp", "scopes": ["shop:read"], "expires_on": "2020-01-01"}, "The expiry has passed"),
    ],
)
async def test_a_faulty_key_is_refused_with_its_reason(house, base, form, said):
    async with signed_in(house, "owner-one") as client:
        token = csrf_in(await client.get(f"{base}/keys"))
        answer = await client.post(f"{base}/keys", data={**form, "csrf_token": token})
    assert answer.status_code == 422
    assert said in answer.text


async def test_the_trail_tells_who_saw_and_did_what_and_is_searched_paged_and_exported(house, base, clock):
    async with signed_in(house, "owner-one") as client:
        await _add(client, base, name="=HYPERLINK(1)")
        await client.get(f"{base}/staff")
        page = await client.get(f"{base}/audit")
        for words in ("Signed in", "Account opened", "Viewed", f"page:{base}/staff", "203.0.113.7"):
            assert words in page.text, words
        only = await client.get(f"{base}/audit?q=wang&action=&start=&end=")
        assert "No entry matches" in only.text
        day = await client.get(f"{base}/audit?q=&action=signed_in&start=2026-11-11&end=2026-11-11")
        assert "page:" not in day.text
        assert "No entry matches" in (await client.get(f"{base}/audit?start=2026-11-12")).text
        assert (await client.get(f"{base}/audit?start=yesterday")).status_code == 422
        exported = await client.get(f"{base}/audit.csv?action=account_created&q=&start=&end=")
        assert exported.headers["content-type"] == "text/csv; charset=utf-8"
        rows = list(csv.DictReader(io.StringIO(exported.text.removeprefix("\ufeff"))))
        assert {(row["action"], row["actor_name"]) for row in rows} == {
            ("account_created", "Owner-One"), ("account_created", "system"),
        }  # fmt: skip
        assert "Audit trail exported" in (await client.get(f"{base}/audit")).text


async def test_a_trail_longer_than_a_page_is_read_to_its_end(house, base, clock):
    async with house.database.transaction() as tx:
        for number in range(120):
            await tx.execute(
                "insert into accounts.audit_trail select gen_random_uuid(), shop_id, 'merchant', account_id, null,"
                " 'Lin', 'viewed', $1, '', created_at from accounts.account", f"page:/{number}",
            )  # fmt: skip
    seen = []
    async with signed_in(house, "owner-one") as client:
        address = f"{base}/audit?action=viewed"
        while address:
            page = await client.get(address)
            seen += re.findall(r"<code>(page:/\d+)</code>", page.text)
            more = re.search(r'rel="next" href="([^"]+)"', page.text)
            address = more.group(1).replace("&amp;", "&") if more else None
    assert sorted(seen) == sorted(f"page:/{number}" for number in range(120))


@pytest.mark.capability("QN-08")
async def test_another_shops_pages_are_not_found_and_change_nothing(house, base, clock):
    other_id, _ = await open_shop_with_owner(house.database, "two", clock.now())
    async with house.database.transaction() as tx:
        wang = await open_account(tx, other_id, "wang", clock.now(), Role.SHIPPING)
    theirs, account = f"/shop/{show_id('shp', other_id)}", show_id("acc", wang.account_id)
    async with signed_in(house, "owner-one") as client:
        token = csrf_in(await client.get("/account"))
        for path in ("staff", "staff/new", f"staff/{account}", "keys", "audit", "audit.csv", "profile", "nothing"):
            answer = await client.get(f"{theirs}/{path}")
            assert answer.status_code == 404, path
            assert "wang" not in answer.text, path
        form = {"csrf_token": token, "name": "Stolen", "login": "stolen", "password": PASSWORD, "scopes": "shop:read"}
        for place in (theirs, base):
            for path in (f"staff/{account}", f"staff/{account}/password"):
                assert (await client.post(f"{place}/{path}", data=form)).status_code == 404
        for path in ("staff/new", "keys", "profile", f"keys/{show_id('key', other_id)}/revoke"):
            assert (await client.post(f"{theirs}/{path}", data=form)).status_code == 404, path
    assert (await enter(house.database, "wang", clock.now())).account.name == "Wang"
