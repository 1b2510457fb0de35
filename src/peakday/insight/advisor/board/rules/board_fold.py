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

Group = tuple[UUID | None, tuple[str, ...], str, bool]  # scope, the windows that hold it, currency, simulated
Key = TypeVar("Key", int, str)
_ITEM, _BRAND, _CATEGORY = Dimension.ITEM.value, Dimension.BRAND.value, Dimension.CATEGORY.value
_SHOP, _REGION = Dimension.SHOP.value, Dimension.REGION.value
_BELT, _ORIGIN = Dimension.BELT.value, Dimension.ORIGIN.value


def fold_postings(
    postings: Iterable[Posting], windows_of: Callable[[datetime], tuple[str, ...]]
) -> dict[BoardKey, Change]:  # fmt: skip
    """What the postings add to each board. `windows_of` an instant are the codes of the windows that hold it."""
    groups: dict[Group, Change] = {}
    for posting in postings:
        codes = windows_of(posting.paid_at)
        sums = posting.paid_minor, posting.refund_minor, posting.orders
        minute = int(posting.paid_at.timestamp()) // 60
        region = posting.region
        market = _group(groups, (None, codes, posting.currency, posting.simulated))
        shop = _group(groups, (posting.shop_id, codes, posting.currency, posting.simulated))
        totals = market.totals
        _add(market.minutes, minute, sums)
        _add(shop.minutes, minute, sums)
        _add(totals[_SHOP], str(posting.shop_id), sums)
        _add(totals[_REGION], region, sums)
        _add(totals[_BELT], posting.belt, sums)
        _add(totals[_ORIGIN], posting.origin, sums)
        _add(shop.totals[_REGION], region, sums)
        for line in posting.lines:
            sums = line.paid_minor, line.refund_minor, line.pieces
            _add(totals[_ITEM], line.item, sums)
            _add(totals[_BRAND], line.brand, sums)
            _add(totals[_CATEGORY], line.category, sums)
            _add(shop.totals[_ITEM], line.item, sums)
            _add(shop.totals[_CATEGORY], line.category, sums)
        if posting.orders and posting.buyer_id is not None:
            market.buyers.add(posting.buyer_id)
            shop.buyers.add(posting.buyer_id)
    return {
        BoardKey(scope, code, currency, simulated): change
        for (scope, codes, currency, simulated), change in groups.items()
        for code in codes
    }


def codes_at(windows: Sequence[Window]) -> Callable[[datetime], tuple[str, ...]]:
    """Which of the windows hold an instant, as `fold_postings` asks it."""

    def windows_of(instant: datetime) -> tuple[str, ...]:
        return tuple(window.code for window in windows if window.opens_at <= instant < window.closes_at)

    return windows_of


def add_change(minutes: dict[int, Sums], totals: dict[str, dict[str, Sums]], change: Change) -> None:
    """Add what a round counted to what is known."""
    for minute, sums in change.minutes.items():
        _add(minutes, minute, (sums[0], sums[1], sums[2]))
    for dimension, keys in change.totals.items():
        known = totals.setdefault(dimension, {})
        for key, sums in keys.items():
            _add(known, key, (sums[0], sums[1], sums[2]))


def _group(groups: dict[Group, Change], group: Group) -> Change:
    change = groups.get(group)
    if change is None:
        names = Dimension if group[0] is None else (Dimension.ITEM, Dimension.REGION, Dimension.CATEGORY)
        change = groups[group] = Change(totals={name.value: {} for name in names})
    return change


def _add(known: dict[Key, Sums], key: Key, sums: tuple[int, int, int]) -> None:
    found = known.get(key)
    if found is None:
        known[key] = [*sums]
        return
    found[0] += sums[0]
    found[1] += sums[1]
    found[2] += sums[2]
