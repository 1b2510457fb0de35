"""How much of a channel's price is tax?

Where the file says it, the file is right. Else the channel's rule tells: a price that holds the tax is split, one that
does not gets it added. Rounded half up to the minor unit, once a line.
"""

from peakday.insight.channels.model import TaxRule

WHOLE = 10_000  # basis points


def with_tax(amount_minor: int, rule: TaxRule) -> tuple[int, int]:
    """What the buyer paid with tax, and the tax within it."""
    if rule.is_included:
        return amount_minor, _half_up(amount_minor * rule.basis_points, WHOLE + rule.basis_points)
    tax = _half_up(amount_minor * rule.basis_points, WHOLE)
    return amount_minor + tax, tax


def _half_up(above: int, below: int) -> int:
    sign = -1 if above < 0 else 1
    return sign * ((2 * abs(above) + below) // (2 * below))
