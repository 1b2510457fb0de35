"""Which instruments can touch which SKU, and what can be put beside it to reach a threshold?

Instruments that only others pay for are left out: they cost the merchant nothing, as red packets do not count in the
price history. A gift card is the buyer's own money. An instrument of one shop touches that shop's goods only.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from peakday.operations.health.model import SetUp, Ware
from peakday.trade.promotions.model import Bundle, Funder, GiftOffer, Id, Instrument, Scope

COMPANIONS_MAX = 12  # the cheapest of an instrument's goods, of different prices
SHOPS_SAMPLED = 3


class Shelf:
    """The goods and the set-ups of some shops, found by each other."""

    def __init__(self, wares: Iterable[Ware], set_ups: Iterable[SetUp]) -> None:
        self.wares: dict[Id, Ware] = {ware.sku_id: ware for ware in wares}
        self.set_ups: list[SetUp] = [_bound_to_shop(set_up) for set_up in set_ups]
        self.by_shop: dict[Id, list[Ware]] = defaultdict(list)
        self.by_item: dict[Id, list[Ware]] = defaultdict(list)
        self._companions: dict[tuple[Id, Id], list[Ware]] = {}
        self._places: dict[tuple[str, Id | None], list[Instrument]] = defaultdict(list)
        for ware in self.wares.values():
            self.by_shop[ware.shop_id].append(ware)
            self.by_item[ware.item_id].append(ware)
        for set_up in self.set_ups:
            if costs_the_merchant(set_up.instrument):
                for place in _places_of(set_up.instrument):
                    self._places[place].append(set_up.instrument)

    def instruments_of(self, ware: Ware) -> list[Instrument]:
        """What can act on a SKU at some time for somebody."""
        places: list[tuple[str, Id | None]] = [
            ("sku", ware.sku_id), ("item", ware.item_id), ("shop", ware.shop_id), ("all", None),
            *[("category", category) for category in ware.category_ids],
        ]  # fmt: skip
        found = [one for place in places if place in self._places for one in self._places[place]]
        kept = [one for one in found if is_in_scope(one.scope, ware) and one.currency == ware.currency]
        return kept if len({id(one) for one in kept}) == len(kept) else list({id(one): one for one in kept}.values())

    def companions(self, instrument: Instrument, shop_id: Id) -> Sequence[Ware]:
        """Goods of the shop that count for an instrument, the cheapest first, each price once."""
        key = (instrument.instrument_id, shop_id)
        if key not in self._companions:
            scope = instrument.scope
            goods = [ware for ware in self.by_shop[shop_id] if ware.price_minor > 0 and is_in_scope(scope, ware)]
            cheapest: dict[int, Ware] = {}
            for ware in sorted(goods, key=lambda ware: (ware.price_minor, str(ware.sku_id))):
                cheapest.setdefault(ware.price_minor, ware)
                if len(cheapest) == COMPANIONS_MAX:
                    break
            self._companions[key] = list(cheapest.values())
        return self._companions[key]

    def touched_by(self, instrument: Instrument) -> list[Ware]:
        """The SKUs in the scope of an instrument."""
        return [ware for ware in self._near(instrument) if is_in_scope(instrument.scope, ware)]

    def samples(self, instrument: Instrument) -> list[Ware]:
        """Some SKUs in the scope of an instrument, among them the cheapest of each shop."""
        scope = instrument.scope
        if scope.sku_ids or scope.item_ids or isinstance(instrument.benefit, Bundle):
            return self.touched_by(instrument)[:COMPANIONS_MAX]
        shops = sorted(scope.shop_ids & self.by_shop.keys(), key=str) if scope.shop_ids else list(self.by_shop)
        return [ware for shop_id in shops[:SHOPS_SAMPLED] for ware in self.companions(instrument, shop_id)]

    def _near(self, instrument: Instrument) -> Iterable[Ware]:
        """Goods among which all that the instrument touches are."""
        scope = instrument.scope
        if isinstance(instrument.benefit, Bundle):
            parts = [part.sku_id for part in instrument.benefit.components]
            return [self.wares[sku_id] for sku_id in parts if sku_id in self.wares]
        if scope.sku_ids:
            return [self.wares[sku_id] for sku_id in scope.sku_ids if sku_id in self.wares]
        if scope.item_ids:
            return [ware for item_id in scope.item_ids for ware in self.by_item.get(item_id, ())]
        if scope.shop_ids:
            return [ware for shop_id in scope.shop_ids for ware in self.by_shop.get(shop_id, ())]
        return self.wares.values()


def is_in_scope(scope: Scope, ware: Ware) -> bool:
    """Whether a SKU counts for an instrument: each set that is not empty holds it, the exceptions do not."""
    return (
        (not scope.shop_ids or ware.shop_id in scope.shop_ids)
        and (not scope.item_ids or ware.item_id in scope.item_ids)
        and (not scope.sku_ids or ware.sku_id in scope.sku_ids)
        and (not scope.category_ids or not scope.category_ids.isdisjoint(ware.category_ids))
        and ware.item_id not in scope.except_items
    )


def costs_the_merchant(instrument: Instrument) -> bool:
    """Whether the merchant pays at least a part of what it gives."""
    return any(entry.funder is Funder.MERCHANT and entry.weight > 0 for entry in instrument.funding)


def _bound_to_shop(set_up: SetUp) -> SetUp:
    scope = set_up.instrument.scope
    if set_up.shop_id is None or scope.shop_ids == frozenset({set_up.shop_id}):
        return set_up
    bound = replace(scope, shop_ids=frozenset({set_up.shop_id}))
    return replace(set_up, instrument=replace(set_up.instrument, scope=bound))


def _places_of(instrument: Instrument) -> Iterable[tuple[str, Id | None]]:
    """Where to look the instrument up: by its narrowest set. A gift has no place: it changes no price."""
    scope, benefit = instrument.scope, instrument.benefit
    if isinstance(benefit, GiftOffer):
        return []
    if isinstance(benefit, Bundle):
        return [("sku", part.sku_id) for part in benefit.components]
    if scope.sku_ids:
        return [("sku", each) for each in scope.sku_ids]
    if scope.item_ids:
        return [("item", each) for each in scope.item_ids]
    if scope.category_ids:
        return [("category", each) for each in scope.category_ids]
    return [("shop", each) for each in scope.shop_ids] if scope.shop_ids else [("all", None)]
