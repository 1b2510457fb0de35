"""Who changes a profile, what is refused, and what is told?"""

from dataclasses import replace

import pytest

from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.kernel.text import Text
from peakday.market.accounts.api import list_audit
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import AuditFilter, Role
from peakday.market.shops import api
from peakday.market.shops.errors import ProfileMoved
from peakday.market.shops.model import ProfileChanges, Violation
from tests.market.people import open_account, open_shop, open_shop_with_owner


@pytest.fixture
async def shop(database, clock):
    return await open_shop_with_owner(database, "one", clock.now())


async def _edit(database, actor, shop_id, changes, now, version=None):
    async with database.transaction() as tx:
        return await api.edit_profile(tx, actor, shop_id, changes, now, version)


async def _rows(database):
    async with database.read() as connection:
        return await connection.fetch("select * from shops.shop order by shop_id")


async def test_an_edit_sets_what_it_names_and_tells_before_and_after(database, clock, shop):
    shop_id, owner = shop
    changes = ProfileChanges(name=" 林家茶铺 ", city="杭州", is_domestic_brand=True)
    after = await _edit(database, owner, shop_id, changes, clock.now())
    assert (after.name, after.city, after.is_domestic_brand, after.version) == ("林家茶铺", "杭州", True, 2)
    async with database.read() as connection:
        [entry] = await list_audit(connection, owner, shop_id, AuditFilter(action="profile_edited"))
    assert entry.detail["before"] == {"name": "Shop one", "city": "", "is_domestic_brand": False}
    assert entry.detail["after"] == {"name": "林家茶铺", "city": "杭州", "is_domestic_brand": True}


async def test_an_edit_that_changes_nothing_writes_nothing(database, clock, shop):
    shop_id, owner = shop
    before = await _rows(database)
    await _edit(database, owner, shop_id, ProfileChanges(name="Shop one"), clock.now())
    assert await _rows(database) == before


async def test_an_edit_of_an_older_version_is_refused(database, clock, shop):
    shop_id, owner = shop
    await _edit(database, owner, shop_id, ProfileChanges(city="杭州"), clock.now(), 1)
    before = await _rows(database)
    with pytest.raises(ProfileMoved):
        await _edit(database, owner, shop_id, ProfileChanges(city="义乌"), clock.now(), 1)
    assert await _rows(database) == before


async def test_a_faulty_edit_is_refused_whole(database, clock, shop):
    shop_id, owner = shop
    before = await _rows(database)
    with pytest.raises(Invalid) as refused:
        await _edit(database, owner, shop_id, ProfileChanges(name="茶", city="杭州"), clock.now())
    assert [problem.field for problem in refused.value.problems] == ["name"]
    assert await _rows(database) == before


async def test_who_may_not_edit_this_shop_changes_nothing(database, clock, shop):
    shop_id, _ = shop
    _, stranger = await open_shop_with_owner(database, "two", clock.now())
    async with database.transaction() as tx:
        packer = actor_of_account(await open_account(tx, shop_id, "packer", clock.now(), Role.SHIPPING))
    before = await _rows(database)
    with pytest.raises(NotFound):
        await _edit(database, stranger, shop_id, ProfileChanges(name="Stolen"), clock.now())
    with pytest.raises(NotAllowed):
        await _edit(database, packer, shop_id, ProfileChanges(name="Packed"), clock.now())
    assert await _rows(database) == before


async def test_points_are_added_once_for_a_key_and_taken_off_once(database, clock):
    now = clock.now()
    async with database.transaction() as tx:
        shop_id = await open_shop(tx, "points", now)
        violation = Violation(shop_id, "exit 1", 3, Text("退出", "left"), now)
        assert await api.add_violation(tx, violation)
        assert not await api.add_violation(tx, violation)
        assert await api.add_violation(tx, replace(violation, key="exit 2", points=2))
        assert (await api.find_shop(tx, shop_id)).violation_points == 5
        assert await api.undo_violation(tx, shop_id, "exit 1", now)
        assert not await api.undo_violation(tx, shop_id, "exit 1", now)
        assert (await api.find_shop(tx, shop_id)).violation_points == 2
