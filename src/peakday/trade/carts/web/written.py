"""How is a cart written as JSON, fast enough for 300 lines?

Plain values for msgspec, in the shape that `bodies` tells; a test holds the two together.
"""

from functools import lru_cache
from typing import Any
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.web.problems import field_problem
from peakday.market.catalog.model import ITEM_PREFIX, SHOP_PREFIX, SKU_PREFIX
from peakday.trade.carts.model import Added
from peakday.trade.carts.rules.addition_rank import RankedAddition
from peakday.trade.carts.viewed import Advice, CardUsed, CartLine, CartView, ShopGroup, Till
from peakday.trade.promotions.model import Id
from peakday.trade.promotions.stored import CARD_PREFIX, PREFIX

Json = dict[str, Any]


@lru_cache(maxsize=200_000)
def shown(prefix: str, identity: UUID) -> str:
    """A shown id; the same few hundred thousand are shown again and again."""
    return show_id(prefix, identity)


def write_cart(view: CartView) -> Json:
    """A page of the cart."""
    return {
        **write_summary(view), "found": view.found, "groups": [_group(group) for group in view.groups],
        "invalid": [write_line(line) for line in view.invalid],
        "next_cursor": shown(SKU_PREFIX, view.next_cursor) if view.next_cursor else None,
    }  # fmt: skip


def write_summary(view: CartView) -> Json:
    """The cart in figures."""
    return {
        "at": view.at, "version": view.version, "lines": view.lines, "selected": view.selected, "pieces": view.pieces,
        "tills": [_till(till) for till in view.tills],
    }  # fmt: skip


def write_line(line: CartLine) -> Json:
    """A line."""
    quoted = line.quoted
    return {
        "shop_id": shown(SHOP_PREFIX, quoted.shop_id), "sku_id": quoted.line_id,
        "item_id": shown(ITEM_PREFIX, quoted.item_id) if quoted.item_id else None, "title": quoted.title,
        "spec": quoted.spec, "image": quoted.image, "quantity": quoted.quantity, "is_selected": line.is_selected,
        "added_at": line.added_at, "price_minor": quoted.price_minor, "catalogue_minor": quoted.catalogue_minor,
        "list_minor": quoted.list_minor, "payable_minor": quoted.payable_minor, "currency": quoted.currency,
        "left": line.left, "seen_minor": line.seen_minor, "changes": line.changes,
        "problem": field_problem(line.problem) if line.problem else None,
    }  # fmt: skip


def write_added(added: Added) -> Json:
    """What became of a line to which pieces were added."""
    return {
        "sku_id": shown(SKU_PREFIX, added.sku_id), "quantity": added.quantity, "price_minor": added.price_minor,
        "currency": added.currency, "lines": added.lines, "is_new": added.is_new,
    }  # fmt: skip


def write_addition(ranked: RankedAddition) -> Json:
    """Goods that may be added."""
    line = ranked.line
    return {
        "shop_id": _any_id(SHOP_PREFIX, line.shop_id), "sku_id": line.line_id, "quantity": line.quantity,
        "value_minor": ranked.value_minor, "extra_minor": ranked.extra_minor, "payable_minor": ranked.payable_minor,
        "reached": [_any_id(PREFIX, each) for each in ranked.reached],
    }  # fmt: skip


def _group(group: ShopGroup) -> Json:
    return {
        "shop_id": shown(SHOP_PREFIX, group.shop_id), "name": group.shop.name if group.shop else "",
        "name_en": group.shop.name_en if group.shop else "", "is_selected": group.is_selected,
        "lines": [write_line(line) for line in group.lines],
    }  # fmt: skip


def _till(till: Till) -> Json:
    quote = till.quote
    return {
        "currency": quote.currency, "rules_name": quote.rules.name, "rules_version": quote.rules.version,
        "list_minor": till.list_minor, "discount_minor": till.discount_minor, "payable_minor": till.payable_minor,
        "gap_minor": quote.best.gap_minor, "token": quote.token, "lines": len(quote.lines),
        "used": [_used(each) for each in till.used], "advice": [_advice(each) for each in till.advice],
    }  # fmt: skip


def _used(used: CardUsed) -> Json:
    return {
        "instrument_id": _any_id(CARD_PREFIX if used.is_card else PREFIX, used.instrument_id), "name": used.name.en,
        "name_zh": used.name.zh, "minor": used.minor, "is_card": used.is_card,
    }  # fmt: skip


def _advice(advice: Advice) -> Json:
    return {
        "instrument_id": _any_id(PREFIX, advice.instrument_id), "name": advice.name.en, "name_zh": advice.name.zh,
        "missing": advice.missing, "counts": advice.counts, "off": advice.off, "gives": advice.gives,
        "shop_id": _any_id(SHOP_PREFIX, advice.shop_id) if advice.shop_id else None,
    }  # fmt: skip


def _any_id(prefix: str, identity: Id) -> str:
    return shown(prefix, identity) if isinstance(identity, UUID) else str(identity)
