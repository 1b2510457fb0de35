"""What is a message, and what can become of it?

    open → acknowledged → accepted | resolved        (open may also go straight to accepted or resolved)

*Acknowledged*: somebody has seen it and takes care. *Accepted*: the risk is taken on purpose, with a reason.
*Resolved*: the cause is gone. The last two are final.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from peakday.kernel.money import Money
from peakday.kernel.refusal import Conflict
from peakday.kernel.text import Text

SUBJECT_LETTERS_MAX = 200
BODY_LETTERS_MAX = 4000
KEY_LETTERS_MAX = 200


class MessageStatus(StrEnum):
    """How a message stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    RESOLVED = "resolved"


MOVES: dict[MessageStatus, frozenset[MessageStatus]] = {
    MessageStatus.OPEN: frozenset({MessageStatus.ACKNOWLEDGED, MessageStatus.ACCEPTED, MessageStatus.RESOLVED}),
    MessageStatus.ACKNOWLEDGED: frozenset({MessageStatus.ACCEPTED, MessageStatus.RESOLVED}),
    MessageStatus.ACCEPTED: frozenset(),
    MessageStatus.RESOLVED: frozenset(),
}


@dataclass(frozen=True, slots=True)
class Message:
    """What a room wants a shop's people to know.

    The subject carries no figure: everybody with `permission` reads it. The body and `money_at_risk` are shown only to
    those who may see figures. `link` is an address inside the house. `key` names the occasion (`risk:<id>`): sending it
    again changes nothing, so an occasion that comes back needs a key of its own. `needs_answer`: it is escalated until
    somebody acknowledges or accepts it, or the sender calls `resolve`.
    """

    shop_id: UUID
    topic: str  # a word: price_risk, enrolment, event_exit, reminder, …
    subject: Text
    body: Text
    link: str
    key: str
    money_at_risk: Money | None = None
    deadline: datetime | None = None
    needs_answer: bool = False
    permission: str = "marketing:view"

    def __post_init__(self) -> None:
        """Hold the limits: what is sent is written by us, so a breach is a bug."""
        assert self.topic.isidentifier(), self.topic
        assert self.link.startswith("/"), self.link
        assert not self.link.startswith("//"), self.link
        assert 0 < len(self.key) <= KEY_LETTERS_MAX, self.key
        assert self.deadline is None or self.deadline.tzinfo is not None, self.deadline


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message with how it stands."""

    message_id: UUID
    message: Message
    status: MessageStatus
    sent_at: datetime
    answered_by: UUID | None
    answered_at: datetime | None
    answer_reason: str
    step: int
    next_step_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageSent:
    """A new message was kept; whoever routes messages takes it from here."""

    topic: ClassVar[str] = "kernel.MessageSent.v1"

    message_id: UUID
    shop_id: UUID


class AnswerRefused(Conflict):
    """A message that is settled cannot be answered otherwise."""

    code = "message_settled"
    message = Text(
        "该消息已是“{status}”,不能再改为“{wanted}”", "The message is {status} already and cannot become {wanted}"
    )
