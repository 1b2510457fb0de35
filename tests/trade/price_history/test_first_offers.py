"""Are list prices of a source asked from their listing on, once, and never in place of what is known?"""

from datetime import timedelta
from uuid import uuid4

import pytest

from peakday.kernel.ids import new_id
from peakday.trade.price_history import api, first_offers
from peakday.trade.price_history.bulk import BulkClaim
from peakday.trade.price_history.model import Offer, OfferKind

pytestmark = pytest.mark.capability("JH-01")


def an_offer(now, price, **changes) -> Offer:
    wanted = {
        "shop_id": uuid4(), "item_id": new_id(now), "sku_id": uuid4(), "kind": OfferKind.LIST, "price_minor": price,
        "currency": "CNY", "valid_from": now - timedelta(days=90), "valid_until": None, "source": "sample",
    }  # fmt: skip
    return Offer(**(wanted | changes))


async def record(database, offers, now):
    async with database.transaction() as tx:
        return await api.record_list_prices(tx, offers, now)


async def test_a_listed_price_makes_a_proof_where_there_was_none(database, clock):
    now = clock.now()
    offer = an_offer(now, 10_000)
    claim = BulkClaim(offer.shop_id, [(offer.item_id, offer.sku_id)], "CNY", now.date())
    async with database.read() as tx:
        assert (await api.permitted_prices(tx, claim)).by_sku == {}
    assert await record(database, [offer], now) == 1
    async with database.read() as tx:
        assert set((await api.permitted_prices(tx, claim)).by_sku) == {offer.sku_id}


async def test_again_adds_nothing_and_what_is_known_stays(database, clock):
    now = clock.now()
    known, fresh = an_offer(now, 10_000), an_offer(now, 7_000)
    async with database.transaction() as tx:
        await api.record_offers(tx, [known], now)
    again = an_offer(now, 1, shop_id=known.shop_id, item_id=known.item_id, sku_id=known.sku_id)
    assert await record(database, [again, fresh, fresh], now) == 1
    assert await record(database, [again, fresh], now) == 0
    async with database.read() as tx:
        found = await tx.fetch("select sku_id, price_minor, source from price_history.offer order by price_minor")
    assert [tuple(row) for row in found] == [(fresh.sku_id, 7_000, "sample"), (known.sku_id, 10_000, "sample")]


async def test_a_whole_market_takes_no_lock_of_every_shop(database, clock, monkeypatch):
    monkeypatch.setattr(first_offers, "LOCKED_SHOPS_MAX", 2)
    now = clock.now()
    assert await record(database, [an_offer(now, 100) for _ in range(5)], now) == 5


async def test_only_open_list_prices_are_a_source_s_word(database, clock):
    now = clock.now()
    for changes in ({"valid_until": now}, {"kind": OfferKind.EVENT}):
        with pytest.raises(AssertionError):
            await record(database, [an_offer(now, 100, **changes)], now)
