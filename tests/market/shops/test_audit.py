"""Does the audit find accounts whose shop is gone?"""

from peakday.kernel.ids import show_id
from peakday.market.shops.audit import audit
from tests.market.people import open_shop_with_owner


async def test_a_sound_market_has_no_findings(house, clock):
    await open_shop_with_owner(house.database, "one", clock.now())
    assert await audit(house) == []


async def test_an_account_whose_shop_is_gone_is_found(house, clock):
    shop_id, _ = await open_shop_with_owner(house.database, "one", clock.now())
    async with house.database.transaction() as tx:
        await tx.execute("delete from shops.shop")
    assert [(f.room, f.invariant, f.subject) for f in await audit(house)] == [
        ("shops", "account_has_shop", show_id("shp", shop_id))
    ]
