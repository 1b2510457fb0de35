"""How many pieces can be bought now of what a cart holds?

A SKU that is sold in an event is taken from the units set aside for it, where some were; else from its own. Nobody has
counted the stock of a SKU that is absent.
"""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import NO_EVENT, LevelKey

UNITS_MAX = 2**31 - 1


async def left_of(tx: Tx, wanted: Sequence[tuple[UUID, UUID, str | None]]) -> dict[tuple[UUID, UUID], int]:
    """Units by (shop_id, sku_id) of (shop, SKU, event that sets its price)."""
    keys = [LevelKey(shop_id, sku_id) for shop_id, sku_id, _ in wanted]
    keys += [LevelKey(shop_id, sku_id, event) for shop_id, sku_id, event in wanted if event]
    return left_at(await stock.levels_of(tx, keys), wanted)


def left_at(
    levels: Mapping[LevelKey, int], wanted: Iterable[tuple[UUID, UUID, str | None]]
) -> dict[tuple[UUID, UUID], int]:  # fmt: skip
    """The same of levels that were read before."""
    left = {}
    for shop_id, sku_id, event in wanted:
        units = levels.get(LevelKey(shop_id, sku_id, event)) if event else None
        if units is None:
            units = levels.get(LevelKey(shop_id, sku_id, NO_EVENT))
        if units is not None:
            left[shop_id, sku_id] = min(units, UNITS_MAX)
    return left
