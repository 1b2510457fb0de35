"""How does a merchant say below which price an item makes a loss, and what may be sold below it all the same?"""

from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.catalog.errors import ItemNotFound
from peakday.operations.health import store
from peakday.operations.health.errors import BadRedLine
from peakday.operations.health.model import Exemption
from peakday.trade.promotions.model import BASIS

VIEW = "marketing:view"
EDIT = "marketing:edit"
FIGURES = "data:view"
NOTE_MAX = 500
EXEMPT_DAYS_MAX = 366


async def set_red_line(
    tx: Tx, actor: Actor, shop_id: UUID, place: tuple[UUID, UUID | None], price_minor: int | None, now: datetime
) -> None:  # fmt: skip
    """Set B of an item or of one SKU of it (item, SKU or None), in minor units; None: nothing typed any more.

    The shop is looked at again soon. Refuses `ItemNotFound`, `BadRedLine`, `NotAllowed`.
    """
    require(actor, EDIT, shop_id)
    require(actor, FIGURES, shop_id)
    item = await catalog.get_item(tx, SYSTEM, shop_id, place[0])
    if place[1] is not None and place[1] not in {sku.sku_id for sku in item.skus}:
        raise ItemNotFound
    if price_minor is not None and not 0 <= price_minor <= AMOUNT_MINOR_MAX:
        raise _bad("price", "红线价超出范围", "The red line is out of range")
    await store.save_red_line(tx, shop_id, place, price_minor, (item.currency, actor.account_id, now))
    await _told(tx, actor, shop_id, "red_line_set", f"item:{show_id('itm', place[0])}", now)


async def set_shop_rule(tx: Tx, actor: Actor, shop_id: UUID, red_line_bp: int | None, now: datetime) -> None:
    """Set the share of the displayed price (basis points) that is the red line of all other items; None: none.

    Refuses `BadRedLine`, `NotAllowed`.
    """
    require(actor, EDIT, shop_id)
    if red_line_bp is not None and not 0 < red_line_bp <= BASIS:
        raise _bad("share", "红线折扣须在 0% 到 100% 之间", "The share must be above 0 % and at most 100 %")
    await store.save_shop_rule(tx, shop_id, red_line_bp, actor.account_id, now)
    await _told(tx, actor, shop_id, "red_line_rule_set", f"shop:{show_id('shp', shop_id)}", now)


async def exempt(
    tx: Tx, actor: Actor, shop_id: UUID, exemption: Exemption, note: str, now: datetime
) -> None:  # fmt: skip
    """Let an item be sold below its red line for a reason, until a time. Refuses `BadRedLine`, `NotFound`."""
    require(actor, EDIT, shop_id)
    assert isinstance(exemption.item_id, UUID), exemption
    await catalog.get_item(tx, SYSTEM, shop_id, exemption.item_id)
    if not now < exemption.expires_at <= now + timedelta(days=EXEMPT_DAYS_MAX):
        raise _bad("expires_at", "有效期须在未来一年内", "It must end within a year from now")
    if "\0" in note:
        raise _bad("note", "备注含有无法保存的字符", "The note holds a letter that cannot be kept")
    if not 0 <= exemption.price_min_minor <= AMOUNT_MINOR_MAX:
        raise _bad("price_min", "最低价超出范围", "The lowest price is out of range")
    await store.save_exemption(tx, shop_id, exemption, note[:NOTE_MAX], (actor.account_id, now))
    await _told(tx, actor, shop_id, "item_exempted", f"item:{show_id('itm', exemption.item_id)}", now)


async def end_exemption(tx: Tx, actor: Actor, shop_id: UUID, item_id: UUID, now: datetime) -> None:
    """End an exemption at once; ending none changes nothing. Refuses `NotAllowed`."""
    require(actor, EDIT, shop_id)
    await store.drop_exemption(tx, shop_id, item_id)
    await _told(tx, actor, shop_id, "exemption_ended", f"item:{show_id('itm', item_id)}", now)


async def _told(tx: Tx, actor: Actor, shop_id: UUID, action: str, subject: str, now: datetime) -> None:
    await store.want_scan(tx, [shop_id], now)
    await accounts.record_audit(tx, actor, action, subject, now, {"shop_id": shop_id})


def _bad(field: str, zh: str, en: str) -> BadRedLine:
    return BadRedLine(Problem(field, "out_of_range", Text(zh, en), Text("请修改该项", "Change this field")))
