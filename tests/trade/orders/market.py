"""A small market for tests of native orders: two shops with goods in stock, offers and cards, and buyers who pay."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.house import House
from peakday.kernel.ids import derived_id, new_id
from peakday.kernel.text import Text
from peakday.market.accounts.model import NewBuyer, buyer_id_of
from peakday.market.accounts.store import upsert_buyers
from peakday.trade.carts.api import Wanted, quote
from peakday.trade.orders import api
from peakday.trade.orders.actions.write_orders import OrdersCompanion
from peakday.trade.orders.checkouts import Address, CheckoutWish, Delivery, WantedPieces
from peakday.trade.payments.model import Notice, NoticeKind, Payment
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Funder, Funding, Instrument, Kind, Tier, Tiers
from peakday.trade.promotions.stored import Issue
from peakday.trade.stock import api as stock
from peakday.trade.stock.model import OpeningStock
from tests.trade.promotions.shop_floor import QUIET, Floor, open_floor

HOUR = timedelta(hours=1)
STAFF = Actor(ActorKind.STAFF, derived_id(None, "staff"), permissions=frozenset({"*"}), name="staff")
SECOND_STAFF = Actor(ActorKind.STAFF, derived_id(None, "staff", "2"), permissions=frozenset({"*"}), name="second")


@dataclass
class Market:
    """Shops `one` and `two` with tea (100.00), big tea (200.00) and a cup (50.00) each."""

    house: House
    one: Floor
    two: Floor
    count: int = 0
    notices: int = 0
    addresses: dict[UUID, UUID] = field(default_factory=dict)

    @property
    def database(self):
        return self.house.database

    @property
    def buyer(self) -> Actor:
        return buyer_actor(self.one.buyer)

    @property
    def other(self) -> Actor:
        return buyer_actor(self.two.buyer)

    async def address(self, actor: Actor, recipient="Li Lei") -> UUID:
        """An address of a buyer, saved."""
        now = self.house.clock.now()
        self.count += 1
        address = Address(
            address_id=derived_id(None, "address", str(actor.account_id), recipient), recipient=recipient,
            phone="13800000000", city="杭州", street="文三路 1 号", region_id=None,
        )  # fmt: skip
        async with self.database.transaction() as tx:
            await api.save_address(tx, actor, address, now)
        return address.address_id

    async def wish(self, actor: Actor, *wanted: tuple[UUID, UUID, int], key="k", **changes) -> CheckoutWish:
        """A wish of what the buyer sees now: (shop, sku, pieces)."""
        address_id = await self.address(actor)
        async with self.database.read() as tx:
            seen = await quote(tx, actor.account_id, [Wanted(*each) for each in wanted])
        values = {
            "key": key, "seen_token": seen.token, "seen_minor": seen.payable_minor,
            "deliveries": (Delivery(address_id),), "wanted": tuple(WantedPieces(*each) for each in wanted),
        }  # fmt: skip
        return CheckoutWish(**(values | changes))

    async def place(self, actor: Actor, *wanted, key="k", **changes):
        """A checkout that stands."""
        return await api.place_checkout(self.house, actor, await self.wish(actor, *wanted, key=key, **changes))

    async def start(self, actor: Actor, checkout_id: UUID, at: datetime | None = None) -> Payment:
        async with self.database.transaction() as tx:
            return await api.pay_checkout(tx, actor, checkout_id, at)

    def notice(self, payment: Payment, kind=NoticeKind.CAPTURED, event_id: str | None = None, **changes) -> Notice:
        self.notices += 1
        values = {
            "gateway": "sandbox", "event_id": event_id or f"e{self.notices}", "payment_id": payment.payment_id,
            "kind": kind, "amount_minor": payment.amount_minor, "currency": payment.currency,
            "at": self.house.clock.now(),
        }  # fmt: skip
        return Notice(**(values | changes))

    async def tell(self, *notices: Notice, at: datetime | None = None):
        async with self.database.transaction() as tx:
            return await api.settle_notices(tx, notices, at)

    async def pay(self, actor: Actor, checkout_id: UUID, at: datetime | None = None) -> Payment:
        payment = await self.start(actor, checkout_id, at)
        await self.tell(self.notice(payment), at=at)
        return payment

    async def do(self, act, *given, **named):
        async with self.database.transaction() as tx:
            return await act(tx, *given, **named)

    async def order(self, placed, place=0):
        """The first order of a checkout as its row stands."""
        async with self.database.read() as tx:
            return await tx.fetchrow(
                "select * from orders.customer_order where order_id = $1", placed.orders[place].order_id
            )

    async def available(self, shop_id: UUID, sku_id: UUID) -> int:
        async with self.database.read() as tx:
            return (await stock.available_of(tx, [(shop_id, sku_id)]))[shop_id, sku_id]

    async def live(self, floor: Floor | None, kind: Kind, benefit, **changes) -> UUID:
        """An instrument of a shop (None: the platform's) that is live."""
        now = self.house.clock.now()
        instrument = Instrument(
            instrument_id=new_id(now), kind=kind, name=Text("优惠", "Offer"), currency="CNY", benefit=benefit, **changes
        )
        actor, shop_id = (STAFF, None) if floor is None else (floor.owner, floor.shop_id)
        async with self.database.transaction() as tx:
            stored = await promotions.save_draft(tx, actor, shop_id, instrument, now)
            await promotions.publish(tx, actor, promotions.Wish(shop_id, stored.instrument_id), QUIET, now)
        return stored.instrument_id

    async def card(self, template: UUID, actor: Actor, key="card") -> UUID:
        async with self.database.transaction() as tx:
            (card,) = await promotions.issue_cards(tx, Issue(template, actor.account_id, key), self.house.clock.now())
        return card


def buyer_actor(buyer_id: UUID, *, simulated=False) -> Actor:
    return Actor(ActorKind.BUYER, buyer_id, permissions=frozenset({"buy", *(["simulated"] if simulated else [])}))


async def open_market(house: House, pieces: int = 100) -> Market:
    """The market, with so many pieces of everything."""
    one, two = await open_floor(house, "one"), await open_floor(house, "two")
    now = house.clock.now()
    async with house.database.transaction() as tx:
        await upsert_buyers(tx, [NewBuyer("test", f"buyer-{n}", now) for n in range(5)])
        rows = [OpeningStock(f.shop_id, sku, pieces) for f in (one, two) for sku in (f.tea, f.big_tea, f.cup)]
        await stock.set_initial_stock(tx, rows, now)
    house.add(stock.StockWriter(house.database, OrdersCompanion()))
    return Market(house, one, two)


def more_buyers(n: int) -> Actor:
    return buyer_actor(buyer_id_of("test", f"buyer-{n}"))


TIER = Tiers((Tier(10_000, 1_000),))
PLATFORM_FUNDS = (Funding(Funder.PLATFORM),)
__all__ = ["HOUR", "PLATFORM_FUNDS", "STAFF", "TIER", "Market", "buyer_actor", "more_buyers", "open_market"]
