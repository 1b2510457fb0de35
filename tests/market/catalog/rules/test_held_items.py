"""Which changes touch what a hold keeps?"""

import pytest

from peakday.market.catalog.rules.held_items import is_held_back

BEFORE = {
    "list_price_minor": 100,
    "strike_price_minor": None,
    "sku_price_minor": 100,
    "status": "on_sale",
    "title": "a",
}


@pytest.mark.parametrize("after, is_back", [
    ({"title": "b"}, False),
    ({"list_price_minor": 100, "status": "on_sale"}, False),
    ({"list_price_minor": 101}, True),
    ({"strike_price_minor": 200}, True),
    ({"sku_price_minor": 99}, True),
    ({"status": "off_shelf"}, True),
    ({"status": "deleted"}, True),
])  # fmt: skip
def test_prices_and_leaving_the_shelf_are_held_and_nothing_else(after, is_back):
    assert is_held_back(BEFORE, after) is is_back


def test_coming_back_to_the_shelf_is_free():
    assert not is_held_back(BEFORE | {"status": "off_shelf"}, {"status": "on_sale"})
