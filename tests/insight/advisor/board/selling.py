"""How does a test sell? Orders and news as the rooms below write them, without a shopper's way."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.ids import derived_id, new_id
from peakday.kernel.outbox import announce_many
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import NewBrand, NewCategory, NewItem, item_id_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop
from peakday.trade.orders.events import OrderPaid, RefundCompleted
from peakday.trade.orders.model import NewOrder, Order, OrderLine, OrderStatus
from peakday.trade.orders.writing import NativeCheckout, insert_checkouts


@dataclass(frozen=True)
class Selling:
    """Two shops, a domestic one of a belt and a foreign one, of three items each in two brands."""

    shop_ids: tuple[UUID, ...]
    items: dict[UUID, list[UUID]]
    category_id: UUID
    brands: dict[str, UUID]

    async def pay(
        self, tx, at: datetime, *, shop=0, item=0, minor=1000, buyer="ann", pieces=1, simulated=False
    ) -> UUID:
        """One order that was paid at an instant; its news waits in the outbox."""
        shop_id = self.shop_ids[shop]
        made = new_id(at)
        buyer_id = derived_id(None, "buyer", buyer)
        line = OrderLine(1, self.items[shop_id][item], pieces, minor, minor, category_id=self.category_id)
        order = Order(
            shop_id, made, "peakday", str(made), OrderStatus.AWAITING_PAYMENT, "CNY", at, minor, 0, 0, minor,
            buyer_id=buyer_id, checkout_id=made, region_id="bj", simulated=simulated,
        )  # fmt: skip
        await insert_checkouts(
            tx,
            [NativeCheckout(buyer_id, made, b"x", "CNY", minor, at, (NewOrder(order, (line,)),), simulated=simulated)],
        )
        await tx.execute(
            "update orders.customer_order set status = 'awaiting_shipment', paid_at = $2 where order_id = $1", made, at
        )
        await announce_many(tx, [OrderPaid(shop_id, made, buyer_id, minor, "CNY", simulated)], at)
        return made

    async def give_back(self, tx, order_id: UUID, minor: int, at: datetime, *, shop=0, line_no=1) -> UUID:
        """Money of an order goes back, as the orders' own act writes it."""
        made = new_id(at)
        await tx.execute(
            "insert into orders.refund (shop_id, refund_id, order_id, line_no, amount_minor, completed_at, state)"
            " values ($1, $2, $3, $4, $5, $6, 'completed')",
            self.shop_ids[shop], made, order_id, line_no, minor, at,
        )  # fmt: skip
        await tx.execute(
            "update orders.customer_order set refund_minor = refund_minor + $2 where order_id = $1", order_id, minor
        )
        await announce_many(tx, [RefundCompleted(self.shop_ids[shop], order_id, made, minor, "CNY")], at)
        return made

    async def pay_at_random(self, tx, opens_at: datetime, count: int, seed=7) -> None:
        """So many orders over ten minutes, some of a rehearsal."""
        draw = random.Random(seed)
        for _ in range(count):
            await self.pay(
                tx, opens_at + timedelta(seconds=draw.randrange(600)), shop=draw.randrange(2), item=draw.randrange(3),
                minor=draw.randrange(100, 9000), buyer=f"b{draw.randrange(12)}", pieces=draw.randrange(1, 4),
                simulated=draw.random() < 0.2,
            )  # fmt: skip


async def open_selling(tx, now: datetime) -> Selling:
    """Two shops with their items."""
    rows = [
        NewShop("test", "silk", "丝绸坊", "CNY", now, name_en="Silk", belt="海宁皮革", is_domestic_brand=True),
        NewShop("test", "wine", "Wine", "CNY", now),
    ]
    shop_ids = await shops.ensure_shops(tx, rows)
    leaf = (await catalog.ensure_categories(tx, [NewCategory("test", "c", "茶", "Tea")]))["c"]
    brands = await catalog.ensure_brands(tx, [NewBrand("test", "silk", "Silk"), NewBrand("test", "wine", "Wine")])
    items = []
    for shop_id, brand in zip(shop_ids, ("silk", "wine"), strict=True):
        items += [
            NewItem(shop_id, "test", f"i{n}", f"{brand} {n}", leaf, brand_id=brands[brand], list_price_minor=1000)
            for n in range(3)
        ]
    await catalog.copy_items(tx, items, now)
    by_shop = {shop_id: [item_id_of(shop_id, f"i{n}") for n in range(3)] for shop_id in shop_ids}
    return Selling(tuple(shop_ids), by_shop, leaf, brands)
