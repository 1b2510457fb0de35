"""How does the catalogue learn that an enrolled item's price is locked, from when until when, and when is it let go?

The price of an enrolled item is locked from the end of its track's enrolment until its sale is over: the catalogue then
refuses a new price and taking it off the shelf, by hand and by file. Leaving the event lets it go.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.market.catalog import api as catalog
from peakday.trade.sale_events.model import SaleEvent, Track


def price_hold(shop_id: UUID, event: SaleEvent, track: Track) -> catalog.Hold:
    """The hold of a track's enrolled items."""
    name, where = event.plan.name, track.name
    return catalog.Hold(
        shop_id, _holder(event, track.code), track.enrols_until, track.sale.ends_at,
        Text(f"商品已报名“{name.zh} · {where.zh}”,价格已锁定", f"It is enrolled in {name.en}, {where.en}"),
        Text("如须修改,请先在活动页快速退出", "To change it, take it out of the event first"),
    )  # fmt: skip


async def hold_prices(
    tx: Tx, shop_id: UUID, event: SaleEvent, track: Track, item_ids: Sequence[UUID], now: datetime
) -> None:  # fmt: skip
    """Lock the prices of these items for the hours of the track; a track that is over locks nothing."""
    if item_ids and now < track.sale.ends_at:
        await catalog.lock_items(tx, price_hold(shop_id, event, track), item_ids)


async def release_prices(
    tx: Tx, shop_id: UUID, event: SaleEvent, tracks: Sequence[str], item_ids: Sequence[UUID] | None
) -> None:  # fmt: skip
    """Let the items go that left these tracks; None: all of the shop's."""
    await catalog.unlock_items(tx, shop_id, [_holder(event, code) for code in tracks], item_ids)


def _holder(event: SaleEvent, track: str) -> str:
    return f"event:{event.ref(track)}"
