"""What do tests of a shop's forecasts stand on? Two shops in the record and months of daily sales in the facts."""

from datetime import date, datetime, timedelta
from uuid import UUID

import numpy as np

from peakday.kernel.clock import day_of
from peakday.kernel.database import Database
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from tests.insight.metrics.small_market import SmallMarket, at


def sku_no(number: int) -> UUID:
    """The id of a SKU, its item's too."""
    return UUID(int=0x0190_0000 << 96 | number)


async def two_shops(database: Database, now: datetime) -> tuple[UUID, UUID]:
    """Shops of the record."""
    async with database.transaction() as tx:
        first, second = await shops.ensure_shops(tx, [NewShop("test", name, name, "CNY", now) for name in ("a", "b")])
    return first, second


def sell(market: SmallMarket, shop_id: UUID, sku_id: UUID, day: date, units: int, region: str = "r1") -> None:
    """Pieces of one SKU on one day."""
    moment = at(f"{day} 12:00")
    line = (str(sku_id), "c1", units, 1000)
    market.order("b", moment, moment, shop_id=str(shop_id), lines=[line], region_id=region)


def sell_steadily(market: SmallMarket, shop_id: UUID, now: datetime, days: int, skus: int = 12) -> None:
    """So many SKUs of 2 to 20 pieces a day, double at weekends, two thirds of them in region r1."""
    draw, today = np.random.default_rng(2022), day_of(now)
    for back in range(days, 0, -1):
        day = today - timedelta(days=back)
        for number in range(1, skus + 1):
            mean = (2 + 18 * number / skus) * (2 if day.weekday() >= 5 else 1)
            units = int(draw.poisson(mean))
            if units:
                sell(market, shop_id, sku_no(number), day, units, "r1" if number % 3 else "r2")
