"""Does a browser sign in and out, stay on our own host, and keep its cookie to itself?"""

import pytest

from peakday.market.accounts.web.sign_in import own_path
from tests.market.doors import csrf_in, signed_in, visitor
from tests.market.people import PASSWORD, enter, open_shop_with_owner

NEW = "the tea of early spring"


@pytest.fixture(autouse=True)
async def shop(house, clock):
    return await open_shop_with_owner(house.database, "one", clock.now())


@pytest.mark.parametrize(
    ("wanted", "path"),
    [
        ("/shop/x?period=7d", "/shop/x?period=7d"), (None, "/"), ("", "/"), ("https://evil.example/", "/"),
        ("//evil.example", "/"), ("/\\evil.example", "/"), ("javascript:alert(1)", "/"), ("/a\r\nset-cookie: b", "/"),
        ("/" + "a" * 1_000, "/"),
    ],
)  # fmt: skip
def test_after_signing_in_one_goes_to_a_path_of_our_own_only(wanted, path):
    assert own_path(wanted) == path


async def _knock(client, **changes):
    page = await client.get("/sign-in?next=/shop/x")
    form = {"login": "owner-one", "password": PASSWORD, "next": "/shop/x", "csrf_token": csrf_in(page), **changes}
    return await client.post("/sign-in", data=form)


async def test_the_right_password_sets_a_cookie_that_scripts_cannot_read_and_goes_on(house):
    async with visitor(house) as client:
        answer = await _knock(client)
        assert (answer.status_code, answer.headers["location"]) == (303, "/shop/x")
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("peakday_session="))
        assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert (await client.get("/sign-in")).headers["location"] == "/"


async def test_behind_https_the_cookie_is_secure(house):
    async with visitor(house) as client:
        client.base_url = "https://peakday.test"
        answer = await _knock(client)
        cookie = next(c for c in answer.headers.get_list("set-cookie") if c.startswith("__Host-peakday_session="))
        assert {"Secure", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        assert (await client.get("/account")).status_code == 200


@pytest.mark.parametrize(
    ("language", "said"), [("en", "The login or the password is wrong"), ("zh", "账号或密码不正确")]
)
async def test_a_wrong_password_is_told_in_the_readers_language_and_keeps_what_was_typed(house, language, said):
    async with visitor(house, **{"accept-language": language}) as client:
        answer = await _knock(client, password="wrong password 123")
    assert answer.status_code == 401
    assert said in answer.text
    assert 'value="owner-one"' in answer.text
    assert 'value="/shop/x"' in answer.text
    assert "wrong password 123" not in answer.text


async def test_too_many_attempts_say_when_to_come_back(house):
    async with visitor(house) as client:
        for _ in range(10):
            assert (await _knock(client, password="wrong password 123")).status_code == 401
        answer = await _knock(client)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")


async def test_a_sign_in_without_the_token_of_our_page_is_refused(house):
    async with visitor(house) as client:
        assert (await _knock(client, csrf_token="guess")).status_code == 403
        assert "peakday_session" not in client.cookies


async def test_the_token_changes_with_the_sign_in(house):
    async with visitor(house) as client:
        before = csrf_in(await client.get("/sign-in"))
        await _knock(client)
        assert csrf_in(await client.get("/account")) != before


async def test_signing_out_ends_the_session_and_forgets_the_cookie(house):
    async with signed_in(house, "owner-one") as client:
        token = client.cookies["peakday_session"]
        answer = await client.post("/sign-out", data={"csrf_token": csrf_in(await client.get("/account"))})
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        assert "peakday_session" not in client.cookies
        client.cookies.set("peakday_session", token)
        assert (await client.get("/account")).headers["location"] == "/sign-in?next=/account"


async def test_the_account_page_changes_the_password_and_ends_other_sessions(house, clock):
    await enter(house.database, "owner-one", clock.now())
    async with signed_in(house, "owner-one") as client:
        page = await client.get("/account")
        assert page.text.count("last used") == 2
        form = {"old_password": PASSWORD, "password": "short", "csrf_token": csrf_in(page)}
        refused = await client.post("/account/password", data=form)
        assert refused.status_code == 422
        assert "fewer than 12 characters" in refused.text
        answer = await client.post("/account/password", data={**form, "password": NEW})
        assert answer.headers["location"] == "/account?done=password"
        assert (await client.get("/account")).text.count("last used") == 1
    assert (await enter(house.database, "owner-one", clock.now(), NEW)).account.login == "owner-one"


async def test_one_can_sign_out_everywhere_else(house, clock):
    await enter(house.database, "owner-one", clock.now())
    async with signed_in(house, "owner-one") as client:
        token = csrf_in(await client.get("/account"))
        answer = await client.post("/account/sessions", data={"csrf_token": token})
        assert answer.headers["location"] == "/account?done=sessions"
        assert (await client.get("/account")).text.count("last used") == 1
