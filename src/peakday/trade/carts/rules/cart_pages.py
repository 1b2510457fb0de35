"""Which lines does a shopper see on this page, in which order and groups?

By shop: the shop of the newest line first, in it the newest line first. Any other order is one row of lines, in which
lines of one shop that stand together share a group. A page ends after so many lines and may cut a group in two; the
next begins behind its last SKU. What cannot be bought is folded away and takes no place on a page, unless it is asked
for.
"""

from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.shops.model import ShopFront
from peakday.trade.carts.rules.line_news import is_folded
from peakday.trade.carts.viewed import CartLine, Change, Look, ShopGroup, Show, Sort

Fronts = dict[UUID, ShopFront]
_KEYS: dict[Sort, Callable[[CartLine], Any]] = {
    Sort.NEWEST: lambda line: -line.added_at.timestamp(),
    Sort.PRICE_UP: lambda line: line.quoted.price_minor,
    Sort.PRICE_DOWN: lambda line: -line.quoted.price_minor,
    Sort.SAVED: lambda line: -line.saved_minor,
}


def find_lines(lines: Sequence[CartLine], fronts: Fronts, look: Look) -> list[CartLine]:
    """The lines that the shopper asks for, in their order."""
    words = look.search.lower().split()
    found = [
        line
        for line in lines
        if (look.shop_id is None or line.quoted.shop_id == look.shop_id)
        and _is_shown(line, look.show)
        and (not words or all(word in _text(line, fronts) for word in words))
    ]
    return _sorted(found, look.sort)


def cut_page(found: Sequence[CartLine], look: Look) -> tuple[Sequence[CartLine], UUID | None]:
    """The lines of the page, and where the next one begins. Refuses `Invalid` where the cursor's line is gone."""
    begin = 0
    if look.cursor is not None:
        places = [place for place, line in enumerate(found) if line.quoted.sku_id == look.cursor]
        if not places:
            raise Invalid(_LOST)
        begin = places[0] + 1
    page = found[begin : begin + look.limit]
    is_last = begin + look.limit >= len(found)
    return page, None if is_last or not page else page[-1].quoted.sku_id


def group_lines(page: Sequence[CartLine], everything: Sequence[CartLine], fronts: Fronts) -> tuple[ShopGroup, ...]:
    """Lines of one shop that stand together are a group."""
    unselected = {line.quoted.shop_id for line in everything if line.problem is None and not line.is_selected}
    return tuple(
        ShopGroup(fronts.get(shop_id), shop_id, tuple(lines), shop_id not in unselected)
        for shop_id, lines in groupby(page, key=lambda line: line.quoted.shop_id)
    )


_LOST = Problem(
    "cursor", "cursor_unknown", Text("该位置的商品已不在列表中", "The line at that place is no longer in the list"),
    Text("请从第一页重新开始", "Start again from the first page"),
)  # fmt: skip


def _is_shown(line: CartLine, show: Show) -> bool:
    if show is Show.INVALID or is_folded(line):
        return show is Show.INVALID and is_folded(line)
    if show is Show.SELECTED:
        return line.is_selected
    return show is Show.ALL or Change.CHEAPER in line.changes


def _text(line: CartLine, fronts: Fronts) -> str:
    shop = fronts.get(line.quoted.shop_id)
    names = (shop.name, shop.name_en) if shop else ()
    return " ".join((line.quoted.title, *line.quoted.spec.values(), *names)).lower()


def _sorted(lines: list[CartLine], sort: Sort) -> list[CartLine]:
    newest = sorted(lines, key=lambda line: (line.added_at, line.quoted.sku_id), reverse=True)
    if sort is not Sort.SHOP:
        return sorted(newest, key=_KEYS[sort])
    first: dict[UUID, int] = {}
    for place, line in enumerate(newest):
        first.setdefault(line.quoted.shop_id, place)
    return sorted(newest, key=lambda line: first[line.quoted.shop_id])
