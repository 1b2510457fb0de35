"""What stands in the tests' mall? A tea shop with goods in stock, an offer with a tier, its owner, and a buyer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Database
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import AccountKind, NewAccount, NewBuyer, NewBuyerAccount, Role
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewCategory, NewItem, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Instrument, Kind, Tier, Tiers
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock
from tests.market.people import CHEAP
from tests.trade.promotions.shop_floor import QUIET

PASSWORD = "a quiet harbour at dawn"
GOODS = [("tea", "西湖龙井 250克", 59_00), ("cup", "青瓷盖碗", 45_00), ("tray", "BAMBOO TRAY 12 IN", 80_00)]
SALE_MINOR = 39_00


@dataclass(frozen=True)
class Bazaar:
    """The shop's and the buyer's ids; goods by their numbers."""

    database: Database
    shop_id: UUID
    buyer_id: UUID

    def item(self, ref: str) -> UUID:
        return item_id_of(self.shop_id, ref)

    def sku(self, ref: str) -> UUID:
        return sku_id_of(self.shop_id, ref, ref)

    def path(self, ref: str) -> str:
        return f"/mall/items/{show_id('itm', self.item(ref))}"

    async def begin_sale(self, seconds: float, *refs: str) -> datetime:
        """A sale price of `SALE_MINOR` that begins so many seconds from now by the database's clock; when that is."""
        async with self.database.transaction() as tx:
            now = await tx.fetchval("select clock_timestamp()")
            starts = now + timedelta(seconds=seconds)
            offers = [
                Offer(self.shop_id, self.item(ref), self.sku(ref), OfferKind.EVENT, SALE_MINOR, "CNY", starts,
                      starts + timedelta(hours=1), "event", "double-11/spot")
                for ref in refs
            ]  # fmt: skip
            assert await prices.record_offers(tx, offers, now) == len(refs)
        return starts


async def open_bazaar(database: Database, now: datetime) -> Bazaar:
    async with database.transaction() as tx:
        [shop_id] = await shops.ensure_shops(
            tx, [NewShop(source="test", source_ref="tea", name="明前茶铺", name_en="First Flush", currency="CNY",
                         opened_at=now - timedelta(days=400))],
        )  # fmt: skip
        kinds = await catalog.ensure_categories(tx, [NewCategory("test", "tea", "茶", "Tea")])
        items = [
            NewItem(shop_id, "test", ref, title, kinds["tea"], list_price_minor=minor) for ref, title, minor in GOODS
        ]
        await catalog.copy_items(tx, items, now)
        rows = [OpeningStock(shop_id, sku_id_of(shop_id, ref, ref), 5_000) for ref, _, _ in GOODS]
        await stock.set_initial_stock(tx, rows, now)
        offer = Instrument(
            instrument_id=new_id(now), kind=Kind.TIERED_REDUCTION, name=Text("店铺满减", "Shop offer"), currency="CNY",
            benefit=Tiers((Tier(100_00, 10_00),)),
        )  # fmt: skip
        stored = await promotions.save_draft(tx, SYSTEM, shop_id, offer, now)
        await promotions.publish(tx, SYSTEM, promotions.Wish(shop_id, stored.instrument_id), QUIET, now)
        owner = NewAccount("owner", "店主 Owner", AccountKind.MERCHANT, shop_id, Role.MAIN)
        await accounts.ensure_account(tx, owner, PASSWORD, now, CHEAP)
        [buyer_id] = await accounts.ensure_buyers(tx, [NewBuyer("test", "li", now, {"age": "25-34"})])
        await accounts.ensure_buyer_account(tx, buyer_id, NewBuyerAccount("li.mei", "李梅", PASSWORD), now, CHEAP)
    async with database.transaction() as tx:
        await catalog.refresh_shelf(tx)
    return Bazaar(database, shop_id, buyer_id)
