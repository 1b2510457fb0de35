"""Who is recognised, at what price, and how soon does a revocation count?"""

from datetime import timedelta

import pytest

from peakday.market.accounts import api
from peakday.market.accounts.model import NewKey
from tests.market.people import enter, open_shop_with_owner

ADDRESS = "203.0.113.9"


@pytest.fixture
async def shop(database, clock):
    return await open_shop_with_owner(database, "one", clock.now())


@pytest.fixture
async def key(database, clock, shop):
    async with database.transaction() as tx:
        return await api.create_key(tx, shop[1], shop[0], NewKey("erp", frozenset({"events:write"})), clock.now())


async def test_nobody_is_nobody(database, clock):
    assert await api.identify(database, None, None, clock.now()) == api.Identity(None, "")


@pytest.mark.parametrize("junk", ["", "x", "pkd_" + "a" * 43, "\0", "é\ud800", "a" * 100_000])
async def test_an_unknown_token_or_secret_is_nobody(database, clock, shop, junk):
    assert (await api.identify(database, junk, None, clock.now())).actor is None
    assert (await api.identify(database, None, junk, clock.now())).actor is None


async def test_a_session_is_recognised_with_its_address_and_its_own_csrf_token(database, clock, shop):
    one, other = await enter(database, "owner-one", clock.now()), await enter(database, "owner-one", clock.now())
    identity = await api.identify(database, one.token, None, clock.now(), ADDRESS)
    assert (identity.actor.account_id, identity.actor.remote_address) == (shop[1].account_id, ADDRESS)
    assert identity.csrf_token == one.csrf_token != other.csrf_token


async def test_a_bearer_secret_counts_before_the_cookie(database, clock, shop, key):
    opened = await enter(database, "owner-one", clock.now())
    identity = await api.identify(database, opened.token, key.secret, clock.now(), ADDRESS)
    assert identity.actor.via_key == key.key.key_id
    assert identity.actor.permissions == {"events:write"}
    assert (await api.identify(database, opened.token, "pkd_wrong", clock.now())).actor is None


async def test_a_known_key_costs_no_query_for_four_seconds_and_a_revocation_counts_within_five(
    database, clock, shop, key
):
    assert (await api.identify(database, None, key.secret, clock.now(), ADDRESS)).actor is not None
    async with database.transaction() as tx:
        await api.revoke_key(tx, shop[1], shop[0], key.key.key_id, clock.now())
    clock.advance(timedelta(seconds=3))
    remembered = await api.identify(database, None, key.secret, clock.now(), "198.51.100.1")
    assert remembered.actor.remote_address == "198.51.100.1"
    clock.advance(timedelta(seconds=1))
    assert (await api.identify(database, None, key.secret, clock.now())).actor is None


async def test_memory_never_outlasts_the_expiry_of_a_key(database, clock, shop):
    wanted = NewKey("short", frozenset({"events:write"}), clock.now() + timedelta(seconds=2))
    async with database.transaction() as tx:
        made = await api.create_key(tx, shop[1], shop[0], wanted, clock.now())
    assert (await api.identify(database, None, made.secret, clock.now())).actor is not None
    clock.advance(timedelta(seconds=2))
    assert (await api.identify(database, None, made.secret, clock.now())).actor is None


async def test_the_last_use_of_a_key_and_of_a_session_is_noted_to_the_minute(database, clock, shop, key):
    opened = await enter(database, "owner-one", clock.now())
    begun = clock.now()

    async def noted():
        await api.identify(database, None, key.secret, clock.now())
        await api.identify(database, opened.token, None, clock.now())
        async with database.read() as connection:
            [listed] = await api.list_keys(connection, shop[1], shop[0])
            [session] = await api.list_sessions(connection, shop[1], clock.now())
        return listed.used_at, session.seen_at

    assert await noted() == (begun, begun)
    clock.advance(timedelta(seconds=30))
    assert await noted() == (begun, begun)
    clock.advance(timedelta(seconds=30))
    assert await noted() == (clock.now(), clock.now())
