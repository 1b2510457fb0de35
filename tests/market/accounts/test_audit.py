"""Does the audit find each planted corruption of accounts, and nothing in a sound market?"""

from peakday.market.accounts.api import create_key
from peakday.market.accounts.audit import audit
from peakday.market.accounts.model import NewKey, Role
from tests.market.people import open_account, open_shop, open_shop_with_owner


async def test_a_sound_market_has_no_findings(house, clock):
    shop_id, owner = await open_shop_with_owner(house.database, "one", clock.now())
    async with house.database.transaction() as tx:
        await open_shop(tx, "imported", clock.now())
        await open_account(tx, None, "staff", clock.now())
        await open_account(tx, shop_id, "wang", clock.now(), Role.SHIPPING)
        await create_key(tx, owner, shop_id, NewKey("erp", frozenset({"orders:read"})), clock.now())
    assert await audit(house) == []


async def test_a_shop_whose_main_account_is_gone_is_found(house, clock):
    await open_shop_with_owner(house.database, "one", clock.now())
    async with house.database.transaction() as tx:
        await tx.execute("update accounts.account set is_main = false")
    assert [(f.invariant, f.detail) for f in await audit(house)] == [
        ("one_main_account", "0 main accounts, expected 1")
    ]


async def test_permissions_and_scopes_that_do_not_exist_are_found(house, clock):
    shop_id, owner = await open_shop_with_owner(house.database, "one", clock.now())
    async with house.database.transaction() as tx:
        await open_account(tx, shop_id, "wang", clock.now(), Role.SHIPPING)
        await create_key(tx, owner, shop_id, NewKey("erp", frozenset({"orders:read"})), clock.now())
        await tx.execute("update accounts.account set permissions = '{moon:view}' where login = 'wang'")
        await tx.execute("update accounts.api_key set scopes = '{moon:write}'")
    findings = await audit(house)
    assert [f.invariant for f in findings] == ["known_permissions", "known_permissions"]
    assert [f.subject.split()[0::2] for f in findings] == [["account", "moon:view"], ["key", "moon:write"]]
