"""Does a presale take its deposit, then its tail, and settle the deposit when no sale comes of it?"""

from datetime import timedelta

import pytest

from peakday.kernel.ids import new_id
from peakday.kernel.refusal import NotFound
from peakday.trade.orders import api
from peakday.trade.orders.audit import audit
from peakday.trade.orders.errors import NothingToPay, OrderMoveRefused, PriceChanged, TailNotDue
from peakday.trade.orders.life_store import database_now
from peakday.trade.payments import api as payments
from peakday.trade.payments.audit import audit as audit_payments
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.api import DepositFate
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from peakday.trade.promotions.stored import PresaleOffer
from tests.trade.orders.market import open_market

pytestmark = pytest.mark.capability("TE-09")


@pytest.fixture
async def market(house):
    market = await open_market(house)
    async with market.database.transaction() as tx:
        at = await database_now(tx)
        terms = PresaleTerms(PresaleKind.CUT, 10_000, 1_000, 2_000)
        offer = PresaleOffer(
            presale_id=new_id(at), shop_id=market.one.shop_id, item_id=market.one.tea_item, sku_id=market.one.tea,
            currency="CNY", terms=terms, deposit_from=at - timedelta(days=1), deposit_until=at + timedelta(days=1),
            tail_from=at + timedelta(days=2), tail_until=at + timedelta(days=4),
        )  # fmt: skip
        await promotions.offer_presale(tx, market.one.owner, offer, market.house.clock.now())
    return market


async def later(market, **span):
    async with market.database.read() as tx:
        return await database_now(tx) + timedelta(**span)


async def ordered(market, pieces=1, seen=None, key="p"):
    wish = api.PresaleWish(
        key=key, shop_id=market.one.shop_id, sku_id=market.one.tea, quantity=pieces,
        address_id=await market.address(market.buyer), seen_minor=1_000 * pieces if seen is None else seen,
    )  # fmt: skip
    return await api.place_presale(market.house, market.buyer, wish)


async def presale(market):
    async with market.database.read() as tx:
        return await tx.fetchrow("select * from orders.presale")


async def test_deposit_and_tail_are_two_payments_and_one_sale(market):
    placed = await ordered(market, 2)
    assert placed.payable_minor == 2_000
    again = await ordered(market, 2)
    assert (again.orders, again.is_repeated) == (placed.orders, True)
    await market.pay(market.buyer, placed.checkout_id)
    order = await market.order(placed)
    assert (order["status"], order["paid_at"], order["paid_minor"]) == ("awaiting_balance", None, 16_000)
    with pytest.raises(TailNotDue):
        await market.start(market.buyer, placed.checkout_id)
    due = await later(market, days=3)
    tail = await market.pay(market.buyer, placed.checkout_id, due)
    assert tail.amount_minor == 14_000
    order = await market.order(placed)
    assert (order["status"], order["paid_at"]) == ("awaiting_shipment", due)
    assert (await presale(market))["state"] == "paid"
    assert await audit(market.house) == []


async def test_a_paid_presale_gives_back_deposit_and_tail(market):
    placed = await ordered(market)
    await market.pay(market.buyer, placed.checkout_id)
    await market.pay(market.buyer, placed.checkout_id, await later(market, days=3))
    assert await market.do(api.cancel_order, market.buyer, placed.orders[0].order_id) == 8_000
    async with market.database.read() as tx:
        pieces = await payments.list_order_refunds(tx, [placed.orders[0].order_id])
    assert sorted(piece.amount_minor for piece in pieces) == [1_000, 7_000]
    assert await audit(market.house) == []


async def test_a_deposit_is_paid_in_thirty_minutes_or_the_order_closes(market):
    placed = await ordered(market)
    with pytest.raises(NothingToPay):
        await market.start(market.buyer, placed.checkout_id, await later(market, minutes=31))
    assert await market.do(api.close_unpaid, await later(market, minutes=31)) == 1
    assert ((await market.order(placed))["status"], (await presale(market))["state"]) == ("closed", "closed")
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    assert await audit(market.house) == []


async def test_a_tail_that_is_not_paid_leaves_the_deposit_with_the_shop(market):
    placed = await ordered(market)
    await market.pay(market.buyer, placed.checkout_id)
    assert await market.do(api.close_unpaid, await later(market, days=1)) == 0
    assert await market.do(api.close_unpaid_tails, await later(market, days=3)) == 0
    over = await later(market, days=4, minutes=1)
    with pytest.raises(TailNotDue):
        await market.start(market.buyer, placed.checkout_id, over)
    assert await market.do(api.close_unpaid_tails, over) == 1
    assert await market.do(api.close_unpaid_tails, over) == 0
    assert ((await market.order(placed))["status"], (await presale(market))["state"]) == ("closed", "forfeited")
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    async with market.database.read() as tx:
        (payment,) = await payments.list_order_payments(tx, [placed.orders[0].order_id])
    assert payment.parts[0].released_at is not None
    assert await audit(market.house) == []


