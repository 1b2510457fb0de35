"""How does what was paid become sums by minute and by dimension?

Every posting counts on the market's board and on its shop's, for each window that holds the instant of its payment. All
sums commute: news may come late, in any order and in any grouping, and the sums are the same. An order counts in
the dimensions of the order (shop, region, belt, origin) with all that was paid, postage included; its lines count in
item, brand and category without postage. Money that is given back is kept beside what was paid.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from peakday.insight.advisor.board.model import BoardKey, Change, Dimension, Posting, Sums, Window

Head = tuple[tuple[str, ...], str, bool, UUID, str, str, str, int]  # what all counts of an order are made of
Line = tuple[tuple[str, ...], str, bool, UUID, str, str, str]
Group = tuple[UUID | None, tuple[str, ...], str, bool]  # scope, the windows that hold it, currency, simulated
Key = TypeVar("Key", int, str, Head, Line)
_ITEM, _BRAND, _CATEGORY = Dimension.ITEM.value, Dimension.BRAND.value, Dimension.CATEGORY.value
_SHOP, _REGION = Dimension.SHOP.value, Dimension.REGION.value
_BELT, _ORIGIN = Dimension.BELT.value, Dimension.ORIGIN.value


def fold_postings(
    postings: Iterable[Posting], windows_of: Callable[[datetime], tuple[str, ...]]
) -> dict[BoardKey, Change]:
    """What the postings add to each board. `windows_of` an instant are the codes of the windows that hold it.

    First what is alike is put together, one look-up an order and a line: thousands of orders are of few goods.
    """
    heads: dict[Head, Sums] = {}
    lines: dict[Line, Sums] = {}
    groups: dict[Group, Change] = {}
    last, codes = None, ()
    for posting in postings:
        paid_at, shop_id, buyer_id, region, belt, origin, currency, simulated, paid, refund, orders, sold = posting
        second = int(paid_at.timestamp())
        if second != last:  # windows begin and end on whole seconds
            last, codes = second, windows_of(paid_at)  # type: ignore[assignment]
        _add(heads, (codes, currency, simulated, shop_id, region, belt, origin, second // 60), (paid, refund, orders))
        for item, brand, category, *sums in sold:
            _add(lines, (codes, currency, simulated, shop_id, item, brand, category), sums)
        if orders and buyer_id is not None:
            _group(groups, (None, codes, currency, simulated)).buyers.add(buyer_id)
            _group(groups, (shop_id, codes, currency, simulated)).buyers.add(buyer_id)
    _spread_heads(groups, heads)
    _spread_lines(groups, lines)
    return _by_window(groups)


def _by_window(groups: dict[Group, Change]) -> dict[BoardKey, Change]:
    """A window holds what was paid in several groups: its own, and those of every set of windows that it is in."""
    boards: dict[BoardKey, Change] = {}
    for (scope, codes, currency, simulated), change in groups.items():
        for code in codes:
            key = BoardKey(scope, code, currency, simulated)
            found = boards.get(key)
            if found is None:
                boards[key] = change
                continue
            both = Change(buyers=found.buyers | change.buyers)
            add_change(both.minutes, both.totals, found)
            add_change(both.minutes, both.totals, change)
            boards[key] = both
    return boards


def _spread_heads(groups: dict[Group, Change], heads: dict[Head, Sums]) -> None:
    for (codes, currency, simulated, shop_id, region, belt, origin, minute), sums in heads.items():
        market = _group(groups, (None, codes, currency, simulated))
        shop = _group(groups, (shop_id, codes, currency, simulated))
        _add(market.minutes, minute, sums)
        _add(shop.minutes, minute, sums)
        _add(shop.totals[_REGION], region, sums)
        keys = (_SHOP, str(shop_id)), (_REGION, region), (_BELT, belt), (_ORIGIN, origin)
        for dimension, key in keys:
            _add(market.totals[dimension], key, sums)


def _spread_lines(groups: dict[Group, Change], lines: dict[Line, Sums]) -> None:
    for (codes, currency, simulated, shop_id, item, brand, category), sums in lines.items():
        market = _group(groups, (None, codes, currency, simulated)).totals
        shop = _group(groups, (shop_id, codes, currency, simulated)).totals
        _add(market[_ITEM], item, sums)
        _add(market[_BRAND], brand, sums)
        _add(market[_CATEGORY], category, sums)
        _add(shop[_ITEM], item, sums)
        _add(shop[_CATEGORY], category, sums)


def codes_at(windows: Sequence[Window]) -> Callable[[datetime], tuple[str, ...]]:
    """Which of the windows hold an instant, as `fold_postings` asks it."""

    def windows_of(instant: datetime) -> tuple[str, ...]:
        return tuple(window.code for window in windows if window.opens_at <= instant < window.closes_at)

    return windows_of


def add_change(minutes: dict[int, Sums], totals: dict[str, dict[str, Sums]], change: Change) -> None:
    """Add what a round counted to what is known."""
    for minute, sums in change.minutes.items():
        _add(minutes, minute, sums)
    for dimension, keys in change.totals.items():
        known = totals.setdefault(dimension, {})
        for key, sums in keys.items():
            _add(known, key, sums)


def _group(groups: dict[Group, Change], group: Group) -> Change:
    change = groups.get(group)
    if change is None:
        names = Dimension if group[0] is None else (Dimension.ITEM, Dimension.REGION, Dimension.CATEGORY)
        change = groups[group] = Change(totals={name.value: {} for name in names})
    return change


def _add(known: dict[Key, Sums], key: Key, sums: Sequence[int]) -> None:
    found = known.get(key)
    if found is None:
        known[key] = [*sums]
        return
    found[0] += sums[0]
    found[1] += sums[1]
    found[2] += sums[2]
