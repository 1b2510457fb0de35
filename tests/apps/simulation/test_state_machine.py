"""Does a sequence of add, remove, checkout, presale, pay, callbacks, cancel, refund, expire, protect break anything?

The real actions on a real database whose clock is virtual; hypothesis draws the sequences and shortens one that fails.
All examples share one market: each has a buyer of its own, the stock is everybody's.
"""

import asyncio
from dataclasses import replace
from datetime import timedelta
from functools import partial
from itertools import count
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from peakday.apps.simulation.audit import find_faults
from peakday.apps.simulation.bank import MemoryBank
from peakday.apps.simulation.model import BEGINNING, CURRENCY, Faults, Known, Plan
from peakday.apps.simulation.offering import offer_presale, open_offers
from peakday.apps.simulation.stage import Stage
from peakday.apps.simulation.virtual_clock import VirtualClock, install
from peakday.apps.simulation.world import open_world
from peakday.kernel.database import connect
from peakday.kernel.house import House
from peakday.kernel.ids import derived_id
from peakday.kernel.settings import read_settings
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import Address, CheckoutWish, Delivery
from peakday.trade.orders.model import RefundKind
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.payments import api as payments
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api as promotions
from peakday.trade.stock.api import StockWriter

EXAMPLES = 5
STEPS = 25
CALM = Faults(*[0.0] * 9)
MINUTE = timedelta(minutes=1)
SKUS = st.integers(0, 7)
PLACES = st.integers(0, 3)
PIECES = st.integers(1, 3)


class Market:
    """What all examples share."""

    def __init__(self, loop, stage):
        self.loop = loop
        self.stage = stage
        self.keys = count()

    def do(self, act):
        """One act; what it answers, or None when it was refused."""

        async def run():
            await self.stage.clock.show(self.stage.house.database)
            return await act()

        return self.loop.run_until_complete(run())

    def attempt(self, act):
        return self.do(lambda: self.stage.attempt("act", act))


async def open_market(url, home):
    plan, clock = Plan(1, 1, shops=2, skus_a_shop=4, buyers=200, faults=CALM), VirtualClock(BEGINNING)
    await install(url, clock.now())
    database, random = await connect(url, pool_size=3), Random(1)
    house = House(read_settings({"PEAKDAY_HOME": str(home), "PEAKDAY_DATABASE_URL": url}), clock, database)
    bank = MemoryBank(clock, random, CALM)
    payments.place_gateway(house, bank)
    async with database.transaction() as tx:
        world = await open_offers(tx, await open_world(tx, plan, clock, random), clock)
    return Stage(plan, random, clock, house, bank, world, Known())


