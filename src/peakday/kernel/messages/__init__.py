"""How does the house tell a person something, and see that it is answered? Any room may `send`.

    await send(tx, Message(shop_id, "price_risk", subject, body, link, key=f"risk:{risk_id}"), now)

The message is kept with the change that it tells; who reads it, by which channel and what happens when nobody answers
is decided above (`operations/workbench`), which hears of it as news.
"""

from peakday.kernel.messages.model import AnswerRefused, Message, MessageSent, MessageStatus, StoredMessage
from peakday.kernel.messages.sending import resolve, send

__all__ = ["AnswerRefused", "Message", "MessageSent", "MessageStatus", "StoredMessage", "resolve", "send"]
