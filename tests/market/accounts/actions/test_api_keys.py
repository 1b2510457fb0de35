"""What may a key do, for how long, and what of it is kept?"""

from datetime import timedelta

import pytest

from peakday.kernel.actor import require
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.market.accounts import api
from peakday.market.accounts.errors import BeyondOwnRights
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import AccountChanges, AccountStatus, AuditFilter, NewKey, Role
from tests.market.people import open_account, open_shop_with_owner

READ_ORDERS = NewKey("erp", frozenset({"orders:read"}))


@pytest.fixture
async def shop(database, clock):
    return await open_shop_with_owner(database, "one", clock.now())


async def _make(database, actor, shop_id, wanted, now):
    async with database.transaction() as tx:
        return await api.create_key(tx, actor, shop_id, wanted, now)


async def _actor(database, secret, now):
    async with database.read() as connection:
        return await api.authenticate_key(connection, secret, now)


async def test_the_secret_is_shown_once_and_only_its_hash_and_beginning_are_kept(database, clock, shop):
    shop_id, owner = shop
    made = await _make(database, owner, shop_id, READ_ORDERS, clock.now())
    assert made.secret.startswith(made.key.prefix)
    assert len(made.key.prefix) == 10
    async with database.read() as connection:
        kept = await connection.fetchval("select string_agg(k::text, ' ') from accounts.api_key k")
        trail = await connection.fetchval("select string_agg(a::text, ' ') from accounts.audit_trail a")
        [listed] = await api.list_keys(connection, owner, shop_id)
    assert made.secret not in kept + trail
    assert listed == made.key


async def test_a_key_is_bound_to_its_shop_and_its_scopes(database, clock, shop):
    shop_id, owner = shop
    other_id, _ = await open_shop_with_owner(database, "two", clock.now())
    made = await _make(database, owner, shop_id, READ_ORDERS, clock.now())
    actor = await _actor(database, made.secret, clock.now())
    require(actor, "trade:view", shop_id)
    for permission in ("trade:edit", "data:view", "items:view", "staff:view", "events:write", "*"):
        with pytest.raises(NotAllowed):
            require(actor, permission, shop_id)
    with pytest.raises(NotFound):
        require(actor, "trade:view", other_id)
    assert (actor.via_key, actor.account_id) == (made.key.key_id, owner.account_id)


async def test_a_revoked_key_is_nobody_and_revoking_again_changes_nothing(database, clock, shop):
    shop_id, owner = shop
    made = await _make(database, owner, shop_id, READ_ORDERS, clock.now())
    for _ in range(2):
        async with database.transaction() as tx:
            await api.revoke_key(tx, owner, shop_id, made.key.key_id, clock.now())
        clock.advance(timedelta(minutes=1))
    assert await _actor(database, made.secret, clock.now()) is None
    async with database.read() as connection:
        [listed] = await api.list_keys(connection, owner, shop_id)
    assert listed.revoked_at == clock.now() - timedelta(minutes=2)


async def test_another_shop_cannot_revoke_a_key(database, clock, shop):
    shop_id, owner = shop
    other_id, other = await open_shop_with_owner(database, "two", clock.now())
    made = await _make(database, owner, shop_id, READ_ORDERS, clock.now())
    async with database.transaction() as tx:
        for address in (shop_id, other_id):
            with pytest.raises(NotFound):
                await api.revoke_key(tx, other, address, made.key.key_id, clock.now())
    assert await _actor(database, made.secret, clock.now()) is not None


async def test_an_expired_key_is_nobody(database, clock, shop):
    shop_id, owner = shop
    wanted = NewKey("erp", frozenset({"orders:read"}), clock.now() + timedelta(hours=1))
    made = await _make(database, owner, shop_id, wanted, clock.now())
    clock.advance(timedelta(minutes=59))
    assert await _actor(database, made.secret, clock.now()) is not None
    clock.advance(timedelta(minutes=1))
    assert await _actor(database, made.secret, clock.now()) is None


