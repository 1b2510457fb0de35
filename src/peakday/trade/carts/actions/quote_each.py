"""What does each of these goods cost by itself, read in one go?

The hot minute sells one SKU at a time to thousands: each (SKU, pieces) is priced alone, by the same calculator as a
cart, from one reading for all. Offers whose use is counted (limits, budgets, stock) take no part here: counting them
would make every buyer wait for one row. They act in carts; in the hot minute the units of an event are the limit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.carts.actions.quote_lines import ANYONE, read_shelf
from peakday.trade.carts.quoted import Asking, Quote, Wanted
from peakday.trade.carts.rules.till_price import price_alone, price_tills
from peakday.trade.price_history import api as prices
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Instrument

HOLDS = timedelta(seconds=1)  # so long a quote may be used again; what a merchant changes meanwhile is seen after it


async def quote_each(tx: Tx, wanted: Sequence[Wanted], asking: Asking = ANYONE) -> list[Quote]:
    """One quote for each, in their order, without cards; what cannot be bought stands in its quote with its problem."""
    shelf = await read_shelf(tx, None, wanted, asking)
    free = replace(shelf, instruments=[each for each in shelf.instruments if not is_counted(each)])
    return [price_tills([each], free, asking)[0] for each in price_alone(wanted, free, asking)]


async def quote_apart(
    tx: Tx, buyer_id: UUID | None, wanted: Sequence[Wanted], asking: Asking = ANYONE
) -> list[Quote]:  # fmt: skip
    """What each would cost this buyer if it were bought alone, with counted offers and cards; from one reading."""
    shelf = await read_shelf(tx, buyer_id, wanted, asking)
    return [price_tills([each], shelf, asking)[0] for each in price_alone(wanted, shelf, asking)]


async def quote_ahead(tx: Tx, wanted: Sequence[Wanted], asking: Asking = ANYONE) -> list[tuple[Quote, datetime]]:
    """The same, and until when each holds: no quote is used across a switch.

    That is for `HOLDS`, or until the first instant at which a price or an instrument of these goods begins or ends.
    """
    quotes = await quote_each(tx, wanted, asking)
    at = quotes[0].at
    shop_ids = list({each.shop_id for each in wanted})
    ends = dict.fromkeys(shop_ids, at + HOLDS)
    soon = await promotions.instruments_of(tx, shop_ids, at, until=at + HOLDS)
    first = _first(((each.valid_from, each.valid_until) for each in soon), at, at + HOLDS)
    for shop_id in shop_ids:
        skus = [each.sku_id for each in wanted if each.shop_id == shop_id]
        offers = await prices.offers_ahead(tx, shop_id, at, skus)
        ends[shop_id] = _first(((each.valid_from, each.valid_until) for each in offers), at, first)
    return [(quote, ends[each.shop_id]) for quote, each in zip(quotes, wanted, strict=True)]


def _first(spans: Iterable[tuple[datetime | None, datetime | None]], after: datetime, latest: datetime) -> datetime:
    """The first instant at which one of these begins or ends, behind `after`; at most `latest`."""
    return min([latest, *(end for span in spans for end in span if end is not None and end > after)])


def is_counted(instrument: Instrument) -> bool:
    """Whether somebody must count how often, or for how much, an instrument was used."""
    limits = instrument.limits
    return (
        limits.per_buyer is not None
        or limits.total is not None
        or instrument.stock_left is not None
        or any(funding.budget_left_minor is not None for funding in instrument.funding)
    )
