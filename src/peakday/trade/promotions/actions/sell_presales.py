"""How does a merchant set a presale up for a SKU, and withdraw it?

The bounds of the deposit are those of the rules in force when deposits begin. A presale stands as it was promised: it
is never changed, only withdrawn; deposits that were paid are settled by the orders.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.shops import api as shops
from peakday.trade.promotions import presale_store
from peakday.trade.promotions.actions.save_instruments import EDIT
from peakday.trade.promotions.errors import BadPresale
from peakday.trade.promotions.rulebook import shop_rules
from peakday.trade.promotions.rules.presale import require_terms
from peakday.trade.promotions.stored import PRESALE_PREFIX, PresaleOffer


async def offer_presale(tx: Tx, actor: Actor, offer: PresaleOffer, now: datetime) -> PresaleOffer:
    """Take deposits for a SKU; the same id again changes nothing.

    Refuses `BadPresale` (terms, currency, days), `PresaleOverlaps`, `NotFound` (shop, SKU), `NotAllowed`.
    """
    require(actor, EDIT, offer.shop_id)
    shop = await shops.get_shop(tx, SYSTEM, offer.shop_id)
    goods = await catalog.find_goods(tx, offer.shop_id, [offer.sku_id])
    if not goods or goods[0].item_id != offer.item_id:
        raise NotFound
    problems = _day_faults(offer, now)
    if offer.currency != shop.currency:
        problems.append(_problem("currency", f"店铺以 {shop.currency} 定价", f"The shop prices in {shop.currency}"))
    if problems:
        raise BadPresale(*problems)
    rules = shop_rules(shop.kind, day_of(offer.deposit_from))
    require_terms(offer.terms, rules.presale)
    await presale_store.save_presale(tx, offer, rules, actor.account_id, now)
    await _note(tx, actor, offer.shop_id, ("presale_offered", offer.presale_id), now)
    return offer


async def end_presale(tx: Tx, actor: Actor, shop_id: UUID, presale_id: UUID, now: datetime) -> None:
    """Take no more deposits. Refuses `NotFound` (also when it was ended before), `NotAllowed`."""
    require(actor, EDIT, shop_id)
    if not await presale_store.end_presale(tx, shop_id, presale_id, now):
        raise NotFound
    await _note(tx, actor, shop_id, ("presale_ended", presale_id), now)


def _day_faults(offer: PresaleOffer, now: datetime) -> list[Problem]:
    problems = []
    if offer.deposit_until <= max(offer.deposit_from, now):
        problems.append(
            _problem(
                "deposit_until",
                "付定金的结束时间须在开始之后且未过",
                "Deposits must end after they begin, and later than now",
            )
        )
    if offer.tail_from >= offer.tail_until or offer.tail_until < offer.deposit_until:
        problems.append(_problem("tail_until", "付尾款须在付定金之后", "The tail is paid after the deposit"))
    return problems


async def _note(tx: Tx, actor: Actor, shop_id: UUID, act: tuple[str, UUID], now: datetime) -> None:
    what, presale_id = act
    subject = f"presale:{show_id(PRESALE_PREFIX, presale_id)}"
    await accounts.record_audit(tx, actor, what, subject, now, {"shop_id": shop_id})


def _problem(field: str, zh: str, en: str) -> Problem:
    return Problem(field, "out_of_range", Text(zh, en), Text("请修改该项", "Change this field"))
