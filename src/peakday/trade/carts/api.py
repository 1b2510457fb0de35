"""What may other rooms and doors ask of carts?

`quote` is the one way to price for a shopper; `quote_each` prices goods one by one, for the hot minute.
"""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.carts.actions.quote_each import quote_each
from peakday.trade.carts.actions.quote_lines import quote
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted

LINES_MAX = 300

__all__ = [
    "LINES_MAX",
    "Asking",
    "Quote",
    "QuotedLine",
    "Wanted",
    "quote",
    "quote_each",
    "selected_of",
    "take_bought",
    "take_lines",
]


async def selected_of(tx: Tx, buyer_id: UUID) -> list[Wanted]:
    """The selected lines of a buyer's cart, as a checkout wants them; for rooms above."""
    raise NotImplementedError


async def take_bought(tx: Tx, bought: Sequence[tuple[UUID, UUID]]) -> int:
    """Take (buyer_id, sku_id) of many buyers out of their carts at once: they were ordered; how many lines went."""
    raise NotImplementedError


async def take_lines(tx: Tx, buyer_id: UUID, sku_ids: Sequence[UUID]) -> int:
    """Take what was bought out of the cart; how many lines went. For rooms above."""
    raise NotImplementedError
