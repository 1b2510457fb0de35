"""Would two offers that apply by themselves meet on the same goods, where only one of their group may act?

An offer is always in. Two of one group (`shop_offer`: tiered reductions, rates and per-piece tiers) on one line leave
the cart without a price, so the second one is not published. They meet unless their times, channels, live rooms or
goods are apart. Goods are apart when shops, items or SKUs share nothing, or when no category of the one holds one of
the other; where one names items and the other categories, `paths` (of each named item: its category and the ones above)
decides, and an unknown item counts as meeting.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.promotions.model import EVERYTHING, Id, Instrument, PriceRules, Scope
from peakday.trade.promotions.rules.price_rules import group_of

Paths = Mapping[Id, frozenset[Id]]  # item → its category and all above; category → itself and all above
_BEGINNING = datetime.min.replace(tzinfo=UTC)
_END = datetime.max.replace(tzinfo=UTC)


def find_overlaps(
    candidate: Instrument, others: Iterable[Instrument], rules: PriceRules, paths: Paths
) -> list[Problem]:
    """A problem for each offer that the candidate would contradict; empty when it may go live."""
    group = group_of(candidate, rules)
    if not rules.kinds[candidate.kind].is_offer:
        return []
    return [
        _problem(other)
        for other in others
        if other.instrument_id != candidate.instrument_id
        and rules.kinds[other.kind].is_offer
        and (_is_same_group(group, other, rules) or _excludes(candidate, other, rules))
        and do_meet(candidate, other, paths)
    ]


def do_meet(one: Instrument, other: Instrument, paths: Paths) -> bool:
    """Whether some line at some instant could be in both."""
    starts = max(one.valid_from or _BEGINNING, other.valid_from or _BEGINNING)
    ends = min(one.valid_until or _END, other.valid_until or _END)
    if starts >= ends:
        return False
    if one.channels and other.channels and not one.channels & other.channels:
        return False
    rooms = {one.live_room_id, other.live_room_id} - {None}
    return len(rooms) < 2 and not _are_apart(one.scope, other.scope, paths)


def _is_same_group(group: str | None, other: Instrument, rules: PriceRules) -> bool:
    return group is not None and group == group_of(other, rules)


def _excludes(one: Instrument, other: Instrument, rules: PriceRules) -> bool:
    """Whether either names the group of the other as one that it may not meet."""
    return group_of(other, rules) in one.exclusive_with or group_of(one, rules) in other.exclusive_with


def _are_apart(one: Scope, other: Scope, paths: Paths) -> bool:
    for name in ("shop_ids", "item_ids", "sku_ids"):
        mine, theirs = getattr(one, name), getattr(other, name)
        if mine and theirs and not mine & theirs:
            return True
    return (
        _is_left_out(one, other)
        or _is_left_out(other, one)
        or _categories_apart(one.category_ids, other.category_ids, paths)
        or _items_outside(one, other, paths)
        or _items_outside(other, one, paths)
    )


def _is_left_out(one: Scope, other: Scope) -> bool:
    return bool(one.item_ids) and one.item_ids <= other.except_items


def _categories_apart(ours: frozenset[Id], theirs: frozenset[Id], paths: Paths) -> bool:
    """An item lies in one leaf: two categories share items only when one lies above the other."""
    if not ours or not theirs:
        return False
    return not any(
        mine in paths.get(their, EVERYTHING | {their}) or their in paths.get(mine, EVERYTHING | {mine})
        for mine in ours
        for their in theirs
    )


def _items_outside(one: Scope, other: Scope, paths: Paths) -> bool:
    """Whether all items that the one names lie outside the categories of the other, for certain."""
    if not one.item_ids or not other.category_ids:
        return False
    return all(item in paths and not paths[item] & other.category_ids for item in one.item_ids)


def _problem(other: Instrument) -> Problem:
    name = other.name
    return Problem(
        "scope",
        "overlaps",
        Text(
            f"与生效中的“{name.zh}”冲突:同一商品同一时间只能有一个",
            f"It meets “{name.en or name.zh}”, which is live: on one item at a time only one of them may act",
        ),
        Text("错开时间或商品,或先暂停另一个", "Let times or goods be apart, or pause the other one first"),
        value=str(other.instrument_id),
    )


def named_goods(instruments: Sequence[Instrument]) -> tuple[set[Id], set[Id]]:
    """The items and the categories whose place in the tree has to be known to compare these."""
    items = {item for each in instruments for item in each.scope.item_ids}
    return items, {category for each in instruments for category in each.scope.category_ids}
