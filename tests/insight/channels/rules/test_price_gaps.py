"""When do prices of the same goods conflict?"""

from datetime import UTC, date, datetime
from uuid import UUID

from peakday.insight.channels.goods_model import Evidence, ItemLink, ListingKey, Quote
from peakday.insight.channels.rules.price_gaps import gap_of, price_gaps, unit_price

ITEM, SKU, ONE, TWO = (UUID(int=number) for number in range(1, 5))
DAY = date(2022, 11, 11)


def _link(channel, sku=SKU):
    return ItemLink(ListingKey(channel, "r"), ITEM, sku, Evidence.HAND, datetime(2022, 11, 11, tzinfo=UTC))


def _quote(channel, minor):
    return Quote(channel, minor, minor, "CNY", DAY, "o", "f", 2)


def test_the_same_goods_more_than_three_percent_apart_conflict_cheapest_first():
    quotes = {ListingKey(ONE, "r"): _quote(ONE, 10_301), ListingKey(TWO, "r"): _quote(TWO, 10_000)}

    (gap,) = price_gaps([_link(ONE), _link(TWO)], quotes, {})

    assert ([one.price_minor for one in gap.quotes], gap.gap_basis_points) == ([10_000, 10_301], 301)


def test_three_percent_and_a_single_price_are_no_conflict():
    quotes = {ListingKey(ONE, "r"): _quote(ONE, 10_300), ListingKey(TWO, "r"): _quote(TWO, 10_000)}

    assert price_gaps([_link(ONE), _link(TWO)], quotes, {}) == []
    assert price_gaps([_link(ONE)], quotes, {}) == []


def test_our_own_shop_counts_with_what_it_asks_and_another_sku_does_not():
    quotes = {ListingKey(ONE, "r"): _quote(ONE, 9_000)}

    (gap,) = price_gaps([_link(ONE)], quotes, {(ITEM, SKU): _quote(None, 10_000), (ITEM, None): _quote(None, 1)})

    assert [one.connection_id for one in gap.quotes] == [ONE, None]


def test_a_unit_price_is_rounded_half_up_and_a_price_of_nothing_is_a_whole_gap():
    assert (unit_price(1_000, 3), unit_price(5, 2)) == (333, 3)
    assert (gap_of(0, 5), gap_of(0, 0), gap_of(100, 150)) == (10_000, 0, 5_000)
