"""How does a price explain itself to a shopper? The quote, the sentences that lead to it, what each discount gives."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.trade.carts import api as carts
from peakday.trade.promotions import api as promotions

ANYHOW = carts.Asking()


@dataclass(frozen=True, slots=True)
class Discount:
    """What one instrument takes off."""

    name: Text
    minor: int


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A quote with its words."""

    quote: carts.Quote
    steps: tuple[Text, ...]
    discounts: tuple[Discount, ...]


async def reckon(
    tx: Tx, buyer_id: UUID | None, wanted: Sequence[carts.Wanted], asking: carts.Asking = ANYHOW
) -> Reckoning:
    """The price of these goods for this buyer, explained. Refuses as `carts.quote` does."""
    return explain_quote(await carts.quote(tx, buyer_id, wanted, asking))


def explain_quote(quote: carts.Quote) -> Reckoning:
    """The sentences of a quote that is there."""
    names = {each.instrument_id: each.name for each in (*quote.offers, *quote.wallet)}
    priced = quote.best.priced
    given = priced.given_by_instrument()
    unnamed = Text("优惠", "Discount")
    discounts = [Discount(names.get(key, unnamed), minor) for key, minor in given.items() if minor]
    return Reckoning(quote, tuple(promotions.explain(priced, names)[1:]), tuple(discounts))
