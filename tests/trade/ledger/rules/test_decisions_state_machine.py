"""Does every sequence of acts keep the books' invariants, and is a bug in them found?"""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from peakday.apps.cli.bench_ledger_model import PlainLedger
from peakday.trade.ledger.actions.post_postings import _expiry
from peakday.trade.ledger.model import Hold, HoldStatus, NormalSide, Posting, Settle, Transfer, Void
from peakday.trade.ledger.rules import decisions
from peakday.trade.ledger.rules.decisions import Books, decide
from peakday.trade.ledger.rules.hash_chain import FIRST_HASH, entry_hash
from tests.trade.ledger.builders import NOW, MemoryLedger, ask

IDS = [UUID(int=i) for i in range(1, 6)]  # the last one is in another currency
amounts = st.integers(1, 120)
pairs = st.permutations(IDS[:4]).map(lambda ids: ids[:2]) | st.permutations(IDS).map(lambda ids: ids[:2])


class LedgerMachine(RuleBasedStateMachine):
    """The rules in memory beside the plain ledger; every act goes to both."""

    holds = Bundle("holds")
    postings = Bundle("postings")

    @initialize()
    def open_accounts(self):
        self.rules, self.plain, self.at, self.made = MemoryLedger(), PlainLedger(), NOW, 0
        kinds = [(NormalSide.DEBIT, None, None), (NormalSide.CREDIT, 0, None), (NormalSide.CREDIT, -50, 200),
                 (NormalSide.DEBIT, 0, 300), (NormalSide.CREDIT, None, None)]  # fmt: skip
        for account_id, (side, floor, ceiling) in zip(IDS, kinds, strict=True):
            currency = "EUR" if account_id == IDS[-1] else "CNY"
            self.rules.open(account_id, side, floor, ceiling, currency)
            self.plain.open(account_id, currency, side.value, floor, ceiling)

    def post(self, *steps):
        posting = Posting(self.new_id(), steps, "machine")
        self.ask_both(posting)
        return posting

    def new_id(self):
        self.made += 1
        return UUID(int=1_000 + self.made)

    def ask_both(self, posting):
        due = [h for h in self.rules.holds.values() if h.status is HoldStatus.OPEN and h.expires_at
               and h.expires_at <= self.at]  # fmt: skip
        books = Books(self.rules.head, self.at, self.rules.accounts, self.rules.holds, self.rules.known)
        decided = decide([*map(_expiry, due), *ask([posting])], books)
        self.rules.head = decided.head
        answer = decided.answers[-1]
        self.check_chain(decided)
        assert self.plain.post(posting, self.at) == (answer.refusal, answer.refused_step, answer.short_minor)

    def check_chain(self, decided):
        link = self.chained if hasattr(self, "chained") else FIRST_HASH
        marks = {asked.posting.posting_id: asked.mark for asked, _ in decided.taken}
        for entry, found in zip(decided.entries, decided.hashes, strict=True):
            link = entry_hash(link, marks[entry.posting_id], entry)
            assert link == found
        assert link == decided.head.hash
        self.chained = link

    @rule(target=postings, pair=pairs, amount=amounts)
    def transfer(self, pair, amount):
        return self.post(Transfer(*pair, amount, "CNY"))

    @rule(target=holds, pair=pairs, amount=amounts, seconds=st.none() | st.integers(1, 9))
    def hold(self, pair, amount, seconds):
        hold_id = self.new_id()
        self.post(Hold(hold_id, *pair, amount, "CNY", seconds))
        return hold_id

    @rule(target=postings, hold_id=holds, amount=st.none() | amounts)
    def settle(self, hold_id, amount):
        return self.post(Settle(hold_id, amount))

    @rule(hold_id=holds)
    def void(self, hold_id):
        self.post(Void(hold_id))

    @rule(target=postings, first=pairs, second=pairs, hold_id=holds, amount=amounts)
    def linked(self, first, second, hold_id, amount):
        opened = self.new_id()
        return self.post(
            Transfer(*first, amount, "CNY"), Settle(hold_id, amount), Hold(opened, *second, amount, "CNY"),
            Settle(opened, max(1, amount // 2)),
        )  # fmt: skip

    @rule(posting=postings)
    def ask_again(self, posting):
        figures = self.rules.figures(*IDS)
        self.ask_both(posting)
        ended = any(h.closed_entry_no == self.rules.head.entry_no for h in self.rules.holds.values())
        assert ended or self.rules.figures(*IDS) == figures

    @rule(posting=postings, pair=pairs)
    def reuse_the_id(self, posting, pair):
        self.ask_both(Posting(posting.posting_id, (Transfer(*pair, 77, "CNY"),), "machine"))

    @rule(seconds=st.integers(1, 5))
    def wait(self, seconds):
        self.at += timedelta(seconds=seconds)

    @invariant()
    def books_balance_and_agree(self):
        if not hasattr(self, "rules"):
            return
        figures = self.rules.figures(*IDS)
        assert sum(f[0] for f in figures) == 0
        assert sum(f[1] for f in figures) == sum(f[2] for f in figures)
        for account_id, (net, debits, credits_) in zip(IDS, figures, strict=True):
            is_debit = self.rules.accounts[account_id].side is NormalSide.DEBIT
            expected = (net, credits_, debits) if is_debit else (-net, debits, credits_)
            assert self.plain.balance(account_id) == expected


LIMITS = settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))


def test_every_sequence_of_acts_keeps_the_books():
    run_state_machine_as_test(LedgerMachine, settings=LIMITS)


def _double_on_repeat(self, asked):
    self._books.known.clear()
    return _ORIGINAL(self, asked)


_ORIGINAL = decisions._Sitting.decide


@pytest.mark.parametrize("where, name, bug", [
    (decisions._Sitting, "decide", _double_on_repeat),
    (decisions._Sitting, "_keep", lambda self, debit, credit, hold_id=None, hold=None: None),  # nothing is undone
    (decisions, "credit_excess", lambda book, amount: book.credit_reach_min - book.net + amount),  # holds do not count
])  # fmt: skip
def test_a_planted_bug_is_found(monkeypatch, where, name, bug):
    monkeypatch.setattr(where, name, bug)
    quick = settings(LIMITS, max_examples=400, phases=[Phase.generate], report_multiple_bugs=False, print_blob=False)
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(LedgerMachine, settings=quick)
