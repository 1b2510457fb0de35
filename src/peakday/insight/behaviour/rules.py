"""Which events are taken, and what is said about those that are not?

The shape is checked while the JSON is decoded. Beyond the shape: an instant carries its zone, lies at most five minutes
ahead and at most 400 days back; ids shown with a prefix (`itm_…`) are valid; a key writes for its own shop only;
`received_at` is ours. An event that passes is normalised: instants in UTC, ids as plain UUID text.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

import msgspec

from peakday.insight.behaviour.model import AGE_MAX, EVENT_TYPES, FUTURE_MAX, TERMINALS, Event
from peakday.kernel.ids import read_id
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text

IDS_REMEMBERED = 131_072
VALUE_SHOWN_MAX = 120
NUL_ESCAPE = b"\\u0000"

_PATH = re.compile(r" - at `\$\.?([^`]*)`$")
_FIELD = re.compile(r"field `([^`]*)`")


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a sender may write at this moment; `shop` is the plain id of the only shop, or None for every shop."""

    shop: str | None
    earliest: datetime
    latest: datetime
    received_at: datetime


def _plain(prefix: str) -> Callable[[str], str]:
    """Turns `itm_01ja…` into plain UUID text and leaves a sender's own text as it is; ValueError for a broken id."""
    mark = prefix + "_"

    @lru_cache(IDS_REMEMBERED)
    def plain(value: str) -> str:
        return str(read_id(prefix, value)) if value.startswith(mark) else value

    return plain


plain_user, plain_item, plain_shop = _plain("byr"), _plain("itm"), _plain("shp")
plain_brand, plain_category, plain_order = _plain("brd"), _plain("cat"), _plain("ord")


def bounds_at(now: datetime, shop_id: UUID | None, earliest: datetime | None = None) -> Bounds:
    """The bounds of a request that arrives `now` from an actor bound to `shop_id` (None: staff, every shop).

    An import of history hands in its own `earliest`.
    """
    return Bounds(str(shop_id) if shop_id else None, earliest or now - AGE_MAX, now + FUTURE_MAX, now)


def admit_all(events: Sequence[Event], bounds: Bounds) -> bool:
    """Check and normalise a batch in place; False when some event does not pass (ask `admit` for each of them).

    The hot path: it makes no problem texts and stops at the first fault, with the events before it normalised.
    """
    shop, earliest, latest, received_at = bounds.shop, bounds.earliest, bounds.latest, bounds.received_at
    try:
        for event in events:
            if not earliest <= event.ts <= latest or event.received_at is not None:
                return False
            if event.ts.tzinfo is not UTC:
                event.ts = event.ts.astimezone(UTC)
            _plain_ids(event)
            if shop is not None:
                if event.shop_id is not None and event.shop_id != shop:
                    return False
                event.shop_id = shop
            event.received_at = received_at
    except ValueError:
        return False
    return True


def admit(row: int, event: Event, bounds: Bounds) -> Problem | None:
    """Check and normalise one event in place; the reason when it is refused, with its place in the batch from 0."""
    if event.received_at is not None:
        return _problem(row, "received_at", "field_is_ours", None)
    if event.ts > bounds.latest:
        return _problem(row, "ts", "time_in_future", event.ts.isoformat())
    if event.ts < bounds.earliest:
        return _problem(row, "ts", "time_too_old", event.ts.isoformat())
    for field, plain in PLAIN_OF.items():
        value = getattr(event, field)
        if value is not None and not _is_id(value, plain):
            return _problem(row, field, "bad_id", value)
    if bounds.shop is not None and event.shop_id is not None and plain_shop(event.shop_id) != bounds.shop:
        return _problem(row, "shop_id", "other_shop", event.shop_id)
    assert admit_all([event], bounds), event
    return None


def explain(row: int, fault: str, content: bytes) -> Problem:
    """The problem behind what the decoder said (`Expected … - at `$.ts``) about one event."""
    path = _PATH.search(fault)
    named = _FIELD.search(fault)
    field = path.group(1) if path else named.group(1) if named else "event"
    return _problem(row, field, _code_of(field, fault), _shown(content, field), detail=fault.partition(" - at ")[0])


def refuse_nul(row: int, content: bytes) -> Problem | None:
    """Refuse an event whose text holds the NUL character: no database can store it as text."""
    return _problem(row, "event", "nul_character", _shown(content, "event_id")) if NUL_ESCAPE in content else None


def _plain_ids(event: Event) -> None:
    """Ids that are shown with a prefix become plain. Written out: it runs for every event."""
    event.user_id = plain_user(event.user_id)
    if event.item_id is not None:
        event.item_id = plain_item(event.item_id)
    if event.shop_id is not None:
        event.shop_id = plain_shop(event.shop_id)
    if event.brand_id is not None:
        event.brand_id = plain_brand(event.brand_id)
    if event.category_id is not None:
        event.category_id = plain_category(event.category_id)
    if event.order_id is not None:
        event.order_id = plain_order(event.order_id)


