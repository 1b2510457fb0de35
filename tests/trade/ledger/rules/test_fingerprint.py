"""Do two postings have one fingerprint only when they ask the same?"""

from dataclasses import replace

import pytest

from peakday.trade.ledger.model import Expire, Settle, Void
from peakday.trade.ledger.rules.fingerprint import FINGERPRINT_BYTES, mark_of, posting_mark
from tests.trade.ledger.builders import ALICE, BOB, CASH, a_hold, a_posting, a_transfer, an_id

HOLD = a_hold(5, hold_id=an_id("hold"), seconds=9)
BASE = a_posting(a_transfer(), HOLD, posting_id=an_id("posting"), ref="r")


def fingerprint(posting):
    return posting_mark(posting)[:FINGERPRINT_BYTES]


def test_the_id_is_not_part_of_it():
    assert fingerprint(BASE) == fingerprint(replace(BASE, posting_id=ALICE))


@pytest.mark.parametrize("changed", [
    replace(BASE, rule="tes", ref="tr"),
    replace(BASE, ref=""),
    replace(BASE, is_simulated=True),
    replace(BASE, steps=BASE.steps[::-1]),
    replace(BASE, steps=(a_transfer(101), HOLD)),
    replace(BASE, steps=(a_transfer(100, ALICE, CASH), HOLD)),
    replace(BASE, steps=(a_transfer(100, currency="EUR"), HOLD)),
    *(replace(BASE, steps=(a_transfer(), replace(HOLD, **change))) for change in (
        {"seconds": None}, {"seconds": 10}, {"amount_minor": 6}, {"credit_id": CASH}, {"hold_id": BOB},
        {"currency": "EUR"})),
    *(replace(BASE, steps=(a_transfer(), step)) for step in (
        Settle(HOLD.hold_id), Settle(HOLD.hold_id, 5), Settle(HOLD.hold_id, 6), Void(HOLD.hold_id),
        Expire(HOLD.hold_id), Settle(ALICE))),
])  # fmt: skip
def test_everything_else_is(changed):
    assert fingerprint(changed) != fingerprint(BASE)


def test_a_stored_posting_has_the_mark_that_it_was_chained_with():
    assert mark_of(fingerprint(BASE), "test", "r", is_simulated=False) == posting_mark(BASE)
