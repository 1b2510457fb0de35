"""Do the questions of thousands answer as the questions of one do, and does ending offers keep what was?"""

import random
from datetime import date, timedelta

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import NewItem, item_id_of, sku_id_of
from peakday.trade.price_history.api import (
    end_offers,
    event_offers,
    permitted_prices,
    prove_price,
    record_deals,
    record_offers,
    sum_deals,
)
from peakday.trade.price_history.bulk import BulkClaim
from peakday.trade.price_history.model import DealKind, OfferKind, PriceClaim, Verdict, Window
from tests.trade.price_history.builders import DAY, HOUR, NOW, SHOP, a_deal, an_offer, at

ITEMS = 40


async def fill(database, seed):
    """Items with offers and deals of every kind around the window."""
    draw = random.Random(seed)
    refs = [f"item {n}" for n in range(ITEMS)]
    offers, deals = [], []
    for ref in refs:
        own = {"shop_id": SHOP, "item_id": item_id_of(SHOP, ref), "sku_id": sku_id_of(SHOP, ref, ref)}
        for kind in OfferKind:
            if draw.random() < 0.5:
                begin = NOW - timedelta(days=draw.randrange(1, 70))
                end = draw.choice([None, begin + timedelta(days=draw.randrange(1, 60))])
                offers.append(an_offer(draw.randrange(1, 9_999), begin, end, kind=kind, **own))
        for n in range(draw.randrange(16)):
            paid = draw.choice([0, draw.randrange(1, 9_999)])
            when = NOW - timedelta(hours=draw.randrange(1, 1_500))
            kind = draw.choice([*DealKind, DealKind.SPOT, DealKind.LIVE])
            oddities = {
                "quantity": draw.choice([0, 1, 2, 3]), "simulated": draw.random() < 0.2,
                "currency": draw.choice(["CNY", "CNY", "USD"]), "refunded_minor": draw.choice([0, 0, 1, paid]),
                "red_packet_minor": draw.choice([0, 5]), "flags": draw.choice([(), ("adjustment",), ("zero_price",)]),
            }  # fmt: skip
            deals.append(a_deal(paid, when, f"{ref}/{n}", kind=kind, **oddities, **own))
    async with database.transaction() as tx:
        await copy_items(tx, [NewItem(SHOP, "tests", ref, ref, list_price_minor=9_999) for ref in refs], NOW)
        await record_offers(tx, offers, NOW)
        await record_deals(tx, deals)
    return [(item_id_of(SHOP, ref), sku_id_of(SHOP, ref, ref)) for ref in refs]


@pytest.mark.capability("JH-01")
@pytest.mark.parametrize("on", [date(2022, 11, 1), date(2018, 11, 2), date(2018, 12, 1)], ids=str)
async def test_the_proof_of_thousands_permits_what_the_proof_of_one_does(database, on):
    skus = await fill(database, on.isoformat())
    by = NOW.date() - on
    async with database.transaction() as tx:
        await tx.execute("update price_history.offer set valid = tstzrange(lower(valid) - $1::interval,"
                         " upper(valid) - $1::interval)", by)  # fmt: skip
        await tx.execute("update price_history.deal set paid_at = paid_at - $1::interval", by)
        permitted = await permitted_prices(tx, BulkClaim(SHOP, skus, "CNY", on))
        found = 0
        for item_id, sku_id in skus:
            proof = await prove_price(tx, SYSTEM, PriceClaim(SHOP, item_id, 5_000, on, sku_id))
            assert permitted.by_sku.get(sku_id) == proof.permitted_minor
            assert permitted.verdict(sku_id, 5_000) is proof.verdict
            assert (permitted.window, permitted.compared, permitted.versions) == (
                proof.scope.window, proof.compared, proof.versions,
            )  # fmt: skip
            found += proof.verdict is not Verdict.NO_CANDIDATE
    assert found >= 5


async def test_an_event_price_in_the_window_is_found_but_not_ones_own(database):
    own = (item_id_of(SHOP, "tea"), sku_id_of(SHOP, "tea", "tea"))
    claim = BulkClaim(SHOP, [own], "CNY", NOW.date())
    async with database.transaction() as tx:
        event = an_offer(90, NOW, NOW + DAY, kind=OfferKind.EVENT, event_ref="a/b")
        await record_offers(tx, [an_offer(100), event], NOW)
        assert await event_offers(tx, claim, Window(NOW + HOUR, NOW + 2 * DAY)) == {own[1]: "a/b"}
        assert await event_offers(tx, claim, Window(NOW + HOUR, NOW + 2 * DAY), "a/b") == {}
        assert await event_offers(tx, claim, Window(NOW + DAY, NOW + 2 * DAY)) == {}


async def test_ending_offers_keeps_what_held_and_takes_back_what_never_did(database):
    async with database.transaction() as tx:
        running = an_offer(90, NOW, NOW + DAY, kind=OfferKind.EVENT, event_ref="a")
        later = an_offer(80, NOW + 2 * DAY, NOW + 3 * DAY, kind=OfferKind.EVENT, event_ref="a")
        past = an_offer(85, NOW - 2 * DAY, NOW - DAY, kind=OfferKind.EVENT, event_ref="a")
        await record_offers(tx, [past, running, later, an_offer(100)], NOW)
        assert await end_offers(tx, SHOP, ["b"], None, None, NOW + HOUR) == (0, 0)
        assert await end_offers(tx, SHOP, ["a"], [SHOP], None, NOW + HOUR) == (0, 0)
        assert await end_offers(tx, SHOP, ["a"], None, [SHOP], NOW + HOUR) == (0, 0)
        assert await end_offers(tx, SHOP, ["a"], None, None, NOW + HOUR) == (1, 1)
        assert await end_offers(tx, SHOP, ["a"], None, None, NOW + 2 * HOUR) == (0, 0)
        rows = await tx.fetch("select price_minor, upper(valid) from price_history.offer order by lower(valid)")
    assert [tuple(row) for row in rows if row[0] != 100] == [(85, NOW - DAY), (90, NOW + HOUR)]


async def test_deals_of_items_in_a_window_are_summed_exactly(database):
    async with database.transaction() as tx:
        deals = [a_deal(100, at(11, 2), "a", quantity=2), a_deal(50, at(11, 3), "b", refunded_minor=20),
                 a_deal(7, at(11, 4), "c"), a_deal(9, at(11, 2), "d", simulated=True)]  # fmt: skip
        await record_deals(tx, deals)
        window = Window(at(11, 2), at(11, 4))
        told = await sum_deals(tx, SHOP, [item_id_of(SHOP, "tea")], window)
        assert (told.orders, told.lines, told.pieces, told.paid_minor, told.refunded_minor) == (2, 2, 3, 150, 20)
        assert await sum_deals(tx, SHOP, None, window) == told
        assert (await sum_deals(tx, SHOP, [SHOP], window)).orders == 0
