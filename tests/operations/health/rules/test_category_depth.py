"""Is the market's category the sum of its shops, with the depth that a plain list of all SKUs would give?"""

import random
from uuid import UUID

from peakday.kernel.rulesets import in_force
from peakday.operations.health.model import Ware
from peakday.operations.health.rules.category_depth import count_depths, deepest_in_market, deepest_usual
from peakday.operations.health.rules.check_limits import NAME, read_limits
from tests.operations.health.builders import NOW

TEA, CUPS = UUID(int=1), UUID(int=2)
LIMITS = read_limits(in_force(NAME, NOW.date()))


def a_floor(number: int, floor: int, category=TEA) -> tuple[Ware, int]:
    return Ware(
        shop_id=UUID(int=9), item_id=UUID(int=100 + number), sku_id=UUID(int=1_000 + number), price_minor=10_000,
        leaf_category_id=category,
    ), floor  # fmt: skip


def test_shops_together_say_what_one_list_of_all_goods_says_to_the_whole_per_cent():
    drawn = random.Random(3)
    floors = [a_floor(number, 10_000 - 100 * drawn.randrange(0, 101)) for number in range(500)]
    shops = [count_depths(floors[place::4]) for place in range(4)]
    assert deepest_in_market(shops, LIMITS) == deepest_usual(floors, LIMITS)


def test_a_category_of_few_goods_in_every_shop_is_told_by_the_market_alone():
    shops = [count_depths([a_floor(number, 9_000) for number in range(40)]) for _ in range(3)]
    assert deepest_in_market(shops[:2], LIMITS) == {}
    assert deepest_in_market(shops, LIMITS) == {TEA: 1_000 + LIMITS.outlier_margin_bp}


def test_depths_are_rounded_up_and_kept_within_nothing_and_everything():
    counted = count_depths(
        [a_floor(1, 9_999), a_floor(2, 10_000), a_floor(3, -5), a_floor(4, 12_000), a_floor(5, 1, None)]
    )
    (steps,) = counted.values()
    assert {step: count for step, count in enumerate(steps) if count} == {0: 2, 1: 1, 100: 1}
    assert CUPS not in counted
