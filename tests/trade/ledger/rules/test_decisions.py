"""Are postings decided one after the other, all or nothing, and the same answer given again?"""

from dataclasses import replace
from uuid import uuid4

import pytest

from peakday.trade.ledger.model import Effect, HoldStatus, NormalSide, RefusalCode, Settle, Void
from tests.trade.ledger.builders import (
    ALICE,
    BOB,
    CASH,
    EURO,
    NOW,
    SECOND,
    MemoryLedger,
    a_hold,
    a_posting,
    a_transfer,
    small_books,
)


@pytest.fixture
def books():
    ledger = small_books()
    ledger.post(a_posting(a_transfer(500)))
    return ledger


def refusal(answer):
    return answer.refusal, answer.refused_step, answer.short_minor


def test_a_transfer_moves_money_once_and_says_where_it_stands_in_the_chain():
    books = small_books()
    answer = books.post(a_posting(a_transfer(500)))[0]
    assert (answer.first_entry_no, answer.entries, answer.is_accepted, answer.at) == (1, 1, True, NOW)
    assert books.figures(CASH, ALICE) == [(500, 0, 0), (-500, 0, 0)]


def test_an_account_may_be_emptied_but_not_beyond_its_floor(books):
    assert refusal(books.post(a_posting(a_transfer(501, ALICE, BOB)))[0]) == (RefusalCode.BELOW_FLOOR, 0, 1)
    assert books.figures(ALICE, BOB) == [(-500, 0, 0), (0, 0, 0)]
    assert books.post(a_posting(a_transfer(500, ALICE, BOB)))[0].is_accepted


def test_an_account_may_be_filled_to_its_ceiling_and_not_beyond(books):
    assert refusal(books.post(a_posting(a_transfer(1_001, CASH, BOB)))[0]) == (RefusalCode.ABOVE_CEILING, 0, 1)
    assert books.post(a_posting(a_transfer(1_000, CASH, BOB)))[0].is_accepted


def test_money_that_came_in_with_an_earlier_posting_of_the_batch_may_be_spent(books):
    answers = books.post(a_posting(a_transfer(300)), a_posting(a_transfer(800, ALICE, BOB)))
    assert [answer.first_entry_no for answer in answers] == [2, 3]


def test_a_refused_step_undoes_the_whole_posting_and_names_itself(books):
    before, entries = books.figures(CASH, ALICE, BOB), len(books.entries)
    hold = a_hold(100)
    steps = (a_transfer(200), hold, Settle(hold.hold_id, 60), a_transfer(1, ALICE, EURO))
    answer = books.post(a_posting(*steps))[0]
    assert refusal(answer) == (RefusalCode.CURRENCY_DIFFERS, 3, None)
    assert books.figures(CASH, ALICE, BOB) == before
    assert (len(books.entries), books.holds) == (entries, {})


def test_a_refused_posting_gives_an_earlier_hold_back_as_it_was(books):
    hold = a_hold(100)
    books.post(a_posting(hold))
    books.post(a_posting(Void(hold.hold_id), a_transfer(1, ALICE, EURO)))
    assert books.holds[hold.hold_id].status is HoldStatus.OPEN
    assert books.figures(ALICE) == [(-500, 100, 0)]


def test_a_hold_counts_against_limits_and_moves_in_part_when_it_is_settled(books):
    hold = a_hold(400)
    books.post(a_posting(hold))
    assert refusal(books.post(a_posting(a_transfer(101, ALICE, BOB)))[0]) == (RefusalCode.BELOW_FLOOR, 0, 1)
    books.post(a_posting(Settle(hold.hold_id, 150)))
    assert books.figures(ALICE, BOB) == [(-350, 0, 0), (-150, 0, 0)]
    assert (books.entries[-1].amount_minor, books.entries[-1].released_minor) == (150, 400)


def test_what_a_hold_may_bring_counts_against_the_ceiling(books):
    books.post(a_posting(a_hold(400)))
    assert refusal(books.post(a_posting(a_transfer(601, CASH, BOB)))[0]) == (RefusalCode.ABOVE_CEILING, 0, 1)