PLAIN_OF = {
    "user_id": plain_user, "item_id": plain_item, "shop_id": plain_shop,
    "brand_id": plain_brand, "category_id": plain_category, "order_id": plain_order,
}  # fmt: skip


def _is_id(value: str, plain: Callable[[str], str]) -> bool:
    try:
        plain(value)
    except ValueError:
        return False
    return True


def _code_of(field: str, fault: str) -> str:
    if field == "ts":
        return "time_without_zone" if "timezone" in fault else "bad_time" if "datetime" in fault else "bad_value"
    if field == "type" and "enum" in fault:
        return "unknown_type"
    if field == "terminal" and "enum" in fault:
        return "unknown_terminal"
    if "missing required" in fault:
        return "missing_field"
    if "unknown field" in fault:
        return "unknown_field"
    return "too_long" if "length <=" in fault else "bad_value"


def _problem(row: int, field: str, code: str, value: str | None, detail: str = "") -> Problem:
    message, remedy = TEXTS[code]
    if code in {"bad_value", "too_long"}:
        message = Text(f"{message.zh}（{detail}）", f"{message.en} ({detail})")
    return Problem(field=field, code=code, message=message, remedy=remedy, row=row, value=value)


def _shown(content: bytes, field: str) -> str | None:
    """The value of a field as it was sent, cut short; the beginning of the row when it is no object."""
    row = msgspec.json.decode(content)
    if not isinstance(row, dict):
        return content[:VALUE_SHOWN_MAX].decode("utf-8", "replace")
    name = re.split(r"[.\[]", field)[0]
    return str(row[name])[:VALUE_SHOWN_MAX] if name in row else None


TEXTS: dict[str, tuple[Text, Text]] = {
    "time_without_zone": (
        Text("时间没有时区", "The time has no zone"),
        Text("请附上时区，例如 2026-11-11T20:00:00+08:00", "Add the zone, for example 2026-11-11T20:00:00+08:00"),
    ),
    "bad_time": (
        Text("时间格式不正确", "This is not a time"),
        Text("请使用 RFC 3339，例如 2026-11-11T20:00:00+08:00", "Write RFC 3339, such as 2026-11-11T20:00:00+08:00"),
    ),
    "time_in_future": (
        Text("时间比现在晚 5 分钟以上", "The time is more than 5 minutes ahead"),
        Text("请校准发送端的时钟", "Set the sender's clock"),
    ),
    "time_too_old": (
        Text("时间早于 400 天前", "The time is more than 400 days ago"),
        Text("历史数据请用导入命令", "Bring history in with the import command"),
    ),
    "bad_id": (
        Text("编号不正确", "This is not a valid id"),
        Text("请原样使用系统给出的编号，或使用自己的编号", "Use the id as shown, or your own without our prefix"),
    ),
    "other_shop": (
        Text("该密钥只能写入自己的店铺", "This key writes for its own shop only"),
        Text("删除 shop_id，或使用该店铺的密钥", "Leave shop_id out, or use that shop's key"),
    ),
    "field_is_ours": (
        Text("该字段由系统填写", "This field is filled by the system"),
        Text("请删除该字段", "Leave the field out"),
    ),
    "unknown_type": (
        Text("未知的事件类型", "Unknown event type"),
        Text("可用的类型：" + "、".join(EVENT_TYPES), "Use one of: " + ", ".join(EVENT_TYPES)),
    ),
    "unknown_terminal": (
        Text("未知的终端", "Unknown terminal"),
        Text("可用的终端：" + "、".join(TERMINALS), "Use one of: " + ", ".join(TERMINALS)),
    ),
    "missing_field": (
        Text("缺少必填字段", "A required field is missing"),
        Text("请填写 event_id、ts、user_id 和 type", "Give event_id, ts, user_id and type"),
    ),
    "unknown_field": (
        Text("未知的字段", "Unknown field"),
        Text("请对照接口文档检查字段名", "Compare the field's name with the API documentation"),
    ),
    "too_long": (
        Text("内容过长", "The value is too long"),
        Text("请缩短到上限以内", "Shorten it to the limit"),
    ),
    "bad_value": (
        Text("取值不正确", "The value is not right"),
        Text("请按接口文档的类型与范围填写", "Give the type and range of the API documentation"),
    ),
    "nul_character": (
        Text("文本中含有空字符", "The text holds a NUL character"),
        Text("请删除 \\u0000", "Remove \\u0000"),
    ),
}  # fmt: skip
