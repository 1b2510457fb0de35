"""What does the health centre do when an instrument, a price or an enrolment changes? It wants to look at the shop."""

from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.outbox import News, Reaction
from peakday.market.catalog.events import ItemEdited
from peakday.operations.health import api


async def want_look(tx: Tx, news: News) -> None:
    """The shop of the news is looked at soon; of the platform's own instruments every shop that was ever looked at."""
    shop_id = news.payload["shop_id"]
    if shop_id is None:
        await api.want_all(tx, news.announced_at)
    else:
        await api.want_scan(tx, [UUID(shop_id)], news.announced_at)


REACTIONS = [
    Reaction("health.look_at_instrument", "promotions.InstrumentChanged.v1", want_look),
    Reaction("health.look_at_item", ItemEdited.topic, want_look),
    Reaction("health.look_at_enrolment", "sale_events.ItemEnrolled.v1", want_look),
    Reaction("health.look_at_exit", "sale_events.ItemExited.v1", want_look),
]
