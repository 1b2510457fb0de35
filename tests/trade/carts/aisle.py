"""What do tests of carts stand on? Two shops with many goods, a buyer, a guest, and what carts look like as values."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.house import House
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewItem, item_id_of, sku_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.carts import api, store
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Instrument, Kind, Tier, Tiers
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock
from tests.trade.promotions.shop_floor import QUIET

GOODS = 310
DAY = timedelta(days=1)


def as_buyer(buyer_id: UUID) -> Actor:
    return Actor(ActorKind.BUYER, buyer_id, permissions=frozenset({"buy"}))


@dataclass(frozen=True)
class Aisle:
    """Goods 0, 1, 2 … of two shops in turn, each 100.00; a buyer and a guest."""

    house: House
    shop_ids: tuple[UUID, ...]
    buyer: UUID
    guest: UUID

    @property
    def actor(self) -> Actor:
        return as_buyer(self.buyer)

    @property
    def now(self):
        return self.house.clock.now()

    def shop_of(self, number: int) -> UUID:
        return self.shop_ids[number % len(self.shop_ids)]

    def sku(self, number: int) -> UUID:
        return sku_id_of(self.shop_of(number), f"g{number}", f"g{number}")

    def item(self, number: int) -> UUID:
        return item_id_of(self.shop_of(number), f"g{number}")

    def wanted(self, number: int, quantity: int = 1) -> api.Wanted:
        return api.Wanted(self.shop_of(number), self.sku(number), quantity)

    def wish(self, number: int, quantity: int = 1, buyer: UUID | None = None) -> api.Wish:
        return api.Wish(buyer or self.buyer, self.shop_of(number), self.sku(number), quantity)

    async def add(self, number: int, quantity: int = 1, buyer: UUID | None = None) -> api.Added:
        wish = self.wish(number, quantity, buyer)
        async with self.house.database.transaction() as tx:
            return await api.add_line(tx, as_buyer(wish.buyer_id), wish)

    async def fill(self, numbers, buyer: UUID | None = None) -> None:
        from peakday.trade.carts.actions.add_lines import add_many

        async with self.house.database.transaction() as tx:
            await add_many(tx, [self.wish(number, 1, buyer) for number in numbers])

    async def act(self, action, *values, **named):
        async with self.house.database.transaction() as tx:
            return await action(tx, self.actor, *values, **named)

    async def cart(self, look: api.Look | None = None, buyer: UUID | None = None) -> api.CartView:
        async with self.house.database.read() as tx:
            return await api.get_cart(tx, as_buyer(buyer or self.buyer), look or api.Look())

    async def pieces(self, buyer: UUID | None = None) -> dict[int, int]:
        """The pieces by number of goods, as they are stored."""
        numbers = {self.sku(number): number for number in range(GOODS)}
        async with self.house.database.read() as tx:
            lines = await store.list_lines(tx, buyer or self.buyer)
        return {numbers[line.sku_id]: line.quantity for line in lines}

    async def price(self, number: int, minor: int, kind=OfferKind.EVENT, since=None, until=None, event=None) -> None:
        since = since or self.now - DAY
        async with self.house.database.transaction() as tx:
            offer = Offer(
                self.shop_of(number),
                self.item(number),
                self.sku(number),
                kind,
                minor,
                "CNY",
                since,
                until,
                "test",
                event,
            )
            await prices.record_offers(tx, [offer], self.now)

    async def stock(self, number: int, units: int) -> None:
        async with self.house.database.transaction() as tx:
            await stock.set_initial_stock(tx, [OpeningStock(self.shop_of(number), self.sku(number), units)], self.now)

    async def promote(
        self, kind: Kind, *tiers: Tier, shop: UUID | None = None, cards_for: UUID | None = None, **changes
    ):
        """A live instrument of these tiers; with `cards_for` a card of it in that wallet. Its id."""
        async with self.house.database.transaction() as tx:
            wanted = Instrument(**{
                "instrument_id": uuid4(), "kind": kind, "name": Text("优惠", "Offer"), "currency": "CNY",
                "benefit": Tiers(tiers),
            } | changes)  # fmt: skip
            await promotions.save_draft(tx, SYSTEM, shop, wanted, self.now)
            await promotions.publish(tx, SYSTEM, promotions.Wish(shop, wanted.instrument_id), QUIET, self.now)
            if cards_for:
                await promotions.issue_cards(tx, promotions.Issue(wanted.instrument_id, cards_for, "t"), self.now)
        return wanted.instrument_id


async def open_aisle(house: House, shops_count: int = 2, currencies=("CNY", "CNY")) -> Aisle:
    now = house.clock.now()
    async with house.database.transaction() as tx:
        names = [
            NewShop("test", f"shop-{number}", f"Shop {number}", currencies[number], now)
            for number in range(shops_count)
        ]
        shop_ids = tuple(await shops.ensure_shops(tx, names))
        goods = [
            NewItem(shop_ids[number % shops_count], "test", f"g{number}", f"Goods {number}", list_price_minor=10_000,
                    currency=currencies[number % shops_count])
            for number in range(GOODS)
        ]  # fmt: skip
        await catalog.copy_items(tx, goods, now)
        buyer, guest = await accounts.ensure_buyers(tx, [NewBuyer("test", name, now) for name in ("ann", "guest")])
    return Aisle(house, shop_ids, buyer, guest)
