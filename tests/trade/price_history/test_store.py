"""Are prices stored without overlap and once only, also by two writers at once and by SQL that goes past us?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest

from peakday.trade.price_history.api import prices_at, record_deals, record_offers
from peakday.trade.price_history.errors import PriceOverlaps
from peakday.trade.price_history.model import OfferKind
from peakday.trade.price_history.queries import list_offers
from tests.trade.price_history.builders import DAY, HOUR, NOW, OTHER_SKU, SHOP, SKU, a_deal, an_offer, deals_of


async def spans(tx):
    offers = await list_offers(tx, SHOP, SKU)
    return [(o.kind.value, o.price_minor, o.valid_from, o.valid_until) for o in offers]


async def test_recording_a_price_ends_the_one_before_and_repeating_changes_nothing(database):
    offers = [an_offer(100), an_offer(90, NOW + DAY), an_offer(80, NOW + HOUR, NOW + 2 * HOUR, kind=OfferKind.EVENT)]
    for added in (3, 0):
        async with database.transaction() as tx:
            assert await record_offers(tx, offers, NOW) == added
    async with database.read() as tx:
        assert await spans(tx) == [
            ("list", 100, NOW, NOW + DAY), ("event", 80, NOW + HOUR, NOW + 2 * HOUR), ("list", 90, NOW + DAY, None),
        ]  # fmt: skip


async def test_a_refused_price_changes_nothing(database):
    async with database.transaction() as tx:
        await record_offers(tx, [an_offer(100), an_offer(90, NOW + DAY)], NOW)
        before = await spans(tx)
    with pytest.raises(PriceOverlaps):
        async with database.transaction() as tx:
            await record_offers(tx, [an_offer(5, NOW + HOUR), an_offer(70, NOW + DAY)], NOW)
    async with database.read() as tx:
        assert await spans(tx) == before


async def test_two_writers_at_once_leave_one_price_at_a_time(database):
    async def write(n):
        async with database.transaction() as tx:
            await record_offers(tx, [an_offer(100 + n, NOW + n * HOUR)], NOW)

    await asyncio.gather(*(write(n) for n in range(6)))
    async with database.read() as tx:
        rows = await spans(tx)
    assert [(price, until) for _, price, _, until in rows] == [
        (100 + n, NOW + (n + 1) * HOUR if n < 5 else None) for n in range(6)
    ]


async def test_the_database_itself_refuses_an_overlap(database):
    async with database.transaction() as tx:
        await record_offers(tx, [an_offer(100)], NOW)
    with pytest.raises(asyncpg.ExclusionViolationError):
        async with database.transaction() as tx:
            await tx.execute(
                "insert into price_history.offer (shop_id, item_id, sku_id, kind, price_minor, currency, valid, source,"
                " recorded_at) select shop_id, item_id, sku_id, kind, 1, currency, valid, source, recorded_at"
                " from price_history.offer"
            )


@pytest.mark.capability(
    "TE-01", partly="prices resolve by the database's clock; the switch of a shop with the sale events"
)
async def test_the_price_of_an_instant_switches_at_its_beginning_and_now_is_the_databases(database):
    async with database.transaction() as tx:
        now = await tx.fetchval("select now()")
        await record_offers(
            tx, [an_offer(100, now - DAY), an_offer(90, now + HOUR), an_offer(70, sku_id=OTHER_SKU)], now
        )
        for at, price in ((now + HOUR - timedelta(microseconds=1), 100), (now + HOUR, 90), (None, 100)):
            held = await prices_at(tx, SHOP, [SKU], at)
            assert [offer.price_minor for offer in held[SKU]] == [price]
        assert await prices_at(tx, SHOP, [SKU], now - 2 * DAY) == {}
        assert set(await prices_at(tx, SHOP, [SKU, OTHER_SKU])) == {SKU, OTHER_SKU}


async def test_deals_are_stored_once_and_only_their_refund_may_change(database):
    deals = [*deals_of(100, 90), a_deal(1_000, ref="three", quantity=3, flags=("zero_price", "x"), sku_id=None)]
    async with database.transaction() as tx:
        assert await record_deals(tx, deals) == 3
        assert await record_deals(tx, deals) == 0
        assert await record_deals(tx, [replace(deals[2], refunded_minor=5, paid_minor=7)]) == 1
        row = await tx.fetchrow("select * from price_history.deal where quantity = 3")
    assert (row["paid_minor"], row["refunded_minor"], row["dealt_minor"], row["compared_minor"]) == (
        1_000,
        5,
        333,
        1_000,
    )
    assert (row["flags"], row["sku_id"]) == (["zero_price", "x"], None)
