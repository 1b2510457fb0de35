"""Which moves does a stored instrument make, and which never?"""

import pytest

from peakday.trade.promotions.errors import InstrumentMoveRefused
from peakday.trade.promotions.rules.instrument_states import MOVES, can_move, require_move
from peakday.trade.promotions.stored import InstrumentStatus as S


def test_every_status_has_its_moves():
    assert set(MOVES) == set(S)


@pytest.mark.parametrize("here, there", [
    (S.DRAFT, S.LIVE), (S.DRAFT, S.WAITING_CONFIRMATION), (S.WAITING_CONFIRMATION, S.HELD), (S.HELD, S.LIVE),
    (S.LIVE, S.PAUSED), (S.LIVE, S.HELD), (S.PAUSED, S.LIVE), (S.PAUSED, S.DRAFT), (S.LIVE, S.ENDED),
])  # fmt: skip
def test_an_allowed_move_is_made(here, there):
    require_move(here, there)
    assert can_move(here, there)


@pytest.mark.parametrize("here, there", [
    (S.LIVE, S.DRAFT), (S.ENDED, S.LIVE), (S.ENDED, S.DRAFT), (S.DRAFT, S.PAUSED), (S.HELD, S.PAUSED),
])  # fmt: skip
def test_any_other_move_is_refused_with_both_ends(here, there):
    with pytest.raises(InstrumentMoveRefused) as caught:
        require_move(here, there)
    assert caught.value.data == {"here": here, "there": there}
    assert not can_move(here, there)


def test_nothing_follows_the_end():
    assert MOVES[S.ENDED] == frozenset()
