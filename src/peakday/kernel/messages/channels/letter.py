"""What does a channel get, and what does it answer?

A `Letter` is a message for one reader, in their language, without figures where they may not see any. A channel
answers a `Receipt`, raises `Undeliverable` when trying again is of no use, and anything else when it is.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from peakday.kernel.money import Money
from peakday.kernel.text import Language, Text, instant_text, money_text

DELIVER_SECONDS_MAX = 10
_AT_RISK = Text("涉及金额 {amount}", "Money at risk {amount}")
_DEADLINE = Text("截止 {at}", "Until {at}")


class ChannelName(StrEnum):
    """The ways out of the house."""

    DESK = "desk"
    MAIL = "mail"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail; `kind` is its media type."""

    name: str
    kind: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A message for one reader by one channel. `delivery_id` is the same in every try: receivers may count by it."""

    delivery_id: UUID
    message_id: UUID
    address: str
    secret: str | None
    language: Language
    topic: str
    subject: str
    body: str
    at_risk: Money | None
    deadline: datetime | None
    href: str  # with host
    sent_at: datetime
    attachment: Attachment | None = None  # of a mail; other ways have the address of the page

    @property
    def text(self) -> str:
        """The letter in plain words."""
        lines = [self.body] if self.body else []
        if self.at_risk is not None:
            lines.append(
                _AT_RISK.of(self.language, amount=money_text(self.at_risk.minor, self.at_risk.currency, self.language))
            )
        if self.deadline is not None:
            lines.append(_DEADLINE.of(self.language, at=instant_text(self.deadline, self.language)))
        return "\n".join([*lines, self.href]) + "\n"


@dataclass(frozen=True, slots=True)
class Receipt:
    """That a letter went out: in the words of whoever took it, and whether nobody really did."""

    detail: str
    is_simulated: bool = False


class Undeliverable(Exception):  # noqa: N818 - the channel's no
    """It will never go through: the address is wrong, forbidden, or its owner refuses."""


class Channel(Protocol):
    """One way out of the house."""

    async def deliver(self, letter: Letter) -> Receipt:
        """Hand the letter over, within DELIVER_SECONDS_MAX. Raises `Undeliverable`, or any fault worth another try."""
        ...
