"""What does the page of a board begin with? Its address book, its words and the choices above it; frames follow."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from peakday.insight.advisor.board.model import BoardKey, Window
from peakday.insight.advisor.board.record import BUSY_DAYS, Facts
from peakday.insight.advisor.board.windows import day_window
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.text import Language, Text, money_text

SPEEDS = (1, 10, 60, 600, 3600)

WORDS = {
    "live": Text("实时", "Live"), "lost": Text("重新连接中…", "Reconnecting…"), "replay": Text("回放", "Replay"),
    "paused": Text("已暂停", "Paused"), "over": Text("已结束", "Over"), "this_year": Text("本期", "This year"),
    "last_year": Text("去年同波段时刻", "Last year, same wave hour"),
    "no_sales": Text("还没有成交", "Nothing sold yet"),
    "none_yet": Text("还没有达到里程碑", "No milestone reached yet"), "taken_back": Text("已撤回", "taken back"),
    "not_stated": Text("未注明", "Not stated"), "brand": Text("品牌", "Brand"), "shop": Text("店铺", "Shop"),
    "passed": Text("突破", "passed"), "orders_a_minute": Text("单/分钟", "orders/min"),
    "pieces": Text("件", "pcs"), "orders": Text("单", "orders"), "domestic": Text("国货", "Domestic"),
    "others": Text("其他", "Others"), "new": Text("新", "new"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A link above the board."""

    label: str
    href: str
    is_active: bool


@dataclass(frozen=True, slots=True)
class BoardView:
    """What the template draws before the first frame."""

    title: str
    currency: str
    is_replay: bool
    is_market: bool
    is_rehearsal: bool
    windows: list[Choice]
    replays: list[Choice]
    kinds: list[Choice]
    speeds: tuple[int, ...]
    length: int
    file: str
    home: str
    settings: dict[str, Any]


async def board_view(
    house: House, facts: Facts, place: tuple[BoardKey, Window, str], language: Language, waves: Sequence[Window]
) -> BoardView:
    """The page of a board: which window it shows, which others there are, and where its frames come from."""
    key, window, address = place
    now = house.clock.now()
    kept = {"orders": "rehearsal"} if key.simulated else {}
    if key.shop_id is None:
        kept["currency"] = key.currency
    is_replay = window.closes_at <= now
    today = day_window(day_of(now))
    offered = [(Text("今天", "Today"), today), *((wave.name, wave) for wave in waves)]
    query = urlencode({**kept, "window": window.code})
    return BoardView(
        window.name.of(language), key.currency, is_replay, key.shop_id is None, key.simulated,
        [_choice(address, kept, name.of(language), one.code, window.code) for name, one in offered],
        [
            _choice(address, {**kept, "currency": currency} if key.shop_id is None else kept, label, code, window.code)
            for label, code, currency in await _busy_days(facts, key, language, today)
        ],
        _kinds(address, key, window, language),
        SPEEDS, int((window.closes_at - window.opens_at).total_seconds()), f"{address}.csv?{query}",
        address.rpartition("/")[0] + "/" if key.shop_id else "/shops",
        {
            "stream": f"{address}/{'replay' if is_replay else 'stream'}?{query}", "replay": is_replay,
            "currency": key.currency, "digits": MINOR_DIGITS[key.currency], "language": language,
            "opens": window.opens_at.timestamp(), "market": key.shop_id is None,
            "words": {name: text.of(language) for name, text in WORDS.items()},
        },
    )  # fmt: skip


async def _busy_days(
    facts: Facts, key: BoardKey, language: Language, today: Window
) -> list[tuple[str, str, str]]:  # fmt: skip
    """The days with the most money, for a replay: label, window, currency."""
    rows = await facts.fetch(BUSY_DAYS, {"shop_id": str(key.shop_id) if key.shop_id else None})
    found = []
    for day, currency, paid, _ in rows:
        window = day_window(date.fromisoformat(str(day)[:10]))
        if window.code != today.code:
            found.append((f"{str(day)[:10]} · {money_text(int(paid), str(currency), language)}", window.code, currency))
    yesterday = day_window(day_of(today.opens_at - timedelta(hours=1)))
    return [(Text("昨天", "Yesterday").of(language), yesterday.code, key.currency), *found]


def _kinds(address: str, key: BoardKey, window: Window, language: Language) -> list[Choice]:
    kept = {"window": window.code} | ({"currency": key.currency} if key.shop_id is None else {})
    market, rehearsal = Text("真实订单", "Orders"), Text("演练", "Rehearsal")
    return [
        Choice(market.of(language), f"{address}?{urlencode(kept)}", not key.simulated),
        Choice(rehearsal.of(language), f"{address}?{urlencode({**kept, 'orders': 'rehearsal'})}", key.simulated),
    ]


def _choice(address: str, kept: dict[str, str], label: str, code: str, current: str) -> Choice:
    return Choice(label, f"{address}?{urlencode({**kept, 'window': code})}", code == current)
