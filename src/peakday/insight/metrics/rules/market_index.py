"""What may a merchant read from a market list? The order, and an index, but never another shop's value.

Our definition: index = a · x^b of the true figure x, with a and b per metric from a dated rule set, shaken by up to
`noise` and sorted again so that the order stays. The shaking is fixed by a secret of the house, by whose value it is
and by its size in steps of `STEP`: the same value is shaken alike in whatever period or category it is asked for.
Asking again, or for many periods that differ only in days without trade, teaches nothing (else the mean of the answers
would be the true index), and a shop that knows its own value and index cannot solve for another's.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

STEP = 1.2  # values within a fifth of one another are shaken alike


@dataclass(frozen=True, slots=True)
class IndexRule:
    """The transform of one metric from a day on."""

    metric: str
    effective_from: date
    scale: float  # a
    power: float  # b: below 1, so that large differences look small
    noise: float  # share by which an index may be shaken either way


INDEX_RULES = (
    IndexRule("paid_amount", date(2000, 1, 1), scale=1.7, power=0.62, noise=0.15),
    IndexRule("visitors", date(2000, 1, 1), scale=9.0, power=0.71, noise=0.15),
)  # fmt: skip


def find_rule(metric: str, day: date) -> IndexRule:
    """The rule in force on a day."""
    rules = [rule for rule in INDEX_RULES if rule.metric == metric and rule.effective_from <= day]
    return max(rules, key=lambda rule: rule.effective_from)


def index_values(ranked: Sequence[tuple[str, int]], rule: IndexRule, secret: bytes) -> list[int]:
    """The indices of (id, true value) pairs that are sorted by value, largest first.

    Strictly falling where the values fall; equal values may differ by one. Never negative values in.
    """
    assert all(value >= 0 for _, value in ranked), "an index needs values that are not negative"
    shaken = sorted(
        (
            rule.scale * value**rule.power * (1 + rule.noise * _shake(secret, rule, name, value))
            for name, value in ranked
        ),
        reverse=True,
    )
    indices: list[int] = []
    for value in reversed(shaken):
        lowest = indices[-1] + 1 if indices else 0
        indices.append(max(lowest, round(value)))
    return indices[::-1]


def _shake(secret: bytes, rule: IndexRule, name: str, value: int) -> float:
    """A number in [-1, 1) that only the house can compute; the same for values that lie within one step."""
    step = math.floor(math.log(value, STEP)) if value else -1
    digest = hashlib.blake2b(f"{rule.metric}\x1f{name}\x1f{step}".encode(), key=secret[:64], digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**63 - 1
