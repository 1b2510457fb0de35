"""Who may open, change and close accounts, and can anybody reach beyond their own rights?"""

from dataclasses import replace
from datetime import timedelta

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.market.accounts import api
from peakday.market.accounts.errors import BeyondOwnRights, LoginTaken, MainAccountExists, OwnAccount
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import AccountChanges, AccountKind, AccountStatus, AuditFilter, NewAccount, Role
from peakday.market.accounts.permissions import ROLE_PERMISSIONS
from tests.market.people import CHEAP, PASSWORD, enter, open_account, open_shop_with_owner

MANAGER = {"staff:edit", "items:edit", "trade:view"}


@pytest.fixture
async def shop(database, clock):
    return await open_shop_with_owner(database, "one", clock.now())


async def _snapshot(database):
    async with database.read() as connection:
        return await connection.fetch(
            "select account_id, login, name, role, permissions, status, password_hash from accounts.account order by 1"
        )


async def _open(database, shop_id, login, now, role=Role.CUSTOM, permissions=frozenset()):
    async with database.transaction() as tx:
        return await open_account(tx, shop_id, login, now, role, permissions)


async def _create(database, actor, wanted, now, password=PASSWORD):
    async with database.transaction() as tx:
        return await api.create_account(tx, actor, wanted, password, now, CHEAP)


async def _edit(database, actor, shop_id, account, changes, now):
    async with database.transaction() as tx:
        return await api.edit_account(tx, actor, shop_id, account.account_id, changes, now)


@pytest.mark.capability("QN-08")
async def test_the_main_account_opens_a_sub_account_that_holds_its_roles_permissions_and_no_figures(
    database, clock, shop
):
    shop_id, owner = shop
    wanted = NewAccount(" Wang ", "王发货", shop_id=shop_id, role=Role.SHIPPING)
    account = await _create(database, owner, wanted, clock.now())
    assert (account.login, account.is_main, account.kind) == ("wang", False, AccountKind.MERCHANT)
    opened = await enter(database, "wang", clock.now())
    async with database.read() as connection:
        actor, _ = await api.authenticate_session(connection, opened.token, clock.now())
    assert actor.permissions == ROLE_PERMISSIONS[Role.SHIPPING]
    assert actor.shop_id == shop_id
    assert not actor.can("data:view")
    assert actor.can("logistics:edit")


@pytest.mark.capability("QN-08")
async def test_data_rights_come_and_go_with_the_next_request(database, clock, shop):
    shop_id, owner = shop
    wang = await _open(database, shop_id, "wang", clock.now(), Role.SHIPPING)
    opened = await enter(database, "wang", clock.now())

    async def can_see_figures():
        async with database.read() as connection:
            actor, _ = await api.authenticate_session(connection, opened.token, clock.now())
        return actor.can("data:view")

    assert not await can_see_figures()
    await _edit(database, owner, shop_id, wang, AccountChanges(permissions=frozenset({"data:view"})), clock.now())
    assert await can_see_figures()
    await _edit(database, owner, shop_id, wang, AccountChanges(permissions=frozenset()), clock.now())
    assert not await can_see_figures()


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"login": "x"}, ["login_form"]),
        ({"name": " "}, ["name_form"]),
        ({"permissions": frozenset({"items:edit", "moon:view"})}, ["permission_unknown"]),
        ({"role": Role.PLATFORM}, ["role_misplaced"]),
        (
            {"login": "!", "name": "", "permissions": frozenset({"x"})},
            ["login_form", "name_form", "permission_unknown"],
        ),
    ],
)
async def test_a_faulty_account_is_refused_with_every_problem_named(database, clock, shop, changes, codes):
    shop_id, owner = shop
    before = await _snapshot(database)
    wanted = replace(NewAccount("wang", "Wang", shop_id=shop_id), **changes)
    with pytest.raises(Invalid) as refused:
        await _create(database, owner, wanted, clock.now())
    assert [problem.code for problem in refused.value.problems] == codes
    assert await _snapshot(database) == before


