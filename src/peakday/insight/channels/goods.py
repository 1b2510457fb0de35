"""How do doors ask about goods across channels: links, conflicts of price, stock and profit?

Every function takes the actor first and needs `data:view` on the shop; what changes something needs `data:edit`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from peakday.insight.channels import goods_queries, queries
from peakday.insight.channels.actions import link_goods
from peakday.insight.channels.actions.link_goods import confirm_link, find_own, refuse_link, take_back
from peakday.insight.channels.actions.match_goods import CodeTitleAndLikeness
from peakday.insight.channels.goods_model import (
    Evidence,
    GoodsProfit,
    ItemLink,
    Listing,
    ListingKey,
    Matcher,
    PriceGap,
    Proposal,
    Quote,
)
from peakday.insight.channels.model import Rate
from peakday.insight.channels.rules.exchange import converted, in_currency, rate_on
from peakday.insight.channels.rules.goods_profit import goods_profits
from peakday.insight.channels.rules.item_match import CodeAndTitle
from peakday.insight.channels.rules.price_gaps import price_gaps, unit_price
from peakday.kernel.actor import Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.market.catalog import api as catalog
from peakday.trade.stock import api as stock

__all__ = [
    "Evidence",
    "GoodsState",
    "Links",
    "ListingKey",
    "confirm_all",
    "confirm_link",
    "find_own",
    "goods_state",
    "links_of",
    "refuse_link",
    "take_back",
]

VIEW = "data:view"


@dataclass(frozen=True, slots=True)
class Links:
    """What is linked, what is proposed, and what is neither."""

    links: tuple[ItemLink, ...]
    proposals: tuple[Proposal, ...]
    rest: tuple[Listing, ...]
    titles: dict[UUID, str]


@dataclass(frozen=True, slots=True)
class GoodsState:
    """Conflicts of price, and what goods came to, in some days."""

    gaps: tuple[PriceGap, ...]
    profits: tuple[GoodsProfit, ...]
    titles: dict[UUID, str]


async def links_of(tx: Tx, actor: Actor, shop_id: UUID, matcher: Matcher | None = None) -> Links:
    """The shop's links with what `matcher` (none: the house's) proposes."""
    require(actor, VIEW, shop_id)
    links = await goods_queries.list_links(tx, shop_id)
    proposals, rest = await link_goods.propose_links(tx, actor, shop_id, matcher or CodeTitleAndLikeness())
    titles = await catalog.find_titles(tx, shop_id, list({link.item_id for link in links}))
    return Links(tuple(links), tuple(proposals), tuple(rest), titles)


async def confirm_all(house: House, tx: Tx, actor: Actor, shop_id: UUID) -> int:
    """Confirm every proposal by code; how many. Asked again there is nothing left to confirm."""
    require(actor, link_goods.EDIT, shop_id)
    proposals, _ = await link_goods.propose_links(tx, actor, shop_id, CodeAndTitle())
    count = 0
    for one in proposals:
        if one.evidence is Evidence.CODE:
            item = (one.item_id, one.sku_id, one.evidence)
            count += await confirm_link(house, tx, actor, shop_id, one.listing.key, item)
    return count


async def goods_state(
    house: House, tx: Tx, actor: Actor, shop_id: UUID, currency: str, days: tuple[date, date]
) -> GoodsState:  # fmt: skip
    """Conflicts of price and profit of the linked goods in these days. Refuses `MissingRate`."""
    require(actor, VIEW, shop_id)
    links, rates = await goods_queries.list_links(tx, shop_id), await queries.list_rates(tx, shop_id)
    if not links:
        return GoodsState((), (), {})
    items = list({link.item_id for link in links})
    quotes = {}
    for row in await goods_queries.list_last_sales(tx, shop_id, days):
        quotes[ListingKey(row["connection_id"], row["ref"])] = _quote(row, rates, currency)
    own = await _own_quotes(tx, shop_id, items, currency, day_of(house.clock.now()))
    figures = in_currency(await goods_queries.list_listing_days(tx, shop_id, days), rates, currency)
    costed = await catalog.list_costed(tx, shop_id, items)
    costs = {one.sku_id: one.cost_minor for one in costed if one.cost_minor is not None and one.currency == currency}
    skus = {link.sku_id for link in links if link.sku_id is not None}
    levels = await stock.available_of(tx, [(shop_id, sku_id) for sku_id in sorted(skus)])
    profits = goods_profits(links, figures, costs, {sku_id: level for (_, sku_id), level in levels.items()})
    titles = await catalog.find_titles(tx, shop_id, items)
    return GoodsState(tuple(price_gaps(links, quotes, own)), tuple(profits), titles)


async def _own_quotes(
    tx: Tx, shop_id: UUID, items: Sequence[UUID], currency: str, day: date
) -> dict[tuple[UUID, UUID | None], Quote]:  # fmt: skip
    """What our own shop asks now, by item and SKU; for an item as a whole its cheapest SKU."""
    found: dict[tuple[UUID, UUID | None], Quote] = {}
    for one in await catalog.list_goods(tx, shop_id, items):
        if one.price_minor is None or not one.is_on_sale or one.currency != currency:
            continue
        quote = Quote(None, one.price_minor, one.price_minor, currency, day, "", "", 0)
        found[one.item_id, one.sku_id] = quote
        whole = found.get((one.item_id, None))
        if whole is None or quote.price_minor < whole.price_minor:
            found[one.item_id, None] = quote
    return found


def _quote(row: dict[str, object], rates: Sequence[Rate], into: str) -> Quote:
    paid, quantity, currency, day = row["paid_minor"], row["quantity"], row["currency"], row["day"]
    assert isinstance(paid, int)
    assert isinstance(quantity, int)
    assert isinstance(currency, str)
    assert isinstance(day, date)
    told = unit_price(paid, quantity)
    price = converted(told, rate_on(rates, currency, into, day), currency, into)
    connection, number = row["connection_id"], row["row_no"]
    assert isinstance(connection, UUID)
    assert isinstance(number, int)
    return Quote(connection, price, told, currency, day, str(row["order_ref"]), str(row["file_name"]), number)
