"""Is the right tier reached, as often as it fits, and is what is missing told?"""

import pytest

from peakday.trade.promotions.model import Counts, Gives, Tier, Tiers
from peakday.trade.promotions.rules.thresholds import missing_to, reach_tier

LADDER = Tiers((Tier(10000, 1000), Tier(20000, 3000)))
EVERY = Tiers((Tier(30000, 5000),), repeats=True)


@pytest.mark.parametrize("base, amount", [(9999, None), (10000, 1000), (19999, 1000), (20000, 3000), (10**9, 3000)])
def test_the_highest_tier_that_is_reached_gives_its_amount_once(base, amount):
    reached = reach_tier(LADDER, base, 1)
    assert (reached and reached.amount_minor) == amount


def test_a_repeating_tier_gives_once_for_every_time_it_fits():
    assert reach_tier(EVERY, 89900, 1) == (89900, Tier(30000, 5000), 2, 10000)
    assert reach_tier(Tiers((Tier(30000, 5000),), repeats=True, times_max=1), 89900, 1).amount_minor == 5000


def test_a_rate_is_rounded_down():
    assert reach_tier(Tiers((Tier(0, 1500),), gives=Gives.RATE), 1999, 1).amount_minor == 299


def test_pieces_are_counted_and_money_is_given():
    offer = Tiers((Tier(3, 3000),), Counts.PIECES, Gives.RATE)
    assert reach_tier(offer, 6000, 2) is None
    assert reach_tier(offer, 6000, 3) == (3, Tier(3, 3000), 1, 1800)


@pytest.mark.parametrize("offer, base, pieces, missing", [
    (LADDER, 4000, 1, 6000),
    (LADDER, 15000, 1, 5000),
    (LADDER, 25000, 1, 0),
    (EVERY, 29000, 1, 1000),
    (EVERY, 61000, 1, 29000),
    (Tiers((Tier(30000, 5000),), repeats=True, times_max=2), 61000, 1, 0),
    (Tiers((Tier(3, 3000),), Counts.PIECES, Gives.RATE), 6000, 2, 1),
])  # fmt: skip
def test_what_is_missing_to_the_next_tier(offer, base, pieces, missing):
    assert missing_to(offer, base, pieces) == missing
