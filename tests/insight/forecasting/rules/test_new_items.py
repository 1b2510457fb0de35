"""Does an item without a past sell like those that are like it, until it has a past of its own?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.new_items import forecast_new, likeness, price_band

NEW = {"category": "mask", "brand": "b1", "price_band": price_band(1_000)}
KNOWN = [NEW, {**NEW, "brand": "b2"}, {"category": "soap", "brand": "b3", "price_band": price_band(90_000)}]
FIRST_DAYS = np.array([[10.0, 8.0, 6.0], [4.0, 4.0, np.nan], [900.0, 900.0, 900.0]])


def test_the_more_attributes_are_shared_the_more_alike():
    assert likeness(NEW, KNOWN).tolist() == pytest.approx([1.0, 5 / 7, 0.0])
    assert likeness({"category": "mask", "brand": None}, KNOWN).tolist() == [1.0, 1.0, 0.0]
    assert likeness({}, KNOWN).tolist() == [0.0, 0.0, 0.0]


def test_a_new_item_sells_as_its_likes_did_at_the_same_age():
    alike = likeness(NEW, KNOWN)
    first = (10 + 4 * (5 / 7) ** 2) / (1 + (5 / 7) ** 2)
    assert forecast_new(alike, FIRST_DAYS, [], 4).tolist() == pytest.approx(
        [first, (8 + 4 * (5 / 7) ** 2) / (1 + (5 / 7) ** 2), 6.0, 6.0]
    )


def test_own_days_take_over_with_age():
    alike = np.array([1.0, 0.0, 0.0])
    assert forecast_new(alike, FIRST_DAYS, [20.0] * 14, 1).tolist() == pytest.approx([13.0])  # half 20, half 6
    assert forecast_new(np.zeros(3), FIRST_DAYS, [3.0, 5.0], 2).tolist() == [4.0, 4.0]
    assert forecast_new(np.zeros(3), FIRST_DAYS, [], 2).tolist() == [0.0, 0.0]


def test_prices_near_each_other_share_a_band():
    assert price_band(1_000) == price_band(1_100)
    assert price_band(1_000) != price_band(2_000)
    assert price_band(0) == -1