@pytest.mark.parametrize(
    ("fate", "state", "outcome"),
    [
        (DepositFate.ON_GOOD_TERMS, "returned", (1_000, 0)),
        (DepositFate.SELLER_AT_FAULT, "returned_double", (2_000, -1_000)),
    ],
)
async def test_a_shop_that_gives_up_returns_the_deposit(market, fate, state, outcome):
    placed = await ordered(market)
    pair = (market.one.shop_id, placed.orders[0].order_id)
    with pytest.raises(OrderMoveRefused):
        await market.do(api.end_presale_order, market.one.owner, pair, fate)
    await market.pay(market.buyer, placed.checkout_id)
    said = await market.do(api.end_presale_order, market.one.owner, pair, fate)
    assert (said.to_buyer_minor, said.to_merchant_minor) == outcome
    assert ((await market.order(placed))["status"], (await presale(market))["state"]) == ("closed", state)
    async with market.database.read() as tx:
        assert [p.amount_minor for p in await payments.list_order_refunds(tx, [pair[1]])] == [1_000]
    assert await audit(market.house) == []


async def amends(market):
    async with market.database.read() as tx:
        return [(row["status"], row["amount_minor"]) for row in await tx.fetch("select * from payments.amends")]


async def balance(market, kind):
    async with market.database.read() as tx:
        return -await tx.fetchval("select sum(net_minor)::int from ledger.account where kind = $1", kind)


async def pay_at_the_bank(market, placed, at=None):
    """As `pay`, and the sandbox bank has the money too."""
    payment = await market.pay(market.buyer, placed.checkout_id, at)
    sandbox = payments.sandbox_of(market.house)
    await sandbox.open_charge(payments.ChargeWish(payment.payment_id, payment.amount_minor, payment.currency))
    await sandbox.decide(payment.payment_id, payments.Decision.SUCCESS)


async def pay_amends(market, **span):
    market.house.clock.at = await later(market, **span)
    return await payments.pay_amends(market.house)


async def test_the_second_half_of_a_double_deposit_comes_from_the_shop_as_soon_as_it_has_the_money(market):
    given_up = await ordered(market)
    await pay_at_the_bank(market, given_up)
    kept = await ordered(market, key="kept")
    await pay_at_the_bank(market, kept)
    pair = (market.one.shop_id, given_up.orders[0].order_id)
    await market.do(api.end_presale_order, market.one.owner, pair, DepositFate.SELLER_AT_FAULT)
    assert await amends(market) == [("owed", 1_000)]  # the shop's balance is empty: it stays owed
    assert await pay_amends(market) == 1
    assert (await amends(market), await balance(market, "merchant")) == ([("owed", 1_000)], 0)
    await pay_at_the_bank(market, kept, await later(market, days=3))
    await market.do(api.ship_order, market.one.owner, (market.one.shop_id, kept.orders[0].order_id), "sf", "SF1234567")
    await market.do(api.confirm_receipt, market.buyer, kept.orders[0].order_id)
    assert await balance(market, "merchant") == 8_000
    assert await pay_amends(market, minutes=11) == 2  # taken from the balance, and paid out
    assert await pay_amends(market, minutes=30) == 0
    assert (await amends(market), await balance(market, "merchant")) == ([("sent", 1_000)], 7_000)
    async with market.database.read() as tx:
        assert await tx.fetchval("select sum(amount_minor)::int from payments.bank_payout") == 1_000
    assert [*await audit(market.house), *await audit_payments(market.house)] == []


async def test_a_presale_at_another_deposit_than_was_seen_or_of_other_goods_is_refused(market):
    with pytest.raises(PriceChanged):
        await ordered(market, seen=999)
    wish = api.PresaleWish(
        key="x", shop_id=market.one.shop_id, sku_id=market.one.cup, quantity=1,
        address_id=await market.address(market.buyer), seen_minor=0,
    )  # fmt: skip
    with pytest.raises(NotFound):
        await api.place_presale(market.house, market.buyer, wish)
    async with market.database.read() as tx:
        assert await tx.fetchval("select count(*) from orders.checkout") == 0
