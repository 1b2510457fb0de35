"""Does changing one's own password need the old one, and does it end the other sessions?"""

from dataclasses import replace
from uuid import uuid4

import pytest

from peakday.kernel.refusal import Invalid, NotSignedIn
from peakday.market.accounts import api
from tests.market.people import PASSWORD, enter, open_shop_with_owner

NEW = "the tea of early spring"


async def _hash(database):
    async with database.read() as connection:
        return await connection.fetchval("select password_hash from accounts.account")


async def test_a_new_password_ends_the_other_sessions_and_keeps_this_one(database, clock):
    _, owner = await open_shop_with_owner(database, "one", clock.now())
    here, there = await enter(database, "owner-one", clock.now()), await enter(database, "owner-one", clock.now())
    async with database.transaction() as tx:
        assert await api.change_password(tx, owner, PASSWORD, NEW, here.token, clock.now()) == 1
    async with database.read() as connection:
        assert await api.authenticate_session(connection, here.token, clock.now()) is not None
        assert await api.authenticate_session(connection, there.token, clock.now()) is None
    assert (await enter(database, "owner-one", clock.now(), NEW)).account.login == "owner-one"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [("not the old one!", NEW, "old_password_wrong"), (PASSWORD, "short", "password_short"),
     (PASSWORD, "owner-one2022", "password_common")],
)  # fmt: skip
async def test_a_wrong_old_or_weak_new_password_changes_nothing(database, clock, old, new, code):
    _, owner = await open_shop_with_owner(database, "one", clock.now())
    here, there = await enter(database, "owner-one", clock.now()), await enter(database, "owner-one", clock.now())
    before = await _hash(database)
    with pytest.raises(Invalid) as refused:
        async with database.transaction() as tx:
            await api.change_password(tx, owner, old, new, here.token, clock.now())
    assert [problem.code for problem in refused.value.problems] == [code]
    assert await _hash(database) == before
    async with database.read() as connection:
        assert await api.authenticate_session(connection, there.token, clock.now()) is not None


async def test_a_key_changes_no_password(database, clock):
    _, owner = await open_shop_with_owner(database, "one", clock.now())
    before = await _hash(database)
    async with database.transaction() as tx:
        with pytest.raises(NotSignedIn):
            await api.change_password(tx, replace(owner, via_key=uuid4()), PASSWORD, NEW, "", clock.now())
    assert await _hash(database) == before
