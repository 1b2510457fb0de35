"""What may other rooms and doors ask of the health centre?

Pure, for benches and other calculations: `open_desk`, `scan`, `lowest_reachable`. Without an actor, for workers:
`scan_shop`, `want_scan`, `want_all`, `want_new`, `watch_losses`. People's acts take the actor first and check the shop;
prices and losses are figures (`data:view`). `HealthGuard` is the guard that apps/opening.py gives to the promotions.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel import imports
from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.rulesets import in_force
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Item, ItemFilter
from peakday.market.shops import api as shops
from peakday.operations.health import queries, store
from peakday.operations.health.actions.accept_findings import accept_finding
from peakday.operations.health.actions.inspect_candidates import PriceChange, inspect_candidate, what_if
from peakday.operations.health.actions.scan_shop import scan_shop
from peakday.operations.health.actions.search_prices import ItemHealth, find_item_health
from peakday.operations.health.actions.set_red_lines import (
    EDIT,
    FIGURES,
    VIEW,
    end_exemption,
    exempt,
    set_red_line,
    set_shop_rule,
)
from peakday.operations.health.actions.watch_losses import watch_losses
from peakday.operations.health.model import Exemption, KeptFinding, RulesOn, SetUp, Ware
from peakday.operations.health.queries import Calibration, FindingFilter, ItemLines, Overview
from peakday.operations.health.rules import check_limits
from peakday.operations.health.rules.category_depth import deepest_usual
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.lowest_reachable import enumerate_prices, lowest_reachable
from peakday.operations.health.rules.shelf import Shelf
from peakday.operations.health.rules.shop_scan import floors_of, scan
from peakday.operations.health.rules.what_if_changes import Change
from peakday.operations.health.store import list_wanted, want_scan
from peakday.trade.promotions.guard import Inspection
from peakday.trade.promotions.model import Id, Instrument

__all__ = [
    "EDIT",
    "FIGURES",
    "VIEW",
    "Calibration",
    "Change",
    "Desk",
    "FindingFilter",
    "HealthGuard",
    "ItemHealth",
    "ItemLines",
    "Overview",
    "PriceChange",
    "accept_finding",
    "deepest_usual",
    "end_exemption",
    "enumerate_prices",
    "exempt",
    "find_calibration",
    "find_item",
    "find_item_health",
    "find_overview",
    "floors_of",
    "get_finding",
    "list_wanted",
    "lowest_reachable",
    "open_desk",
    "risk_items",
    "scan",
    "scan_shop",
    "search_items",
    "set_red_line",
    "set_shop_rule",
    "want_all",
    "want_new",
    "want_scan",
    "watch_losses",
    "what_if",
]


IMPORTS_BACK = timedelta(days=2)  # older ones were seen by the daily look


class HealthGuard:
    """Inspects an instrument before it goes live, as `promotions.Guard` wants it."""

    async def inspect(self, tx: Tx, shop_id: UUID | None, candidate: Instrument, now: datetime) -> Inspection:
        """What is wrong with the candidate beside all that is or will be live."""
        return await inspect_candidate(tx, shop_id, candidate, now)


def open_desk(
    wares: Iterable[Ware], set_ups: Iterable[SetUp], exemptions: Mapping[Id, Exemption], now: datetime,
    rules_on: RulesOn,
) -> Desk:  # fmt: skip
    """Goods and set-ups as the checks want them, with the figures in force. Refuses with `NoRuleSet`."""
    limits = check_limits.read_limits(in_force(check_limits.NAME, day_of(now)))
    return Desk(Shelf(wares, set_ups), exemptions, limits, now, rules_on)


async def want_all(tx: Tx, now: datetime) -> None:
    """Every shop that was ever looked at is looked at again."""
    await store.want_known(tx, now)


async def want_new(tx: Tx, now: datetime) -> None:
    """Every shop that nobody ever looked at, or that was imported into since, is looked at soon."""
    await store.want_first(tx, await shops.list_shop_ids(tx), now)
    for shop_id, finished_at in (await imports.list_finished(tx, now - IMPORTS_BACK)).items():
        await store.want_after(tx, shop_id, finished_at, now)


async def risk_items(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: FindingFilter | None = None,
    after: tuple[int, UUID] | None = None, limit: int = 50,
) -> list[KeptFinding]:  # fmt: skip
    """The shop's warnings (open ones by default), the dearest first, behind (loss, id). Refuses `NotAllowed`."""
    require(actor, VIEW, shop_id)
    require(actor, FIGURES, shop_id)
    return await queries.list_findings(tx, shop_id, wanted or FindingFilter(), after, min(limit, queries.PAGE_MAX + 1))


async def get_finding(tx: Tx, actor: Actor, shop_id: UUID, finding_id: UUID) -> KeptFinding:
    """One warning with its witness. Refuses `FindingNotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    require(actor, FIGURES, shop_id)
    return await queries.get_finding(tx, shop_id, finding_id)


async def find_item(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID) -> Item:
    """An item for who may view marketing. Refuses `ItemNotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    return await catalog.get_item(tx, SYSTEM, shop_id, item_id)


async def search_items(tx: Tx, actor: Actor, shop_id: UUID, words: str, limit: int) -> list[Item]:
    """Items by words of the title or by number. Refuses `NotAllowed`."""
    require(actor, VIEW, shop_id)
    return await catalog.list_items(tx, SYSTEM, shop_id, ItemFilter(words), None, limit)


async def find_overview(tx: Tx, actor: Actor, shop_id: UUID) -> Overview:
    """How the shop stands, in its own currency; for to-dos too. Refuses `NotAllowed`."""
    require(actor, VIEW, shop_id)
    require(actor, FIGURES, shop_id)
    shop = await shops.get_shop(tx, SYSTEM, shop_id)
    return await queries.overview(tx, shop_id, shop.currency)


async def find_calibration(tx: Tx, actor: Actor, shop_id: UUID) -> Calibration:
    """Predicted against realised loss. Refuses `NotAllowed`."""
    require(actor, VIEW, shop_id)
    require(actor, FIGURES, shop_id)
    return await queries.calibration(tx, shop_id)
