"""Where are the same goods cheaper elsewhere? Our definition.

Of each channel counts the price that a piece last fetched: what was paid for the line, with tax and before postage, by
its quantity, in the shop's currency at that day's rate. Our own shop counts with what it asks now. Goods conflict when
the dearest is more than `TOLERANCE` above the cheapest: less is rounding and the day's rate.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from peakday.insight.channels.goods_model import ItemLink, ListingKey, PriceGap, Quote

TOLERANCE_BASIS_POINTS = 300
WHOLE = 10_000


def unit_price(paid_minor: int, quantity: int) -> int:
    """What one piece of a line cost, half up."""
    assert quantity > 0, quantity
    return (2 * paid_minor + quantity) // (2 * quantity)


def price_gaps(
    links: Iterable[ItemLink], quotes: Mapping[ListingKey, Quote], own: Mapping[tuple[UUID, UUID | None], Quote]
) -> list[PriceGap]:
    """The goods whose prices conflict, the widest gap first; `own` is by (item, SKU or none)."""
    groups: dict[tuple[UUID, UUID | None], list[Quote]] = defaultdict(list)
    ids = {}
    for link in links:
        key = (link.item_id, link.sku_id)
        ids[key] = link
        if link.key in quotes:
            groups[key].append(quotes[link.key])
    gaps = []
    for key, told in groups.items():
        there = sorted(
            [*told, *([own[key]] if key in own else [])], key=lambda one: (one.price_minor, str(one.connection_id))
        )
        gap = gap_of(there[0].price_minor, there[-1].price_minor)
        if len(there) > 1 and gap > TOLERANCE_BASIS_POINTS:
            gaps.append(PriceGap(ids[key].item_id, ids[key].sku_id, tuple(there), gap))
    return sorted(gaps, key=lambda one: (-one.gap_basis_points, str(one.item_id)))


def gap_of(cheapest_minor: int, dearest_minor: int) -> int:
    """How far the dearest is above the cheapest, in basis points; against nothing it is a whole."""
    if cheapest_minor <= 0:
        return WHOLE if dearest_minor > 0 else 0
    return (dearest_minor - cheapest_minor) * WHOLE // cheapest_minor
