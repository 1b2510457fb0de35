"""What does a person say to a message? "I take care of it" stops the escalation; the sender settles it."""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.messages import MessageStatus, StoredMessage
from peakday.kernel.messages.reading import mark_read, set_step
from peakday.kernel.messages.sending import answer, lock_message
from peakday.market.accounts import api as accounts
from peakday.operations.workbench.model import MESSAGE_PREFIX
from peakday.operations.workbench.rules.escalation import remind_at


async def acknowledge_message(tx: Tx, actor: Actor, shop_id: UUID, message_id: UUID, now: datetime) -> StoredMessage:
    """This account takes care; repeating changes nothing. Refuses `NotFound`, `NotAllowed`, `AnswerRefused`."""
    require(actor, "home:view", shop_id)
    stored = await lock_message(tx, shop_id, message_id)
    require(actor, stored.message.permission, shop_id)
    answered = await answer(tx, stored, MessageStatus.ACKNOWLEDGED, actor.account_id, now)
    if actor.account_id is not None:
        await mark_read(tx, actor.account_id, [message_id], now)
    if answered is not stored:
        if stored.message.needs_answer:
            await set_step(tx, message_id, stored.step, remind_at(stored.message.deadline, now))
        subject = f"message:{show_id(MESSAGE_PREFIX, message_id)}"
        await accounts.record_audit(tx, actor, "message_acknowledged", subject, now, {"shop_id": shop_id})
    return answered
