"""Are a shop's matrix, its holes and overlaps worked out from its own orders and the market's bands?"""

from collections import defaultdict
from datetime import timedelta
from uuid import UUID

import pytest

from peakday.insight.trends import api, segment_queries
from peakday.insight.trends.rules.product_matrix import Role
from peakday.kernel.refusal import NotFound
from tests.insight.consumers.test_snapshots import FactsOf
from tests.insight.metrics.small_market import RIVAL, SHOP, SmallMarket
from tests.insight.trends.test_segments import END, OWNER, Street, an_own_shop


@pytest.mark.capability("SI-12", page="/shop/{shop_id}/data/trends/matrix")
async def test_the_matrix_is_what_a_plain_recount_says(tmp_path):
    street = Street()
    for number in range(30):  # thirty buyers leave one item of c1 for another
        street.sell(SHOP, f"m{number}", END - timedelta(days=120), (UUID(int=71), "c1", 2))
        street.sell(SHOP, f"m{number}", END - timedelta(days=20), (UUID(int=50), "c1", 2))
    for number in range(40):
        street.sell(SHOP, f"x{number}", END - timedelta(days=20), (UUID(int=73 + number), "c1", 1))
    facts = FactsOf(street.market, tmp_path)
    await segment_queries.keep_segments(facts, END)
    matrix = await api.matrix_of(OWNER, facts, an_own_shop(), END)
    span = [row for row in street.rows if row[0] == SHOP and END - timedelta(days=91) <= row[2] < END]
    pieces, buyers = defaultdict(int), defaultdict(set)
    for _, buyer, _, item, _, count, _ in span:
        pieces[item] += count
        buyers[item].add(buyer)
    told = {one.item_id: (one.pieces, one.buyers) for one in matrix.items if one.pieces}
    assert told == {item: (count, len(buyers[item])) for item, count in pieces.items()}
    assert set(matrix.roles) == set(told)
    assert matrix.roles[UUID(int=50)] is Role.NEW
    assert sum(len(matrix.cell(role, band)) for role in Role for band in range(3)) == len(told)
    assert [(one.lost.int, one.won.int, one.switchers) for one in matrix.overlaps] == [(71, 50, 30)]


async def test_nothing_sold_is_an_empty_matrix_and_another_shops_is_refused(tmp_path):
    facts = FactsOf(SmallMarket(), tmp_path)
    matrix = await api.matrix_of(OWNER, facts, an_own_shop(), END)
    assert (matrix.items, matrix.roles, matrix.holes, matrix.overlaps) == ((), {}, (), ())
    stranger = an_own_shop()
    stranger.shop_id = RIVAL
    with pytest.raises(NotFound):
        await api.matrix_of(OWNER, facts, stranger, END)
