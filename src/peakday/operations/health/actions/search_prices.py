"""How low can each SKU of one item be bought, though no warning stands? The look for one item, asked by a person."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Item
from peakday.operations.health import queries
from peakday.operations.health.actions.set_red_lines import FIGURES, VIEW
from peakday.operations.health.loading import Loaded, load_shop
from peakday.operations.health.model import Reach, RedLine, Ware
from peakday.operations.health.queries import ItemLines
from peakday.operations.health.rules.lowest_reachable import lowest_reachable
from peakday.operations.health.rules.red_lines import red_line_of
from peakday.operations.health.witness_words import kept_witness, trace_of

SKUS_MAX = 60  # of one item that are searched


@dataclass(frozen=True, slots=True)
class SkuHealth:
    """A SKU with its lowest reachable price, its red line, the witness as plain values, and how it comes about."""

    ware: Ware
    reach: Reach | None
    red_line: RedLine | None
    witness: dict[str, object] | None
    trace: tuple[Text, ...]

    @property
    def is_risk(self) -> bool:
        """Whether A < B."""
        return self.reach is not None and self.red_line is not None and self.reach.price < self.red_line.price_minor


@dataclass(frozen=True, slots=True)
class ItemHealth:
    """An item with what was typed for it, and each of its SKUs."""

    item: Item
    lines: ItemLines
    skus: tuple[SkuHealth, ...]


async def find_item_health(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID, now: datetime) -> ItemHealth:
    """The lowest reachable price of every SKU of an item, at most `SKUS_MAX`. Refuses `NotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    require(actor, FIGURES, shop_id)
    item = await catalog.get_item(tx, SYSTEM, shop_id, item_id)
    loaded = await load_shop(tx, shop_id, now, [item_id])
    skus = await asyncio.to_thread(_search, loaded, item_id)
    return ItemHealth(item, await queries.item_lines(tx, shop_id, item_id), tuple(skus))


def _search(loaded: Loaded, item_id: UUID) -> list[SkuHealth]:
    found = []
    for ware in loaded.desk.shelf.by_item.get(item_id, [])[:SKUS_MAX]:
        desk = loaded.desk
        reach = lowest_reachable(ware, desk.shelf, desk.now, desk.rules_on)
        line = red_line_of(ware, loaded.typed, desk.limits)
        told = (kept_witness(reach, loaded.titles), trace_of(reach)) if reach is not None else (None, ())
        found.append(SkuHealth(ware, reach, line, *told))
    return found
