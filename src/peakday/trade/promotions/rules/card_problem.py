"""What does the search for the best cards look at?

Compiled once: the acts in the order in which they act, what each could give at most, and which may not meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from peakday.trade.promotions.rules.card_conflicts import Conflicts
from peakday.trade.promotions.rules.card_effects import Act, Balance


@dataclass(frozen=True, slots=True)
class Problem:
    """All acts of the wallet in turn; what may not meet; cliques; which earlier acts share rows; `ranks` break ties.

    The rank of a card is one bit: the higher, the sooner it expires.
    """

    acts: Sequence[Act]
    conflicts: Conflicts
    cliques: Sequence[Sequence[int]]
    spans: Sequence[int]
    most: Sequence[int]
    ranks: Sequence[int]
    opening: Balance
    is_parallel: bool
