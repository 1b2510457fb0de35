"""Which of these goods is the best to add?

The one for which the shopper pays least more for each unit of value that comes into the basket. Only goods count that
make an instrument reach further than before.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from peakday.trade.carts.quoted import Quote
from peakday.trade.promotions.api import Addition, cheapest_addition
from peakday.trade.promotions.model import Id, Line


@dataclass(frozen=True, slots=True)
class RankedAddition:
    """Goods to add: what they are worth by themselves, what is paid more for them, what reaches further by them."""

    line: Line
    value_minor: int
    extra_minor: int  # below 0: the larger basket costs less
    payable_minor: int  # of the whole basket with them
    reached: tuple[Id, ...]


def rank_additions(quote: Quote, candidates: Iterable[Line], reach: Id | None = None) -> list[RankedAddition]:
    """The candidates that reach further, the best first; ties: more value, then the smaller name of the line."""
    taken = {line.line_id for line in quote.cart.lines}
    found = []
    for line in candidates:
        if line.line_id not in taken:
            addition = cheapest_addition(quote.cart, [line], quote.offers, quote.wallet, quote.rules, reach)
            if addition is not None:
                found.append(addition)
    return [_ranked(each) for each in sorted(found, key=_rank)]


def _rank(addition: Addition) -> tuple[Fraction, int, str]:
    value = max(addition.value_minor, 1)
    return Fraction(addition.extra_minor, value), -value, addition.line.line_id


def _ranked(addition: Addition) -> RankedAddition:
    return RankedAddition(
        addition.line, addition.value_minor, addition.extra_minor, addition.after.priced.payable_minor,
        addition.reached,
    )  # fmt: skip
