"""Does the market's page name whom it ranks?"""

from datetime import timedelta

import pytest

from peakday.insight.metrics.api import FactStore
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewBrand, NewItem
from tests.apps.http.conftest import open_shop


@pytest.mark.capability("LY-03")
async def test_a_rank_of_brands_shows_their_names_also_after_a_brand_got_another(market):
    house = market.house
    async with house.database.transaction() as tx:
        ids = await catalog.ensure_brands(tx, [NewBrand("test", "maple", "Maple")])
        for name in ("north", "south", "third", "fourth", "fifth"):
            place = await open_shop(tx, house, name)
            branded = NewItem(place.shop_id, "test", f"{name}-1", f"Tea of {name}", place.category_id, ids["maple"])
            await catalog.copy_items(tx, [branded], house.clock.now() + timedelta(hours=1))
    address = f"/shop/{market.places['north'].shown}/data/market?ranked=brands&period=7d&lang=en"
    async with market.signed_in("north-main") as client:
        assert '<span class="pk-label">Maple</span>' in (await client.get(address)).text
        async with house.database.transaction() as tx:
            await catalog.ensure_brands(tx, [NewBrand("test", "maple", "Maple & Co")])
        await house.get(FactStore).refresh(at_once=True)
        assert '<span class="pk-label">Maple &amp; Co</span>' in (await client.get(address)).text
