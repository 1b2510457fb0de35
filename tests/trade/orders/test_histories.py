"""Does every history of checkout, pay, callback twice, cancel, refund, expire and protect keep every invariant?

Seeded histories on a real database: each step is drawn, may be refused, and is sent again now and then. At the end the
audits of orders, payments, promotions and stock find nothing, whatever happened; so they do after histories in which
several people act at once.
"""

import asyncio
import random
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest

from peakday.kernel.refusal import Refusal
from peakday.trade.ledger.audit import audit as ledger_audit
from peakday.trade.orders import api
from peakday.trade.orders.audit import audit
from peakday.trade.orders.deals import record_new_deals
from peakday.trade.orders.life_store import database_now
from peakday.trade.orders.model import RefundKind
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.payments.audit import audit as payments_audit
from peakday.trade.payments.model import NoticeKind
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions.audit import audit as promotions_audit
from peakday.trade.promotions.model import Kind, Limits, Tier, Tiers
from tests.trade.orders.market import PLATFORM_FUNDS, TIER, Market, more_buyers, open_market

STEPS = 90
SEEDS = range(4)
PIECES = 40


@dataclass
class History:
    """What a drawn history knows: the people, what they hold, and what was told so far."""

    market: Market
    draw: random.Random
    buyers: list
    checkouts: list = field(default_factory=list)  # (buyer, placed)
    paid: list = field(default_factory=list)
    notices: list = field(default_factory=list)
    refunds: list = field(default_factory=list)  # (buyer, shop, refund)
    price: int = 10_000
    done: dict[str, int] = field(default_factory=dict)

    async def later(self, **span):
        async with self.market.database.read() as tx:
            return await database_now(tx) + timedelta(**span)

    def shop_of(self, shop_id: UUID):
        return self.market.one if shop_id == self.market.one.shop_id else self.market.two

    async def checkout(self):
        buyer = self.draw.choice(self.buyers)
        goods = [(f.shop_id, sku, self.draw.randint(1, 3)) for f in (self.market.one, self.market.two)
                 for sku in (f.tea, f.cup) if self.draw.random() < 0.5]  # fmt: skip
        if goods:
            wish = await self.market.wish(buyer, *goods, key=f"k{self.draw.randint(0, 10**9)}")
            for _ in range(self.draw.choice([1, 1, 2])):
                placed = await api.place_checkout(self.market.house, buyer, wish)
            self.checkouts.append((buyer, placed))

    async def pay(self):
        buyer, placed = self.draw.choice(self.checkouts[-4:])
        payment = await self.market.start(buyer, placed.checkout_id)
        kind = NoticeKind.DECLINED if self.draw.random() < 0.15 else NoticeKind.CAPTURED
        notice = self.market.notice(payment, kind)
        self.notices.append(notice)
        if self.draw.random() < 0.9:
            await self.market.tell(notice)
            self.paid.append((buyer, placed))

    def some(self):
        """A checkout, most often one that was paid."""
        return self.draw.choice(self.paid if self.paid and self.draw.random() < 0.9 else self.checkouts)

    async def tell_again(self):
        await self.market.tell(self.draw.choice(self.notices))

    async def cancel(self):
        buyer, placed = self.draw.choice(self.checkouts)
        await self.market.do(api.cancel_checkout, buyer, placed.checkout_id)

    async def undo(self):
        buyer, placed = self.some()
        order = self.draw.choice(placed.orders)
        if self.draw.random() < 0.5:
            await self.market.do(api.cancel_order, buyer, order.order_id)
        else:
            owner = self.shop_of(order.shop_id).owner
            await self.market.do(api.cancel_order, owner, order.order_id, order.shop_id)

    async def ship(self):
        _, placed = self.some()
        order = self.draw.choice(placed.orders)
        owner = self.shop_of(order.shop_id).owner
        pair = (order.shop_id, order.order_id)
        await self.market.do(api.ship_order, owner, pair, "simulated", f"SIM-{self.draw.randint(1, 3)}000")

    async def receive(self):
        buyer, placed = self.some()
        await self.market.do(api.confirm_receipt, buyer, self.draw.choice(placed.orders).order_id)

    async def ask(self):
        buyer, placed = self.some()
        order = self.draw.choice(placed.orders)
        by_money = self.draw.random() < 0.2
        wish = RefundWish(
            order_id=order.order_id, line_no=self.draw.choice([1, 1, 2]), key=f"r{self.draw.randint(0, 9)}",
            reason="drawn",
            kind=self.draw.choice([RefundKind.REFUND_ONLY, RefundKind.REFUND_ONLY, RefundKind.RETURN_GOODS]),
            pieces=None if by_money else self.draw.choice([1, 1, 2]),
            minor=self.draw.randint(1, 4_000) if by_money else None,
        )  # fmt: skip
        refund = await self.market.do(api.ask_refund, buyer, wish)
        self.refunds.append((buyer, order.shop_id, refund))

    async def decide(self):
        buyer, shop_id, refund = self.draw.choice(self.refunds)
        owner = self.shop_of(shop_id).owner
        act = self.draw.choice(["approve", "approve", "take", "decline", "withdraw"])
        if act == "approve":
            await self.market.do(api.approve_refund, owner, shop_id, refund.refund_id)
        elif act == "take":
            await self.market.do(api.take_return, owner, shop_id, refund.refund_id)
        elif act == "decline":
            await self.market.do(api.decline_refund, owner, shop_id, refund.refund_id, "drawn")
        else:
            await self.market.do(api.withdraw_refund, buyer, refund.order_id, refund.refund_id)

    async def expire(self):
        await self.market.do(api.close_unpaid, await self.later(minutes=31))

    async def overdue(self):
        for shop_id, refund_id in await self.market.do(api.list_overdue, await self.later(days=6)):
            await self.market.do(api.answer_overdue, shop_id, refund_id)

    async def arrive(self):
        await self.market.do(api.receive_by_time, await self.later(days=11))

    async def protect(self):
        self.price = max(self.price - self.draw.randint(1, 900), 5_000)
        at, floor = await self.later(), self.market.one
        offer = Offer(
            shop_id=floor.shop_id, item_id=floor.tea_item, sku_id=floor.tea, kind=OfferKind.EVENT,
            price_minor=self.price, currency="CNY", valid_from=at, source="test",
        )  # fmt: skip
        async with self.market.database.transaction() as tx:
            await record_new_deals(tx)
            await prices.record_offers(tx, [offer], at)
        await api.protect_round(self.market.house)

    async def step(self):
        acts = {
            self.checkout: 6, self.pay: 10, self.tell_again: 2, self.cancel: 1, self.undo: 1, self.ship: 3,
            self.receive: 1, self.ask: 10, self.decide: 10, self.expire: 1, self.overdue: 1, self.arrive: 1,
            self.protect: 2,
        }  # fmt: skip
        act = self.draw.choices(list(acts), weights=list(acts.values()))[0]
        if (
            not self.checkouts
            or (act == self.tell_again and not self.notices)
            or (act == self.decide and not self.refunds)
        ):
            act = self.checkout
        try:
            await act()
            self.done[act.__name__] = self.done.get(act.__name__, 0) + 1
        except Refusal as refusal:
            self.done[refusal.code] = self.done.get(refusal.code, 0) + 1


