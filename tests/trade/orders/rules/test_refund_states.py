"""Does a refund move only along the allowed moves?"""

import pytest

from peakday.trade.orders.errors import RefundMoveRefused
from peakday.trade.orders.model import RefundState
from peakday.trade.orders.rules.refund_states import ALLOWED_MOVES, OPEN_STATES, require_refund_move

S = RefundState


def test_every_state_has_its_moves_and_three_are_final():
    assert set(ALLOWED_MOVES) == set(S)
    assert {S.ASKED, S.RETURNING, S.PAYING} == OPEN_STATES


@pytest.mark.parametrize("here", [S.COMPLETED, S.DECLINED, S.WITHDRAWN])
def test_what_has_ended_moves_no_more(here):
    for there in S:
        with pytest.raises(RefundMoveRefused):
            require_refund_move(here, there)


def test_a_refund_that_is_asked_for_may_be_decided_either_way():
    for there in (S.RETURNING, S.PAYING, S.COMPLETED, S.DECLINED, S.WITHDRAWN):
        require_refund_move(S.ASKED, there)


def test_goods_on_their_way_back_are_not_declined():
    with pytest.raises(RefundMoveRefused):
        require_refund_move(S.RETURNING, S.DECLINED)
