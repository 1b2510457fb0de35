"""Which listing is proposed to be which of our goods?"""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from peakday.insight.channels.goods_model import Evidence, Listing, ListingKey, OwnGood
from peakday.insight.channels.rules.item_match import CodeAndTitle

SHOP = UUID(int=9)
TEA, CUP = UUID(int=1), UUID(int=2)
RED, BLUE, CUP_SKU = UUID(int=11), UUID(int=12), UUID(int=21)
GOODS = [
    OwnGood(TEA, RED, "tea-1", "TEA-R", "Green Tea (250 g)"),
    OwnGood(TEA, BLUE, "tea-1", "TEA-B", "Green Tea (250 g)"),
    OwnGood(CUP, CUP_SKU, "cup-1", "CUP", "青瓷盖碗"),
]


def _listing(ref, title=""):
    return Listing(ListingKey(SHOP, ref), title, 1, datetime(2022, 11, 11, tzinfo=UTC))


@pytest.mark.capability("LY-06")
@pytest.mark.parametrize(
    ("ref", "title", "told"),
    [
        (" tea-r ", "", (TEA, RED, Evidence.CODE)),
        ("TEA-1", "", (TEA, None, Evidence.CODE)),
        ("B00X", "GREEN tea 250G", (TEA, None, Evidence.TITLE)),
        ("B00Y", "青瓷 盖碗!", (CUP, CUP_SKU, Evidence.TITLE)),
        ("cup", "Green Tea (250 g)", (CUP, CUP_SKU, Evidence.CODE)),
        ("B00Z", "Green Tea (500 g)", None),
        ("", "", None),
    ],
)
def test_code_comes_before_title_and_what_is_not_sure_is_not_proposed(ref, title, told):
    found = CodeAndTitle().propose([_listing(ref, title)], GOODS)

    assert [(one.item_id, one.sku_id, one.evidence) for one in found] == ([told] if told else [])


def test_a_title_or_a_code_that_two_items_share_is_nobodys():
    twin = OwnGood(UUID(int=3), UUID(int=31), "tea-2", "TEA-R", "Green Tea 250 g")

    assert CodeAndTitle().propose([_listing("TEA-R"), _listing("x", "green tea 250 g")], [*GOODS, twin]) == []
