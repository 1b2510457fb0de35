"""How does a basket of the explainer travel in an address, so that it can be shared?

    ?sku=sku_01…&n=2&sku=sku_02…&n=1&tag=vip&channel=app&at=2026-11-11T20:00&card=ins_01…

The address names goods and conditions only; prices are computed anew whenever it is opened, for the shop in its path
and by who opens it, so a link shows nobody more than they may see. No `card`: the best of all live cards; `card=none`:
none. Pieces of 0 take a line out; the same SKU twice adds up.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.operations.workbench.errors import BadBasket
from peakday.operations.workbench.model import SKU_PREFIX
from peakday.trade.promotions.api import Basket
from peakday.trade.promotions.model import PIECES_MAX, Channel

SKUS_MAX = 50  # an address is at most some thousand letters long
TAGS_MAX = 10
TAG_LETTERS_MAX = 40
CARDS_MAX = 50
FIRST_INSTANT, LAST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
CARD_PREFIX = "ins"
NO_CARD = "none"

Query = Sequence[tuple[str, str]]


def read_basket(query: Query) -> Basket:
    """The basket that an address names; it may be empty. Refuses `BadBasket`, naming what was not understood."""
    values: dict[str, list[str]] = {}
    for name, value in query:
        if value.strip():
            values.setdefault(name, []).append(value.strip())
    skus, counts = values.get("sku", []), values.get("n", [])
    if len(skus) > SKUS_MAX:
        raise BadBasket(_problem("sku", f"最多 {SKUS_MAX} 种", f"at most {SKUS_MAX} kinds"))
    pieces: dict[UUID, int] = {}
    for at, sku in enumerate(skus):
        sku_id = _id("sku", SKU_PREFIX, sku)
        pieces[sku_id] = pieces.get(sku_id, 0) + _pieces(counts[at] if at < len(counts) else "1")
    cards = values.get("card")
    return Basket(
        pieces={sku_id: min(count, PIECES_MAX) for sku_id, count in pieces.items() if count},
        at=_instant(values.get("at", [""])[0]),
        tags=frozenset(tag[:TAG_LETTERS_MAX] for tag in values.get("tag", [])[:TAGS_MAX] if tag.isprintable()),
        channel=_channel(values.get("channel", [Channel.APP.value])[0]),
        card_ids=None if cards is None else _cards(cards),
    )


def write_basket(basket: Basket) -> list[tuple[str, str]]:
    """The address of a basket; reading it gives the same basket."""
    query = []
    for sku_id, count in basket.pieces.items():
        query += [("sku", show_id(SKU_PREFIX, sku_id)), ("n", str(count))]
    query += [("tag", tag) for tag in sorted(basket.tags)]
    if basket.channel is not Channel.APP:
        query.append(("channel", basket.channel.value))
    if basket.at is not None:
        query.append(("at", basket.at.astimezone(MARKET_ZONE).strftime("%Y-%m-%dT%H:%M")))
    if basket.card_ids is not None:
        query += [("card", show_id(CARD_PREFIX, card_id)) for card_id in sorted(basket.card_ids)] or [("card", NO_CARD)]
    return query


def with_piece(basket: Basket, sku_id: UUID, count: int = 1) -> Mapping[UUID, int]:
    """The pieces of a basket with some more of a SKU."""
    return {**basket.pieces, sku_id: basket.pieces.get(sku_id, 0) + count}


def _cards(texts: Iterable[str]) -> frozenset[UUID]:
    ids = [_id("card", CARD_PREFIX, text) for text in texts if text != NO_CARD]
    return frozenset(ids[:CARDS_MAX])


def _pieces(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:9]) > PIECES_MAX or len(text) > 9:
        raise BadBasket(_problem("n", f"件数应为 0 至 {PIECES_MAX}", f"pieces are 0 to {PIECES_MAX}", text))
    return int(text)


def _instant(text: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(text)
        at = at if at.tzinfo else at.replace(tzinfo=MARKET_ZONE)
        is_near = FIRST_INSTANT <= at <= LAST_INSTANT
    except ValueError:
        is_near = False
    if not is_near:
        raise BadBasket(_problem("at", "时间无效", "it is not a time", text))
    return at.astimezone(UTC)


def _channel(text: str) -> Channel:
    try:
        return Channel(text)
    except ValueError:
        raise BadBasket(_problem("channel", "没有这个终端", "there is no such channel", text)) from None


def _id(field: str, prefix: str, text: str) -> UUID:
    try:
        return read_id(prefix, text)
    except ValueError:
        raise BadBasket(_problem(field, "编号无效", "it is not an id", text)) from None


def _problem(field: str, zh: str, en: str, value: str | None = None) -> Problem:
    remedy = Text("请修改后重试", "Change it and try again")
    return Problem(field, "bad_basket", Text(zh, en), remedy, value=value and value[:60])
