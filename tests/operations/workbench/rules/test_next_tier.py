"""What must be added until an instrument gives more?"""

import pytest

from peakday.operations.workbench.rules.next_tier import NextTier, next_tiers
from peakday.trade.promotions.model import Counts, Gives
from tests.trade.promotions.builders import STEPWISE, instruments, price


def nearest(goods: str, words: str) -> NextTier | None:
    """The next tier of one instrument on one line of goods."""
    found = next_tiers(price([goods], words, rules=STEPWISE), instruments(words))
    return found[0] if found else None


def step(missing: int, at: int, off: int | None, counts=Counts.MONEY, gives=Gives.REDUCTION) -> NextTier:
    """What is expected of the instrument `x`."""
    return NextTier("x", missing, counts, at, off, gives)


TIERS = "x: tiered reduction, 20 off from 200 / 50 off from 400"


@pytest.mark.capability("SH-02")
@pytest.mark.parametrize(
    ("goods", "words", "expected"),
    [
        ("A: 150.00", TIERS, step(5_000, 20_000, 2_000)),
        ("A: 250.00", TIERS, step(15_000, 40_000, 5_000)),
        ("A: 400.00", TIERS, None),
        ("A: 150.00", "x: tiered reduction, 20 off every 100", step(5_000, 20_000, 4_000)),
        ("A: 150.00", "x: tiered reduction, 20 off every 100, at most 1 times", None),
        ("2 x A: 10.00", "x: tiered rate, 10% off from 3 pieces",
         step(1, 3, 1_000, Counts.PIECES, Gives.RATE)),
        ("A: 100.00", "x: gift, gift G from 300", step(20_000, 30_000, None)),
        ("A: 300.00", "x: gift, gift G from 300", None),
        ("A: 100.00", "x: single price, price 80", None),
        ("A: 100.00", "x: shop coupon, 5 off", None),
        ("A: 100.00", "x: shop coupon, 5 off from 50, items B", None),
    ],
)  # fmt: skip
def test_the_next_tier_is_what_is_missing_to_it(goods, words, expected):
    assert nearest(goods, words) == expected


def test_what_is_nearest_stands_first():
    words = ("far: shop coupon, 9 off from 900", "near: tiered reduction, 5 off from 150")
    found = next_tiers(price(["A: 100.00"], *words, rules=STEPWISE), instruments(*words))
    assert [one.instrument_id for one in found] == ["near", "far"]