async def begin(house, seed):
    market = await open_market(house, PIECES)
    await market.live(market.one, Kind.TIERED_REDUCTION, TIER, limits=Limits(total=12))
    coupon = await market.live(None, Kind.PLATFORM_COUPON, Tiers((Tier(15_000, 1_500),)), funding=PLATFORM_FUNDS)
    buyers = [market.buyer, market.other, more_buyers(0)]
    for buyer in buyers:
        for n in range(3):
            await market.card(coupon, buyer, f"card{n}")
    return History(market, random.Random(seed), buyers)


async def faults(market):
    found = []
    for one in (audit, payments_audit, promotions_audit, ledger_audit):
        found += await one(market.house)
    async with market.database.read() as tx:
        for row in await tx.fetch(
            "select l.sku_id, l.available, coalesce(sum(h.quantity - h.returned) filter"
            " (where h.status in ('held', 'sold')), 0)::int as taken"
            " from stock.level l left join stock.hold h using (sku_id) group by l.sku_id, l.available"
        ):
            if row["available"] + row["taken"] != PIECES or row["available"] < 0:
                found.append(dict(row))
    return [each for each in found if getattr(each, "invariant", "") != "bank_and_house_agree"]


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_history_keeps_every_invariant(house, seed):
    history = await begin(house, seed)
    for _ in range(STEPS):
        await history.step()
    assert await faults(history.market) == [], history.done
    assert history.done.get("checkout", 0) > 3, history.done


@pytest.mark.parametrize("seed", range(100, 102))
async def test_histories_of_people_who_act_at_once_keep_them_too(house, seed):
    history = await begin(house, seed)
    for _ in range(6):
        await history.step()
    for _ in range(STEPS // 6):
        await asyncio.gather(*[history.step() for _ in range(6)])
    assert await faults(history.market) == [], history.done
