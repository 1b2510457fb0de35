"""Who may sign in, what does a refusal leave behind, and when does a session end?"""

import asyncio
from datetime import timedelta

import pytest

from peakday.market.accounts import api
from peakday.market.accounts.errors import BadCredentials, TooManySignIns
from peakday.market.accounts.model import AccountChanges, AccountStatus, AuditFilter, Role
from tests.market.people import ADDRESS, PASSWORD, enter, open_account, open_shop_with_owner

pytestmark = pytest.mark.usefixtures("database")


async def _count(database, sql, *values):
    async with database.read() as connection:
        return await connection.fetchval(sql, *values)


async def _actor(database, token, now):
    async with database.read() as connection:
        found = await api.authenticate_session(connection, token, now)
    return found[0] if found else None


async def test_the_right_password_opens_a_session_of_which_only_the_hash_is_kept(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    opened = await enter(database, " Owner-One ", clock.now())
    assert opened.account.shop_id == shop_id
    assert opened.csrf_token == api.csrf_of(opened.token)
    assert await _actor(database, opened.token, clock.now()) == owner
    kept = await _count(database, "select string_agg(s::text, ' ') from accounts.session s")
    assert opened.token not in kept
    assert await _count(database, "select password_hash from accounts.account") != PASSWORD


@pytest.mark.parametrize(
    ("login", "password"), [("owner-one", "wrong password 123"), ("nobody", PASSWORD), ("a\0b", PASSWORD), ("", "")]
)
async def test_a_wrong_login_and_a_wrong_password_look_alike_and_open_nothing(database, clock, login, password):
    await open_shop_with_owner(database, "one", clock.now())
    with pytest.raises(BadCredentials) as refused:
        await enter(database, login, clock.now(), password)
    assert (refused.value.code, refused.value.data) == ("bad_credentials", {})
    assert await _count(database, "select count(*) from accounts.session") == 0


async def test_a_refused_sign_in_is_counted_and_stands_in_the_trail_of_the_shop(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    with pytest.raises(BadCredentials):
        await enter(database, "owner-one", clock.now(), "wrong password 123")
    async with database.read() as connection:
        [entry] = await api.list_audit(connection, owner, shop_id, AuditFilter(action="sign_in_refused"))
    assert (entry.remote_address, entry.at, entry.account_id) == (ADDRESS, clock.now(), None)
    assert await _count(database, "select sum(hits)::int from kernel.rate_window") == 2  # the login and the address


async def test_after_ten_attempts_even_the_right_password_waits_for_the_window(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    for _ in range(10):
        with pytest.raises(BadCredentials):
            await enter(database, "owner-one", clock.now(), "wrong password 123")
    clock.advance(timedelta(minutes=5))
    with pytest.raises(TooManySignIns) as refused:
        await enter(database, "owner-one", clock.now())
    assert refused.value.retry_after_seconds == 600
    assert await _count(database, "select count(*) from accounts.session") == 0
    clock.advance(timedelta(minutes=10))
    assert (await enter(database, "owner-one", clock.now())).account.login == "owner-one"


async def test_a_right_password_forgets_the_failures_before_it(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    for _ in range(2):
        for _ in range(9):
            with pytest.raises(BadCredentials):
                await enter(database, "owner-one", clock.now(), "wrong password 123")
        await enter(database, "owner-one", clock.now())
    assert await _count(database, "select count(*) from accounts.session") == 2


async def test_one_address_has_a_limit_over_all_logins(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    async with database.transaction() as tx:
        await tx.execute(
            "insert into kernel.rate_window values ($1, $2, 200)", f"sign_in:address:{ADDRESS}", clock.now()
        )
    with pytest.raises(TooManySignIns):
        await enter(database, "owner-one", clock.now())
    assert (await enter(database, "owner-one", clock.now(), address="198.51.100.1")).account.login == "owner-one"


async def test_attempts_at_the_same_time_are_all_counted(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    tries = [enter(database, "owner-one", clock.now(), "wrong password 123") for _ in range(14)]
    refused = await asyncio.gather(*tries, return_exceptions=True)
    assert sorted(type(error).__name__ for error in refused) == ["BadCredentials"] * 10 + ["TooManySignIns"] * 4


async def test_every_sign_in_has_a_token_of_its_own(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    one, other = await enter(database, "owner-one", clock.now()), await enter(database, "owner-one", clock.now())
    assert one.token != other.token
    assert one.csrf_token != other.csrf_token


async def test_a_cheap_hash_is_made_dear_at_the_next_sign_in(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    await enter(database, "owner-one", clock.now())
    stored = await _count(database, "select password_hash from accounts.account")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    await enter(database, "owner-one", clock.now())
    assert await _count(database, "select password_hash from accounts.account") == stored


async def test_a_session_ends_after_eight_idle_hours_but_lives_while_it_is_used(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    used, idle = await enter(database, "owner-one", clock.now()), await enter(database, "owner-one", clock.now())
    clock.advance(timedelta(hours=7, minutes=59))
    assert await _actor(database, used.token, clock.now()) is not None
    clock.advance(timedelta(minutes=1))
    assert await _actor(database, idle.token, clock.now()) is None
    assert await _actor(database, used.token, clock.now()) is not None


async def test_a_session_ends_after_seven_days_however_much_it_is_used(database, clock):
    await open_shop_with_owner(database, "one", clock.now())
    opened = await enter(database, "owner-one", clock.now())
    for _ in range(27):
        clock.advance(timedelta(hours=6))
        assert await _actor(database, opened.token, clock.now()) is not None
    clock.advance(timedelta(hours=6))
    assert await _actor(database, opened.token, clock.now()) is None


async def test_signing_out_ends_this_session_only_and_everywhere_ends_the_others(database, clock):
    _, owner = await open_shop_with_owner(database, "one", clock.now())
    one, two, three = [await enter(database, "owner-one", clock.now()) for _ in range(3)]
    async with database.transaction() as tx:
        await api.sign_out(tx, owner, one.token, clock.now())
    assert await _actor(database, one.token, clock.now()) is None
    assert await _actor(database, two.token, clock.now()) is not None
    async with database.transaction() as tx:
        assert await api.sign_out_everywhere(tx, owner, clock.now(), two.token) == 1
    assert await _actor(database, two.token, clock.now()) is not None
    assert await _actor(database, three.token, clock.now()) is None


async def test_a_disabled_account_cannot_sign_in_and_its_sessions_end_at_once(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    async with database.transaction() as tx:
        wang = await open_account(tx, shop_id, "wang", clock.now(), Role.SHIPPING)
    opened = await enter(database, "wang", clock.now())
    async with database.transaction() as tx:
        closing = AccountChanges(status=AccountStatus.DISABLED)
        await api.edit_account(tx, owner, shop_id, wang.account_id, closing, clock.now())
    assert await _actor(database, opened.token, clock.now()) is None
    with pytest.raises(BadCredentials):
        await enter(database, "wang", clock.now())


async def test_purging_removes_ended_sessions_and_old_counters_only(database, clock):
    _, owner = await open_shop_with_owner(database, "one", clock.now())
    ended, kept = await enter(database, "owner-one", clock.now()), await enter(database, "owner-one", clock.now())
    with pytest.raises(BadCredentials):
        await enter(database, "owner-one", clock.now(), "wrong password 123")
    async with database.transaction() as tx:
        await api.sign_out(tx, owner, ended.token, clock.now())
        await api.purge(tx, clock.now() + timedelta(hours=1))
    assert await _count(database, "select count(*) from accounts.session") == 1
    assert await _count(database, "select count(*) from kernel.rate_window") == 0
    assert await _actor(database, kept.token, clock.now()) is not None
