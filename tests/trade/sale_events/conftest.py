"""What do tests of sale events stand on? A published event of 2026, a shop in it with goods, and its owner."""

from dataclasses import dataclass

import pytest

from peakday.kernel.actor import Actor
from peakday.trade.sale_events.model import SaleEvent
from tests.market.people import open_shop_with_owner
from tests.trade.sale_events.builders import OPENING, join, list_goods, plan_2026, publish


@dataclass(frozen=True)
class Stand:
    """The event, the shop and its owner."""

    event: SaleEvent
    shop_id: object
    owner: Actor


@pytest.fixture
async def stand(house, clock):
    clock.at = OPENING
    event = await publish(house.database, plan_2026(), OPENING)
    shop_id, owner = await open_shop_with_owner(house.database, "one", OPENING)
    async with house.database.transaction() as tx:
        await list_goods(tx, shop_id, OPENING)
    await join(house.database, owner, shop_id, event)
    return Stand(event, shop_id, owner)
