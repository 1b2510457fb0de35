"""Where does the shop stand in its market?

A list shows order and a monotone index, the true value only for the reader's own row, and nothing at all where too few
shops sell: then a value could be worked out (LY-03).
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from peakday.insight.advisor.desk import Desk, figures_of
from peakday.insight.advisor.model import Column, Figure, Line, Sheet, sheets_by_name
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.model import Dimension, MarketRank, Ranked, RankQuestion, RankRow, Unit
from peakday.kernel.text import Text

CATEGORIES_MAX = 20
PLACES = 30
LOSS = ("category_visitors", "lost_people", "loss_rate", "lost_amount")
TITLES = {
    Ranked.SHOPS: Text("店铺排行", "Shops"),
    Ranked.ITEMS: Text("商品排行", "Items"),
    Ranked.BRANDS: Text("品牌排行", "Brands"),
}


@dataclass(frozen=True, slots=True)
class MarketPage:
    """One list of one market; `categories` are the leaf categories that the shop sells in, largest first."""

    rank: MarketRank
    ranked: Ranked
    category_id: str | None
    categories: tuple[tuple[str, Text], ...]
    loss: tuple[Figure, ...]
    sheets: dict[str, Sheet]


async def market_page(desk: Desk, ranked: Ranked, category_id: str | None) -> MarketPage:
    """Everything on the page of the market."""
    own, rank, loss = await asyncio.gather(
        desk.by(Dimension.CATEGORY, "item_paid_amount", limit=CATEGORIES_MAX),
        metrics.market_rank(desk.actor, desk.store, _question(desk, ranked, category_id)),
        desk.compare(*LOSS),
    )
    keys = [str(row.key) for row in own if row.key]
    if category_id and category_id not in keys:
        keys.append(category_id)
    labels = await desk.labels(Dimension.CATEGORY, keys)
    named = tuple((key, labels[key]) for key in keys if key in labels)
    figures = figures_of(loss, LOSS, {}) if loss.now.values["category_visitors"] else ()
    return MarketPage(rank, ranked, category_id, named, figures, sheets_by_name([rank_sheet(rank, ranked)]))


def rank_sheet(rank: MarketRank, ranked: Ranked) -> Sheet:
    """The list as a sheet: place, name, index; the amount only of one's own."""
    columns = (
        Column("place", Text("名次", "Place"), Unit.COUNT),
        Column("name", Text("名称", "Name")),
        Column("index", Text("交易指数", "Trade index"), Unit.COUNT),
        Column("own", Text("本店支付金额", "Own paid amount"), Unit.MONEY),
    )
    listed = [*rank.rows, *(row for row in rank.own if row not in rank.rows)]
    return Sheet("rank", TITLES[ranked], columns, tuple(_line(row) for row in listed))


def _line(row: RankRow) -> Line:
    return Line((row.place, row.name, row.index, row.own_minor), str(row.id))


def _question(desk: Desk, ranked: Ranked, category_id: str | None) -> RankQuestion:
    return RankQuestion(desk.shop_id, desk.window, UUID(category_id) if category_id else None, ranked, limit=PLACES)
