"""What does one piece of these goods cost a shopper now, as lists show it?

Every price is a quote (`carts.api`): what is shown is what the cart would ask. Lists show what anybody pays for one
piece; what a shopper's own cards take off shows on the item's page and in the cart.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from markupsafe import Markup

from peakday.apps.storefront.departments import Directory
from peakday.apps.storefront.tiles import draw_tile
from peakday.apps.storefront.titles import tidy
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Problem
from peakday.market.catalog.model import ITEM_PREFIX, Category
from peakday.market.catalog.shelf import ShelfItem
from peakday.trade.carts import api as carts


@dataclass(frozen=True, slots=True)
class Good:
    """One item of a list: its words, its picture, what a piece costs now and what it cost before."""

    item: ShelfItem
    title: str
    tile: Markup
    final_minor: int
    struck_minor: int | None  # shown struck through; none: there is nothing to compare with
    is_in_event: bool
    problem: Problem | None

    @property
    def path(self) -> str:
        """Where its page is."""
        return f"/mall/items/{show_id(ITEM_PREFIX, self.item.item_id)}"

    @property
    def off_percent(self) -> int:
        """By how many per cent it is cheaper than the struck price; whole, rounded down."""
        return (self.struck_minor - self.final_minor) * 100 // self.struck_minor if self.struck_minor else 0


async def price_goods(tx: Tx, items: Sequence[ShelfItem], categories: dict[UUID, Category]) -> list[Good]:
    """The items with today's prices, in their order."""
    if not items:
        return []
    quotes = await carts.quote_each(tx, [carts.Wanted(item.shop_id, item.sku_id, 1) for item in items])
    return [_good(item, quote.lines[0], categories) for item, quote in zip(items, quotes, strict=True)]


def tile_of(item_id: UUID, title: str, leaf: Category | None) -> Markup:
    """The picture of an item that has none."""
    return draw_tile(item_id, tidy(title), leaf.path_en if leaf else "")


def picture_of(directory: Directory) -> Callable[[carts.QuotedLine], Markup]:
    """What draws the picture of a quoted line."""

    def draw(line: carts.QuotedLine) -> Markup:
        leaf = directory.categories.get(line.leaf_category_id) if line.leaf_category_id else None
        return tile_of(line.item_id or line.sku_id, line.title or "?", leaf)

    return draw


def struck_of(final_minor: int, catalogue_minor: int, strike_minor: int | None) -> int | None:
    """What stands struck through beside a price: the higher of the catalogue's two, where it is above the price."""
    highest = max(catalogue_minor, strike_minor or 0)
    return highest if highest > final_minor else None


def _good(item: ShelfItem, line: carts.QuotedLine, categories: dict[UUID, Category]) -> Good:
    leaf = categories.get(item.leaf_category_id) if item.leaf_category_id else None
    final = line.payable_minor if line.problem is None else line.catalogue_minor
    return Good(
        item=item,
        title=tidy(item.title),
        tile=tile_of(item.item_id, item.title, leaf),
        final_minor=final,
        struck_minor=struck_of(final, line.catalogue_minor, item.strike_price_minor),
        is_in_event=line.event_ref is not None,
        problem=line.problem,
    )
