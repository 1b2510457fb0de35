"""What may other rooms and doors ask of carts?

`quote` is the one way to price for a shopper; `quote_apart` prices goods one by one, and so does `quote_each` for the
hot minute. A shopper's acts take the actor first and work on the own cart, a guest's too. For rooms above, without an
actor: `selected_of`, `take_bought`, `take_lines`, `merge_carts`. `CartWriter` (an engine of the house) adds for many
shoppers at once.
"""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.actions.add_lines import OnceAsked, Told, add_line, add_many
from peakday.trade.carts.actions.change_lines import change_line, select_lines
from peakday.trade.carts.actions.find_additions import find_additions
from peakday.trade.carts.actions.keep_favourites import (
    add_favourite,
    has_favourite,
    list_favourites,
    move_to_cart,
    move_to_favourites,
    remove_favourites,
)
from peakday.trade.carts.actions.merge_carts import merge_carts
from peakday.trade.carts.actions.quote_each import quote_ahead, quote_apart, quote_each
from peakday.trade.carts.actions.quote_lines import quote
from peakday.trade.carts.actions.remove_lines import remove_lines, take_bought, undo_removal
from peakday.trade.carts.actions.view_cart import (
    change_and_look,
    get_cart,
    invalid_skus,
    look_at_cart,
    note_look,
    quote_at_once,
    selected_of,
)
from peakday.trade.carts.model import (
    EMPTY_CARTS_KEPT,
    LINE_PIECES_MAX,
    LINES_MAX,
    UNDO_TIME,
    Added,
    Line,
    LineChange,
    Merged,
    Removal,
    Selection,
    Wish,
)
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted
from peakday.trade.carts.reader import ShelfReader
from peakday.trade.carts.viewed import CartLine, CartView, Look, Show, Sort
from peakday.trade.carts.writer import CartWriter

__all__ = [
    "LINES_MAX",
    "LINE_PIECES_MAX",
    "Added",
    "Asking",
    "CartLine",
    "CartView",
    "CartWriter",
    "Line",
    "LineChange",
    "Look",
    "Merged",
    "OnceAsked",
    "Quote",
    "QuotedLine",
    "Removal",
    "Selection",
    "ShelfReader",
    "Show",
    "Sort",
    "Told",
    "Wanted",
    "Wish",
    "add_favourite",
    "add_line",
    "add_many",
    "change_and_look",
    "change_line",
    "count_lines",
    "find_additions",
    "get_cart",
    "has_favourite",
    "list_favourites",
    "look_at_cart",
    "merge_carts",
    "move_to_cart",
    "move_to_favourites",
    "note_look",
    "quote",
    "quote_ahead",
    "quote_apart",
    "quote_at_once",
    "quote_each",
    "remove_favourites",
    "remove_invalid",
    "remove_lines",
    "select_lines",
    "selected_of",
    "sweep",
    "take_bought",
    "take_lines",
    "undo_removal",
]


async def count_lines(tx: Tx, actor: Actor) -> int:
    """How many lines the own cart has: one look into an index, for the mark on every page."""
    return await queries.count_lines(tx, require_buyer(actor))


async def remove_invalid(tx: Tx, actor: Actor) -> Removal | None:
    """Take everything that cannot be bought now out of the own cart; None: there was nothing."""
    skus = await invalid_skus(tx, actor)
    return await remove_lines(tx, actor, skus) if skus else None


async def sweep(tx: Tx) -> tuple[int, int]:
    """Drop removals that cannot be undone any more, and empty carts that nobody touched; how many of each."""
    at = await queries.database_now(tx)
    return await store.sweep(tx, at - UNDO_TIME, at - EMPTY_CARTS_KEPT)


async def take_lines(tx: Tx, buyer_id: UUID, sku_ids: Sequence[UUID]) -> int:
    """Take what was bought out of a cart; how many lines went. For rooms above."""
    return await take_bought(tx, [(buyer_id, sku_id) for sku_id in sku_ids])
