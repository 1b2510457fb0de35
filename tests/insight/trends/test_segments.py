"""Are the segments and the growth what a plain recount of the orders says, and is nobody's money told?"""

from collections import defaultdict
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import UUID

import numpy as np
import pytest

from peakday.insight.trends import api, segment_queries
from peakday.insight.trends.model import SHOPS_MIN
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound
from tests.insight.consumers.test_snapshots import FactsOf
from tests.insight.metrics.small_market import RIVAL, SHOP, SmallMarket, at

END = date(2026, 11, 9)
THIRD = UUID("01900000-0000-7000-8000-00000000000c")
OWNER = Actor(ActorKind.MERCHANT, UUID(int=1), SHOP, frozenset({"*"}))


class Street:
    """Orders of three shops over a year, kept beside the market as plain rows."""

    def __init__(self, seed=5, shops=(SHOP, RIVAL, THIRD)):
        self.market, self.rows, draw = SmallMarket(), [], np.random.default_rng(seed)
        self.market.rows["shops"] += [{"shop_id": str(one), "name": "S", "currency": "CNY"} for one in shops]
        for number in range(900):
            shop = shops[number % len(shops)]
            back = int(draw.integers(1, 363))
            leaf = "hot" if back <= 182 and draw.random() < 0.4 else f"c{int(draw.integers(0, 3))}"
            item, pieces = UUID(int=int(draw.integers(1, 9)) + 100 * hash_of(leaf, shop)), int(draw.integers(1, 4))
            self.sell(shop, f"b{int(draw.integers(0, 120))}", END - timedelta(days=back), (item, leaf, pieces))

    def sell(self, shop, buyer, day, line):
        item, leaf, pieces = line
        paid, minor = at(f"{day} 12:00"), pieces * (900 + 10 * (item.int % 7))
        self.market.order(buyer, paid, paid, shop_id=str(shop), lines=[(str(item), leaf, pieces, minor)])
        self.rows.append((shop, buyer, day, item, leaf, pieces, minor))


def hash_of(leaf, shop):
    return sum(map(ord, leaf)) + shop.int % 97


@pytest.mark.capability("SI-09")
async def test_segments_are_what_a_plain_recount_says(tmp_path):
    street = Street()
    facts = FactsOf(street.market, tmp_path)
    shop = an_own_shop()
    assert await api.segments_of(OWNER, facts, shop, END) is None
    await segment_queries.keep_segments(facts, END)
    found = {one.category_id: one for one in await api.segments_of(OWNER, facts, shop, END)}
    middle = END - timedelta(days=182)
    orders, buyers, offered = defaultdict(lambda: [0, 0]), defaultdict(set), defaultdict(list)
    for shop_id, buyer, day, item, leaf, _, _ in street.rows:
        orders[leaf][day >= middle] += 1
        buyers[leaf].add(buyer)
        offered[leaf, shop_id, item].append(day)
    for leaf, one in found.items():
        items = [days for (of, _, _), days in offered.items() if of == leaf]
        assert [one.before.orders, one.after.orders] == orders[leaf]
        assert one.before.items == sum(min(days) < middle for days in items)
        assert one.after.items == sum(max(days) >= middle for days in items)
        assert (one.reach[-1], len(one.reach)) == (len(buyers[leaf]), 52)
        sold = sum(row[5] for row in street.rows if row[4] == leaf)
        assert sum(band.before + band.after for band in one.bands) == sold
    assert len(found) == 3
    assert set(found) == {leaf for leaf, (before, after) in orders.items() if min(before, after) >= 30}


@pytest.mark.capability("SI-15")
async def test_the_leaders_are_those_that_sold_most_in_their_order(tmp_path):
    street = Street()
    facts = FactsOf(street.market, tmp_path)
    await segment_queries.keep_segments(facts, END)
    money = defaultdict(int)
    for shop, _, day, item, leaf, _, minor in street.rows:
        if day >= END - timedelta(days=182):
            money[leaf, str(shop), str(item)] += minor
    found = await api.segments_of(OWNER, facts, an_own_shop(), END)
    assert found
    for one in found:
        told = [money[one.category_id, leader.shop_id, leader.item_id] for leader in one.leaders]
        every = sorted((minor for (leaf, _, _), minor in money.items() if leaf == one.category_id), reverse=True)
        assert told == every[:10]


async def test_a_segment_of_two_shops_is_not_told(tmp_path):
    facts = FactsOf(Street(shops=(SHOP, RIVAL)).market, tmp_path)
    await segment_queries.keep_segments(facts, END)
    assert SHOPS_MIN == 3
    assert await api.segments_of(OWNER, facts, an_own_shop(), END) == []


@pytest.mark.capability("SI-19", page="/shop/{shop_id}/data/trends/segments")
async def test_a_brand_that_came_up_in_a_segment_is_named(tmp_path):
    street, late = Street(), UUID("01900000-0000-7000-8000-00000000000d")
    street.market.rows["shops"].append({"shop_id": str(late), "name": "Latecomer", "currency": "CNY"})
    for number in range(60):
        street.sell(late, f"b{number}", END - timedelta(days=1 + number), (UUID(int=88), "c0", 1))
    facts = FactsOf(street.market, tmp_path)
    await segment_queries.keep_segments(facts, END)
    found = {one.category_id: one.emerging for one in await api.segments_of(OWNER, facts, an_own_shop(), END)}
    assert found == {"c0": ("Latecomer",), "c1": (), "c2": ()}


@pytest.mark.capability("SI-18")
@pytest.mark.capability("SI-08")
async def test_the_items_parts_sum_to_the_shops_growth_and_newcomers_are_counted(tmp_path):
    street = Street()
    for number in range(4):
        street.sell(SHOP, f"fresh{number}", END - timedelta(days=3), (UUID(int=77), "c1", 1))
    facts = FactsOf(street.market, tmp_path)
    growth = await api.growth_of(OWNER, facts, SHOP, END, 28)
    mine = [row for row in street.rows if row[0] == SHOP]
    before, after = (
        sum(row[6] for row in mine if END - timedelta(days=since) <= row[2] < END - timedelta(days=until))
        for since, until in ((56, 28), (28, 0))
    )
    assert growth.growth_minor == after - before
    assert all(sum(one.drivers.values()) == one.sales.growth_minor for one in growth.items)
    firsts = {}
    for row in mine:
        firsts[row[1]] = min(row[2], firsts.get(row[1], row[2]))
    assert growth.newcomers == sum(day >= END - timedelta(days=28) for day in firsts.values())
    (fresh,) = [one for one in growth.items if one.sales.item_id.int == 77]
    assert fresh.sales.newcomers == 4


async def test_another_shops_growth_and_an_empty_shops(tmp_path):
    facts = FactsOf(SmallMarket(), tmp_path)
    growth = await api.growth_of(OWNER, facts, SHOP, END, 7)
    assert (growth.items, growth.newcomers, growth.growth_minor) == ((), 0, 0)
    with pytest.raises(NotFound):
        await api.growth_of(OWNER, facts, RIVAL, END, 7)
    blind = Actor(ActorKind.MERCHANT, UUID(int=2), SHOP, frozenset({"home:view"}))
    with pytest.raises(NotAllowed):
        await api.segments_of(blind, facts, an_own_shop(), END)
    await segment_queries.keep_segments(facts, END)
    assert await api.segments_of(OWNER, facts, an_own_shop(), END) == []


def an_own_shop():
    return SimpleNamespace(shop_id=SHOP, currency="CNY")
