"""Was this very cart priced a moment ago?

A shopper opens the cart, looks, and orders: the same lines with the same instruments are priced two or three times. A
price depends on nothing but the lines, the market day, the instruments with which of them hold at the instant, and the
rules; so under all of these, compared by value, the answer may be used again and is never a wrong one. The oldest are
forgotten first.
"""

from collections import OrderedDict
from datetime import date, datetime

from peakday.kernel.clock import day_of
from peakday.trade.promotions.api import BestPrice, best_price
from peakday.trade.promotions.model import Cart, Id, Instrument, Line, PriceRules, Used

LINES_KEPT_MAX = 30_000  # of all carts that are remembered
_Key = tuple[
    tuple[Line, ...], str, frozenset[str], str, date, frozenset[tuple[Id, Used]], tuple[Instrument, ...],
    tuple[Instrument, ...], tuple[bool, ...], str, str,
]  # fmt: skip


class KnownPrices:
    """The best prices that were found last."""

    def __init__(self, lines_max: int = LINES_KEPT_MAX) -> None:
        self._lines_max = lines_max
        self._lines = 0
        self._found: OrderedDict[_Key, BestPrice] = OrderedDict()

    def best_price(
        self, cart: Cart, offers: tuple[Instrument, ...], wallet: tuple[Instrument, ...], rules: PriceRules
    ) -> BestPrice:
        """What `best_price` says, found again where it was asked before. Refuses as it does."""
        key = (
            cart.lines, cart.currency, cart.tags, cart.channel.value, day_of(cart.at), frozenset(cart.used.items()),
            offers, wallet, tuple(_holds(each, cart.at) for each in (*offers, *wallet)), rules.name, rules.version,
        )  # fmt: skip
        found = self._found.get(key)
        if found is not None:
            self._found.move_to_end(key)
            return found
        found = self._found[key] = best_price(cart, offers, wallet, rules)
        self._lines += len(cart.lines) + 1
        while self._lines > self._lines_max:
            old, _ = self._found.popitem(last=False)
            self._lines -= len(old[0]) + 1
        return found


def _holds(instrument: Instrument, at: datetime) -> bool:
    return (instrument.valid_from is None or instrument.valid_from <= at) and (
        instrument.valid_until is None or at < instrument.valid_until
    )


known_prices = KnownPrices()  # of this process
