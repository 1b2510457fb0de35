"""What does the workbench do on news? It routes messages, and turns dates and exits into messages and to-dos."""

from uuid import UUID

from peakday.kernel.actor import SYSTEM
from peakday.kernel.database import Tx
from peakday.kernel.messages import MessageSent, send
from peakday.kernel.outbox import News, Reaction
from peakday.market.catalog import api as catalog
from peakday.operations.workbench import api, news_texts
from peakday.trade.sale_events import api as sale_events


async def route_message(tx: Tx, news: News) -> None:
    """A message was sent: plan who hears of it by which channel."""
    await api.route_message(tx, UUID(news.payload["shop_id"]), UUID(news.payload["message_id"]), news.announced_at)


async def tell_deadline(tx: Tx, news: News) -> None:
    """A date of an event comes near."""
    said = news.payload
    event = await sale_events.get_event(tx, SYSTEM, UUID(said["event_id"]))
    message = news_texts.deadline_message(
        UUID(said["shop_id"]), event, said["track"], said["milestone"], said["lead_hours"]
    )
    await send(tx, message, news.announced_at)


async def tell_exit(tx: Tx, news: News) -> None:
    """An item or the shop left an event, or came back."""
    said, shop_id = news.payload, UUID(news.payload["shop_id"])
    event = await sale_events.get_event(tx, SYSTEM, UUID(said["event_id"]))
    item_id = UUID(said["item_id"]) if said["item_id"] else None
    title = (await catalog.find_titles(tx, shop_id, [item_id])).get(item_id, "–") if item_id else None
    message = news_texts.exit_message(shop_id, event, UUID(said["exit_id"]), title, is_undone=said["is_undone"])
    await send(tx, message, news.announced_at)


async def tell_refused_rows(tx: Tx, news: News) -> None:
    """Rows of an enrolment file were refused: a message, and a to-do until the enrolment closes."""
    said, shop_id, run_id = news.payload, UUID(news.payload["shop_id"]), UUID(news.payload["run_id"])
    event = await sale_events.get_event(tx, SYSTEM, UUID(said["event_id"]))
    refused = said["rows_refused"]
    if not refused:
        return
    message = news_texts.refused_rows_message(shop_id, event, run_id, said["rows_accepted"], refused)
    await send(tx, message, news.announced_at)
    await api.push_todo(tx, shop_id, news_texts.refused_rows_todo(event, said["track"], run_id), news.announced_at)


REACTIONS = [
    Reaction("workbench.route_message", MessageSent.topic, route_message),
    Reaction("workbench.tell_deadline", "sale_events.DeadlineNear.v1", tell_deadline),
    Reaction("workbench.tell_exit", "sale_events.ItemExited.v1", tell_exit),
    Reaction("workbench.tell_refused_rows", "sale_events.EnrolmentRefused.v1", tell_refused_rows),
]
