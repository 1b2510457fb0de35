"""From which state may a hold move to which?

    held  ──► sold          paid
    held  ──► released      closed, cancelled, unpaid in time: the units may be sold again
    noted ──► sold          mode payment: the units are taken now
    noted ──► released      closed, or the units were gone when it was paid

Sold and released are final: units that come back after a sale are given back beside it.
"""

from types import MappingProxyType

from peakday.trade.stock.model import HoldStatus

_S = HoldStatus

ALLOWED_MOVES: MappingProxyType[HoldStatus, frozenset[HoldStatus]] = MappingProxyType({
    _S.HELD: frozenset({_S.SOLD, _S.RELEASED}),
    _S.NOTED: frozenset({_S.SOLD, _S.RELEASED}),
    _S.SOLD: frozenset(),
    _S.RELEASED: frozenset(),
})  # fmt: skip
OPEN_STATES = frozenset(state for state, moves in ALLOWED_MOVES.items() if moves)


def can_move(here: HoldStatus, there: HoldStatus) -> bool:
    """Whether a hold may go from `here` to `there`."""
    return there in ALLOWED_MOVES[here]


def units_back(here: HoldStatus, quantity: int) -> int:
    """How many units may be sold again when a hold in this state is released; only what was taken comes back."""
    assert can_move(here, HoldStatus.RELEASED), here
    return quantity if here is HoldStatus.HELD else 0
