"""In which market is the hot minute measured?

One shop with as many SKUs as are wanted, each with a list price and an event price that holds, a reduction of the
platform that is live, and stock. Buyers are only passes: in the hot minute nobody looks one up.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Database
from peakday.kernel.ids import derived_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import BuyerId, BuyerPass
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import LevelKey, OpeningStock

SOURCE = "bench-flash"
EVENT = "bench-event"
DAY = timedelta(days=1)
PASS_DAYS = 30


@dataclass(frozen=True, slots=True)
class HotGood:
    """A SKU of the hot minute and what a piece costs in it."""

    shop_id: UUID
    item_id: UUID
    sku_id: UUID
    price_minor: int


async def make_market(database: Database, skus: int, units: int, buyer_limit: int | None = None) -> list[HotGood]:
    """A shop of its own with so many SKUs of so many units; each in the event, whose price holds now."""
    now = datetime.now(UTC) - timedelta(hours=1)
    async with database.transaction() as tx:
        count = await tx.fetchval("select count(*) from shops.shop")
        (shop_id,) = await shops.ensure_shops(tx, [NewShop(SOURCE, f"shop-{count}", "Flash", "CNY", now - 99 * DAY)])
        leaf = (await catalog.ensure_categories(tx, [NewCategory(SOURCE, "leaf", "叶", "Leaf")]))["leaf"]
        items = [
            NewItem(shop_id, SOURCE, f"i{number}", f"Goods {number}", leaf, list_price_minor=19_900)
            for number in range(skus)
        ]
        await catalog.copy_items(tx, items, now)
        goods = [
            HotGood(shop_id, item_id_of(shop_id, f"i{number}"), sku_id_of(shop_id, f"i{number}", f"i{number}"), 9_900)
            for number in range(skus)
        ]
        await prices.record_offers(tx, [_offer(good, now) for good in goods], now)
        await stock.set_initial_stock(tx, [OpeningStock(shop_id, good.sku_id, units) for good in goods], now)
        if buyer_limit is not None:
            for good in goods:
                terms = stock.Terms(buyer_limit=buyer_limit)
                await stock.set_terms(tx, SYSTEM, LevelKey(shop_id, good.sku_id), terms, now)
    return goods


def make_passes(secret: bytes, count: int) -> list[tuple[UUID, str]]:
    """So many simulated buyers with the tokens that they carry."""
    now = datetime.now(UTC)
    ids = [derived_id(None, SOURCE, "buyer", str(number)) for number in range(count)]
    return [
        (one, accounts.make_buyer_token(secret, BuyerPass(BuyerId(one), is_guest=True, is_simulated=True,
                                                          expires_at=now + PASS_DAYS * DAY, issued_at=now)))
        for one in ids
    ]  # fmt: skip


def _offer(good: HotGood, now: datetime) -> Offer:
    return Offer(
        good.shop_id, good.item_id, good.sku_id, OfferKind.EVENT, good.price_minor, "CNY", now, now + 90 * DAY,
        SOURCE, EVENT,
    )  # fmt: skip
