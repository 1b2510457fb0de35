"""Which sale events does a shopper see coming, and until when does each part last? By the database's clock."""

from dataclasses import dataclass
from datetime import datetime

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import EventStatus, SaleEvent, WaveKind

SALES_SHOWN_MAX = 3
_PHASES: dict[WaveKind, Text] = {
    WaveKind.PRESALE_WARM: Text("预售预热", "Presale preview"),
    WaveKind.DEPOSIT: Text("预售付定金", "Presale deposits"),
    WaveKind.TAIL: Text("付尾款", "Balance payments"), WaveKind.WARM: Text("预热", "Preview"),
    WaveKind.SPOT: Text("现货开卖", "On sale"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sale:
    """An event as its banner tells it: what happens now or next, and at which instant that ends or begins."""

    event: SaleEvent
    phase: Text
    is_on: bool  # the phase has begun; else it begins at `turns_at`
    is_selling: bool
    turns_at: datetime


async def list_sales(tx: Tx, at: datetime) -> list[Sale]:
    """The announced events that are not over, the next turn first."""
    events = await sale_events.list_events(tx, SYSTEM)
    found = [sale for event in events if event.status is EventStatus.PUBLISHED and (sale := sale_of(event, at))]
    return sorted(found, key=lambda sale: (not sale.is_selling, sale.turns_at))[:SALES_SHOWN_MAX]


def sale_of(event: SaleEvent, at: datetime) -> Sale | None:
    """What a banner says of an event at an instant; None when it is over."""
    waves = sorted(
        (wave for track in event.plan.tracks for wave in track.waves), key=lambda wave: (wave.starts_at, wave.ends_at)
    )
    selling = [wave for wave in waves if wave.kind in {WaveKind.SPOT, WaveKind.DEPOSIT}]
    on = next((wave for wave in selling if wave.starts_at <= at < wave.ends_at), None)
    if on is not None:
        return Sale(event, _PHASES[on.kind], True, True, on.ends_at)
    ahead = next((wave for wave in selling if at < wave.starts_at), None)
    if ahead is not None:
        return Sale(event, _PHASES[ahead.kind], False, False, ahead.starts_at)
    rest = next((wave for wave in waves if wave.starts_at <= at < wave.ends_at), None)
    return Sale(event, _PHASES[rest.kind], True, False, rest.ends_at) if rest else None
