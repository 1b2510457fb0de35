"""Which moves may a stored instrument make?

draft → waiting for confirmation → held → live → paused → ended. Saving a change makes a draft of whatever is not live
and not ended: a live instrument is paused before it is changed, so buyers never meet half a change. What the ladder
holds is held from live too. Ended is the end.
"""

from collections.abc import Mapping
from types import MappingProxyType

from peakday.trade.promotions.errors import InstrumentMoveRefused
from peakday.trade.promotions.stored import InstrumentStatus as S

MOVES: Mapping[S, frozenset[S]] = MappingProxyType({
    S.DRAFT: frozenset({S.DRAFT, S.WAITING_CONFIRMATION, S.HELD, S.LIVE, S.ENDED}),
    S.WAITING_CONFIRMATION: frozenset({S.DRAFT, S.WAITING_CONFIRMATION, S.HELD, S.LIVE, S.ENDED}),
    S.HELD: frozenset({S.DRAFT, S.LIVE, S.ENDED}),
    S.LIVE: frozenset({S.PAUSED, S.HELD, S.ENDED}),
    S.PAUSED: frozenset({S.DRAFT, S.WAITING_CONFIRMATION, S.HELD, S.LIVE, S.ENDED}),
    S.ENDED: frozenset(),
})  # fmt: skip


def require_move(here: S, there: S) -> None:
    """Refuses with `InstrumentMoveRefused` when an instrument may not go from here to there."""
    if there not in MOVES[here]:
        raise InstrumentMoveRefused(here=here, there=there)


def can_move(here: S, there: S) -> bool:
    """Whether it may."""
    return there in MOVES[here]
