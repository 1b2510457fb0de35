"""Which set-ups were typed wrong, whether or not a price falls below a red line yet?

Each check looks at one instrument: a face that reaches its threshold, a deep cut without a limit for each buyer, a deep
card without a limit in all, an n-th piece for (almost) nothing without end, a start in the past, an end far away, a
gift dearer than its threshold, a currency that its goods do not have. And one at pairs: the clone of a set-up. A
harmless neighbour is told apart by what the merchant said: a limit, a budget, an exemption, another time or audience.
"""

from collections.abc import Callable, Iterable
from datetime import timedelta

from peakday.kernel.clock import day_of
from peakday.operations.health.model import ExemptionReason, Fault, FaultKind, Reach, SetUp, Ware
from peakday.operations.health.rules.desk import Desk
from peakday.operations.health.rules.gift_value import gift_witness, is_too_dear
from peakday.operations.health.rules.lowest_reachable import lowest_reachable
from peakday.operations.health.rules.price_floor import price_floor
from peakday.operations.health.rules.risk_causes import faces_threshold, is_unit_mistaken
from peakday.operations.health.rules.shelf import Shelf, costs_the_merchant
from peakday.trade.promotions.model import BASIS, Bundle, GiftOffer, Instrument, Kind, NthPiece

CARDS = frozenset({
    Kind.SHOP_COUPON, Kind.ITEM_COUPON, Kind.LIVE_COUPON, Kind.SHOP_RED_PACKET, Kind.CATEGORY_COUPON,
    Kind.PLATFORM_COUPON, Kind.RED_PACKET,
})  # fmt: skip


def find_mistakes(desk: Desk, set_ups: Iterable[SetUp]) -> list[Fault]:
    """The mistakes of these set-ups (each of the desk's shelf, or a candidate beside it)."""
    set_ups = list(set_ups)
    faults = [fault for set_up in set_ups for fault in _mistakes_of(desk, set_up)]
    return faults + _clones(desk, set_ups)


def cut_bp(instrument: Instrument, ware: Ware, desk: Desk) -> int:
    """The share of a piece's price that the instrument alone takes off at most, in basis points."""
    at = max(desk.now, instrument.valid_from or desk.now)
    if ware.price_minor <= 0:
        return 0
    floor = price_floor(ware, [instrument], ware.price_minor, desk.rules_on(day_of(at)), desk.shelf)
    return (ware.price_minor - max(floor, 0)) * BASIS // ware.price_minor


def _mistakes_of(desk: Desk, set_up: SetUp) -> Iterable[Fault]:
    instrument = set_up.instrument
    if instrument.valid_until is not None and instrument.valid_until <= desk.now:
        return
    wares = desk.shelf.samples(instrument)
    if isinstance(instrument.benefit, GiftOffer):
        yield from _gift(desk, instrument, wares)
        return
    if wares and all(ware.currency != instrument.currency for ware in wares):
        yield Fault(FaultKind.CURRENCY_WRONG, (instrument.instrument_id,), field="currency")
        return
    if not wares or not costs_the_merchant(instrument):
        return
    ware = max(wares, key=lambda one: cut_bp(instrument, one, desk))
    deepest = cut_bp(instrument, ware, desk)
    for check in _CHECKS:
        found = check(desk, set_up, ware, deepest)
        if found is not None:
            kind, field = found
            witness = _witness(desk, instrument, ware)
            names = (instrument.instrument_id,)
            yield Fault(kind, names, ware.item_id, ware.sku_id, witness, field=field)


Check = Callable[[Desk, SetUp, Ware, int], tuple[FaultKind, str] | None]


def _threshold(desk: Desk, set_up: SetUp, ware: Ware, deepest: int) -> tuple[FaultKind, str] | None:
    del deepest
    tier = faces_threshold(set_up.instrument)
    if tier is None:
        return None
    is_unit = is_unit_mistaken(tier, ware.price_minor, desk.limits)
    return (FaultKind.THRESHOLD_UNIT if is_unit else FaultKind.FACE_REACHES_THRESHOLD), "at"


def _buyer_limit(desk: Desk, set_up: SetUp, ware: Ware, deepest: int) -> tuple[FaultKind, str] | None:
    """A deep cut that one buyer may use again and again, where the whole stock is not meant to go."""
    limits = set_up.instrument.limits
    exemption = desk.exemptions.get(ware.item_id)
    is_meant = exemption is not None and not exemption.is_limited
    is_few = limits.total is not None and limits.total <= desk.limits.limited_total
    deep = desk.limits.card_deep_bp if set_up.instrument.kind in CARDS else desk.limits.deep_bp
    is_single = not isinstance(set_up.instrument.benefit, NthPiece | Bundle)
    is_free = limits.per_buyer is None and limits.per_order is None and is_single
    is_fault = is_free and deepest >= deep and not (is_meant or is_few)
    return (FaultKind.BUYER_LIMIT_MISSING, "per_buyer") if is_fault else None


