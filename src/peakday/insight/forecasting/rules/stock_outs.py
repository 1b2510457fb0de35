"""What would have sold on a day on which there was nothing left to sell?

A day sold for a share of its hours: its sales over that share, held to what such a day can have wanted: twice the best
full day. A day on which it could hardly be bought says nothing and is left out. Our definition.
"""

from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

HOURS_MIN = 0.125  # of the day; below it the day says nothing
_BEYOND = 2.0


def wanted(sold: Array, share_on_sale: Array) -> Array:
    """Demand behind the sales (series x days), given the share of each day on which the SKU could be bought.

    `nan` where a day says nothing. Days wholly on sale stay as they are.
    """
    assert sold.shape == share_on_sale.shape, "sales and hours have one shape"
    is_full, says_nothing = share_on_sale >= 1, share_on_sale < HOURS_MIN
    best = np.where(is_full, np.nan_to_num(sold), 0.0).max(axis=1, keepdims=True, initial=0.0)
    grown = sold / np.where(says_nothing, 1.0, np.minimum(share_on_sale, 1.0))
    held = np.maximum(np.minimum(grown, np.where(best > 0, _BEYOND * best, np.inf)), sold)
    return np.where(says_nothing, np.nan, np.where(is_full, sold, held))
