"""Which cut is deeper than almost all of its leaf category?

The depth of a SKU is the share of its list price that can be taken off at most (the bound). A category of enough SKUs
has a usual deepest: the depth that all but one in a hundred keep within, and some more for good measure.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from peakday.operations.health.model import Ware
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.trade.promotions.model import BASIS, Id


def depth_bp(price_minor: int, floor_minor: int) -> int:
    """The share of a price that is taken off, in basis points."""
    return (price_minor - max(floor_minor, 0)) * BASIS // price_minor if price_minor > 0 else 0


def deepest_usual(floors: Iterable[tuple[Ware, int]], limits: CheckLimits) -> Mapping[Id | None, int]:
    """The depth beyond which a SKU stands out, by leaf category; categories of few SKUs have none."""
    depths: dict[Id | None, list[int]] = defaultdict(list)
    for ware, floor in floors:
        depths[ware.leaf_category_id].append(depth_bp(ware.price_minor, floor))
    return {
        category: _quantile(sorted(found), limits.outlier_share_bp) + limits.outlier_margin_bp
        for category, found in depths.items()
        if len(found) >= limits.outlier_skus_min
    }


def _quantile(ordered: list[int], share_bp: int) -> int:
    """The value that a share of all keeps within."""
    return ordered[(len(ordered) - 1) * share_bp // BASIS]
