"""How is a message kept once, and its answer with it?

`send` writes in the caller's transaction: the message exists if the change that it tells does. Long texts are cut,
never refused: a warning must not be lost because its subject is long.
"""

from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.messages.model import (
    BODY_LETTERS_MAX,
    MOVES,
    SUBJECT_LETTERS_MAX,
    AnswerRefused,
    Message,
    MessageSent,
    MessageStatus,
    StoredMessage,
)
from peakday.kernel.money import Money
from peakday.kernel.outbox import announce
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text


async def send(tx: Tx, message: Message, now: datetime) -> UUID:
    """Keep a message for a shop and let the house deliver it; with a key sent before, the id of that same message."""
    risk = message.money_at_risk
    message_id: UUID | None = await tx.fetchval(
        _INSERT, new_id(now), message.shop_id, message.key, message.topic, message.permission,
        message.subject.zh[:SUBJECT_LETTERS_MAX], message.subject.en[:SUBJECT_LETTERS_MAX],
        message.body.zh[:BODY_LETTERS_MAX], message.body.en[:BODY_LETTERS_MAX], message.link,
        risk and max(risk.minor, 0), risk and risk.currency, message.deadline, message.needs_answer, now,
    )  # fmt: skip
    if message_id is not None:
        await announce(tx, MessageSent(message_id, message.shop_id), now)
        return message_id
    known = await tx.fetchval(
        "select message_id from kernel.message where shop_id = $1 and key = $2", message.shop_id, message.key
    )
    assert isinstance(known, UUID), message.key
    return known


async def resolve(
    tx: Tx, shop_id: UUID, key: str, now: datetime, reason: str = "", *, accepted_by: UUID | None = None
) -> bool:  # fmt: skip
    """The sender sees that the cause is gone, or (`accepted_by`) accepted: nobody is asked any more.

    Whether such a message was open or acknowledged.
    """
    tag = await tx.execute(
        "update kernel.message set status = $3, answered_at = $4, answer_reason = $5, answered_by = $6,"
        " next_step_at = null where shop_id = $1 and key = $2 and status in ('open', 'acknowledged')",
        shop_id, key, "accepted" if accepted_by else "resolved", now, reason, accepted_by,
    )  # fmt: skip
    return tag != "UPDATE 0"


async def answer(
    tx: Tx, stored: StoredMessage, status: MessageStatus, by: UUID | None, now: datetime, *, reason: str = ""
) -> StoredMessage:  # fmt: skip
    """A person answers a message that `lock_message` has locked; repeating an answer changes nothing.

    Refuses `AnswerRefused` when the message is settled otherwise.
    """
    if stored.status is status:
        return stored
    if status not in MOVES[stored.status]:
        raise AnswerRefused(status=stored.status.value, wanted=status.value)
    row = await tx.fetchrow(
        "update kernel.message set status = $2, answered_by = $3, answered_at = $4, answer_reason = $5,"
        f" next_step_at = null where message_id = $1 returning {COLUMNS}",
        stored.message_id, status.value, by, now, reason,
    )  # fmt: skip
    assert row is not None, stored.message_id
    return stored_message(row)


async def lock_message(tx: Tx, shop_id: UUID, message_id: UUID) -> StoredMessage:
    """A message of this shop, locked until the transaction ends. Refuses `NotFound`."""
    row = await tx.fetchrow(
        f"select {COLUMNS} from kernel.message where shop_id = $1 and message_id = $2 for update", shop_id, message_id
    )
    if row is None:
        raise NotFound
    return stored_message(row)


COLUMNS = (
    "message_id, shop_id, key, topic, permission, subject_zh, subject_en, body_zh, body_en, link, at_risk_minor,"
    " currency, deadline, needs_answer, sent_at, status, answered_by, answered_at, answer_reason, step, next_step_at"
)
_INSERT = """
insert into kernel.message
    (message_id, shop_id, key, topic, permission, subject_zh, subject_en, body_zh, body_en, link, at_risk_minor,
     currency, deadline, needs_answer, sent_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
on conflict (shop_id, key) do nothing returning message_id
"""


def stored_message(row: asyncpg.Record) -> StoredMessage:
    """A row of COLUMNS."""
    risk = None if row["at_risk_minor"] is None else Money(row["at_risk_minor"], row["currency"])
    message = Message(
        row["shop_id"], row["topic"], Text(row["subject_zh"], row["subject_en"]), Text(row["body_zh"], row["body_en"]),
        row["link"], row["key"], risk, row["deadline"], row["needs_answer"], row["permission"],
    )  # fmt: skip
    return StoredMessage(
        row["message_id"], message, MessageStatus(row["status"]), row["sent_at"], row["answered_by"],
        row["answered_at"], row["answer_reason"], row["step"], row["next_step_at"],
    )  # fmt: skip
