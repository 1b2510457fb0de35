"""How much of everything does the sample's market have? Nobody counted, so it is simulated, and says so.

Every product of the product table opens with `PIECES` pieces, once; what was sold or adjusted since stays as it is.
"""

import asyncio

import duckdb

from peakday.apps.importers.complete_journey import Sample, find_sample
from peakday.apps.importers.journey_market import SOURCE
from peakday.kernel.house import House
from peakday.market.catalog.model import sku_id_of
from peakday.market.shops.model import shop_id_of
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock

PIECES = 100_000
REASON = "simulated: the sample has no counts"


async def stock_journey(house: House, sample: Sample | None = None) -> int:
    """Open every SKU of the sample with stock; how many were new. Safe to repeat, and quick then."""
    rows = await asyncio.to_thread(_read, sample or find_sample())
    first = (rows[0].shop_id, rows[0].sku_id)
    async with house.database.transaction() as tx:
        if first in await stock.available_of(tx, [first]):
            return 0
        return await stock.set_initial_stock(tx, rows, house.clock.now(), REASON)


def _read(sample: Sample) -> list[OpeningStock]:
    with duckdb.connect() as desk:
        found = desk.execute(
            f"select manufacturer_id::varchar, product_id::varchar from '{sample.file('products')}'"
            " where manufacturer_id is not null order by product_id"
        ).fetchall()
    shops = {shop_ref: shop_id_of(SOURCE, shop_ref) for shop_ref, _ in found}
    return [
        OpeningStock(shops[shop], sku_id_of(shops[shop], ref, ref), PIECES, is_simulated=True) for shop, ref in found
    ]
