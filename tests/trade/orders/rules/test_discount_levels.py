"""Is every level and funder of promotions kept under one word, and read back as the same?"""

from peakday.trade.orders.model import DiscountLevel
from peakday.trade.orders.rules.discount_levels import (
    FUNDER_OF,
    GIVER_OF,
    LEVEL_OF,
    PROMOTION_LEVEL_OF,
    discounts_of,
    shares_of,
)
from peakday.trade.promotions.model import Funder, Level
from peakday.trade.promotions.priced import Share


def test_every_level_and_every_funder_has_one_word_both_ways():
    assert set(LEVEL_OF) == set(Level)
    assert set(LEVEL_OF.values()) == set(DiscountLevel)
    assert {PROMOTION_LEVEL_OF[kept.value] for kept in LEVEL_OF.values()} == set(Level)
    assert set(FUNDER_OF) == set(Funder)
    assert {GIVER_OF[kept.value] for kept in FUNDER_OF.values()} == set(Funder)


def test_shares_are_kept_and_read_back_without_those_of_nothing():
    shares = [Share("a", Level.CROSS_SHOP, Funder.PLATFORM, 5), Share("b", Level.ITEM, Funder.MERCHANT, 0)]
    kept = discounts_of(shares)
    assert [(part.instrument, part.level, part.funder, part.minor) for part in kept] == [
        ("a", "cross_shop", "platform", 5)
    ]
    assert shares_of(kept) == (shares[0],)
