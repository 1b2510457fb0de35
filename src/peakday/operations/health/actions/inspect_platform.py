"""What would an instrument of the platform do in the shops? A sample of them is looked at, and the sample is told.

A platform's coupon meets every shop's own discounts, so no single shop can be asked. Looked at are the shops that it
names, else shops spread evenly over all that price in its currency, at most SHOPS_MAX; of each its SKUS_MAX cheapest
SKUs, where a fixed reduction cuts deepest. What is found is told with the number of shops; what the look covers is
told each time; and because it spends in every shop at once, two persons of the staff must agree whatever was found.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.market.shops import api as shops
from peakday.operations.health.fault_words import KIND_TEXTS, REMEDY_TEXTS
from peakday.operations.health.loading import load_shop, with_candidate
from peakday.operations.health.model import Fault, FaultKind
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.response_ladder import severity_of
from peakday.operations.health.rules.shop_scan import scan
from peakday.operations.health.witness_words import witness_of
from peakday.trade.promotions.guard import Finding, Inspection, Severity
from peakday.trade.promotions.model import Instrument

SHOPS_MAX = 12  # that are looked at
SKUS_MAX = 100  # of each, the cheapest
SHOPS_READ_MAX = 100_000  # of which the sample is drawn
COVERAGE = "platform_sample"
TWO_PERSONS = "platform_two_persons"
_STEPS = (Severity.INFORM, Severity.CONFIRM, Severity.HOLD)


@dataclass(frozen=True, slots=True)
class _Seen:
    """One fault in one shop, with the desk on which it was seen."""

    shop_id: UUID
    desk: Desk
    fault: Fault


async def inspect_platform_candidate(tx: Tx, candidate: Instrument, now: datetime) -> Inspection:
    """The faults that it brings about in a sample of shops, one finding a kind; what was looked at; two persons."""
    known = await _shops(tx, candidate)
    sample = spread(known, SHOPS_MAX)
    seen: list[_Seen] = []
    touched = 0
    for shop_id in sample:
        loaded = await load_shop(tx, shop_id, now, [], SKUS_MAX)
        desk = with_candidate(loaded, None, candidate)
        bound = next(one.instrument for one in desk.shelf.set_ups if one.is_candidate)
        touched += sum(1 for _ in desk.shelf.touched_by(bound))
        faults = await asyncio.to_thread(scan, desk, loaded.typed)
        seen += [_Seen(shop_id, desk, each) for each in faults if candidate.instrument_id in each.instrument_ids]
    kinds = sorted({each.fault.kind for each in seen})
    findings = [_finding([each for each in seen if each.fault.kind is kind]) for kind in kinds]
    return Inspection((*findings, _coverage(len(sample), len(known), touched), _two_persons()))


def spread(known: Sequence[UUID], most: int) -> list[UUID]:
    """At most so many, evenly over the sequence: the same shops give the same sample."""
    if len(known) <= most:
        return list(known)
    return [known[place * len(known) // most] for place in range(most)]


async def _shops(tx: Tx, candidate: Instrument) -> list[UUID]:
    """The shops in which it would hold, by id: those it names, else all that price in its currency."""
    named = [each for each in candidate.scope.shop_ids if isinstance(each, UUID)]
    if named:
        fronts = await shops.find_fronts(tx, named)
        return sorted(shop_id for shop_id, front in fronts.items() if front.currency == candidate.currency)
    fronts = await shops.find_fronts(tx, (await shops.list_shop_ids(tx))[:SHOPS_READ_MAX])
    return sorted(shop_id for shop_id, front in fronts.items() if front.currency == candidate.currency)


def _finding(seen: Sequence[_Seen]) -> Finding:
    worst = min(seen, key=lambda each: (-each.fault.loss_minor, str(each.shop_id), each.fault.subject))
    fault = worst.fault
    return Finding(
        code=fault.kind.value, severity=max((_step(each) for each in seen), key=_STEPS.index),
        text=_text(fault.kind, seen), witness=witness_of(fault.reach) if fault.reach is not None else None,
        loss_minor=sum(each.fault.loss_minor for each in seen), remedy=REMEDY_TEXTS[fault.kind], field=fault.field,
    )  # fmt: skip


def _step(seen: _Seen) -> Severity:
    fault = seen.fault
    ware = seen.desk.shelf.wares.get(fault.sku_id) if fault.sku_id is not None else None
    return severity_of(fault, ware, seen.desk.limits)


def _text(kind: FaultKind, seen: Sequence[_Seen]) -> Text:
    told, count = KIND_TEXTS[kind], len({each.shop_id for each in seen})
    return Text(f"{told.zh}(抽查中 {count} 家店铺)", f"{told.en} (in {count} of the shops looked at)")


def _coverage(looked_at: int, known: int, touched: int) -> Finding:
    told = Text(
        f"已抽查 {looked_at} 家店铺(适用店铺共 {known} 家),每家最便宜的至多 {SKUS_MAX} 个 SKU,"
        f"其中 {touched} 个在适用范围内;其余未检查",
        f"Looked at {looked_at} of {known} shops, at most the {SKUS_MAX} cheapest SKUs of each, {touched} of them"
        " in its scope; nothing else was looked at",
    )
    return Finding(COVERAGE, Severity.INFORM, told)


def _two_persons() -> Finding:
    told = Text(
        "平台优惠在所有适用店铺同时生效,须另一位小二复核",
        "It holds in every shop at once: a second person must approve it",
    )
    remedy = Text("确认后请另一位小二打开本页复核", "Confirm, then ask another person of the staff to open this page")
    return Finding(TWO_PERSONS, Severity.HOLD, told, remedy=remedy)
