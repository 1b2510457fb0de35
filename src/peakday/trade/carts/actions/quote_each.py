"""What does each of these goods cost by itself, read in one go?

The hot minute sells one SKU at a time to thousands: each (SKU, pieces) is priced alone, by the same calculator as a
cart, from one reading for all. Offers whose use is counted (limits, budgets, stock) take no part here: counting them
would make every buyer wait for one row. They act in carts; in the hot minute the units of an event are the limit.
"""

from collections.abc import Sequence
from dataclasses import replace

from peakday.kernel.database import Tx
from peakday.trade.carts.actions.quote_lines import ANYONE, read_shelf
from peakday.trade.carts.quoted import Asking, Quote, Wanted
from peakday.trade.carts.rules.till_price import price_tills
from peakday.trade.promotions.model import Instrument


async def quote_each(tx: Tx, wanted: Sequence[Wanted], asking: Asking = ANYONE) -> list[Quote]:
    """One quote for each, in their order, without cards; what cannot be bought stands in its quote with its problem."""
    shelf = await read_shelf(tx, None, wanted, asking)
    free = replace(shelf, instruments=[each for each in shelf.instruments if not is_counted(each)])
    return [price_tills([each], free, asking)[0] for each in wanted]


def is_counted(instrument: Instrument) -> bool:
    """Whether somebody must count how often, or for how much, an instrument was used."""
    limits = instrument.limits
    return (
        limits.per_buyer is not None
        or limits.total is not None
        or instrument.stock_left is not None
        or any(funding.budget_left_minor is not None for funding in instrument.funding)
    )