@pytest.mark.parametrize(
    ("name", "scopes", "expires", "codes"),
    [
        ("", {"orders:read"}, None, ["name_form"]),
        ("erp", set(), None, ["scopes_empty"]),
        ("erp", {"orders:read", "moon:read"}, None, ["scope_unknown"]),
        ("erp", {"orders:read"}, timedelta(0), ["expiry_past"]),
        ("erp", {"orders:read"}, timedelta(days=4000), ["expiry_far"]),
    ],
)
async def test_a_faulty_key_is_not_made(database, clock, shop, name, scopes, expires, codes):
    shop_id, owner = shop
    expires_at = None if expires is None else clock.now() + expires
    with pytest.raises(Invalid) as refused:
        await _make(database, owner, shop_id, NewKey(name, frozenset(scopes), expires_at), clock.now())
    assert [problem.code for problem in refused.value.problems] == codes
    async with database.read() as connection:
        assert await api.list_keys(connection, owner, shop_id) == []


@pytest.mark.capability("QN-08")
async def test_nobody_makes_a_key_that_sees_more_than_they_do(database, clock, shop):
    shop_id, _ = shop
    async with database.transaction() as tx:
        mei = await open_account(tx, shop_id, "mei", clock.now(), Role.CUSTOM, {"staff:edit", "trade:view"})
    manager = actor_of_account(mei)
    with pytest.raises(BeyondOwnRights) as refused:
        await _make(database, manager, shop_id, NewKey("sly", frozenset({"metrics:read"})), clock.now())
    assert refused.value.data == {"permission": "data:view"}
    made = await _make(database, manager, shop_id, READ_ORDERS, clock.now())
    assert (await _actor(database, made.secret, clock.now())).permissions == {"trade:view"}


@pytest.mark.capability("QN-08")
async def test_a_key_loses_what_its_maker_loses(database, clock, shop):
    shop_id, owner = shop
    held = {"staff:edit", "home:view", "trade:view", "data:view"}
    async with database.transaction() as tx:
        mei = await open_account(tx, shop_id, "mei", clock.now(), Role.CUSTOM, held)
    wanted = NewKey("bi", frozenset({"metrics:read", "orders:read"}))
    made = await _make(database, actor_of_account(mei), shop_id, wanted, clock.now())
    assert (await _actor(database, made.secret, clock.now())).can("data:view")
    async with database.transaction() as tx:
        changes = AccountChanges(permissions=frozenset(held - {"data:view"}))
        await api.edit_account(tx, owner, shop_id, mei.account_id, changes, clock.now())
    assert (await _actor(database, made.secret, clock.now())).permissions == {"trade:view"}
    async with database.transaction() as tx:
        closing = AccountChanges(status=AccountStatus.DISABLED)
        await api.edit_account(tx, owner, shop_id, mei.account_id, closing, clock.now())
    assert await _actor(database, made.secret, clock.now()) is None


async def test_a_key_of_the_shop_cannot_make_keys(database, clock, shop):
    shop_id, owner = shop
    made = await _make(database, owner, shop_id, READ_ORDERS, clock.now())
    actor = await _actor(database, made.secret, clock.now())
    with pytest.raises(NotAllowed):
        await _make(database, actor, shop_id, READ_ORDERS, clock.now())


async def test_a_merchant_makes_no_key_of_the_platform(database, clock, shop):
    _, owner = shop
    with pytest.raises(NotFound):
        await _make(database, owner, None, READ_ORDERS, clock.now())


async def test_making_and_revoking_stand_in_the_trail(database, clock, shop):
    shop_id, owner = shop
    made = await _make(database, owner, shop_id, READ_ORDERS, clock.now())
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await api.revoke_key(tx, owner, shop_id, made.key.key_id, clock.now())
        entries = await api.list_audit(tx, owner, shop_id, AuditFilter(account_id=owner.account_id))
    assert [entry.action for entry in entries] == ["key_revoked", "key_created"]
    assert entries[1].detail == {"name": "erp", "scopes": ["orders:read"]}