def _issue(desk: Desk, set_up: SetUp, ware: Ware, deepest: int) -> tuple[FaultKind, str] | None:
    """A deep card of which any number may be issued: no limit in all, no stock, no budget."""
    instrument = set_up.instrument
    exemption = desk.exemptions.get(ware.item_id)
    is_meant = exemption is not None and exemption.reason is ExemptionReason.CLEARANCE
    has_end = (
        instrument.limits.total is not None
        or instrument.stock_left is not None
        or any(entry.budget_left_minor is not None for entry in instrument.funding)
    )
    is_deep_card = instrument.kind in CARDS and deepest >= desk.limits.card_deep_bp
    return (FaultKind.ISSUE_UNLIMITED, "total") if is_deep_card and not has_end and not is_meant else None


def _nth(desk: Desk, set_up: SetUp, ware: Ware, deepest: int) -> tuple[FaultKind, str] | None:
    del ware, deepest
    benefit, limits = set_up.instrument.benefit, set_up.instrument.limits
    if not isinstance(benefit, NthPiece) or benefit.off_bp < desk.limits.nth_average_bp * benefit.nth:
        return None
    is_free = benefit.times_max is None and limits.per_buyer is None and limits.per_order is None
    return (FaultKind.NTH_UNLIMITED, "times_max") if is_free else None


def _start(desk: Desk, set_up: SetUp, ware: Ware, deepest: int) -> tuple[FaultKind, str] | None:
    del ware, deepest
    start, made = set_up.instrument.valid_from, set_up.made_at
    is_past = start is not None and made is not None and made - start > timedelta(hours=desk.limits.past_hours)
    return (FaultKind.START_IN_PAST, "valid_from") if is_past else None


def _end(desk: Desk, set_up: SetUp, ware: Ware, deepest: int) -> tuple[FaultKind, str] | None:
    del ware
    end = set_up.instrument.valid_until
    start = set_up.instrument.valid_from or set_up.made_at or desk.now
    is_long = end is not None and end - max(start, set_up.made_at or start) > timedelta(days=desk.limits.long_days)
    return (FaultKind.RUNS_TOO_LONG, "valid_until") if is_long and deepest >= desk.limits.long_cut_bp else None


_CHECKS: tuple[Check, ...] = (_threshold, _buyer_limit, _issue, _nth, _start, _end)


def _gift(desk: Desk, instrument: Instrument, wares: list[Ware]) -> Iterable[Fault]:
    offer = instrument.benefit
    assert isinstance(offer, GiftOffer), offer
    gift = desk.shelf.wares.get(offer.sku_id)
    buyable = [ware for ware in wares if ware.sku_id != offer.sku_id]
    if gift is None or not buyable or not is_too_dear(offer, gift, buyable[0], desk.limits):
        return
    at = max(desk.now, instrument.valid_from or desk.now)
    reach = gift_witness(instrument, offer, buyable, at, desk.rules_on(day_of(at)))
    yield Fault(FaultKind.GIFT_TOO_DEAR, (instrument.instrument_id,), gift.item_id, gift.sku_id, reach, field="at")


def _clones(desk: Desk, set_ups: Iterable[SetUp]) -> list[Fault]:
    """Set-ups that say the same of the same goods at one time, under two names."""
    alike: dict[object, list[SetUp]] = {}
    for set_up in set_ups:
        one = set_up.instrument
        key = (one.kind, repr(one.benefit), one.currency, one.scope, one.audience, one.channels, one.live_room_id)
        alike.setdefault(key, []).append(set_up)
    faults = []
    for group in alike.values():
        for number, set_up in enumerate(group):
            twin = next((other for other in group[:number] if _is_twin(other.instrument, set_up.instrument)), None)
            wares = desk.shelf.samples(set_up.instrument) if twin is not None else []
            if twin is not None and wares and costs_the_merchant(set_up.instrument):
                faults.append(_clone(desk, set_up.instrument, twin.instrument, wares[0]))
    return faults


def _clone(desk: Desk, instrument: Instrument, twin: Instrument, ware: Ware) -> Fault:
    names = (instrument.instrument_id, twin.instrument_id)
    return Fault(FaultKind.CLONE, names, ware.item_id, ware.sku_id, _witness(desk, instrument, ware), field="name")


def _is_twin(early: Instrument, late: Instrument) -> bool:
    """Whether two that say the same can be used at one time; cards of one template are one set-up."""
    if early.template == late.template or isinstance(late.benefit, GiftOffer):
        return False
    starts = [one.valid_from for one in (early, late) if one.valid_from is not None]
    ends = [one.valid_until for one in (early, late) if one.valid_until is not None]
    return not starts or not ends or max(starts) < min(ends)


def _witness(desk: Desk, instrument: Instrument, ware: Ware) -> Reach | None:
    """The cheapest basket that the instrument alone makes of one of its goods."""
    goods = {one.sku_id: one for one in [ware, *desk.shelf.samples(instrument)]}
    if isinstance(instrument.benefit, Bundle):
        goods |= {one.sku_id: one for one in desk.shelf.touched_by(instrument)}
    alone = Shelf(goods.values(), [SetUp(instrument)])
    at = max(desk.now, instrument.valid_from or desk.now)
    return lowest_reachable(ware, alone, at, desk.rules_on)
