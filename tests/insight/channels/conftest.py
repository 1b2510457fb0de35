"""On what do tests of channels stand? Two shops in the record, and files of channels in their public layouts."""

import pytest

from peakday.insight.channels import api
from peakday.insight.channels.model import CALIBRES, Calibration, Calibre, NewConnection
from peakday.kernel.actor import SYSTEM
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop


@pytest.fixture
async def shop(house):
    return await _shop(house, "a")


@pytest.fixture
async def other_shop(house):
    return await _shop(house, "b")


async def _shop(house, name):
    async with house.database.transaction() as tx:
        (shop_id,) = await shops.ensure_shops(tx, [NewShop("test", name, name, "CNY", house.clock.now())])
    return shop_id


@pytest.fixture
def connect(house):
    """Connect a channel as its calibre usually is."""

    async def connect(shop_id, calibre=Calibre.OWN, name="", **changes):
        usual = CALIBRES[calibre]
        how = Calibration(**{"zone": usual.zone, "currency": usual.currency} | changes)
        async with house.database.transaction() as tx:
            return await api.connect(
                house, tx, SYSTEM, shop_id, NewConnection(name or f"{calibre} channel", calibre, how)
            )

    return connect
