"""Is a week worked out once, from all shops, and does each shop read its own items only?"""

from datetime import date, timedelta
from uuid import UUID

import numpy as np
import pytest

from peakday.insight.trends import api, queries
from peakday.insight.trends.model import Age, Rise
from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound
from tests.insight.consumers.test_snapshots import FactsOf
from tests.insight.metrics.small_market import RIVAL, SHOP, SmallMarket, at

END = date(2026, 11, 9)
THIRD = UUID("01900000-0000-7000-8000-00000000000c")
WEEKS, SEGMENTS = 56, 24
OWNER = Actor(ActorKind.MERCHANT, UUID(int=1), SHOP, frozenset({"*"}))
pytestmark = pytest.mark.capability("SI-06", page="/shop/{shop_id}/data/trends")


def a_market(sellers=(SHOP, RIVAL, THIRD)):
    """Twenty-four steady segments of three shops; the first one bursts in the last four weeks."""
    market, draw = SmallMarket(), np.random.default_rng(3)
    for week in range(WEEKS):
        paid = at(f"{END - timedelta(days=7 * (WEEKS - week) - 2)} 12:00")
        for segment in range(SEGMENTS):
            for number, shop in enumerate(sellers):
                units = int(draw.poisson(60 if segment == 0 and week >= WEEKS - 4 else 15))
                item = str(UUID(int=1_000 * number + segment + 1))
                line = (item, f"c{segment}", units, units * 1_000)
                market.order("b", paid, paid, shop_id=str(shop), lines=[line])
    return market


async def test_a_burst_of_all_shops_becomes_a_card_and_is_worked_out_once(tmp_path):
    facts = FactsOf(a_market(), tmp_path)
    assert (await api.trends_of(OWNER, facts, SHOP, END)).cards is None
    assert await queries.keep_week(facts, END)
    assert not await queries.keep_week(facts, END)
    told = await api.trends_of(OWNER, facts, SHOP, END + timedelta(days=3))
    first = told.cards[0]
    assert (first.card.category_id, first.card.rise, first.card.shops, first.is_sold_here) == (
        "c0",
        Rise.BURST,
        3,
        True,
    )
    assert first.card.ratio > 3
    assert not first.card.is_season_known  # a young market
    assert first.card.index[-1] > 2 * first.card.index[0]
    assert len(told.cards) <= 3


async def test_a_shop_reads_the_lives_of_its_own_items_and_nobody_elses(tmp_path):
    facts = FactsOf(a_market(), tmp_path)
    await queries.keep_week(facts, END)
    told = await api.trends_of(OWNER, facts, SHOP, END)
    assert {life.item_id.int for life in told.lives} == set(range(1, SEGMENTS + 1))
    assert {life.age for life in told.lives} <= {Age.PLAIN, Age.SUPER, Age.MATURE}
    with pytest.raises(NotFound):
        await api.trends_of(OWNER, facts, RIVAL, END)
    blind = Actor(ActorKind.MERCHANT, UUID(int=2), SHOP, frozenset({"home:view"}))
    with pytest.raises(NotAllowed):
        await api.trends_of(blind, facts, SHOP, END)


async def test_a_segment_of_two_shops_is_never_shown(tmp_path):
    facts = FactsOf(a_market(sellers=(SHOP, RIVAL)), tmp_path)
    await queries.keep_week(facts, END)
    assert (await api.trends_of(OWNER, facts, SHOP, END)).cards == ()


async def test_an_empty_market_has_neither_cards_nor_lives(tmp_path):
    facts = FactsOf(SmallMarket(), tmp_path)
    await queries.keep_week(facts, END)
    told = await api.trends_of(OWNER, facts, SHOP, END)
    assert (told.cards, told.lives, told.year.share) == ((), (), None)
