"""Which instruments may act on this cart, on which lines, and which may act together?

An instrument acts when it holds at the instant of the cart, the buyer belongs to its audience and came through its
channel, no limit is used up, and at least one line is in its scope. Of one group, one instrument acts within the
group's extent: on a line, in a shop, in the checkout. An exclusive instrument meets no other above the item level
("*"), or none of the groups that it names, on any of its lines. Which sets are allowed does not depend on amounts: a
set that is allowed stays allowed when one instrument is taken out of it, and a search may rely on that.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from peakday.trade.promotions.errors import InstrumentsDoNotStack
from peakday.trade.promotions.model import Cart, Extent, Id, Instrument, Level, Line, PriceRules, Used
from peakday.trade.promotions.priced import Reason, Unused
from peakday.trade.promotions.rules.price_rules import group_of
from peakday.trade.promotions.rules.sheet import Candidate

NEVER_USED = Used()
_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


def why_not(instrument: Instrument, cart: Cart) -> Reason | None:
    """Why an instrument does not act on this cart at all, whatever its lines; None when it may."""
    used = cart.used.get(instrument.template, NEVER_USED)
    limits = instrument.limits
    faults = (
        (instrument.valid_from is not None and cart.at < instrument.valid_from, Reason.NOT_STARTED),
        (instrument.valid_until is not None and cart.at >= instrument.valid_until, Reason.EXPIRED),
        (bool(instrument.audience) and not instrument.audience & cart.tags, Reason.AUDIENCE),
        (bool(instrument.channels) and cart.channel not in instrument.channels, Reason.CHANNEL),
        (limits.per_buyer is not None and used.by_buyer >= limits.per_buyer, Reason.BUYER_LIMIT),
        (limits.total is not None and used.in_total >= limits.total, Reason.TOTAL_LIMIT),
        (instrument.stock_left is not None and instrument.stock_left <= 0, Reason.SOLD_OUT),
    )
    return next((reason for is_so, reason in faults if is_so), None)


def find_candidates(
    cart: Cart, lines: Sequence[Line], instruments: Iterable[Instrument], rules: PriceRules
) -> tuple[list[Candidate], list[Unused]]:
    """What may act, in the order in which it acts; and what may not, with why.

    The order is level, stage, what expires first, id: it does not depend on how the instruments were given.
    """
    candidates, unused = [], []
    by_shop: dict[Id, list[int]] = {}
    for row, line in enumerate(lines):
        by_shop.setdefault(line.shop_id, []).append(row)
    for instrument in instruments:
        rule = rules.kinds[instrument.kind]
        reason = why_not(instrument, cart)
        rows = [] if reason else rows_in_scope(instrument, rule.level, lines, by_shop)
        if rows:
            shops = frozenset([lines[row].shop_id for row in rows])
            candidates.append(Candidate(instrument, rule, rows, shops))
        else:
            unused.append(Unused(instrument.instrument_id, reason or Reason.NO_GOODS))
    return sorted(candidates, key=_turn), unused


def rows_in_scope(
    instrument: Instrument, level: Level, lines: Sequence[Line], by_shop: Mapping[Id, Sequence[int]]
) -> list[int]:  # fmt: skip
    """The positions of the lines on which an instrument acts, in order; `by_shop` are the positions of each shop's.

    A presale's price takes no item-level offer.
    """
    scope = instrument.scope
    rows: Iterable[int] = range(len(lines))
    if scope.shop_ids:
        rows = sorted(row for shop_id in scope.shop_ids for row in by_shop.get(shop_id, ()))
    if scope.item_ids:
        rows = [row for row in rows if lines[row].item_id in scope.item_ids]
    if scope.sku_ids:
        rows = [row for row in rows if lines[row].sku_id in scope.sku_ids]
    if scope.category_ids:
        rows = [row for row in rows if not scope.category_ids.isdisjoint(lines[row].category_ids)]
    if scope.except_items:
        rows = [row for row in rows if lines[row].item_id not in scope.except_items]
    return _by_door(instrument, level, rows, lines)


def find_conflict(candidates: Sequence[Candidate], rules: PriceRules) -> tuple[Id, Id] | None:
    """The first two instruments that may not act together; None when the set is allowed. Linear in rows."""
    taken: dict[tuple[str | None, Extent], set[object]] = {}
    for at, candidate in enumerate(candidates):
        group = group_of(candidate.instrument, rules)
        if group is not None:
            places, before = set(_extent_of(candidate)), taken.setdefault((group, candidate.rule.extent), set())
            if not before.isdisjoint(places):
                return _first_taker(candidates[:at], candidate, rules), candidate.instrument.instrument_id
            before |= places
    return _too_many_of_a_template(candidates) or _excluded(candidates, rules)


def require_allowed(candidates: Sequence[Candidate], rules: PriceRules) -> None:
    """Refuses with `InstrumentsDoNotStack` when two of the instruments may not act together."""
    conflict = find_conflict(candidates, rules)
    if conflict is not None:
        raise InstrumentsDoNotStack(first=conflict[0], second=conflict[1])


def _by_door(instrument: Instrument, level: Level, rows: Iterable[int], lines: Sequence[Line]) -> list[int]:
    if instrument.live_room_id is not None:
        rows = [row for row in rows if lines[row].live_room_id == instrument.live_room_id]
    if level is Level.ITEM:
        rows = [row for row in rows if lines[row].presale is None]
    return list(rows)


def _turn(candidate: Candidate) -> tuple[int, int, datetime, str]:
    instrument = candidate.instrument
    return (
        candidate.rule.level,
        candidate.rule.stage,
        instrument.valid_until or _END_OF_TIME,
        str(instrument.instrument_id),
    )


def places_of(candidate: Candidate, rules: PriceRules) -> Iterable[tuple[object, ...]]:
    """Where an instrument takes the one place of its group: two that take one place may not act together."""
    group = group_of(candidate.instrument, rules)
    if group is None:
        return ()
    return ((group, candidate.rule.extent, place) for place in _extent_of(candidate))


def _extent_of(candidate: Candidate) -> Iterable[object]:
    if candidate.rule.extent is Extent.CHECKOUT:
        return (None,)
    return candidate.rows if candidate.rule.extent is Extent.LINE else candidate.shops


def _first_taker(before: Sequence[Candidate], candidate: Candidate, rules: PriceRules) -> Id:
    """Which of those before took the first of the candidate's places that is taken."""
    takers: dict[tuple[object, ...], Id] = {}
    for other in before:
        for place in places_of(other, rules):
            takers.setdefault(place, other.instrument.instrument_id)
    return next(takers[place] for place in places_of(candidate, rules) if place in takers)


def _too_many_of_a_template(candidates: Sequence[Candidate]) -> tuple[Id, Id] | None:
    uses: dict[Id, list[Instrument]] = {}
    for candidate in candidates:
        uses.setdefault(candidate.instrument.template, []).append(candidate.instrument)
    for used in uses.values():
        limits = [each.limits.per_order for each in used if each.limits.per_order is not None]
        if limits and len(used) > min(limits):
            return used[max(min(limits) - 1, 0)].instrument_id, used[min(limits)].instrument_id
    return None


def _excluded(candidates: Sequence[Candidate], rules: PriceRules) -> tuple[Id, Id] | None:
    for candidate in candidates:
        if not candidate.instrument.exclusive_with:
            continue
        own = set(candidate.rows)
        for other in candidates:
            if other is not candidate and is_shut_out(other, candidate, rules) and not own.isdisjoint(other.rows):
                return candidate.instrument.instrument_id, other.instrument.instrument_id
    return None


def is_shut_out(other: Candidate, candidate: Candidate, rules: PriceRules) -> bool:
    """Whether a candidate suffers no such other on its lines."""
    wanted = candidate.instrument.exclusive_with
    return group_of(other.instrument, rules) in wanted or ("*" in wanted and other.rule.level > Level.ITEM)
