"""What did our goods come to over all channels, after what they cost us? Our definition.

Net = paid + postage - tax - refunds - fees of the goods' own lines. Cost = pieces x the SKU's cost of today: channels
tell no cost, and the catalogue keeps none of the past. Pieces that came back are taken off where the file tells them.
Without a SKU or without its cost there is no profit: nothing is guessed.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from peakday.insight.channels.goods_model import GoodsProfit, ItemLink, ListingDay


def goods_profits(
    links: Iterable[ItemLink], days: Iterable[ListingDay], costs: Mapping[UUID, int], stock: Mapping[UUID, int]
) -> list[GoodsProfit]:
    """One row for each of our goods that is linked and was sold, by net; all money in the shop's currency."""
    goods_of = {link.key: (link.item_id, link.sku_id) for link in links}
    groups: dict[tuple[UUID, UUID | None], list[ListingDay]] = defaultdict(list)
    for day in days:
        if day.key in goods_of:
            groups[goods_of[day.key]].append(day)
    found = []
    for (item_id, sku_id), told in groups.items():
        pieces: dict[UUID, int] = defaultdict(int)
        for day in told:
            pieces[day.connection_id] += day.quantity
        quantity = sum(pieces.values())
        cost = costs.get(sku_id) if sku_id is not None else None
        found.append(GoodsProfit(
            item_id, sku_id, tuple(sorted(pieces.items(), key=lambda one: (-one[1], str(one[0])))), quantity,
            sum(day.net_minor for day in told), None if cost is None else cost * quantity,
            stock.get(sku_id) if sku_id is not None else None,
        ))  # fmt: skip
    return sorted(found, key=lambda one: (-one.net_minor, str(one.item_id)))
