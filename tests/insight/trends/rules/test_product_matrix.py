"""Does each item get the role that its figures tell, and are holes and overlaps told, and chance not?"""

import random
from uuid import UUID

import pytest

from peakday.insight.trends.rules.product_matrix import Role, Sold, find_holes, find_overlaps, roles_of


def sold(number, paid=1_000, pieces=10, leaf="c", band=1, **more):
    given = {"list_minor": paid, "buyers": 10, "returning": 5, "newcomers": 0, "is_new": False} | more
    return Sold(UUID(int=number), f"i{number}", leaf, band, paid, pieces=pieces, **given)


@pytest.mark.capability("SI-12")
def test_each_item_gets_the_first_role_that_holds():
    items = [
        sold(1, 50_000, 500), sold(2, 900, 9, is_new=True), sold(3, 1_000, 100, newcomers=9, list_minor=1_100),
        sold(4, 900, 1), sold(5, 5_000, 50, list_minor=5_000), sold(12, 0, 0),
        *(sold(n, 4_000, 40, list_minor=5_000) for n in range(6, 12)),
    ]  # fmt: skip
    roles = roles_of(items)
    assert [roles[UUID(int=n)] for n in range(1, 7)] == [
        Role.HERO, Role.NEW, Role.TRAFFIC, Role.IMAGE, Role.PROFIT, Role.PLAIN,
    ]  # fmt: skip
    assert UUID(int=12) not in roles
    assert roles_of([]) == {}


@pytest.mark.capability("SI-12")
def test_a_hole_is_where_the_market_sells_and_the_shop_does_not():
    items = [sold(1, leaf="tea", band=0), sold(2, leaf="cups", band=2), sold(3, leaf="unknown")]
    holes = find_holes(items, {"tea": [10, 60, 30], "cups": [5, 0, 95], "pots": [1, 1, 1]})
    assert [(hole.leaf, hole.band, hole.share) for hole in holes] == [("tea", 1, 0.6), ("tea", 2, 0.3)]


@pytest.mark.capability("SI-12")
def test_items_that_take_each_others_buyers_are_told():
    items = [sold(n) for n in range(1, 12)]
    growth = {UUID(int=1): -500, **{UUID(int=n): 10 for n in range(2, 12)}}
    switched = {(UUID(int=1), UUID(int=2)): 40, **{(UUID(int=1), UUID(int=n)): 2 for n in range(3, 12)}}
    (told,) = find_overlaps(items, growth, switched)
    assert (told.lost.int, told.won.int, told.switchers, round(told.usual, 1)) == (1, 2, 40, 5.8)
    growing = growth | {UUID(int=1): 5}
    assert find_overlaps(items, growing, switched) == []


def test_leavers_who_spread_by_chance_are_no_overlap():
    draw, alarms = random.Random(3), 0
    items = [sold(n) for n in range(1, 12)]
    growth = {UUID(int=1): -500, **{UUID(int=n): 10 for n in range(2, 12)}}
    for _ in range(200):
        switched: dict = {}
        for _ in range(60):
            pair = UUID(int=1), UUID(int=draw.randint(2, 11))
            switched[pair] = switched.get(pair, 0) + 1
        alarms += len(find_overlaps(items, growth, switched))
    assert alarms <= 200 * 10 * 0.006  # 3 deviations: one in 740 by a normal, a little more by a binomial
