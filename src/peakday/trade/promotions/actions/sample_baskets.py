"""Which basket shows what an instrument does? The smallest of the shop's own goods in its scope that reaches it."""

from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Goods, ItemFilter, ItemStatus
from peakday.trade.promotions.model import (
    PIECES_MAX,
    Bundle,
    Counts,
    GiftOffer,
    Instrument,
    NthPiece,
    PiecePrice,
    Tiers,
)
from peakday.trade.promotions.rules.publication_faults import goods_named

ITEMS_LOOKED_AT = 20
GOODS_LOOKED_AT = 200


async def sample_basket(tx: Tx, shop_id: UUID, instrument: Instrument) -> dict[UUID, int]:
    """Pieces by SKU; empty when the shop has no goods with a price in its scope."""
    benefit = instrument.benefit
    if isinstance(benefit, Bundle):
        return {part.sku_id: part.quantity for part in benefit.components if isinstance(part.sku_id, UUID)}
    goods = [each for each in await _goods(tx, shop_id, instrument) if _is_in_scope(each, instrument)]
    if not goods:
        return {}
    first = goods[0]
    assert first.price_minor is not None
    return {first.sku_id: min(_pieces(instrument, first.price_minor), PIECES_MAX)}


async def _goods(tx: Tx, shop_id: UUID, instrument: Instrument) -> list[Goods]:
    items, skus = goods_named(instrument)
    scope = instrument.scope
    wanted_items = [each for each in items - scope.except_items if isinstance(each, UUID)][:ITEMS_LOOKED_AT]
    is_named = bool(scope.sku_ids) or (isinstance(instrument.benefit, PiecePrice) and bool(skus))
    wanted_skus = [each for each in skus if isinstance(each, UUID)][:GOODS_LOOKED_AT] if is_named else []
    if not wanted_items and not wanted_skus:
        category = next((each for each in scope.category_ids if isinstance(each, UUID)), None)
        wanted = ItemFilter(None, category, ItemStatus.ON_SALE)
        rows = await catalog.list_items(tx, SYSTEM, shop_id, wanted, None, ITEMS_LOOKED_AT)
        wanted_items = [row.item_id for row in rows]
    return await catalog.find_goods(tx, shop_id, wanted_skus, wanted_items, GOODS_LOOKED_AT)


def _is_in_scope(goods: Goods, instrument: Instrument) -> bool:
    scope = instrument.scope
    return bool(goods.price_minor) and all((
        not scope.item_ids or goods.item_id in scope.item_ids,
        not scope.sku_ids or goods.sku_id in scope.sku_ids,
        not scope.category_ids or not scope.category_ids.isdisjoint(goods.category_ids),
        goods.item_id not in scope.except_items,
    ))  # fmt: skip


def _pieces(instrument: Instrument, price_minor: int) -> int:
    """How many pieces reach the first threshold."""
    benefit = instrument.benefit
    if isinstance(benefit, NthPiece):
        return max(benefit.nth, 1)
    if isinstance(benefit, GiftOffer):
        at, counts = benefit.at, benefit.counts
    elif isinstance(benefit, Tiers) and benefit.tiers:
        at, counts = benefit.tiers[0].at, benefit.counts
    else:
        return 1
    return max(at if counts is Counts.PIECES else -(-at // price_minor), 1)
