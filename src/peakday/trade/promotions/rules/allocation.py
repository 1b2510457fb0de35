"""Which line gets which cent of a discount, and who pays it?

An amount is spread over lines in proportion to their base by largest remainder; ties go to the earlier line. A line on
which less is left takes only that, and the others keep their proportional share: what does not fit is lost. Funders
divide the same way: the whole by their weights, then each funder's part over the lines in proportion to what the
lines get, so that both sums are exact, by line and by funder.
"""

from collections.abc import Sequence

from peakday.kernel.money import split
from peakday.trade.promotions.model import Funder, Funding


def spread(amount_minor: int, bases: Sequence[int], left: Sequence[int]) -> list[int]:
    """Each line's part of `amount_minor`, at most what is left on it. All in minor units; bases are not negative."""
    if amount_minor == 0 or sum(bases) == 0:
        return [0] * len(bases)
    return [min(part, rest) for part, rest in zip(split(amount_minor, bases), left, strict=True)]


def fund(parts: Sequence[int], funding: Sequence[Funding]) -> list[tuple[Funder, list[int]]]:
    """Each funder with its part of every line; the parts add up to `parts` by line, and to the weights by funder."""
    if len(funding) == 1:
        return [(funding[0].funder, list(parts))]
    rest = list(parts)
    totals = split(sum(parts), [entry.weight for entry in funding])
    funded = []
    for entry, total in zip(funding, totals, strict=True):
        own = split(total, rest) if total else [0] * len(rest)
        funded.append((entry.funder, own))
        rest = [before - taken for before, taken in zip(rest, own, strict=True)]
    return funded


def fits_budgets(total_minor: int, funding: Sequence[Funding]) -> bool:
    """Whether every funder's budget covers its part of the total."""
    if all(entry.budget_left_minor is None for entry in funding):
        return True
    totals = split(total_minor, [entry.weight for entry in funding])
    return all(
        entry.budget_left_minor is None or total <= entry.budget_left_minor
        for entry, total in zip(funding, totals, strict=True)
    )
