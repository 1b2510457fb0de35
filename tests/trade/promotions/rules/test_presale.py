"""What does a presale cost, when does it close, and who keeps the deposit?"""

from datetime import timedelta

import pytest

from peakday.trade.promotions.errors import BadPresale, PresaleMoveRefused
from peakday.trade.promotions.rules.presale import (
    DepositFate,
    DepositOutcome,
    deposit_cut,
    deposit_due_at,
    deposit_inflation,
    settle_deposit,
    sold_at,
    tail_of,
)
from peakday.trade.promotions.rules.presale_states import ALLOWED_MOVES, STATE_AFTER, PresaleState, move, state_at
from tests.trade.promotions.builders import SALE_NIGHT, TMALL

RULES = TMALL.presale


def codes(refusal: BadPresale) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in refusal.problems]


@pytest.mark.capability("TE-09", partly="bounds, minutes, states and forfeits; the money moves with the payments room")
@pytest.mark.parametrize("deposit, is_sound", [(9_999, False), (10_000, True), (50_000, True), (50_001, False)])
def test_a_deposit_is_10_to_50_percent_of_the_price(deposit, is_sound):
    if is_sound:
        assert tail_of(deposit_cut(100_000, deposit, 0, RULES)) == 100_000 - deposit
        return
    with pytest.raises(BadPresale) as caught:
        deposit_cut(100_000, deposit, 0, RULES)
    assert codes(caught.value) == [("deposit", "out_of_range")]


@pytest.mark.parametrize("make, problems", [
    (lambda: deposit_inflation(100_000, 10_000, 9_999, RULES), [("off", "negative")]),
    (lambda: deposit_inflation(100_000, 50_000, 100_001, RULES), [("off", "too_large")]),
    (lambda: deposit_cut(100_000, 50_000, 50_001, RULES), [("off", "too_large")]),
    (lambda: deposit_cut(0, 0, 0, RULES), [("price", "out_of_range")]),
    (lambda: deposit_cut(100_000, 60_000, -1, RULES), [("deposit", "out_of_range"), ("off", "negative")]),
])  # fmt: skip
def test_terms_outside_their_bounds_are_refused(make, problems):
    with pytest.raises(BadPresale) as caught:
        make()
    assert codes(caught.value) == problems


def test_a_deposit_may_pay_all_of_the_tail():
    terms = deposit_inflation(100_000, 50_000, 100_000, RULES)
    assert (tail_of(terms), sold_at(terms)) == (0, 50_000)


@pytest.mark.capability("TE-09", partly="bounds, minutes, states and forfeits; the money moves with the payments room")
def test_an_unpaid_deposit_closes_the_order_after_30_minutes():
    due, tail_until = deposit_due_at(SALE_NIGHT, RULES), SALE_NIGHT + timedelta(days=3)
    assert due - SALE_NIGHT == timedelta(minutes=30)
    waiting = PresaleState.AWAITING_DEPOSIT
    before = due - timedelta(microseconds=1)
    assert state_at(waiting, SALE_NIGHT, tail_until, before, RULES) is PresaleState.AWAITING_DEPOSIT
    assert state_at(waiting, SALE_NIGHT, tail_until, due, RULES) is PresaleState.CLOSED


@pytest.mark.capability("TE-09", partly="bounds, minutes, states and forfeits; the money moves with the payments room")
def test_an_unpaid_tail_forfeits_the_deposit_and_a_paid_one_does_not():
    until = SALE_NIGHT + timedelta(days=3)
    waiting = PresaleState.AWAITING_TAIL
    assert state_at(waiting, SALE_NIGHT, until, until - timedelta(seconds=1), RULES) is PresaleState.AWAITING_TAIL
    assert state_at(waiting, SALE_NIGHT, until, until, RULES) is PresaleState.FORFEITED
    assert state_at(PresaleState.PAID, SALE_NIGHT, until, until, RULES) is PresaleState.PAID


@pytest.mark.capability("TE-09", partly="bounds, minutes, states and forfeits; the money moves with the payments room")
@pytest.mark.parametrize("fate, outcome, state", [
    (DepositFate.TAIL_NOT_PAID, DepositOutcome(0, 10_000), PresaleState.FORFEITED),
    (DepositFate.SELLER_AT_FAULT, DepositOutcome(20_000, -10_000), PresaleState.RETURNED_DOUBLE),
    (DepositFate.ON_GOOD_TERMS, DepositOutcome(10_000, 0), PresaleState.RETURNED),
])  # fmt: skip
def test_who_gets_the_deposit_depends_on_why_no_sale_came_of_it(fate, outcome, state):
    assert settle_deposit(10_000, fate, RULES) == outcome
    assert STATE_AFTER[fate] is state
    assert move(PresaleState.AWAITING_TAIL, state) is state


def test_every_move_that_is_not_in_the_table_is_refused():
    for here in PresaleState:
        for there in set(PresaleState) - ALLOWED_MOVES[here]:
            with pytest.raises(PresaleMoveRefused):
                move(here, there)
