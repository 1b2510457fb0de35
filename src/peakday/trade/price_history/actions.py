"""How does a merchant offer a price, and how is a difference given to a buyer, once?"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.rulesets import in_force
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.trade.price_history import queries, store
from peakday.trade.price_history.errors import PriceNotValid
from peakday.trade.price_history.events import ProtectionGranted
from peakday.trade.price_history.model import (
    Counting,
    Deal,
    Offer,
    Protection,
    ProtectionAsk,
    ProtectionVerdict,
    Purchase,
)
from peakday.trade.price_history.rules.price_protection import protect_price, protection_window

EDIT = "marketing:edit"
REFUND = "trade:edit"


async def offer_prices(
    tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID, offers: Sequence[Offer], now: datetime
) -> int:  # fmt: skip
    """Offer prices of an item's SKUs from now or later on; how many were added. The past is never rewritten.

    Refuses `PriceNotValid`, `PriceOverlaps`, `NotFound` (item, SKU), `NotAllowed`.
    """
    require(actor, EDIT, shop_id)
    item = await catalog.get_item(tx, SYSTEM, shop_id, item_id)
    known = {sku.sku_id for sku in item.skus}
    for offer in offers:
        if (offer.shop_id, offer.item_id) != (shop_id, item_id) or offer.sku_id not in known:
            raise NotFound
    problems = [problem for offer in offers if (problem := _problem(offer, item.currency, now))]
    if problems:
        raise PriceNotValid(*problems)
    return await store.save_offers(tx, offers, now)


async def grant_protection(tx: Tx, actor: Actor, ask: ProtectionAsk, now: datetime) -> Protection:
    """Give a buyer the difference that is due now, if one is, and announce it. Takes the lock of the deal.

    Asking again gives only what a still lower price added. Refuses `DealNotFound`, `NotAllowed`.
    """
    require(actor, REFUND, ask.shop_id)
    deal, granted_minor, grants = await store.lock_deal(tx, ask)
    protection = await judge_purchase(tx, Purchase(deal, granted_minor), ask, now)
    if protection.verdict is ProtectionVerdict.DUE:
        amount = (protection.amount_minor, deal.currency)
        await store.add_grant(tx, ask, grants + 1, amount, protection.version, now)
        await announce(tx, ProtectionGranted(ask.shop_id, ask.order_id, ask.line_no, grants + 1, *amount), now)
    return protection


async def judge_purchase(tx: Tx, purchase: Purchase, ask: ProtectionAsk, now: datetime) -> Protection:
    """What is due for a line at an instant, by the rule of its payment day."""
    deal: Deal = purchase.deal
    day = day_of(deal.paid_at)
    rule = in_force("price_protection", day)
    window = protection_window(deal.paid_at, rule)
    wanted = queries.Wanted(ask.shop_id, deal.item_id, window, deal.sku_id, without_order=deal.order_id, cut_at=now)
    prices = await queries.list_prices(tx, wanted)
    return protect_price(purchase, prices, (ask.asked, now), rule, Counting.of(in_force("low_price", day)))


def _problem(offer: Offer, currency: str, now: datetime) -> Problem | None:
    if not 0 < offer.price_minor <= AMOUNT_MINOR_MAX:
        return _wrong("price_minor", "价格须大于 0", "The price must be above 0", offer.price_minor)
    if offer.currency != currency:
        return _wrong("currency", f"该商品以 {currency} 标价", f"The item is priced in {currency}", offer.currency)
    if offer.valid_from < now:
        return _wrong("valid_from", "不能改写过去的价格", "The past cannot be rewritten", offer.valid_from)
    if offer.valid_until is not None and offer.valid_until <= offer.valid_from:
        return _wrong("valid_until", "结束时间须晚于开始时间", "It must end after it begins", offer.valid_until)
    return None


def _wrong(field: str, zh: str, en: str, value: object) -> Problem:
    remedy = Text("修改后重试", "Change it and try again")
    return Problem(field, f"{field}_wrong", Text(zh, en), remedy, value=str(value))
