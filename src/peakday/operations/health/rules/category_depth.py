"""Which cut is deeper than almost all of its leaf category?

The depth of a SKU is the share of its list price that can be taken off at most (the bound). A category of enough SKUs
has a usual deepest: the depth that all but one in a hundred keep within, and some more for good measure. Each shop
counts its SKUs by depth; the sum over all shops is the market's category.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from peakday.operations.health.model import Ware
from peakday.operations.health.rules.check_limits import CheckLimits
from peakday.trade.promotions.model import BASIS, Id

STEPS = 101  # a per cent each
STEP_BP = BASIS // 100


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


def count_depths(floors: Iterable[tuple[Ware, int]]) -> dict[Id, tuple[int, ...]]:
    """How many SKUs of each leaf category are cut by 0, 1 … 100 per cent (rounded up): what a shop tells the market."""
    counts: dict[Id, list[int]] = {}
    for ware, floor in floors:
        if ware.leaf_category_id is not None:
            steps = counts.setdefault(ware.leaf_category_id, [0] * STEPS)
            steps[min(max(-(-depth_bp(ware.price_minor, floor) // STEP_BP), 0), STEPS - 1)] += 1
    return {category: tuple(steps) for category, steps in counts.items()}


def deepest_in_market(counts: Iterable[Mapping[Id, Sequence[int]]], limits: CheckLimits) -> dict[Id | None, int]:
    """As `deepest_usual`, of the counts of many shops together: to the whole per cent."""
    together: dict[Id, list[int]] = {}
    for of_shop in counts:
        for category, steps in of_shop.items():
            so_far = together.setdefault(category, [0] * STEPS)
            for place, count in enumerate(steps):
                so_far[place] += count
    return {
        category: _step_of(steps, limits.outlier_share_bp) * STEP_BP + limits.outlier_margin_bp
        for category, steps in together.items()
        if sum(steps) >= limits.outlier_skus_min
    }


def _step_of(steps: Sequence[int], share_bp: int) -> int:
    """The step that a share of all keeps within: that of the SKU which `_quantile` would take."""
    wanted = (sum(steps) - 1) * share_bp // BASIS
    passed = 0
    for step, count in enumerate(steps):
        passed += count
        if passed > wanted:
            return step
    return len(steps) - 1


def _quantile(ordered: list[int], share_bp: int) -> int:
    """The value that a share of all keeps within."""
    return ordered[(len(ordered) - 1) * share_bp // BASIS]
