"""Which lever made a shop's trade grow: more buyers, more orders each, higher prices, or more categories an order?

GROW (SYSTEMS 4.2) names four levers: penetration G, repeat frequency R, price lift O, widening W. Alibaba never
published how they are told apart; ours is an exact product, `paid = buyers x orders a buyer x money a category bought x
categories an order`, and the additive logarithmic mean Divisia index (Ang 2004, "Decomposition analysis for
policymaking in energy", LMDI-I): a lever's part is L(paid1, paid0) x ln(after / before), where L is the logarithmic
mean. The parts of LMDI add up without a rest, so after rounding by largest remainder they add up to the cent.
"""

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from peakday.kernel.text import Text

Factor = TypeVar("Factor", bound=Hashable)


class Lever(StrEnum):
    """What a growth can come from."""

    GAIN = "G"
    RETAIN = "R"
    BOOST = "O"
    WIDEN = "W"

    @property
    def label(self) -> Text:
        return _TITLES[self]


_TITLES = {
    Lever.GAIN: Text("渗透力 G", "Gain: more buyers (G)"),
    Lever.RETAIN: Text("复购力 R", "Retain: more orders a buyer (R)"),
    Lever.BOOST: Text("价格力 O", "Boost: higher price (O)"),
    Lever.WIDEN: Text("延展力 W", "Widen: more categories (W)"),
}


@dataclass(frozen=True, slots=True)
class Trade:
    """What a period sold. `category_purchases` counts each category once an order."""

    paid_minor: int
    buyers: int
    orders: int
    category_purchases: int

    def __post_init__(self) -> None:
        counts = (self.buyers, self.orders, self.category_purchases)
        assert self.paid_minor >= 0, "money paid is never below nothing"
        assert self.buyers <= self.orders <= self.category_purchases, counts
        assert self.paid_minor == 0 or self.buyers > 0, "money without a buyer"

    def levers(self) -> dict[Lever, float]:
        """The four factors, whose product is the money paid."""
        return {
            Lever.GAIN: self.buyers,
            Lever.RETAIN: self.orders / self.buyers,
            Lever.BOOST: self.paid_minor / self.category_purchases,
            Lever.WIDEN: self.category_purchases / self.orders,
        }


def split_growth(before: Trade, after: Trade) -> dict[Lever, int]:
    """The growth in minor units by lever; the four parts sum to `after.paid_minor - before.paid_minor`.

    A period that sold nothing has no price and no frequency: then the whole growth is new buyers won (or lost).
    """
    growth = after.paid_minor - before.paid_minor
    if not before.paid_minor or not after.paid_minor:
        return {lever: growth if lever is Lever.GAIN else 0 for lever in Lever}
    return split_by_factors(before.paid_minor, after.paid_minor, before.levers(), after.levers())


def split_by_factors(
    before_minor: int, after_minor: int, before: Mapping[Factor, float], after: Mapping[Factor, float]
) -> dict[Factor, int]:  # fmt: skip
    """How much of a growth each factor made, of sums that are the product of their factors; all above 0.

    The parts sum to `after_minor - before_minor`; ties of rounding go to the factor that stands first.
    """
    weight = _logarithmic_mean(after_minor, before_minor)
    return _round_to(after_minor - before_minor, {key: weight * math.log(after[key] / before[key]) for key in before})


def _logarithmic_mean(first: int, second: int) -> float:
    return float(first) if first == second else (first - second) / math.log(first / second)


def _round_to(total: int, parts: Mapping[Factor, float]) -> dict[Factor, int]:
    """Whole parts that sum to the total: rounded down, then the largest remainders up."""
    floors = {key: math.floor(part) for key, part in parts.items()}
    missing = total - sum(floors.values())
    by_remainder = sorted(parts, key=lambda key: floors[key] - parts[key])
    return {key: floors[key] + (by_remainder.index(key) < missing) for key in parts}
