"""May this SKU be enrolled in this track at this price, and if not, why?

It must be the shop's own, on sale, above nothing, at most its list price, proven low enough (SYSTEMS 7.2: price proof;
without any known price the list price is the limit where the event's terms accept that), with stock that the shop has,
not in a track that excludes this one (2022: wave 1 spot and wave 2 presale), and not at an event price elsewhere in the
hours of the sale. A presale has a deposit within the limits of its rule. All faults of a row are named.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from peakday.kernel.money import AMOUNT_MINOR_MAX, decimal_text
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.catalog.model import Good
from peakday.trade.sale_events.model import Terms, Track, TrackKind, Wish

STOCK_MAX = 10**9
BASIS = 10_000


@dataclass(frozen=True, slots=True)
class Known:
    """What was looked up for a block of wishes, by SKU or item."""

    permitted: Mapping[UUID, int] = field(default_factory=dict)  # SKU → highest proven price; absent: no known price
    taken: Mapping[UUID, str] = field(default_factory=dict)  # SKU → the event whose price holds in the same hours
    tracks: Mapping[UUID, frozenset[str]] = field(default_factory=dict)  # item → tracks of this event it is in
    deposit_bp: tuple[int, int] = (0, BASIS)  # least and most of the price
    currency: str = "CNY"  # in which prices are wished


def entry_problems(wish: Wish, good: Good, track: Track, terms: Terms, known: Known) -> list[Problem]:
    """Why the SKU `good` cannot be enrolled as wished; empty when it can."""
    return [
        Problem(fault.field, fault.code, fault.message, fault.remedy, wish.row, fault.value)
        for fault in (
            *_goods_faults(wish, good, known), *_price_faults(wish, good, terms, known),
            *_deposit_faults(wish, track, known), *_place_faults(good, track, terms, known),
        )
    ]  # fmt: skip


def unknown_goods(wish: Wish, value: str, *, has_item: bool) -> Problem:
    """The problem of a wish whose item, or whose SKU, is not the shop's."""
    name = "sku_ref" if has_item else "item_ref"
    zh, en = (
        ("该商品没有此 SKU", "the item has no such SKU") if has_item else ("店铺没有此商品", "no such item in the shop")
    )
    remedy = Text("核对编号,或先导入商品", "Check the number, or import the item first")
    return Problem(name, "unknown_goods", Text(zh, en), remedy, wish.row, value)


def repeated(wish: Wish, first_row: int | None, value: str) -> Problem:
    """The problem of a SKU that an earlier row of the same input already enrols."""
    place = Text(f"与第 {first_row} 行重复", f"row {first_row} already enrols it")
    again = Text("同一 SKU 出现两次", "the same SKU stands here twice")
    remedy = Text("删除重复的行", "Remove the row that is too many")
    return Problem("sku_ref", "duplicate", place if first_row else again, remedy, wish.row, value)


def _goods_faults(wish: Wish, good: Good, known: Known) -> Iterator[Problem]:
    if good.currency != known.currency:
        yield _fault(
            "price",
            "other_currency",
            Text(f"商品以 {good.currency} 标价", f"the item is priced in {good.currency}"),
            Text(f"改为以 {known.currency} 标价", f"Price the item in {known.currency}"),
            known.currency,
        )
    if not good.is_on_sale:
        yield _fault(
            "item_ref",
            "not_on_sale",
            Text("商品未在售", "it is not on sale"),
            Text("上架后再报名", "Put it on sale first"),
            good.sku_ref,
        )
    if not 0 < wish.stock <= STOCK_MAX:
        yield _fault(
            "stock",
            "no_stock",
            Text("活动库存须大于 0", "the promised stock must be above 0"),
            Text("填写承诺的件数", "Say how many pieces you promise"),
            wish.stock,
        )
    elif good.quantity_stated is not None and wish.stock > good.quantity_stated:
        yield _fault(
            "stock",
            "stock_above_stated",
            Text(f"超过商品库存 {good.quantity_stated}", f"more than the {good.quantity_stated} that the shop has"),
            Text("减少活动库存,或先更新商品库存", "Promise less, or update the item's stock first"),
            wish.stock,
        )
    if wish.limit is not None and not 0 < wish.limit <= wish.stock:
        yield _fault(
            "limit",
            "limit_wrong",
            Text("每人限购须在 1 与活动库存之间", "the limit is from 1 to the promised stock"),
            Text("修改限购", "Correct the limit"),
            wish.limit,
        )


