"""Is a posting that could never be taken, or that would spoil a batch, kept out at the door?"""

from dataclasses import replace
from uuid import uuid4

import pytest

from peakday.trade.ledger.model import Expire, Settle, Void
from peakday.trade.ledger.rules.posting_validity import posting_problem
from tests.trade.ledger.builders import ALICE, a_hold, a_posting, a_transfer

GOOD = a_posting(a_transfer(), a_hold(seconds=1), Settle(uuid4()), Settle(uuid4(), 10**15), Void(uuid4()), a_hold())


def test_every_kind_of_step_can_be_asked():
    assert posting_problem(GOOD) is None


@pytest.mark.parametrize("posting, field, row", [
    (a_posting(), "steps", None),
    (a_posting(*[a_transfer()] * 101), "steps", None),
    (replace(GOOD, rule=""), "rule", None),
    (replace(GOOD, rule="a\x00b"), "rule", None),
    (replace(GOOD, ref="x" * 201), "ref", None),
    (replace(GOOD, ref="\ud800"), "ref", None),
    (a_posting(a_transfer(0)), "amount_minor", 0),
    (a_posting(a_transfer(-5)), "amount_minor", 0),
    (a_posting(a_transfer(), a_transfer(10**15 + 1)), "amount_minor", 1),
    (a_posting(a_transfer(currency="XYZ")), "currency", 0),
    (a_posting(a_transfer(debit_id=ALICE)), "credit_id", 0),
    (a_posting(a_hold(seconds=0)), "seconds", 0),
    (a_posting(a_hold(seconds=10**9)), "seconds", 0),
    (a_posting(Settle(uuid4(), 0)), "amount_minor", 0),
    (a_posting(Expire(uuid4())), "step", 0),
])  # fmt: skip
def test_the_first_thing_wrong_is_named(posting, field, row):
    problem = posting_problem(posting)
    assert (problem.field, problem.row) == (field, row)
