"""How do other rooms collect and read events?"""

from peakday.insight.behaviour.actions import collect, record_events
from peakday.insight.behaviour.errors import BodyTooLarge, UnreadableBody
from peakday.insight.behaviour.model import (
    BODY_BYTES_MAX,
    EVENT_TYPES,
    EVENTS_SCHEMA,
    EVENTS_SHAPE,
    Collected,
    Event,
    EventFiles,
)
from peakday.insight.behaviour.store import BehaviourLog, event_files, events_sql, open_log

__all__ = [
    "BODY_BYTES_MAX",
    "EVENTS_SCHEMA",
    "EVENTS_SHAPE",
    "EVENT_TYPES",
    "BehaviourLog",
    "BodyTooLarge",
    "Collected",
    "Event",
    "EventFiles",
    "UnreadableBody",
    "collect",
    "event_files",
    "events_sql",
    "open_log",
    "record_events",
]