@pytest.mark.parametrize("closing, effect", [(Settle, Effect.SETTLE), (Void, Effect.VOID)])
def test_a_hold_ends_once(books, closing, effect):
    hold = a_hold(100)
    books.post(a_posting(hold), a_posting(closing(hold.hold_id)))
    assert books.entries[-1].effect is effect
    for again in (Settle(hold.hold_id), Void(hold.hold_id)):
        assert refusal(books.post(a_posting(again))[0]) == (RefusalCode.HOLD_CLOSED, 0, None)


def test_a_hold_whose_time_is_over_cannot_be_settled_at_that_very_instant(books):
    hold = a_hold(100, seconds=10)
    books.post(a_posting(hold))
    late = books.post(a_posting(Settle(hold.hold_id)), at=NOW + 10 * SECOND)[0]
    assert refusal(late) == (RefusalCode.HOLD_EXPIRED, 0, None)
    other = a_hold(100, seconds=10)
    books.post(a_posting(other), at=NOW + 10 * SECOND)
    assert books.post(a_posting(Settle(other.hold_id)), at=NOW + 20 * SECOND - SECOND / 10)[0].is_accepted


@pytest.mark.parametrize("step, code, short", [
    (a_transfer(1, ALICE, uuid4()), RefusalCode.ACCOUNT_UNKNOWN, None),
    (a_transfer(1, ALICE, BOB, "EUR"), RefusalCode.CURRENCY_DIFFERS, None),
    (Settle(uuid4()), RefusalCode.HOLD_UNKNOWN, None),
    (Void(uuid4()), RefusalCode.HOLD_UNKNOWN, None),
])  # fmt: skip
def test_what_is_not_there_is_refused(books, step, code, short):
    before = books.figures(CASH, ALICE, BOB)
    assert refusal(books.post(a_posting(step))[0]) == (code, 0, short)
    assert books.figures(CASH, ALICE, BOB) == before


def test_a_closed_account_takes_nothing(books):
    books.open(EURO, is_closed=True)
    answer = books.post(a_posting(a_transfer(1, ALICE, EURO)))[0]
    assert answer.refusal is RefusalCode.ACCOUNT_CLOSED


def test_more_than_a_hold_promised_cannot_be_settled_and_a_hold_id_opens_one_hold(books):
    hold = a_hold(100)
    books.post(a_posting(hold))
    assert refusal(books.post(a_posting(Settle(hold.hold_id, 101)))[0]) == (RefusalCode.ABOVE_HOLD, 0, 1)
    assert refusal(books.post(a_posting(replace(hold, amount_minor=7)))[0]) == (RefusalCode.HOLD_EXISTS, 0, None)


def test_the_same_id_gets_the_same_answer_also_when_it_was_a_refusal(books):
    accepted, refused = a_posting(a_transfer(10)), a_posting(a_transfer(10_000, ALICE, BOB))
    first = books.post(accepted, refused)
    books.post(a_posting(a_transfer(20_000)))  # now the refused one could be paid
    figures = books.figures(CASH, ALICE, BOB)
    assert books.post(accepted, refused, accepted, at=NOW + SECOND) == [*first, first[0]]
    assert books.figures(CASH, ALICE, BOB) == figures


def test_the_same_id_with_another_content_is_a_conflict_and_keeps_its_first_answer(books):
    first = a_posting(a_transfer(10))
    books.post(first)
    other = replace(first, steps=(a_transfer(11),))
    for changed in (other, replace(first, ref="x"), replace(first, rule="x"), replace(first, is_simulated=True)):
        assert books.post(changed)[0].refusal is RefusalCode.ID_REUSED
    assert books.post(first)[0].is_accepted


def test_no_figure_outgrows_its_column():
    ledger = MemoryLedger()
    ledger.open(CASH, NormalSide.DEBIT, floor=None)
    ledger.open(ALICE)
    answers = ledger.post(*(a_posting(*(a_transfer(10**15),) * 100) for _ in range(41)))
    assert [answer.is_accepted for answer in answers] == [True] * 40 + [False]
    assert answers[-1].refusal is RefusalCode.FIGURE_TOO_LARGE


def test_how_a_history_is_cut_into_batches_changes_nothing():
    postings = [a_posting(a_transfer(5 + i % 90, *((CASH, ALICE) if i % 3 else (ALICE, BOB)))) for i in range(60)]
    together, apart = small_books(), small_books()
    answers = together.post(*postings)
    assert answers == [answer for posting in postings for answer in apart.post(posting)]
    assert together.head == apart.head