async def test_a_weak_password_opens_no_account(database, clock, shop):
    shop_id, owner = shop
    before = await _snapshot(database)
    with pytest.raises(Invalid) as refused:
        await _create(database, owner, NewAccount("wang", "Wang", shop_id=shop_id), clock.now(), "password1234")
    assert [problem.code for problem in refused.value.problems] == ["password_common"]
    assert await _snapshot(database) == before


async def test_a_login_belongs_to_one_account_of_the_whole_market(database, clock, shop):
    other_id, other = await open_shop_with_owner(database, "two", clock.now())
    before = await _snapshot(database)
    with pytest.raises(LoginTaken):
        await _create(database, other, NewAccount("OWNER-ONE", "Thief", shop_id=other_id), clock.now())
    assert await _snapshot(database) == before


async def test_a_shop_has_one_main_account(database, clock, shop):
    shop_id, owner = shop
    for actor in (owner, SYSTEM):
        with pytest.raises(MainAccountExists):
            await _create(database, actor, NewAccount("second", "Two", shop_id=shop_id, role=Role.MAIN), clock.now())


async def test_a_merchant_opens_no_platform_account(database, clock, shop):
    _, owner = shop
    wanted = NewAccount("mole", "Mole", AccountKind.STAFF, None, Role.PLATFORM)
    before = await _snapshot(database)
    with pytest.raises(BeyondOwnRights):
        await _create(database, owner, wanted, clock.now())
    assert await _snapshot(database) == before


async def test_without_the_right_to_edit_staff_nothing_is_opened(database, clock, shop):
    shop_id, _ = shop
    wang = actor_of_account(await _open(database, shop_id, "wang", clock.now(), Role.OPERATIONS))
    before = await _snapshot(database)
    with pytest.raises(NotAllowed):
        await _create(database, wang, NewAccount("li", "Li", shop_id=shop_id), clock.now())
    assert await _snapshot(database) == before


async def test_a_manager_of_staff_gives_no_more_than_they_hold(database, clock, shop):
    shop_id, _ = shop
    manager = actor_of_account(await _open(database, shop_id, "mei", clock.now(), Role.CUSTOM, MANAGER))
    before = await _snapshot(database)
    for wanted in (
        NewAccount("li", "Li", shop_id=shop_id, permissions=frozenset({"data:view"})),
        NewAccount("li", "Li", shop_id=shop_id, role=Role.OPERATIONS),
        NewAccount("li", "Li", shop_id=shop_id, role=Role.MAIN),
    ):
        with pytest.raises((BeyondOwnRights, MainAccountExists)):
            await _create(database, manager, wanted, clock.now())
    assert await _snapshot(database) == before
    given = NewAccount("li", "Li", shop_id=shop_id, permissions=frozenset({"items:view"}))
    assert (await _create(database, manager, given, clock.now())).permissions == {"items:view"}


@pytest.mark.capability("QN-08")
async def test_nobody_gives_themselves_figures(database, clock, shop):
    shop_id, _ = shop
    mei = await _open(database, shop_id, "mei", clock.now(), Role.CUSTOM, MANAGER)
    before = await _snapshot(database)
    for changes in (
        AccountChanges(permissions=frozenset({*MANAGER, "data:view"})),
        AccountChanges(role=Role.OPERATIONS),
        AccountChanges(name="Mei the Great"),
    ):
        with pytest.raises((OwnAccount, BeyondOwnRights)):
            await _edit(database, actor_of_account(mei), shop_id, mei, changes, clock.now())
    assert await _snapshot(database) == before


async def test_a_manager_of_staff_rules_over_no_account_that_holds_more(database, clock, shop):
    shop_id, owner = shop
    manager = actor_of_account(await _open(database, shop_id, "mei", clock.now(), Role.CUSTOM, MANAGER))
    analyst = await _open(database, shop_id, "ana", clock.now(), Role.OPERATIONS)
    before = await _snapshot(database)
    for account_id in (analyst.account_id, owner.account_id):
        async with database.transaction() as tx:
            with pytest.raises(BeyondOwnRights):
                await api.reset_password(tx, manager, shop_id, account_id, "another quiet harbour", clock.now())
            closing = AccountChanges(status=AccountStatus.DISABLED)
            with pytest.raises(BeyondOwnRights):
                await api.edit_account(tx, manager, shop_id, account_id, closing, clock.now())
    assert await _snapshot(database) == before


