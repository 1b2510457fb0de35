"""Does a batch of checkouts decide and count as one checkout after the other would, and come back whole?"""

import random
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from peakday.trade.promotions import api
from peakday.trade.promotions.audit import audit
from peakday.trade.promotions.errors import LimitReached
from peakday.trade.promotions.model import Funder, Funding, Kind, Limits, NthPiece, Tier, Tiers
from peakday.trade.promotions.stored import Issue, Use
from tests.trade.promotions.shop_floor import QUIET, open_floor

pytestmark = pytest.mark.capability("TE-08")
MERCHANT = Funder.MERCHANT


class UndoneError(Exception):
    """Undoes the transaction in which it is raised."""


@pytest.fixture
async def floor(house):
    return await open_floor(house)


async def live(floor, kind=Kind.SHOP_COUPON, benefit=None, **changes) -> UUID:
    instrument = floor.instrument(kind, benefit, **changes)
    async with floor.house.database.transaction() as tx:
        stored = await api.save_draft(tx, floor.owner, floor.shop_id, instrument, floor.now)
        await api.publish(tx, floor.owner, api.Wish(floor.shop_id, stored.instrument_id), QUIET, floor.now)
    return stored.instrument_id


async def one_by_one(tx, orders, now):
    outcomes = []
    for uses in orders:
        try:
            async with tx.transaction():
                await api.record_uses(tx, uses, now)
            outcomes.append(None)
        except LimitReached as refusal:
            outcomes.append(refusal.code)
    return outcomes


async def in_a_batch(tx, orders, now):
    book = await api.open_use_book(tx, [use for uses in orders for use in uses])
    refusals = [book.take(sorted(uses, key=lambda use: (use.instrument_id, use.used_id))) for uses in orders]
    await api.write_uses(tx, book, now)
    return [refusal and refusal.code for refusal in refusals]


async def everything(tx):
    return [
        sorted(map(str, await tx.fetch(f"select * from promotions.{table}")))
        for table in ("tally", "usage", "card", "usage_return")
    ] + [sorted(map(str, await tx.fetch("select * from promotions.buyer_tally where used > 0 or issued > 0")))]


async def some_instruments(floor, buyers, draw):
    offers = [
        await live(floor, Kind.TIERED_REDUCTION, limits=Limits(per_buyer=3, total=9)),
        await live(floor, Kind.NTH_PIECE, NthPiece(2, 5_000), funding=(Funding(MERCHANT, budget_left_minor=9_000),)),
    ]
    coupon = await live(floor, limits=Limits(per_order=1, per_buyer=4, total=6))
    packet = await live(floor, Kind.SHOP_RED_PACKET, Tiers((Tier(0, 3_000),)))
    cards = []
    async with floor.house.database.transaction() as tx:
        for buyer in buyers:
            for template in (coupon, packet):
                issued = await api.issue_cards(tx, Issue(template, buyer, "start", 2), floor.now)
                cards += [(template, buyer, card) for card in issued]

    def a_use(order, buyer):
        minor = draw.choice([500, 1_000, 3_000])
        if draw.random() < 0.5:
            return Use(order, buyer, draw.choice(offers), {MERCHANT: minor})
        template, owner, card = draw.choice(cards)
        return Use(order, owner if draw.random() < 0.1 else buyer, template, {MERCHANT: minor}, card)

    return a_use


def some_orders(a_use, buyers, draw):
    orders = []
    for _ in range(draw.randint(1, 12)):
        order, buyer = uuid4(), draw.choice(buyers)
        uses = {use.used_id: use for use in (a_use(order, buyer) for _ in range(draw.randint(1, 4)))}
        orders.append(list(uses.values()))
    return orders


@pytest.mark.parametrize("seed", range(6))
async def test_a_batch_is_one_checkout_after_the_other(floor, seed):
    draw = random.Random(seed)
    buyers = [uuid4() for _ in range(3)]
    a_use = await some_instruments(floor, buyers, draw)
    for _ in range(4):
        orders = some_orders(a_use, buyers, draw)
        with suppress(UndoneError):
            async with floor.house.database.transaction() as tx:
                singly, kept_singly = await one_by_one(tx, orders, floor.now), await everything(tx)
                raise UndoneError
        async with floor.house.database.transaction() as tx:
            together, kept_together = await in_a_batch(tx, orders, floor.now), await everything(tx)
        assert together == singly
        assert kept_together == kept_singly
    found = [finding for finding in await audit(floor.house) if finding.invariant != "presales_are_the_shops_goods"]
    assert found == []


async def test_uses_of_unpaid_orders_come_back_whole_and_once(floor):
    draw = random.Random(11)
    buyers = [uuid4() for _ in range(3)]
    a_use = await some_instruments(floor, buyers, draw)
    async with floor.house.database.transaction() as tx:
        before = (await everything(tx))[0], (await everything(tx))[2]
        orders = some_orders(a_use, buyers, draw)
        refusals = await in_a_batch(tx, orders, floor.now)
        accepted = [uses[0].order_id for uses, refusal in zip(orders, refusals, strict=True) if refusal is None]
        uses = await tx.fetchval("select count(*) from promotions.usage")
    assert uses > 0
    async with floor.house.database.transaction() as tx:
        assert await api.return_whole_uses(tx, accepted, "closed", floor.now) == uses
        assert await api.return_whole_uses(tx, accepted, "closed again", floor.now) == 0
        after = await everything(tx)
    assert (after[0], after[2]) == before
    assert await audit(floor.house) == []
