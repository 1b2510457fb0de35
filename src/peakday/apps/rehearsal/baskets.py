"""What do the shoppers carry? Baskets that households really bought, from the Complete Journey.

The sample's ids follow from its numbers, so a basket names the very SKUs of a market that was opened with the sample.
Left out are lines without pieces, with more than `PIECES_MAX` (fuel is sold by the thousandth of a gallon) and products
that the product table lacks. Which baskets are taken is drawn by a hash: the same number, the same baskets.
"""

from dataclasses import dataclass
from functools import cache

import duckdb

from peakday.apps.importers.complete_journey import Sample, find_sample
from peakday.apps.importers.journey_market import SOURCE
from peakday.kernel.ids import show_id
from peakday.market.catalog.model import SHOP_PREFIX, SKU_PREFIX, sku_id_of
from peakday.market.shops.model import ShopId, shop_id_of

PIECES_MAX = 20
LINES_MAX = 100


@dataclass(frozen=True, slots=True)
class BasketLine:
    """So many pieces of a SKU, with ids as they travel."""

    shop_id: str
    sku_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Basket:
    """What one household took home on one day."""

    basket_ref: str
    lines: tuple[BasketLine, ...]


def read_baskets(count: int, sample: Sample | None = None) -> list[Basket]:
    """`count` baskets, or all when there are fewer. Refuses `SampleMissing`."""
    sample = sample or find_sample()
    with duckdb.connect() as desk:
        rows = desk.execute(
            _BASKETS.format(lines=sample.file("transactions"), products=sample.file("products")),
            {"pieces_max": PIECES_MAX, "count": count},
        ).fetchall()
    return [
        Basket(str(ref), tuple(_line(str(shop), str(product), pieces) for shop, product, pieces in lines[:LINES_MAX]))
        for ref, lines in rows
    ]


def _line(shop_ref: str, product_ref: str, pieces: int) -> BasketLine:
    shop_id = _shop(shop_ref)
    return BasketLine(show_id(SHOP_PREFIX, shop_id), _sku(shop_ref, product_ref), pieces)


@cache
def _shop(shop_ref: str) -> ShopId:
    return shop_id_of(SOURCE, shop_ref)


@cache
def _sku(shop_ref: str, product_ref: str) -> str:
    return show_id(SKU_PREFIX, sku_id_of(_shop(shop_ref), product_ref, product_ref))


_BASKETS = """
with line as (
    select t.basket_id, p.manufacturer_id::varchar as shop_ref, t.product_id, sum(t.quantity)::int as pieces
    from '{lines}' t join '{products}' p using (product_id)
    where t.quantity > 0 and p.manufacturer_id is not null and t.sales_value > 0
    group by all having sum(t.quantity) <= $pieces_max
)
select basket_id, list((shop_ref, product_id, pieces) order by product_id)
from line group by basket_id order by hash(basket_id), basket_id limit $count
"""
