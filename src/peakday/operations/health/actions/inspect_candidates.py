"""What would an instrument do before it is saved: which faults would it bring, how would lowest prices change?"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.operations.health import store
from peakday.operations.health.actions.inspect_platform import inspect_platform_candidate
from peakday.operations.health.actions.set_red_lines import FIGURES, VIEW
from peakday.operations.health.fault_words import KIND_TEXTS, REMEDY_TEXTS
from peakday.operations.health.loading import Loaded, load_shop, touched_items, with_candidate, without
from peakday.operations.health.model import Fault, FaultKind, Reach, RedLine, Ware
from peakday.operations.health.rules.category_depth import deepest_in_market
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.lowest_reachable import lowest_reachable
from peakday.operations.health.rules.red_lines import red_line_of
from peakday.operations.health.rules.response_ladder import severity_of
from peakday.operations.health.rules.shop_scan import floors_of, most_endangered, scan
from peakday.operations.health.rules.what_if_changes import Change, changed
from peakday.operations.health.witness_words import witness_of
from peakday.trade.promotions.guard import Finding, Inspection, Severity
from peakday.trade.promotions.model import Id, Instrument

DIFFS_MAX = 50  # SKUs of a what-if that are searched
SEARCHED_MAX = 500  # SKUs of a look at a candidate that are searched
_STEPS = (Severity.INFORM, Severity.CONFIRM, Severity.HOLD)


@dataclass(frozen=True, slots=True)
class PriceChange:
    """The lowest reachable price of a SKU before and after, and its red line."""

    ware: Ware
    title: str
    before: Reach | None
    after: Reach | None
    red_line: RedLine | None

    @property
    def is_risk(self) -> bool:
        """Whether it would fall below its red line."""
        return self.after is not None and self.red_line is not None and self.after.price < self.red_line.price_minor


async def inspect_candidate(tx: Tx, shop_id: UUID | None, candidate: Instrument, now: datetime) -> Inspection:
    """The faults that the candidate brings about in its shop, one finding a kind, the dearest as its proof.

    The platform's own are looked at in a sample of shops (`inspect_platform.py`).
    """
    if shop_id is None:
        return await inspect_platform_candidate(tx, candidate, now)
    loaded = await load_shop(tx, shop_id, now, await touched_items(tx, shop_id, candidate))
    desk = with_candidate(loaded, shop_id, candidate)
    usual = await market_depths(tx, loaded)
    faults = await asyncio.to_thread(_scan_bounded, desk, loaded, usual)
    own = [fault for fault in faults if candidate.instrument_id in fault.instrument_ids]
    kinds = sorted({fault.kind for fault in own})
    is_all = len(desk.shelf.wares) <= SEARCHED_MAX
    return Inspection(
        tuple(_finding(desk, [fault for fault in own if fault.kind is kind], is_all=is_all) for kind in kinds)
    )


def _scan_bounded(desk: Desk, loaded: Loaded, usual: Mapping[Id | None, int]) -> list[Fault]:
    """Every SKU is bounded; of a large shop only the most endangered are searched, so that nobody waits for minutes."""
    floors = most_endangered(floors_of(desk), desk, loaded.typed, SEARCHED_MAX)
    return scan(desk, loaded.typed, floors, usual)


async def what_if(
    tx: Tx, actor: Actor, shop_id: UUID, candidate: Instrument, now: datetime, change: Change | None = None
) -> list[PriceChange]:  # fmt: skip
    """How the lowest reachable prices change with the candidate, the worst against their red lines first.

    With a `change`: how they differ between the candidate as it stands and as it would be, changed or stopped.
    At most `DIFFS_MAX` SKUs, the cheapest in its scope. Refuses `NotFound`, `NotAllowed`.
    """
    require(actor, VIEW, shop_id)
    require(actor, FIGURES, shop_id)
    loaded = await load_shop(tx, shop_id, now, await touched_items(tx, shop_id, candidate))
    return await asyncio.to_thread(_changes, loaded, shop_id, candidate, change)


async def market_depths(tx: Tx, loaded: Loaded) -> Mapping[Id | None, int]:
    """How deep is usual in the leaf categories of these goods, in all shops as each was last seen."""
    categories = {ware.leaf_category_id for ware in loaded.desk.shelf.wares.values()} - {None}
    counts = await store.depths_of_others(tx, None, [each for each in categories if each is not None])
    return deepest_in_market([counts], loaded.desk.limits)


def _changes(loaded: Loaded, shop_id: UUID, candidate: Instrument, change: Change | None) -> list[PriceChange]:
    standing = with_candidate(loaded, shop_id, candidate)
    gone = without(loaded.desk, candidate.instrument_id)
    before, after = gone, standing
    if change is not None:
        other = changed(candidate, change)
        before, after = standing, gone if other is None else with_candidate(loaded, shop_id, other)
    bound = next(one.instrument for one in standing.shelf.set_ups if one.is_candidate)
    wares = sorted(standing.shelf.touched_by(bound), key=lambda ware: (ware.price_minor, str(ware.sku_id)))
    changes = [
        PriceChange(
            ware, loaded.titles.get(ware.sku_id, ""), _lowest(before, ware), _lowest(after, ware),
            red_line_of(ware, loaded.typed, after.limits),
        )
        for ware in wares[:DIFFS_MAX]
    ]  # fmt: skip
    return sorted(changes, key=_margin)


def _lowest(desk: Desk, ware: Ware) -> Reach | None:
    return lowest_reachable(ware, desk.shelf, desk.now, desk.rules_on)


def _margin(change: PriceChange) -> tuple[Fraction, str]:
    """What is left above the red line, as a share of it; without one, all of the price."""
    price = change.after.price if change.after is not None else Fraction(change.ware.price_minor)
    line = change.red_line.price_minor if change.red_line is not None else 0
    return (Fraction(price, line) if line else Fraction(10**6) + price), str(change.ware.sku_id)


def _finding(desk: Desk, faults: Sequence[Fault], *, is_all: bool) -> Finding:
    worst = min(faults, key=lambda fault: (-fault.loss_minor, fault.subject))
    wares = {fault.subject: desk.shelf.wares.get(fault.sku_id) for fault in faults if fault.sku_id is not None}
    steps = [severity_of(fault, wares.get(fault.subject), desk.limits) for fault in faults]
    return Finding(
        code=worst.kind.value, severity=max(steps, key=_STEPS.index), text=_text(worst.kind, faults, is_all=is_all),
        witness=witness_of(worst.reach) if worst.reach is not None else None,
        loss_minor=sum(fault.loss_minor for fault in faults), remedy=REMEDY_TEXTS[worst.kind], field=worst.field,
    )  # fmt: skip


def _text(kind: FaultKind, faults: Sequence[Fault], *, is_all: bool) -> Text:
    told = KIND_TEXTS[kind]
    skus = len({fault.sku_id for fault in faults if fault.red_line is not None and fault.sku_id is not None})
    least_zh, least_en = ("", "") if is_all else ("至少 ", "at least ")
    return Text(f"{told.zh}({least_zh}{skus} 个 SKU)", f"{told.en} ({least_en}{skus} SKUs)") if skus > 1 else told
