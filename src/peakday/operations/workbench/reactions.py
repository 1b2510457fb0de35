"""What does the workbench do on news? It routes messages, and turns dates and exits into messages and to-dos."""

from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.messages import MessageSent
from peakday.kernel.outbox import News, Reaction
from peakday.operations.workbench import api


async def route_message(tx: Tx, news: News) -> None:
    """A message was sent: plan who hears of it by which channel."""
    await api.route_message(tx, UUID(news.payload["shop_id"]), UUID(news.payload["message_id"]), news.announced_at)


REACTIONS = [Reaction("workbench.route_message", MessageSent.topic, route_message)]
