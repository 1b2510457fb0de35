"""How do the rows of a merchant's CSV become events?

One row is one act of one visitor. Without an event number the place in its file names it, so that the same file twice
is the same events. Items and users are known by the numbers that the shop gave them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pyarrow as pa

from peakday.apps.importers.order_rows import TERMINAL_WORDS, buyer_source
from peakday.insight.behaviour.api import EVENT_TYPES, Event
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.columns import (
    Faults,
    read_instants,
    read_words,
    require_length,
    require_present,
    trimmed,
)
from peakday.kernel.text import Text
from peakday.market.accounts.model import buyer_id_of
from peakday.market.catalog.model import item_id_of

TEXT_LENGTH_MAX = {"user_id": 100, "event_id": 100, "item_ref": 64, "channel": 64, "page": 512, "search_query": 512}
DWELL_SECONDS_MAX = 86_400.0
TYPE_WORDS: dict[str, str] = {
    "浏览": "pv", "访问": "pv", "view": "pv", "page view": "pv", "点击": "click", "曝光": "impression",
    "搜索": "search", "收藏": "fav", "favorite": "fav",
    "加购": "cart", "加购物车": "cart", "add to cart": "cart", "addtocart": "cart",
    "关注": "follow", "入会": "join", "评论": "comment", "点赞": "like", "分享": "share", "咨询": "inquiry",
    "下单": "order", "购买": "pay", "支付": "pay", "buy": "pay", "purchase": "pay", "transaction": "pay",
    "退款": "refund", "确认收货": "confirm", "评价": "review", **{name: name for name in EVENT_TYPES},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class EventFile:
    """What a file is read by: its shop, its columns (field → place), zone, and the name of its content."""

    shop_id: UUID
    places: Mapping[str, int]
    name: str
    zone: str | None = None


@dataclass(frozen=True, slots=True)
class EventRows:
    """Events fit to store with their row numbers, and the problems of the other rows."""

    events: list[Event]
    numbers: list[int]
    problems: list[Problem]


def check_events(file: EventFile, rows: Sequence[Sequence[str]], numbers: Sequence[int]) -> EventRows:
    """Check one block."""
    faults = Faults(numbers)
    columns = _columns(file, rows, faults)
    found = EventRows([], [], faults.problems)
    for index in range(len(rows)):
        if index not in faults.spoiled:
            row = {name: values[index] for name, values in columns.items()}
            found.events.append(_event(file, row, int(numbers[index])))
            found.numbers.append(int(numbers[index]))
    return found


def _columns(file: EventFile, rows: Sequence[Sequence[str]], faults: Faults) -> dict[str, list[Any]]:
    columns = list(zip(*rows, strict=True)) if rows else [()] * (max(file.places.values()) + 1)
    texts = {name: trimmed(columns[place]) for name, place in file.places.items()}
    nothing = pa.nulls(len(rows), pa.string())
    for name in ("ts", "user_id", "type"):
        require_present(texts.get(name, nothing), name, faults)
    for name, length in TEXT_LENGTH_MAX.items():
        require_length(texts.get(name, nothing), name, length, faults)
    values: dict[str, pa.Array] = {name: texts.get(name, nothing) for name in TEXT_LENGTH_MAX}
    values["ts"] = read_instants(texts.get("ts", nothing), "ts", file.zone, faults)
    values["type"] = read_words(texts.get("type", nothing), _type, pa.string(), faults)
    values["terminal"] = read_words(texts.get("terminal", nothing), _terminal, pa.string(), faults)
    values["dwell_seconds"] = read_words(texts.get("dwell_seconds", nothing), _seconds, pa.float64(), faults)
    return {name: value.to_pylist() for name, value in values.items()}


def _event(file: EventFile, row: Mapping[str, Any], number: int) -> Event:
    item = row["item_ref"]
    return Event(
        event_id=row["event_id"] or f"{file.name}-{number}", ts=row["ts"],
        user_id=str(buyer_id_of(buyer_source(file.shop_id), row["user_id"])), type=row["type"],
        item_id=str(item_id_of(file.shop_id, item)) if item else None, shop_id=str(file.shop_id),
        channel=row["channel"], terminal=row["terminal"], page=row["page"], search_query=row["search_query"],
        dwell_seconds=row["dwell_seconds"],
    )  # fmt: skip


def _type(word: str) -> str | Problem:
    name = TYPE_WORDS.get(word.lower())
    if name is not None:
        return name
    return Problem(
        "type", "unknown_type", Text("未知的行为类型", "the type is not known"),
        Text("写 pv、click、cart、fav、pay 等", f"Write one of {', '.join(EVENT_TYPES)}"),
    )  # fmt: skip


def _terminal(word: str) -> str | Problem:
    terminal = TERMINAL_WORDS.get(word.lower())
    if terminal is not None:
        return terminal.value
    return Problem(
        "terminal", "unknown_terminal", Text("未知的终端", "the terminal is not known"),
        Text("写 pc、app、wap 或 store", "Write pc, app, wap or store"),
    )  # fmt: skip


def _seconds(text: str) -> float | Problem:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if 0 <= seconds <= DWELL_SECONDS_MAX:
        return seconds
    return Problem(
        "dwell_seconds", "not_a_number", Text("不是有效的秒数", "it is not a number of seconds"),
        Text("写 0 到 86400 之间的秒数", "Write seconds from 0 to 86400"),
    )  # fmt: skip
