"""By which channels does a message reach an account, and at which address?

A message that needs an answer goes by at least two channels, the desk among them, whatever was unsubscribed: a warning
that nobody can see is none. An account without a mail address is written to under its login; where that is no address,
a mail server refuses it, and the delivery says so.
"""

import re
from uuid import UUID

from peakday.kernel.messages import Message
from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.messages.channels.mail import NOWHERE
from peakday.kernel.messages.deliveries import Reach
from peakday.operations.workbench.model import Desk

CHANNELS_MIN = 2
ADDRESS_LETTERS_MAX = 200
_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_NOT_PLAIN = re.compile("[^a-z0-9._-]")


def is_mail_address(text: str) -> bool:
    """Whether mail can be addressed so: the plain form, without names, quotes and comments."""
    return len(text) <= ADDRESS_LETTERS_MAX and _MAIL.fullmatch(text) is not None


def channels_for(desk: Desk, message: Message, *, by_every_channel: bool = False) -> tuple[ChannelName, ...]:
    """The channels of one reader for one message, in the order desk, mail, webhook."""
    wanted = set(ChannelName) if by_every_channel else set(desk.channels_of(message.topic))
    if message.needs_answer:
        wanted.add(ChannelName.DESK)
    if desk.webhook_address is None:
        wanted.discard(ChannelName.WEBHOOK)
    if message.needs_answer and len(wanted) < CHANNELS_MIN:
        wanted.add(ChannelName.MAIL)
    return tuple(channel for channel in ChannelName if channel in wanted)


def reach_of(account_id: UUID, login: str, desk: Desk, channel: ChannelName, *, sees_figures: bool) -> Reach:
    """Where a channel finds an account."""
    if channel is ChannelName.WEBHOOK:
        address = desk.webhook_address or ""
    elif channel is ChannelName.MAIL:
        address = desk.mail_address or (login if is_mail_address(login) else f"{_NOT_PLAIN.sub('.', login)}@{NOWHERE}")
    else:
        address = ""
    secret = desk.webhook_secret if channel is ChannelName.WEBHOOK else None
    return Reach(account_id, channel, address, secret, desk.language, sees_figures)
