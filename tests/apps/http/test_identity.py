"""Who is let in, in which language, and which forms are forged?"""

import pytest

from peakday.apps.http.identity import FORM_BYTES_MAX
from tests.apps.http.conftest import PASSWORD

FORM = "application/x-www-form-urlencoded"


async def test_a_chosen_language_is_kept_in_a_cookie_and_used_from_then_on(market):
    async with market.client() as client:
        page = await client.get("/sign-in?lang=en", headers={"accept-language": "zh"})
        cookie = next(one for one in page.headers.get_list("set-cookie") if one.startswith("peakday_lang="))
        assert cookie == "peakday_lang=en; Path=/; Max-Age=31536000; SameSite=Lax"
        again = await client.get("/sign-in", headers={"accept-language": "zh"})
        assert '<html lang="en"' in again.text
        assert not [one for one in again.headers.get_list("set-cookie") if one.startswith("peakday_lang=")]


async def test_a_language_that_is_none_of_ours_is_never_set(market):
    async with market.client() as client:
        page = await client.get("/sign-in?lang=en%0d%0aSet-Cookie:%20x=1")
        assert "peakday_lang" not in str(page.headers.get_list("set-cookie"))
        assert "x" not in client.cookies


async def test_the_token_of_a_strangers_form_is_out_of_reach_of_scripts(market):
    async with market.client() as client:
        page = await client.get("/sign-in")
    cookie = next(one for one in page.headers.get_list("set-cookie") if one.startswith("peakday_csrf="))
    assert cookie.endswith("; Path=/; HttpOnly; SameSite=Lax")


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://evil.example"},
     {"origin": "null"}, {"origin": "http://peakday.test.evil.example"}],
)  # fmt: skip
async def test_a_form_from_another_site_is_refused_even_with_the_right_token(market, headers):
    async with market.client() as client:
        await client.get("/sign-in")
        form = {"login": "north-main", "password": PASSWORD, "csrf_token": client.cookies["peakday_csrf"]}
        answer = await client.post("/sign-in", data=form, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert "peakday_session" not in client.cookies


async def test_signing_in_opens_a_new_session_whatever_cookie_came_with_it(market):
    async with market.client() as client:
        client.cookies.set("peakday_session", "planted", domain="peakday.test", path="/")
        page = await client.get("/sign-in")
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"login": "north-main", "password": PASSWORD, "csrf_token": token}
        answer = await client.post("/sign-in", data=form)
        assert answer.status_code == 303
        fresh = next(one for one in answer.headers.get_list("set-cookie") if one.startswith("peakday_session="))
        assert "planted" not in fresh


@pytest.mark.parametrize(
    ("headers", "is_let_in"),
    [({"sec-fetch-site": "same-origin"}, True), ({"origin": "http://peakday.test"}, True), ({}, False),
     ({"sec-fetch-site": "cross-site"}, False), ({"origin": "https://evil.example"}, False)],
)  # fmt: skip
async def test_an_upload_proves_itself_by_its_origin(market, headers, is_let_in):
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        file = {"file": ("../../evil.csv", b"item_ref,title,category,list_price\n", "text/csv")}
        answer = await client.post(f"/shop/{ours}/imports", files=file, headers=headers)
    assert (answer.status_code != 403) is is_let_in, answer.text[:200]


async def test_a_form_that_is_too_large_is_refused_unread(market):
    async with market.client() as client:
        body = b"login=" + b"x" * FORM_BYTES_MAX
        answer = await client.post("/sign-in", content=body, headers={"content-type": FORM})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_half_a_form_changes_nothing(market):
    """The line breaks after the token and the new name, before the rest."""
    ours = market.places["north"].shown
    async with market.signed_in("north-main") as client:
        token = (await client.get("/account")).text.split('name="csrf-token" content="')[1].split('"')[0]
        messages = [
            {"type": "http.request", "body": f"csrf_token={token}&name=Half".encode(), "more_body": True},
            {"type": "http.disconnect"},
        ]
        sent = []
        cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
        headers = {"host": "peakday.test", "content-type": FORM, "cookie": cookies}
        scope = {
            "type": "http", "method": "POST", "path": f"/shop/{ours}/profile", "query_string": b"", "scheme": "http",
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
            "client": ("203.0.113.9", 1), "server": ("peakday.test", 80), "http_version": "1.1", "root_path": "",
            "raw_path": f"/shop/{ours}/profile".encode(),
        }  # fmt: skip

        async def receive():
            return messages.pop(0) if messages else {"type": "http.disconnect"}

        async def send(message):
            sent.append(message)

        await market.app(scope, receive, send)
        assert sent == []
        assert (await client.get(f"/v1/shops/{ours}")).json()["name"] == "Shop north"
