"""How healthy are a shop's consumer assets, in four figures?

FAST (SYSTEMS 4.2): F, how many stand in some stage; A, the share of them who moved to a nearer stage; S, members;
T, the share of members who were active. Which moves count as nearer: A to I, P or L; I to P or L; P to L.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from peakday.insight.consumers.model import Flow, Place


@dataclass(frozen=True, slots=True)
class Fast:
    """The four figures; a share of nobody has no value."""

    fertility: int
    advancing: float | None
    superiority: int
    thriving: float | None


def is_nearer(before: Place, after: Place) -> bool:
    """Whether somebody who stood in a stage moved to a nearer one."""
    return before is not None and after is not None and after.rank > before.rank


def fast_of(flow: Flow, members: int, active_members: int) -> Fast:
    """The figures of the flow's last day; people who advanced are put over those who stood in a stage on its first."""
    stood = _sum(flow.people, lambda before, _: before is not None)
    advanced = _sum(flow.people, is_nearer)
    return Fast(
        fertility=_sum(flow.people, lambda _, after: after is not None),
        advancing=advanced / stood if stood else None,
        superiority=members,
        thriving=active_members / members if members else None,
    )


def _sum(people: Mapping[tuple[Place, Place], int], counts: Callable[[Place, Place], bool]) -> int:
    return sum(number for (before, after), number in people.items() if counts(before, after))
