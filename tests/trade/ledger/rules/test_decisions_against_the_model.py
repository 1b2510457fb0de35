"""Do the rules and a second, plain ledger agree on every answer and balance of any history, and is a bug seen?"""

import random
from datetime import timedelta
from itertools import islice
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.apps.cli.bench_ledger_model import PlainLedger, history
from peakday.trade.ledger.actions.post_postings import _expiry
from peakday.trade.ledger.model import HoldStatus, NormalSide
from peakday.trade.ledger.rules import decisions
from peakday.trade.ledger.rules.decisions import Books, decide
from tests.trade.ledger.builders import NOW, MemoryLedger, ask

ACCOUNTS = [UUID(int=i) for i in range(1, 9)]
STRANGE = [UUID(int=100), UUID(int=101)]


def both_ledgers():
    """Eight accounts of either side with limits of several kinds, and one in another currency."""
    rules, plain = MemoryLedger(), PlainLedger()
    for i, account_id in enumerate([*ACCOUNTS, STRANGE[0]]):
        side = NormalSide.DEBIT if i % 3 == 0 else NormalSide.CREDIT
        floor, ceiling = (0, -2_000, None)[i % 3], (None, 5_000)[i % 2]
        currency = "EUR" if account_id == STRANGE[0] else "CNY"
        rules.open(account_id, side, floor, ceiling, currency)
        plain.open(account_id, currency, side.value, floor, ceiling)
    return rules, plain


def first_difference(seed, count):
    """The number of the first posting on which the two disagree; None: they agree in everything."""
    rules, plain = both_ledgers()
    chance, at = random.Random(seed), NOW
    postings = history(seed, ACCOUNTS, STRANGE, hold_seconds=20)
    done = 0
    while done < count:
        at += timedelta(seconds=chance.choice((0, 0, 1, 7)))
        batch = list(islice(postings, chance.randint(1, 12)))
        due = [h for h in rules.holds.values() if h.status is HoldStatus.OPEN and h.expires_at and h.expires_at <= at]
        asked = [*map(_expiry, due), *ask(batch)]
        decided = decide(asked, Books(rules.head, at, rules.accounts, rules.holds, rules.known))
        rules.head = decided.head
        for posting, answer in zip(batch, decided.answers[len(due) :], strict=True):
            told = (answer.refusal, answer.refused_step, answer.short_minor)
            if plain.post(posting, at) != told:
                return done
            done += 1
        for account_id, book in rules.accounts.items():
            if plain.balance(account_id) != _balance(book):
                return done
    return None


def _balance(book):
    if book.side is NormalSide.DEBIT:
        return book.net, book.pending_credits, book.pending_debits
    return -book.net, book.pending_debits, book.pending_credits


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_any_history_is_decided_as_the_plain_ledger_does(seed):
    assert first_difference(seed, 300) is None


def test_a_history_meets_every_refusal():
    plain = both_ledgers()[1]
    told = {plain.post(posting, NOW + timedelta(seconds=i)) for i, posting in
            enumerate(islice(history(1, ACCOUNTS, STRANGE, 20), 4_000))}  # fmt: skip
    codes = {code for code, _, _ in told}
    assert codes == {
        None, "account_unknown", "currency_differs", "below_floor", "above_ceiling", "hold_exists", "hold_unknown",
        "hold_closed", "hold_expired", "above_hold", "id_reused",
    }  # fmt: skip


def _forget_to_undo(self, begun, hash_before):
    del self._decided.entries[begun:], self._decided.hashes[begun:]
    self._hash = hash_before


def _settle_without_release(self, hold, amount_minor):
    amount = min(hold.amount_minor, amount_minor or hold.amount_minor)
    debit, credit = self._accounts[hold.debit_id], self._accounts[hold.credit_id]
    self._keep(debit, credit, hold.hold_id, hold)
    debit.net += amount
    credit.net -= amount
    self._enter(debit, credit, decisions.Effect.SETTLE, amount, hold)


@pytest.mark.parametrize("where, name, bug", [
    (decisions, "debit_excess", lambda book, amount: 0),
    (decisions, "debit_excess", lambda book, amount: book.net + amount - book.debit_reach_max),  # holds do not count
    (decisions, "credit_excess", lambda book, amount: book.credit_reach_min - book.net + amount - 1),  # one too many
    (decisions._Sitting, "_take_back", _forget_to_undo),
    (decisions._Sitting, "_settle", _settle_without_release),
    (decisions._Sitting, "_is_due", lambda self, hold: hold.expires_at is not None and hold.expires_at < self._at),
])  # fmt: skip
def test_a_planted_bug_is_seen(monkeypatch, where, name, bug):
    monkeypatch.setattr(where, name, bug)
    try:
        differences = [first_difference(seed, 400) for seed in range(5)]
    except AssertionError:  # the rules themselves saw that something cannot be
        return
    assert differences != [None] * 5
