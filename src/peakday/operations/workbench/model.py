"""Which nouns does the workbench know?

A *to-do* is open work with a deadline and the money at risk: a *counter* is counted afresh at every look (a saved query
with its list), a *pushed* to-do was brought by news and stays until it is done or its cause is gone. A *topic* is what
messages are about, a *desk* is how one account wants to hear of it. A *case* is something with a verdict to come.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from peakday.kernel.messages.channels import ChannelName
from peakday.kernel.money import Money
from peakday.kernel.text import Language, Text

SHOP_PREFIX, ITEM_PREFIX, SKU_PREFIX, MESSAGE_PREFIX = "shp", "itm", "sku", "msg"
MINUTES_OF_A_DAY = 1440
URGENT_MINOR_DEFAULT = 100_000  # 1,000 of the shop's currency: from there on a message breaks quiet hours


class TodoStatus(StrEnum):
    """Open, done by a person, or cleared because its cause is gone."""

    OPEN = "open"
    DONE = "done"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """Open work of one shop. `count` None: one thing. `path` is below the shop and lists exactly the rows counted."""

    key: str
    kind: str
    title: Text
    path: str
    permission: str
    count: int | None = None
    at_risk: Money | None = None
    deadline: datetime | None = None
    is_pushed: bool = False
    snoozed_until: datetime | None = None

    def is_late(self, now: datetime) -> bool:
        """Whether its deadline has passed."""
        return self.deadline is not None and self.deadline < now


@dataclass(frozen=True, slots=True)
class TodoList:
    """What waits for one person, first what weighs most; and what they have put off."""

    open: tuple[Todo, ...]
    snoozed: tuple[Todo, ...]
    is_new_merchant: bool = False


@dataclass(frozen=True, slots=True)
class Topic:
    """What messages are about, and the channels that they take while nobody has chosen."""

    name: str
    title: Text
    channels: tuple[ChannelName, ...]


TOPICS: Mapping[str, Topic] = {
    topic.name: topic
    for topic in (
        Topic("price_risk", Text("价格风险", "Price risks"), (ChannelName.DESK, ChannelName.MAIL)),
        Topic("event_exit", Text("退出活动", "Exits from events"), (ChannelName.DESK, ChannelName.MAIL)),
        Topic("enrolment", Text("活动报名", "Enrolment"), (ChannelName.DESK,)),
        Topic("deadline", Text("活动时间提醒", "Dates of events"), (ChannelName.DESK,)),
        Topic("other", Text("其他", "Everything else"), (ChannelName.DESK,)),
    )
}


def topic_of(name: str) -> Topic:
    """The topic of that name; what is not known here is `other`."""
    return TOPICS.get(name, TOPICS["other"])


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Minutes of the market's day, from (included) to (not included); they may span midnight."""

    from_minute: int
    until_minute: int


@dataclass(frozen=True, slots=True)
class Desk:
    """How one account hears of things. Topics that are not in `channels` take their default."""

    language: Language = "zh"
    quiet: QuietHours | None = None
    urgent_minor: int = URGENT_MINOR_DEFAULT
    mail_address: str | None = None
    webhook_address: str | None = None
    webhook_secret: str | None = None
    channels: Mapping[str, tuple[ChannelName, ...]] = field(default_factory=dict)

    def channels_of(self, topic: str) -> tuple[ChannelName, ...]:
        """By which channels a topic goes."""
        known = topic_of(topic)
        return self.channels.get(known.name, known.channels)


class CaseKind(StrEnum):
    """What a case is about."""

    FINDING = "finding"
    EXIT = "exit"
    ENROLMENT_IMPORT = "enrolment_import"


class CaseState(StrEnum):
    """Where a case stands, in words that fit every kind."""

    RUNNING = "running"
    WAITS_FOR_YOU = "waits_for_you"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Case:
    """Something of the shop that has, or waits for, a verdict."""

    kind: CaseKind
    reference: str
    title: Text
    state: CaseState
    verdict: Text
    path: str
    opened_at: datetime
    settled_at: datetime | None = None
