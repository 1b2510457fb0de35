"""How does a request of events become rows that are never lost?

The whole body is decoded at once into typed events. Only when that fails is it taken row by row, so that one bad row is
refused with its reason and the others are stored. Rows are acknowledged when the log has them on disk.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

import msgspec

from peakday.insight.behaviour import rules
from peakday.insight.behaviour.errors import BodyTooLarge, UnreadableBody
from peakday.insight.behaviour.model import BATCH_EVENTS_MAX, BODY_BYTES_MAX, Collected, Event
from peakday.insight.behaviour.store import BehaviourLog
from peakday.kernel.actor import Actor, require
from peakday.kernel.eventlog import Appended, Rows
from peakday.kernel.eventlog.model import KEY_SEPARATOR, key_text
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text

WRITE = "events:write"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class _Batch(msgspec.Struct, forbid_unknown_fields=True):
    events: Annotated[list[Event], msgspec.Meta(max_length=BATCH_EVENTS_MAX)]


class _RawBatch(msgspec.Struct, forbid_unknown_fields=True):
    events: list[msgspec.Raw]


_list_decoder: msgspec.json.Decoder[list[Event]] = msgspec.json.Decoder(
    Annotated[list[Event], msgspec.Meta(max_length=BATCH_EVENTS_MAX)]
)
_batch_decoder = msgspec.json.Decoder(_Batch)
_event_decoder = msgspec.json.Decoder(Event)
_raw_list_decoder = msgspec.json.Decoder(list[msgspec.Raw])
_raw_batch_decoder = msgspec.json.Decoder(_RawBatch)
_raw_decoder = msgspec.json.Decoder(msgspec.Raw)
_encoder = msgspec.json.Encoder()
_starts_as_batch = re.compile(rb'\s*\{\s*"events"\s*:').match
_starts_as_list = re.compile(rb"\s*\[").match


async def collect(log: BehaviourLog, actor: Actor, body: bytes, now: datetime) -> Collected:
    """Store the events of a request body: one event, a JSON array, or {"events": […]}.

    Raises NotAllowed without the scope `events:write`, BodyTooLarge, UnreadableBody, and EventLogUnavailable, after
    which nothing was acknowledged. Events that are not right are refused one by one and do not hold up the others.
    """
    require(actor, WRITE)
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLarge
    bounds = rules.bounds_at(now, actor.shop_id)
    events = _decode_at_once(body)
    refused: list[Problem] = []
    if events is None or not rules.admit_all(events, bounds):
        events, refused = _decode_each(body, bounds)
    stored = await _append(log, events, bounds.shop)
    return Collected(stored.accepted, stored.doubled, tuple(refused))


async def record_events(
    log: BehaviourLog, actor: Actor, events: Sequence[Event], now: datetime, earliest: datetime | None = None
) -> Collected:
    """Store events made by another room (an importer, a reaction); `earliest` lets history in.

    The events are normalised in place. Raises NotAllowed and EventLogUnavailable.
    """
    require(actor, WRITE)
    bounds = rules.bounds_at(now, actor.shop_id, earliest)
    admitted: list[Event] = []
    refused: list[Problem] = []
    for row, event in enumerate(events):
        problem = rules.admit(row, event, bounds)
        if problem is None:
            admitted.append(event)
        else:
            refused.append(problem)
    stored = await _append(log, admitted, bounds.shop)
    return Collected(stored.accepted, stored.doubled, tuple(refused))


async def _append(log: BehaviourLog, events: Sequence[Event], shop: str | None) -> Appended:
    if not events:
        return Appended(0, 0)
    if shop is None:
        keys = [key_text(event.shop_id, event.event_id) for event in events]
    else:
        head = shop + KEY_SEPARATOR
        keys = [head + event.event_id for event in events]
    return await log.append(Rows(keys, _encoder.encode_lines(events)))


def _decode_at_once(body: bytes) -> list[Event] | None:
    """All events, or none when anything at all is wrong with one of them."""
    if rules.NUL_ESCAPE in body:
        return None
    try:
        if _starts_as_list(body):
            return _list_decoder.decode(body)
        if _starts_as_batch(body):
            return _batch_decoder.decode(body).events
        return [_event_decoder.decode(body)]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def _decode_each(body: bytes, bounds: rules.Bounds) -> tuple[list[Event], list[Problem]]:
    """Row by row: the events that pass, and why the others do not."""
    events: list[Event] = []
    refused: list[Problem] = []
    for row, raw in enumerate(_split(body)):
        content = bytes(raw)
        problem = rules.refuse_nul(row, content)
        if problem is None:
            try:
                event = _event_decoder.decode(content)
            except msgspec.DecodeError as error:
                problem = rules.explain(row, str(error), content)
            else:
                problem = rules.admit(row, event, bounds)
                if problem is None:
                    events.append(event)
        if problem is not None:
            refused.append(problem)
    return events, refused


def _split(body: bytes) -> list[msgspec.Raw]:
    """The rows of a body, each well-formed JSON in UTF-8."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise _unreadable("not_utf8", f"{error.start}") from error
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        if _starts_as_list(body):
            rows = _raw_list_decoder.decode(body)
        elif _starts_as_batch(body):
            rows = _raw_batch_decoder.decode(body).events
        else:
            rows = [_raw_decoder.decode(body)]
    except (msgspec.DecodeError, RecursionError) as error:
        raise _unreadable("malformed_json", str(error)) from error
    if len(rows) > BATCH_EVENTS_MAX:
        raise _unreadable("too_many_events", f"{len(rows)}")
    return rows


def _unreadable(code: str, detail: str) -> Invalid:
    message, remedy = UNREADABLE_TEXTS[code]
    return UnreadableBody(code, Text(f"{message.zh}（{detail}）", f"{message.en} ({detail})"), remedy)


UNREADABLE_TEXTS: dict[str, tuple[Text, Text]] = {
    "not_utf8": (
        Text("内容不是 UTF-8 编码，出错的字节位置", "The body is not UTF-8; the first wrong byte is at"),
        Text("请将内容从 GBK 等编码转换为 UTF-8 后重发", "Convert it (from GBK, say) to UTF-8 and send it again"),
    ),
    "malformed_json": (
        Text("内容不是合法的 JSON", "The body is not well-formed JSON"),
        Text(
            '请发送一个事件、一个数组，或 {"events": […]}', 'Send one event, a JSON array, or {"events": […]}'
        ),
    ),
    "too_many_events": (
        Text(f"一次请求的事件超过 {BATCH_EVENTS_MAX} 个", f"More than {BATCH_EVENTS_MAX} events in one request"),
        Text("请分成几次发送", "Send them in several requests"),
    ),
}  # fmt: skip
