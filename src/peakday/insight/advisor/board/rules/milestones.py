"""When has a brand or a shop reached a milestone of the board?

When what was paid for it, less what was given back, reaches ten thousand, a hundred thousand, 1 m, 10 m or 100 m of the
board's currency within the window: our definition (the published ones are 1 m, 10 m and 100 m yuan). A milestone is
told once, with the instant of the payment by which the sum known then reached the step. When corrections bring the sum
below it again it is taken back and stays as a record; reaching it once more is a new milestone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from peakday.insight.advisor.board.model import Dimension, Posting
from peakday.kernel.money import MINOR_DIGITS

STEPS = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)  # of major units


class Crossing(NamedTuple):
    """A step that a round of counting crossed, upwards or downwards."""

    step_minor: int
    is_upwards: bool


def crossed_steps(before_minor: int, after_minor: int, currency: str) -> list[Crossing]:
    """The steps between two sums, the lowest first."""
    unit = 10 ** MINOR_DIGITS[currency]
    low, high = sorted((before_minor, after_minor))
    return [Crossing(step * unit, is_upwards=after_minor > before_minor) for step in STEPS if low < step * unit <= high]


def crossing_instant(
    postings: Iterable[Posting], place: tuple[str, str], before_minor: int, step_minor: int
) -> datetime:
    """The payment by which `place` (dimension, key) reached the step; postings in the order of their payments.

    When what took away lies between, the last payment of the round is it.
    """
    dimension, key = place
    net, last = before_minor, None
    for posting in postings:
        gain = _gain(posting, dimension, key)
        if gain:
            net, last = net + gain, posting.paid_at
        if net >= step_minor and last is not None:
            return last
    assert last is not None, (place, step_minor)
    return last


def _gain(posting: Posting, dimension: str, key: str) -> int:
    if dimension == Dimension.SHOP:
        return posting.paid_minor - posting.refund_minor if str(posting.shop_id) == key else 0
    return sum(line.paid_minor - line.refund_minor for line in posting.lines if line.brand == key)