class Shopping(RuleBasedStateMachine):
    """One buyer's life; `market` is set by the test."""

    market: Market

    def __init__(self):
        super().__init__()
        self.stage = self.market.stage
        self.buyer = self.stage.world.buyers[next(self.market.keys) % len(self.stage.world.buyers)]
        self.placed, self.orders, self.refunds = [], [], []
        self.market.attempt(lambda tx: orders.save_address(tx, self.buyer, self.address, self.now))

    @property
    def now(self):
        return self.stage.clock.now()

    @property
    def address(self):
        name = derived_id(None, "address", str(self.buyer.account_id))
        return Address(address_id=name, recipient="Lin", phone="13800000000", city="杭州", street="1")

    @rule(sku=SKUS, pieces=PIECES)
    def add(self, sku, pieces):
        chosen = self.stage.world.shelf[sku]
        wish = carts.Wish(self.buyer.account_id, chosen.shop_id, chosen.sku_id, pieces)
        self.market.attempt(lambda tx: carts.add_line(tx, self.buyer, wish))

    @initialize(skus=st.lists(SKUS, min_size=1, max_size=4, unique=True), pieces=PIECES, is_paid=st.booleans())
    def begin(self, skus, pieces, is_paid):
        """Every life begins with a checkout, or there would be little to see."""
        for sku in skus:
            self.add(sku, pieces)
        self.check_out_twice()
        if self.placed and is_paid:
            self.pay(0, True, True)

    @rule(sku=SKUS)
    def remove(self, sku):
        chosen = self.stage.world.shelf[sku]
        self.market.attempt(lambda tx: carts.remove_lines(tx, self.buyer, [chosen.sku_id]))

    @rule()
    def check_out_twice(self):
        self.market.do(self._check_out)

    async def _check_out(self):
        house = self.stage.house
        house.add(StockWriter(house.database, orders.OrdersCompanion()))
        async with house.database.read() as tx:
            wanted = list(await carts.selected_of(tx, self.buyer.account_id))
            quote = await carts.quote(tx, self.buyer.account_id, wanted) if wanted else None
        if quote is None or quote.problems:
            return
        wish = CheckoutWish(
            key=f"k{next(self.market.keys)}", seen_token=quote.token, seen_minor=quote.payable_minor,
            deliveries=(Delivery(self.address.address_id),),
        )  # fmt: skip
        first = await self.stage.attempt_outside("place", lambda: orders.place_checkout(house, self.buyer, wish))
        again = await self.stage.attempt_outside("place", lambda: orders.place_checkout(house, self.buyer, wish))
        if first is not None:
            assert (first.is_repeated, again) == (False, first._replace(is_repeated=True))
            self.stage.known.placed[first.checkout_id] = self.buyer
            self.placed.append(first)
            self.orders += first.orders

    @rule(card=PLACES)
    def take_a_card_twice(self, card):
        chosen, key = self.stage.world.cards[card], f"c{next(self.market.keys)}"
        take = partial(promotions.claim_card, buyer_id=self.buyer.account_id, instrument_id=chosen, key=key)
        taken = [self.market.attempt(lambda tx: take(tx, now=self.now)) for _ in range(2)]
        assert taken[0] is None or taken[1] == replace(taken[0], is_repeated=True)

    @rule(sku=SKUS, is_paid=st.booleans())
    def order_in_advance(self, sku, is_paid):
        chosen = self.stage.world.shelf[sku]
        self.market.do(lambda: offer_presale(self.stage))
        self.market.do(lambda: self._order_in_advance(chosen))
        if self.placed and is_paid:
            self.pay(0, True, True)

    async def _order_in_advance(self, sku):
        house, offers = self.stage.house, self.stage.known.presales
        house.add(StockWriter(house.database, orders.OrdersCompanion()))
        offer = next((offer for offer in offers if offer.sku_id == sku.sku_id), offers[-1] if offers else None)
        if offer is None:
            return
        wish = orders.PresaleWish(
            key=f"k{next(self.market.keys)}", shop_id=offer.shop_id, sku_id=offer.sku_id, quantity=1,
            address_id=self.address.address_id, seen_minor=offer.terms.deposit_minor,
        )  # fmt: skip
        placed = await self.stage.attempt_outside("presale", lambda: orders.place_presale(house, self.buyer, wish))
        if placed is not None:
            self.stage.known.placed[placed.checkout_id] = self.buyer
            self.placed.append(placed)
            self.orders += placed.orders

    @precondition(lambda self: self.placed)
    @rule(place=PLACES, is_paid=st.booleans(), is_told=st.booleans())
    def pay(self, place, is_paid, is_told):
        self.market.do(lambda: self._pay(self.placed[-1 - place % len(self.placed)], is_paid, is_told))

    async def _pay(self, placed, is_paid, is_told):
        asked = await self.stage.attempt("pay", lambda tx: orders.pay_checkout(tx, self.buyer, placed.checkout_id))
        if asked is None:
            return
        await self.stage.bank.open_charge(payments.ChargeWish(asked.payment_id, asked.amount_minor, asked.currency))
        self.stage.bank.decide(asked.payment_id, is_paid=is_paid)
        if is_told:
            await self._letters()

    @rule()
    def letters_come_twice(self):
        self.market.do(self._letters)

    async def _letters(self):
        arrived = self.stage.bank.take_letters(50)
        for _ in range(2):
            async with self.stage.house.database.transaction() as tx:
                await orders.settle_notices(tx, arrived)

    @precondition(lambda self: self.placed)
    @rule(place=PLACES)
    def cancel_unpaid(self, place):
        placed = self.placed[-1 - place % len(self.placed)]
        self.market.attempt(lambda tx: orders.cancel_checkout(tx, self.buyer, placed.checkout_id))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES)
    def cancel_paid(self, place):
        order = self._order(place)
        self.market.attempt(lambda tx: orders.cancel_order(tx, self.buyer, order.order_id))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES, is_received=st.booleans())
    def ship(self, place, is_received):
        order = self._order(place)
        shop, pair = self.stage.world.merchants[order.shop_id], (order.shop_id, order.order_id)
        self.market.attempt(lambda tx: orders.ship_order(tx, shop, pair, "simulated", "T1234567"))
        if is_received:
            self.market.attempt(lambda tx: orders.confirm_receipt(tx, self.buyer, order.order_id))

    @precondition(lambda self: self.orders)
    @rule(place=PLACES, line_no=st.integers(1, 2), pieces=PIECES, is_returned=st.booleans())
    def refund(self, place, line_no, pieces, is_returned):
        order = self._order(place)
        wish = RefundWish(
            order_id=order.order_id, line_no=line_no, key=f"r{next(self.market.keys)}", reason="torn", pieces=pieces,
            kind=RefundKind.RETURN_GOODS if is_returned else RefundKind.REFUND_ONLY,
        )  # fmt: skip
        asked = self.market.attempt(lambda tx: orders.ask_refund(tx, self.buyer, wish))
        if asked is not None:
            self.refunds.append(asked)

    @precondition(lambda self: self.refunds)
    @rule(place=PLACES, is_yes=st.booleans())
    def answer(self, place, is_yes):
        refund = self.refunds[-1 - place % len(self.refunds)]
        shop, who = self.stage.world.merchants[refund.shop_id], (refund.shop_id, refund.refund_id)
        if is_yes:
            for _ in range(2):
                self.market.attempt(lambda tx: orders.approve_refund(tx, shop, *who))
            self.market.attempt(lambda tx: orders.take_return(tx, shop, *who))
        else:
            self.market.attempt(lambda tx: orders.decline_refund(tx, shop, *who, "no"))

    @rule(minutes=st.sampled_from([1, 31, 61, 2_000, 20_000]))
    def expire(self, minutes):
        self.stage.clock.move(minutes * MINUTE)
        self.market.attempt(orders.close_unpaid)
        self.market.attempt(orders.close_unpaid_tails)
        self.market.attempt(orders.receive_by_time)
        self.market.do(lambda: payments.tell_refunds(self.stage.house))

    @rule(sku=SKUS, share=st.integers(1, 9))
    def protect(self, sku, share):
        chosen = self.stage.world.shelf[sku]
        offer = Offer(
            chosen.shop_id, chosen.item_id, chosen.sku_id, OfferKind.EVENT, chosen.price_minor * share // 10, CURRENCY,
            self.now, self.now + 600 * MINUTE,
        )  # fmt: skip
        self.market.attempt(lambda tx: prices.record_offers(tx, [offer], self.now))
        self.stage.clock.move(MINUTE)
        self.market.do(lambda: orders.protect_round(self.stage.house))

    def teardown(self):
        async def look():
            return [fault async for fault in find_faults(self.stage)]

        assert self.market.do(look) == []

    def _order(self, place):
        return self.orders[-1 - place % len(self.orders)]


def test_no_sequence_of_acts_breaks_an_invariant(database_url, tmp_path):
    loop = asyncio.new_event_loop()
    stage = loop.run_until_complete(open_market(database_url, tmp_path))
    Shopping.market = Market(loop, stage)
    try:
        run_state_machine_as_test(
            Shopping,
            settings=settings(
                max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, database=None, derandomize=True,
                suppress_health_check=list(HealthCheck),
            ),
        )  # fmt: skip
        # the sequences went somewhere
        assert stage.known.counts["place: done"] >= EXAMPLES // 2
        assert stage.known.counts["presale: done"] > 0
        assert any(charge.is_captured for charge in stage.bank.charges.values())
        assert any(charge.refunds for charge in stage.bank.charges.values())
    finally:
        loop.run_until_complete(stage.house.database.close())
        loop.close()
