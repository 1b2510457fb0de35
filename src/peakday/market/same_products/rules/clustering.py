"""Which cluster does an item join as it is listed?

The cluster of the member that it is most surely the same as, if no member is held not to be the same and the mean
probability towards all members that it was compared with is above the even cut: one weak link joins nothing, so that a
chain of likenesses does not grow into a cluster of strangers. Else it makes a cluster of its own. Two clusters are
never merged by the matcher, only by a person. Our definition: the platform's own way was never published.
"""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from peakday.market.same_products.model import Outcome


class Link(NamedTuple):
    """How an item stands to one member of a cluster."""

    cluster_id: UUID
    probability: float
    outcome: Outcome
    is_vetoed: bool


def choose_cluster(links: Sequence[Link], mean_from: float) -> UUID | None:
    """The cluster to join, or None: a cluster of its own. Equals go to the smaller id."""
    by_cluster: dict[UUID, list[Link]] = {}
    for link in links:
        by_cluster.setdefault(link.cluster_id, []).append(link)
    fit = [
        (-max(link.probability for link in found), cluster_id)
        for cluster_id, found in by_cluster.items()
        if any(link.outcome is Outcome.SAME for link in found)
        and not any(link.is_vetoed or link.outcome is Outcome.NOT_SAME for link in found)
        and sum(link.probability for link in found) / len(found) >= mean_from
    ]
    return min(fit)[1] if fit else None