async def test_the_main_account_cannot_close_itself_or_lose_its_role(database, clock, shop):
    shop_id, owner = shop
    before = await _snapshot(database)
    for actor in (owner, SYSTEM):
        async with database.transaction() as tx:
            for changes in (AccountChanges(status=AccountStatus.DISABLED), AccountChanges(role=Role.CUSTOM)):
                with pytest.raises(OwnAccount):
                    await api.edit_account(tx, actor, shop_id, owner.account_id, changes, clock.now())
    assert await _snapshot(database) == before


async def test_another_shops_accounts_do_not_exist_for_a_merchant(database, clock, shop):
    _, owner = shop
    other_id, _ = await open_shop_with_owner(database, "two", clock.now())
    theirs = await _open(database, other_id, "wang", clock.now())
    before = await _snapshot(database)
    async with database.transaction() as tx:
        for shop_id in (other_id, owner.shop_id):  # their shop's address, or their account under one's own
            with pytest.raises(NotFound):
                await api.get_account(tx, owner, shop_id, theirs.account_id)
            with pytest.raises(NotFound):
                await api.edit_account(tx, owner, shop_id, theirs.account_id, AccountChanges(name="X"), clock.now())
            with pytest.raises(NotFound):
                await api.reset_password(tx, owner, shop_id, theirs.account_id, PASSWORD + "!", clock.now())
        with pytest.raises(NotFound):
            await api.list_accounts(tx, owner, other_id)
    assert await _snapshot(database) == before


async def test_a_reset_password_ends_the_sessions_and_the_new_one_opens_the_door(database, clock, shop):
    shop_id, owner = shop
    wang = await _open(database, shop_id, "wang", clock.now())
    opened = await enter(database, "wang", clock.now())
    async with database.transaction() as tx:
        await api.reset_password(tx, owner, shop_id, wang.account_id, "another quiet harbour", clock.now())
    async with database.read() as connection:
        assert await api.authenticate_session(connection, opened.token, clock.now()) is None
    assert (await enter(database, "wang", clock.now(), "another quiet harbour")).account.account_id == wang.account_id


async def test_every_change_stands_in_the_trail_without_the_password(database, clock, shop):
    shop_id, owner = shop
    wang = await _create(database, owner, NewAccount("wang", "Wang", shop_id=shop_id), clock.now())
    clock.advance(timedelta(seconds=1))
    await _edit(database, owner, shop_id, wang, AccountChanges(role=Role.DESIGNER), clock.now())
    clock.advance(timedelta(seconds=1))
    async with database.transaction() as tx:
        await api.reset_password(tx, owner, shop_id, wang.account_id, "another quiet harbour", clock.now())
    async with database.read() as connection:
        entries = await api.list_audit(connection, owner, shop_id, AuditFilter(account_id=owner.account_id))
        kept = await connection.fetchval("select string_agg(a::text, ' ') from accounts.audit_trail a")
    assert [entry.action for entry in entries] == ["password_reset", "account_edited", "account_created"]
    assert entries[1].detail["role"] == "designer"
    assert "quiet harbour" not in kept


async def test_ensuring_an_account_twice_opens_it_once_and_keeps_its_password(database, clock, shop):
    shop_id, _ = shop
    wanted = NewAccount("wang", "Wang", shop_id=shop_id)
    async with database.transaction() as tx:
        one = await api.ensure_account(tx, wanted, PASSWORD, clock.now(), CHEAP)
        two = await api.ensure_account(tx, wanted, "a second password!", clock.now(), CHEAP)
    assert one == two
    assert (await enter(database, "wang", clock.now())).account.account_id == one.account_id
