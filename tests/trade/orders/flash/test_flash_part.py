"""Are orders that are written without a look like those that were looked at, at a price no older than it may be?"""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from peakday.apps.cli.bench_flash_sale import recount
from peakday.apps.cli.bench_flash_sale_client import Tally
from peakday.apps.cli.bench_flash_sale_market import EVENT, SOURCE, make_market
from peakday.kernel.ids import derived_id
from peakday.trade.orders.actions.write_orders import DraftPart, OrdersCompanion
from peakday.trade.orders.flash.flash_desk import FlashDesk, FlashWish
from peakday.trade.orders.flash.flash_part import FlashPart
from peakday.trade.orders.web.flash_v1 import told
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.stock.api import StockWriter

pytestmark = pytest.mark.capability("TE-09")
ROWS = """
select c.request_hash, c.currency, c.payable_minor, c.address, c.quote - 'at' as quote, c.simulated, o.shop_id,
    o.source, o.source_ref, o.kind, o.terminal, o.status, o.created_at, o.list_minor, o.discount_minor, o.postage_minor,
    o.paid_minor, o.order_id, o.checkout_id, o.buyer_id, l.line_no, l.item_id, l.sku_id, l.category_id, l.quantity,
    l.list_minor as line_list, l.paid_minor as line_paid, l.discounts, n.topic, n.payload, n.announced_at
from orders.checkout c join orders.customer_order o using (buyer_id, checkout_id)
join orders.line l using (shop_id, order_id) join kernel.outbox n on n.event_id = o.order_id
order by o.created_at, o.order_id
"""
OWN = {"source_ref", "created_at", "order_id", "checkout_id", "buyer_id", "payload", "announced_at"}


class Counting(FlashPart):
    """Counts the orders that were written without a look."""

    ahead = 0

    def write_ahead(self, claims):
        self.ahead += len(claims)
        return super().write_ahead(claims)


@pytest.fixture
async def part():
    return Counting()


@pytest.fixture
async def desk(database, part):
    writer = StockWriter(database, OrdersCompanion(DraftPart(), part), ahead=part)
    desk = FlashDesk(database, writer, part)
    yield desk
    await desk.close()


def buyer(number):
    return derived_id(None, "flash-ahead", str(number))


async def buy(desk, goods, count, key="k"):
    """So many buyers at once, of the goods in turn."""
    wishes = [FlashWish(f"{key}{n}", goods[n % len(goods)].shop_id, goods[n % len(goods)].sku_id) for n in range(count)]
    return await asyncio.gather(*(desk.place(buyer(n), wish) for n, wish in enumerate(wishes)))


async def test_both_ways_write_the_same_rows(database, desk, part):
    goods = await make_market(database, 1, 100)
    await buy(desk, goods, 1)
    placed = await buy(desk, goods, 3, "later")
    assert part.ahead == 3
    async with database.read() as tx:
        looked, *ahead = await tx.fetch(ROWS)
    assert len(ahead) == 3
    for row in ahead:
        assert {k: v for k, v in row.items() if k not in OWN} == {k: v for k, v in looked.items() if k not in OWN}
        assert row["announced_at"] == row["created_at"]
        assert row["order_id"].int >> 80 == int(row["created_at"].timestamp() * 1000)
        assert row["payload"] == looked["payload"] | {
            "order_id": str(row["order_id"]), "buyer_id": str(row["buyer_id"]), "checkout_id": str(row["checkout_id"])
        }  # fmt: skip
    assert {one.orders[0].order_id for one in placed} == {row["order_id"] for row in ahead}
    assert {one.created_at for one in placed} == {row["created_at"] for row in ahead}


async def test_many_goods_are_counted_to_the_unit_and_a_retry_finds_its_order(database, database_url, desk, part):
    goods = await make_market(database, 20, 10)
    first = await buy(desk, goods, 60)
    second = await buy(desk, goods, 60, "later")
    again = await buy(desk, goods, 60, "later")
    assert part.ahead >= 40
    assert all(one.is_repeated for one in again)
    assert [(one.checkout_id, one.orders) for one in again] == [(one.checkout_id, one.orders) for one in second]
    tally = Tally(accepted=[told(one)[1] for one in [*first, *second]])
    assert await recount(database_url, goods, 10, [tally]) == (0, 0, 0)


async def test_a_price_begins_at_its_instant_and_no_order_has_another(database, desk, part):
    goods = await make_market(database, 3, 10_000)
    begins = datetime.now(UTC) + timedelta(seconds=1.3)
    async with database.transaction() as tx:
        await prices.record_offers(tx, [_offer(good, 5_000, begins) for good in goods], datetime.now(UTC))
    placed, number = [], 0
    while datetime.now(UTC) < begins + timedelta(seconds=0.5):
        placed += await buy(desk, goods, 6, f"round{number}-")
        number += 1
    assert part.ahead > 0
    (before,) = {one.payable_minor for one in placed if one.created_at < begins}
    (after,) = {one.payable_minor for one in placed if one.created_at >= begins}
    assert after < before


async def test_what_a_merchant_changes_is_sold_at_the_new_price_after_a_second(database, desk):
    goods = await make_market(database, 1, 10_000)
    (before,) = await buy(desk, goods, 1)
    now = datetime.now(UTC)
    async with database.transaction() as tx:
        await prices.record_offers(tx, [_offer(goods[0], 5_000, now)], now)
    ends, last = now + timedelta(seconds=1.5), before
    number = 0
    while datetime.now(UTC) < ends:
        (last,) = await buy(desk, goods, 1, f"n{number}-")
        number += 1
    assert last.payable_minor < before.payable_minor


def _offer(good, minor, begins):
    return Offer(
        good.shop_id, good.item_id, good.sku_id, OfferKind.EVENT, minor, "CNY", begins, begins + timedelta(days=1),
        SOURCE, f"{EVENT}-{minor}",
    )  # fmt: skip
