"""Is nobody shouted at, and is what a merchant wrote otherwise left alone?"""

import pytest

from peakday.apps.storefront.titles import tidy


@pytest.mark.parametrize(
    ("title", "shown"),
    [("FLUID MILK WHITE ONLY 1 GAL", "Fluid Milk White Only 1 gal"), ("SOFT DRINKS 6 PK", "Soft Drinks 6 pk"),
     ("BBQ SAUCE 500ML", "BBQ Sauce 500 mL"), ("WATER 2L", "Water 2 L"), ("西湖龙井 250G", "西湖龙井 250G"),
     ("iPhone 15", "iPhone 15"), ("TEA", "TEA"), ("", "")],
)  # fmt: skip
def test_titles_in_capitals_become_words_and_others_stay(title, shown):
    assert tidy(title) == shown
