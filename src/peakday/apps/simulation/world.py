"""In which market does a history happen? A few shops with little of some goods, so that buyers meet each other."""

from random import Random
from uuid import UUID

from peakday.apps.simulation.model import CURRENCY, Plan, SkuOnShelf, World, a_buyer, a_merchant
from peakday.kernel.actor import Actor
from peakday.kernel.clock import Clock
from peakday.kernel.database import Tx
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewItem, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import DeductMode, LevelKey, OpeningStock

SOURCE = "simulation"
SCARCE_UNITS, PLENTY_UNITS = 25, 2_000
BUYER_LIMIT = 5


async def open_world(tx: Tx, plan: Plan, clock: Clock, random: Random) -> World:
    """Open shops, fill shelves, let buyers in."""
    now = clock.now()
    shop_ids = await shops.ensure_shops(
        tx, [NewShop(SOURCE, f"shop-{n}", f"Shop {n}", CURRENCY, now) for n in range(plan.shops)]
    )
    shelf = [
        SkuOnShelf(shop_id, item_id_of(shop_id, ref), sku_id_of(shop_id, ref, ref), random.randrange(1, 50_000))
        for shop_id in shop_ids
        for ref in (f"goods-{n}" for n in range(plan.skus_a_shop))
    ]
    refs = [f"goods-{n}" for n in range(plan.skus_a_shop)] * plan.shops
    items = [
        NewItem(one.shop_id, SOURCE, ref, f"Goods {ref}", list_price_minor=one.price_minor)
        for one, ref in zip(shelf, refs, strict=True)
    ]
    await catalog.copy_items(tx, items, now)
    units = [
        OpeningStock(one.shop_id, one.sku_id, SCARCE_UNITS if n % 3 == 0 else PLENTY_UNITS, is_simulated=True)
        for n, one in enumerate(shelf)
    ]
    await stock.set_initial_stock(tx, units, now)
    merchants: dict[UUID, Actor] = {shop_id: a_merchant(shop_id) for shop_id in shop_ids}
    for n, one in enumerate(shelf):
        terms = _terms(n)
        if terms is not None:
            await stock.set_terms(tx, merchants[one.shop_id], LevelKey(one.shop_id, one.sku_id), terms, now)
    names = [NewBuyer(SOURCE, f"buyer-{n}", now) for n in range(plan.buyers)]
    buyers = tuple(a_buyer(buyer_id) for buyer_id in await accounts.ensure_buyers(tx, names))
    return World(tuple(shelf), merchants, buyers)


def _terms(number: int) -> stock.Terms | None:
    """Some goods are taken with the payment, some are limited a buyer."""
    if number % 5 == 1:
        return stock.Terms(DeductMode.PAYMENT)
    return stock.Terms(buyer_limit=BUYER_LIMIT) if number % 7 == 2 else None
