"""Does a change touch what a hold keeps: a price, or the place on the shelf?"""

from collections.abc import Mapping
from typing import Any

from peakday.market.catalog.model import ItemStatus

PRICES = frozenset({"list_price_minor", "strike_price_minor", "sku_price_minor"})


def is_held_back(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether fields that are to change (before and after) may not while the item is held."""
    leaves = (
        before.get("status") == ItemStatus.ON_SALE and after.get("status", ItemStatus.ON_SALE) != ItemStatus.ON_SALE
    )
    return leaves or any(after[name] != before.get(name) for name in PRICES & after.keys())
