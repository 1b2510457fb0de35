"""What is the middle actual price of an event?

Every deal that counts is one vote, whatever its pieces; of two middle prices the higher is taken (SYSTEMS 6.5: deals
{100, 90} have the median 100). Like deals that were grouped vote as often as they were made.
"""

from collections.abc import Iterable
from fractions import Fraction

from peakday.trade.price_history.model import Candidate


def event_median(candidates: Iterable[Candidate]) -> Fraction | None:
    """The median price of the deals that count, of two middle ones the higher; None without a deal."""
    votes = sorted((one.price, one.deal.deals) for one in candidates if one.counts and one.deal)
    middle = sum(count for _, count in votes) // 2
    passed = 0
    for price, count in votes:
        passed += count
        if middle < passed:
            return price
    return None
