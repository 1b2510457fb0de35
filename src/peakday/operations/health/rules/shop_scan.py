"""What is wrong in these shops: every SKU that can fall below its red line, and every set-up that was typed wrong?

Every SKU is bounded first; only what may be below is searched. A SKU without any red line is compared with its leaf
category. A wrong list price needs no instrument: it is held against what the SKU was usually dealt at. Faults are
ranked by expected loss, then by SKU, so that the same records give the same list.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import TypeAlias

from peakday.operations.health.model import Exemption, Fault, FaultKind, Reach, RedLine, RedLineRules, Ware
from peakday.operations.health.rules.category_depth import deepest_usual, depth_bp
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.expected_loss import expected_loss
from peakday.operations.health.rules.lowest_reachable import (
    floor_ever,
    lowest_by_moment,
    lowest_reachable,
    rules_ahead,
)
from peakday.operations.health.rules.red_lines import red_line_of
from peakday.operations.health.rules.risk_causes import cause_of, is_tenth_of_deals
from peakday.operations.health.rules.set_up_mistakes import find_mistakes
from peakday.trade.promotions.model import BASIS, Id

_FIELDS = {
    FaultKind.MISSING_ZERO: "price_minor", FaultKind.LIST_PRICE_MISTYPED: "list_price_minor",
    FaultKind.FACE_REACHES_THRESHOLD: "off", FaultKind.RATE_COMPLEMENT: "off_bp", FaultKind.THRESHOLD_UNIT: "at",
    FaultKind.SINGLES_STACK: "stackable", FaultKind.SCOPE_TOO_WIDE: "except_items",
    FaultKind.WAVE_OVERLAP: "valid_until", FaultKind.PRESALE_BELOW: "presale",
}  # fmt: skip


Floors: TypeAlias = list[tuple[Ware, int]]


def floors_of(desk: Desk) -> Floors:
    """Every SKU with a price that it cannot fall below."""
    rules = rules_ahead(desk.now, desk.rules_on)
    return [(ware, floor_ever(ware, desk.shelf, rules)) for ware in desk.shelf.wares.values()]


def most_endangered(floors: Floors, desk: Desk, typed: RedLineRules, most: int) -> Floors:
    """So many SKUs at most whose bound lies deepest below the red line, else below the price: where risks would be."""
    if len(floors) <= most:
        return floors

    def depth(known: tuple[Ware, int]) -> tuple[Fraction, str]:
        ware, floor = known
        line = red_line_of(ware, typed, desk.limits)
        beside = line.price_minor if line is not None else ware.price_minor
        return Fraction(floor, beside) if beside > 0 else Fraction(BASIS), str(ware.sku_id)

    return sorted(floors, key=depth)[:most]


def scan(
    desk: Desk, typed: RedLineRules, floors: Floors | None = None, usual: Mapping[Id | None, int] | None = None
) -> list[Fault]:
    """Every fault of the desk's shelf, the dearest first.

    `floors` saves the bounds when they are known; `usual` is the deepest usual cut by leaf category of the whole
    market, else that of these goods.
    """
    known = floors_of(desk) if floors is None else floors
    depths = deepest_usual(known, desk.limits) if usual is None else usual
    faults = []
    for ware, floor in known:
        fault = risk_of(desk, ware, red_line_of(ware, typed, desk.limits), floor) or _without_risk(desk, ware, typed)
        if fault is None:
            fault = _outlier(desk, ware, typed, floor, depths)
        if fault is not None:
            faults.append(fault)
    mistakes = find_mistakes(desk, desk.shelf.set_ups)
    return sorted([*faults, *_valued(desk, typed, _not_told_yet(mistakes, faults))], key=_rank)


def risk_of(desk: Desk, ware: Ware, line: RedLine | None, floor_minor: int) -> Fault | None:
    """The fault of a SKU that can be bought below its red line, with witness, cause and expected loss; None if not."""
    if line is None or floor_minor >= line.price_minor:
        return None
    exemption = desk.exemptions.get(ware.item_id)
    spans = lowest_by_moment(ware, desk.shelf, desk.now, desk.rules_on, line.price_minor)
    reaches = [reach for reach in spans if not _is_exempt(reach, exemption)]
    if not reaches:
        return None
    worst = min(reaches, key=lambda reach: (reach.price, reach.at))
    kind, causes = cause_of(worst, ware, desk.limits)
    loss = expected_loss(ware, reaches, line.price_minor, desk.now, desk.limits)
    return Fault(kind, causes, ware.item_id, ware.sku_id, worst, line, loss, _FIELDS.get(kind, ""), is_of_price=True)


def _is_exempt(reach: Reach, exemption: Exemption | None) -> bool:
    """Whether a low price is wanted: in time, and not below what was allowed."""
    return (
        exemption is not None and reach.at < exemption.expires_at and reach.price >= Fraction(exemption.price_min_minor)
    )


def _without_risk(desk: Desk, ware: Ware, typed: RedLineRules) -> Fault | None:
    """A list price that is a tenth of what the SKU was dealt at, though no red line says so."""
    if ware.usual_minor is None or not is_tenth_of_deals(ware.price_minor, ware.usual_minor, desk.limits):
        return None
    if ware.item_id in desk.exemptions:
        return None
    reach = lowest_reachable(ware, desk.shelf, desk.now, desk.rules_on)
    line = red_line_of(ware, replace(typed, shop_bp=None), desk.limits)  # a share of a wrong price says nothing
    loss = 0
    if reach is not None and line is not None:
        loss = expected_loss(ware, [reach], line.price_minor, desk.now, desk.limits)
    return Fault(
        FaultKind.LIST_PRICE_MISTYPED, (), ware.item_id, ware.sku_id, reach, line, loss, "list_price_minor",
        is_of_price=True,
    )  # fmt: skip


def _outlier(
    desk: Desk, ware: Ware, typed: RedLineRules, floor_minor: int, usual: Mapping[Id | None, int]
) -> Fault | None:  # fmt: skip
    """A cut deeper than its category's, of a SKU for which nothing else says what is too low."""
    deepest = usual.get(ware.leaf_category_id)
    if deepest is None or deepest >= BASIS or depth_bp(ware.price_minor, floor_minor) <= deepest:
        return None
    if ware.item_id in desk.exemptions or red_line_of(ware, typed, desk.limits) is not None:
        return None
    below = -(-ware.price_minor * (BASIS - deepest) // BASIS)
    reach = lowest_reachable(ware, desk.shelf, desk.now, desk.rules_on, below)
    if reach is None:
        return None
    kind, causes = cause_of(reach, ware, desk.limits)
    kind = FaultKind.TOO_DEEP if kind in {FaultKind.BELOW_RED_LINE, FaultKind.SCOPE_TOO_WIDE} else kind
    return Fault(kind, causes, ware.item_id, ware.sku_id, reach, None, 0, _FIELDS.get(kind, ""), is_of_price=True)


def _not_told_yet(mistakes: list[Fault], faults: list[Fault]) -> list[Fault]:
    """The mistakes that no SKU's fault names already, by kind and instrument."""
    told = {(fault.kind, fault.instrument_ids[0]) for fault in faults if fault.instrument_ids}
    return [mistake for mistake in mistakes if (mistake.kind, mistake.instrument_ids[0]) not in told]


def _valued(desk: Desk, typed: RedLineRules, mistakes: Iterable[Fault]) -> list[Fault]:
    """Mistakes with the loss that their own witness would bring."""
    valued = []
    for found in mistakes:
        mistake = found
        ware = desk.shelf.wares.get(mistake.sku_id) if mistake.sku_id is not None else None
        line = red_line_of(ware, typed, desk.limits) if ware is not None else None
        if ware is not None and line is not None and mistake.reach is not None and mistake.reach.sku_id == ware.sku_id:
            loss = expected_loss(ware, [mistake.reach], line.price_minor, desk.now, desk.limits)
            mistake = replace(mistake, red_line=line, loss_minor=loss)
        valued.append(mistake)
    return valued


def _rank(fault: Fault) -> tuple[int, str, str]:
    return -fault.loss_minor, fault.subject, fault.kind
