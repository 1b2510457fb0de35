"""What is an event?

One act of one person at one instant, as SYSTEMS 0.2 lists them, sent by a page, an app or another system. `Event` is
the shape on the wire and, with `received_at`, the line in the log. Limits are part of the shape.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from peakday.kernel.eventlog import LogShape
from peakday.kernel.refusal import Problem

BATCH_EVENTS_MAX = 1000
BODY_BYTES_MAX = 2 * 1024 * 1024
FUTURE_MAX = timedelta(minutes=5)
AGE_MAX = timedelta(days=400)
DWELL_SECONDS_MAX = 86_400.0

EventType = Literal[
    "impression", "click", "pv", "search", "fav", "cart", "follow", "join", "comment", "like", "share", "inquiry",
    "order", "pay", "refund", "confirm", "review",
]  # fmt: skip
Terminal = Literal["pc", "app", "wap", "store"]
EVENT_TYPES: tuple[str, ...] = get_args(EventType)
TERMINALS: tuple[str, ...] = get_args(Terminal)

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
Step = Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
Words = Annotated[str, msgspec.Meta(max_length=512)]
SourcePath = Annotated[list[Step], msgspec.Meta(max_length=16)]


class Event(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True, gc=False):
    """One act of one person. `event_id` is the sender's name for it: sent again, it is the same event."""

    event_id: Annotated[str, msgspec.Meta(min_length=1, max_length=128)]
    ts: Annotated[datetime, msgspec.Meta(tz=True)]
    user_id: Step
    type: EventType
    item_id: Name | None = None
    shop_id: Name | None = None
    brand_id: Name | None = None
    category_id: Name | None = None
    channel: Name | None = None
    terminal: Terminal | None = None
    source_path: SourcePath | None = None
    page: Words | None = None
    search_query: Words | None = None
    dwell_seconds: Annotated[float, msgspec.Meta(ge=0, le=DWELL_SECONDS_MAX)] | None = None
    live_id: Name | None = None
    content_id: Name | None = None
    ad_click_id: Name | None = None
    order_id: Name | None = None
    simulated: bool = False
    received_at: datetime | None = None  # ours: a sender that fills it is refused


EVENTS_SHAPE = LogShape(
    columns={
        "event_id": "VARCHAR", "ts": "TIMESTAMP", "user_id": "VARCHAR", "type": "VARCHAR", "item_id": "VARCHAR",
        "shop_id": "VARCHAR", "brand_id": "VARCHAR", "category_id": "VARCHAR", "channel": "VARCHAR",
        "terminal": "VARCHAR", "source_path": "VARCHAR[]", "page": "VARCHAR", "search_query": "VARCHAR",
        "dwell_seconds": "DOUBLE", "live_id": "VARCHAR", "content_id": "VARCHAR", "ad_click_id": "VARCHAR",
        "order_id": "VARCHAR", "simulated": "BOOLEAN", "received_at": "TIMESTAMP",
    },
    key=("shop_id", "event_id"),  # a shop names its own events: it cannot take another shop's name
    instant="ts",
    written="received_at",
    cluster=("shop_id", "ts"),
    filled={"simulated": "false"},
)  # fmt: skip

EVENTS_SCHEMA: dict[str, str] = {**EVENTS_SHAPE.columns, "day": "DATE"}
"""The columns of the relation `events` and their DuckDB types."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What became of a request: new rows, rows that the log had, and the rows refused with their reasons."""

    accepted: int
    doubled: int
    refused: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class EventFiles:
    """A consistent set of files; `events_sql` reads it with each event once."""

    parquet: dict[date, tuple[Path, ...]]
    segments: tuple[Path, ...]
