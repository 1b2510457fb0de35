"""Which coupons that touch this do buyers hold in their wallets? They stay valid when it leaves an event."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Instrument
from peakday.trade.sale_events.exits import ExitAsk, HeldCoupon
from peakday.trade.sale_events.model import Track

SHOWN_MAX = 20


async def list_held_coupons(
    tx: Tx, ask: ExitAsk, tracks: Sequence[Track], now: datetime, *, shows_figures: bool
) -> tuple[HeldCoupon, ...]:  # fmt: skip
    """The instruments of which cards lie in wallets and which may meet the goods until the last sale ends; how many."""
    if not tracks:
        return ()
    until = max(track.ends_at for track in tracks)
    held = await promotions.issued_templates(tx, [ask.shop_id], now)
    names = {
        one.instrument_id: one.name
        for one in held
        if _touches(one, ask) and (one.valid_from is None or one.valid_from < until)
    }
    counts = await promotions.count_held(tx, [each for each in names if isinstance(each, UUID)], now)
    found = [
        HeldCoupon(name, counts.get(instrument_id, 0) if shows_figures else None)
        for instrument_id, name in names.items() if isinstance(instrument_id, UUID)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda one: (-(one.cards or 0), one.name.zh)))[:SHOWN_MAX]


def _touches(instrument: Instrument, ask: ExitAsk) -> bool:
    """Whether it may hold for the goods; a category is not looked up, so it may."""
    scope = instrument.scope
    if scope.shop_ids and ask.shop_id not in scope.shop_ids:
        return False
    if ask.item_id is None:
        return True
    return (not scope.item_ids or ask.item_id in scope.item_ids) and ask.item_id not in scope.except_items
