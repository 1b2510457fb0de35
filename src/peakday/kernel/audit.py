"""How does a room report that a record breaks one of its invariants?

Each room's `audit.py` recomputes its invariants from the records and yields findings; `peakday audit` prints them and
exits non-zero when there is one. No finding is repaired here: a person decides.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from peakday.kernel.database import Tx

FINDINGS_MAX = 200  # of one invariant: the first ones say what is wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken invariant: in which room, which one, of what (a shown id), with the figures that disagree.

    `remedy` says what sets it right, where there is one way.
    """

    room: str
    invariant: str
    subject: str
    detail: str
    remedy: str = ""


Audit = Callable[[Tx], AsyncIterator[Finding] | Awaitable[list[Finding]]]
