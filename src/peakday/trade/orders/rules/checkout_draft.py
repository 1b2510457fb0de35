"""Which orders does a priced checkout become?

One order a shop and address, in the order in which their goods were wanted. Each line takes with it exactly its shares
of every discount, shop-wide and platform-wide, as the calculator gave them: nothing is divided again. An instrument is
used once by the checkout as a whole, so its use is counted for the checkout and not for each order.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.trade.carts.quoted import Quote, QuotedLine
from peakday.trade.orders.checkouts import Delivery, DraftLine, DraftShop, InstrumentShare
from peakday.trade.orders.errors import BadDelivery
from peakday.trade.orders.rules.discount_levels import discounts_of
from peakday.trade.promotions.priced import PricedLine


def draft_shops(quote: Quote, address_of: Mapping[UUID, int]) -> tuple[DraftShop, ...]:
    """The orders to be; `address_of` says for each SKU to which address it goes. Every line must be without problem."""
    priced = {line.line_id: line for line in quote.best.priced.lines}
    groups: dict[tuple[UUID, int], list[DraftLine]] = {}
    for line in quote.lines:
        key = (line.shop_id, address_of[line.sku_id])
        groups.setdefault(key, []).append(_draft_line(line, priced[line.line_id]))
    return tuple(DraftShop(shop_id, address_no, tuple(lines)) for (shop_id, address_no), lines in groups.items())


def assign_addresses(sku_ids: Sequence[UUID], deliveries: Sequence[Delivery]) -> dict[UUID, int]:
    """To which delivery (its place) each SKU goes. Refuses `BadDelivery` when one has two, none, or nothing.

    One delivery without SKUs takes all that no other names.
    """
    rest = [place for place, delivery in enumerate(deliveries) if not delivery.sku_ids]
    named = [(sku_id, place) for place, delivery in enumerate(deliveries) for sku_id in delivery.sku_ids]
    address_of = dict(named)
    open_skus = [sku_id for sku_id in sku_ids if sku_id not in address_of]
    if len(rest) > 1 or len(address_of) < len(named):
        raise BadDelivery(_problem("doubled", "同一商品只能寄往一个地址", "Goods can go to one address only"))
    if not address_of.keys() <= set(sku_ids):
        raise BadDelivery(_problem("unknown_sku", "地址中有未结算的商品", "An address names goods that are not bought"))
    if open_skus and not rest:
        raise BadDelivery(_problem("missing", "部分商品没有收货地址", "Some goods have no address"))
    if rest and not open_skus:
        raise BadDelivery(_problem("empty", "有收货地址没有商品", "An address has no goods"))
    return address_of | dict.fromkeys(open_skus, rest[0] if rest else 0)


def shares_given(quote: Quote) -> tuple[InstrumentShare, ...]:
    """What every instrument that acted gave, summed over the checkout; sorted, as their locks are taken."""
    funders: dict[UUID, dict[str, int]] = {}
    cards: dict[UUID, UUID | None] = {}
    for key, instrument in quote.acting().items():
        template = instrument.template
        if isinstance(key, UUID) and isinstance(template, UUID):
            funders[key] = {}
            cards[key] = None if template == key else template
    for line in quote.best.priced.lines:
        for share in line.shares:
            if isinstance(share.instrument_id, UUID) and share.instrument_id in funders:
                sums = funders[share.instrument_id]
                sums[share.funder.value] = sums.get(share.funder.value, 0) + share.minor
    given = [
        InstrumentShare(template or key, key if template else None, funders[key]) for key, template in cards.items()
    ]
    return tuple(sorted(given, key=lambda each: (each.instrument_id, each.card_id or each.instrument_id)))


def _draft_line(line: QuotedLine, priced: PricedLine) -> DraftLine:
    assert line.item_id is not None, line
    return DraftLine(
        item_id=line.item_id, sku_id=line.sku_id, category_id=line.leaf_category_id, quantity=line.quantity,
        list_minor=priced.list_minor, paid_minor=priced.payable_minor, discounts=discounts_of(priced.shares),
    )  # fmt: skip


def _problem(code: str, zh: str, en: str) -> Problem:
    remedy = Text("请重新选择收货地址", "Choose the addresses again")
    return Problem("deliveries", code, Text(zh, en), remedy)
