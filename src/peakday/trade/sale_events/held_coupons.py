"""Which coupons that touch this do buyers hold in their wallets? They stay valid when it leaves an event."""

from collections.abc import Sequence
from datetime import datetime

from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Instrument
from peakday.trade.sale_events.exits import ExitAsk
from peakday.trade.sale_events.model import Track

SHOWN_MAX = 20


async def list_held_coupons(
    tx: Tx, ask: ExitAsk, tracks: Sequence[Track], now: datetime
) -> tuple[Text, ...]:  # fmt: skip
    """The names of instruments of which cards lie in wallets and which may meet the goods until the last sale ends."""
    if not tracks:
        return ()
    until = max(track.ends_at for track in tracks)
    held = await promotions.issued_templates(tx, [ask.shop_id], now)
    names = [one.name for one in held if _touches(one, ask) and (one.valid_from is None or one.valid_from < until)]
    return tuple(sorted(set(names), key=lambda name: name.zh))[:SHOWN_MAX]


def _touches(instrument: Instrument, ask: ExitAsk) -> bool:
    """Whether it may hold for the goods; a category is not looked up, so it may."""
    scope = instrument.scope
    if scope.shop_ids and ask.shop_id not in scope.shop_ids:
        return False
    if ask.item_id is None:
        return True
    return (not scope.item_ids or ask.item_id in scope.item_ids) and ask.item_id not in scope.except_items