def _price_faults(wish: Wish, good: Good, terms: Terms, known: Known) -> Iterator[Problem]:
    if not 0 < wish.price_minor <= AMOUNT_MINOR_MAX:
        yield _fault(
            "price",
            "price_not_positive",
            Text("活动价须大于 0", "the price must be above 0"),
            Text("填写活动价", "Say the price"),
            decimal_text(wish.price_minor, known.currency),
        )
        return
    if good.price_minor is None:
        yield _fault(
            "price",
            "no_list_price",
            Text("商品没有一口价", "the item has no list price"),
            Text("先填写一口价", "Set its list price first"),
        )
    elif wish.price_minor > good.price_minor:
        yield _fault(
            "price",
            "above_list_price",
            Text("活动价高于一口价", "it is above the list price"),
            Text("降到一口价或以下", "Lower it to the list price or below"),
            decimal_text(wish.price_minor, known.currency),
        )
    permitted = known.permitted.get(good.sku_id)
    if permitted is None and not terms.accepts_unproven:
        yield _fault(
            "price",
            "not_proven",
            Text("统计期内没有可比价格", "no price is known to prove it by"),
            Text("联系小二人工审核", "Ask the platform's staff to look at it"),
            decimal_text(wish.price_minor, known.currency),
        )
    elif permitted is not None and wish.price_minor > permitted:
        yield _fault(
            "price",
            "above_permitted",
            Text("活动价高于可报最高价,未通过价格证明", "it is above what the price proof permits"),
            Text("在“低价查询”中查看可报最高价", "See the low-price query for the highest price"),
            decimal_text(wish.price_minor, known.currency),
        )


def _deposit_faults(wish: Wish, track: Track, known: Known) -> Iterator[Problem]:
    if track.kind is TrackKind.SPOT:
        if wish.deposit_minor is not None:
            yield _fault(
                "deposit",
                "no_deposit_here",
                Text("现货没有定金", "a spot sale has no deposit"),
                Text("留空", "Leave it empty"),
                decimal_text(wish.deposit_minor, known.currency),
            )
        return
    least, most = known.deposit_bp
    if wish.deposit_minor is None:
        yield _fault(
            "deposit",
            "missing",
            Text("预售须填写定金", "a presale needs a deposit"),
            Text("填写定金", "Say the deposit"),
        )
    elif not least * wish.price_minor <= wish.deposit_minor * BASIS <= most * wish.price_minor:
        yield _fault(
            "deposit",
            "deposit_outside",
            Text(
                f"定金须为活动价的 {least / 100:g}% 至 {most / 100:g}%",
                f"a deposit is {least / 100:g} % to {most / 100:g} % of the price",
            ),
            Text("修改定金", "Correct the deposit"),
            decimal_text(wish.deposit_minor, known.currency),
        )


def _place_faults(good: Good, track: Track, terms: Terms, known: Known) -> Iterator[Problem]:
    inside = known.tracks.get(good.item_id, frozenset())
    for first, second in terms.forbidden_pairs:
        other = {first: second, second: first}.get(track.code)
        if other in inside:
            yield _fault(
                "item_ref",
                "forbidden_pair",
                Text(f"同一商品已报名 {other},两者不可兼报", f"the item is in {other}, which excludes this track"),
                Text("先退出另一场次", "Leave the other track first"),
                good.item_ref,
            )
    if (ref := known.taken.get(good.sku_id)) is not None:
        yield _fault(
            "item_ref",
            "price_taken",
            Text(f"同一时间已有活动价({ref})", f"another event price holds then ({ref})"),
            Text("先退出该活动或结束该价格", "Leave that event or end that price first"),
            good.sku_ref,
        )


def _fault(name: str, code: str, wrong: Text, remedy: Text, value: object = None) -> Problem:
    return Problem(name, code, wrong, remedy, value=None if value is None else str(value))
