"""Which postings do the books take, in the order in which they were asked?

One after the other, as if each were alone: so the answer does not depend on how many were decided together. Within a
posting each step must hold the limits when its turn comes; the first that cannot be done undoes those before it, and
the refusal is the posting's answer for ever. A known id gets its known answer again. A hold whose time is over when
the batch is decided cannot be settled. Whoever calls holds the head of the chain and hands in every account and hold
that is named.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from peakday.trade.ledger.model import (
    Answer,
    Effect,
    Entry,
    Head,
    Hold,
    HoldStatus,
    NormalSide,
    Posting,
    RefusalCode,
    Settle,
    Step,
    StoredHold,
    Transfer,
    Void,
)
from peakday.trade.ledger.rules.account_limits import Book, broken_limit, credit_excess, debit_excess
from peakday.trade.ledger.rules.hash_chain import entry_hash

NO_POSTING = UUID(int=0)


class Asked(NamedTuple):
    """A posting that could be taken, the fingerprint of what it asks, and what its entries' hashes cover of it."""

    posting: Posting
    fingerprint: bytes
    mark: bytes


class Known(NamedTuple):
    """An earlier answer, and the fingerprint of what was asked then."""

    fingerprint: bytes
    answer: Answer


@dataclass(slots=True)
class Books:
    """What is decided upon: the chain's end, the instant, and every account, hold and id that the postings name."""

    head: Head
    at: datetime
    accounts: dict[UUID, Book]
    holds: dict[UUID, StoredHold] = field(default_factory=dict)
    known: dict[UUID, Known] = field(default_factory=dict)


@dataclass(slots=True)
class Decided:
    """What is to be written: new answers with what they answer, entries with their hashes, holds as they stand now."""

    answers: list[Answer]  # one a posting, in their order; some may be known of old
    head: Head
    taken: list[tuple[Asked, Answer]] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    hashes: list[bytes] = field(default_factory=list)
    holds: dict[UUID, StoredHold] = field(default_factory=dict)
    accounts: list[Book] = field(default_factory=list)


class _Undo(NamedTuple):
    """The figures of both accounts before a step, and the hold that it touches."""

    debit: Book
    credit: Book
    figures: tuple[int, int, int, int]
    hold_id: UUID | None
    hold: StoredHold | None


class _No(Exception):  # noqa: N818 - a refusal is not an error
    def __init__(self, code: RefusalCode, short_minor: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.short_minor = short_minor


def decide(asked: Sequence[Asked], books: Books) -> Decided:
    """The answers and what they change; the figures in `books` are changed as well."""
    return _Sitting(books).decide(asked)


class _Sitting:
    """One batch being decided."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._accounts = books.accounts
        self._at = books.at
        self._hash = books.head.hash
        self._decided = Decided([], books.head)
        self._undo: list[_Undo] = []
        self._posting_id, self._number, self._mark, self._is_linked = NO_POSTING, 0, b"", False

    def decide(self, asked: Sequence[Asked]) -> Decided:
        """All of them, one after the other."""
        decided, known = self._decided, self._books.known
        for one in asked:
            before = known.get(one.posting.posting_id)
            if before is None:
                answer = self._answer(one)
                known[one.posting.posting_id] = Known(one.fingerprint, answer)
                decided.taken.append((one, answer))
            elif before.fingerprint == one.fingerprint:
                answer = before.answer
            else:
                answer = Answer(one.posting.posting_id, self._at, None, 0, RefusalCode.ID_REUSED, 0)
            decided.answers.append(answer)
        decided.head = Head(self._books.head.entry_no + len(decided.entries), self._hash, self._at)
        return decided

    def _answer(self, asked: Asked) -> Answer:
        posting, begun, hash_before = asked.posting, len(self._decided.entries), self._hash
        self._posting_id, self._mark, self._undo = posting.posting_id, asked.mark, []
        self._is_linked = len(posting.steps) > 1
        try:
            for number, step in enumerate(posting.steps):
                self._number = number
                self._take(step)
        except _No as no:
            self._take_back(begun, hash_before)
            return Answer(posting.posting_id, self._at, None, 0, no.code, self._number, no.short_minor)
        first = self._books.head.entry_no + begun + 1
        return Answer(posting.posting_id, self._at, first, self._entry_no() - first)

    def _take_back(self, begun: int, hash_before: bytes) -> None:
        for debit, credit, figures, hold_id, hold in reversed(self._undo):
            debit.net, debit.pending_debits, credit.net, credit.pending_credits = figures
            if hold is not None:
                self._put(hold)
            elif hold_id is not None:
                del self._books.holds[hold_id], self._decided.holds[hold_id]
        del self._decided.entries[begun:], self._decided.hashes[begun:]
        self._hash = hash_before

    def _take(self, step: Step) -> None:
        match step:
            case Transfer():
                self._move(step)
            case Hold():
                self._open(step)
            case Settle(hold_id, amount_minor):
                self._settle(self._open_hold(hold_id), amount_minor)
            case Void(hold_id):
                self._close(self._open_hold(hold_id), HoldStatus.VOIDED, 0)
            case _:
                self._close(self._due_hold(step.hold_id), HoldStatus.EXPIRED, 0)

    def _move(self, step: Transfer) -> None:
        debit, credit = self._sides(step)
        self._keep(debit, credit)
        debit.net += step.amount_minor
        credit.net -= step.amount_minor
        self._enter(debit, credit, Effect.TRANSFER, step.amount_minor)

    def _open(self, step: Hold) -> None:
        if step.hold_id in self._books.holds:
            raise _No(RefusalCode.HOLD_EXISTS)
        debit, credit = self._sides(step)
        self._keep(debit, credit, step.hold_id)
        debit.pending_debits += step.amount_minor
        credit.pending_credits += step.amount_minor
        expires_at = None if step.seconds is None else self._at + timedelta(seconds=step.seconds)
        hold = StoredHold(
            step.hold_id, step.debit_id, step.credit_id, step.amount_minor, step.currency, expires_at,
            HoldStatus.OPEN, 0, self._entry_no(), None,
        )  # fmt: skip
        self._put(hold)
        self._enter(debit, credit, Effect.HOLD, step.amount_minor, hold)

    def _settle(self, hold: StoredHold, amount_minor: int | None) -> None:
        amount = hold.amount_minor if amount_minor is None else amount_minor
        if amount > hold.amount_minor:
            raise _No(RefusalCode.ABOVE_HOLD, amount - hold.amount_minor)
        self._close(hold, HoldStatus.SETTLED, amount)

    def _close(self, hold: StoredHold, status: HoldStatus, moved_minor: int) -> None:
        debit, credit = self._accounts[hold.debit_id], self._accounts[hold.credit_id]
        self._keep(debit, credit, hold.hold_id, hold)
        debit.pending_debits -= hold.amount_minor
        credit.pending_credits -= hold.amount_minor
        debit.net += moved_minor
        credit.net -= moved_minor
        closed = replace(hold, status=status, settled_minor=moved_minor, closed_entry_no=self._entry_no())
        self._put(closed)
        self._enter(debit, credit, _EFFECT_OF[status], moved_minor, closed)

    def _sides(self, step: Transfer | Hold) -> tuple[Book, Book]:
        """Both accounts, when they exist, are open, of the currency, and may go so far."""
        debit, credit = self._accounts.get(step.debit_id), self._accounts.get(step.credit_id)
        if debit is None or credit is None:
            raise _No(RefusalCode.ACCOUNT_UNKNOWN)
        if debit.is_closed or credit.is_closed:
            raise _No(RefusalCode.ACCOUNT_CLOSED)
        if not debit.currency == credit.currency == step.currency:
            raise _No(RefusalCode.CURRENCY_DIFFERS)
        if (excess := debit_excess(debit, step.amount_minor)) > 0:
            raise _No(broken_limit(debit, NormalSide.DEBIT), excess)
        if (excess := credit_excess(credit, step.amount_minor)) > 0:
            raise _No(broken_limit(credit, NormalSide.CREDIT), excess)
        return debit, credit

    def _open_hold(self, hold_id: UUID) -> StoredHold:
        hold = self._books.holds.get(hold_id)
        if hold is None:
            raise _No(RefusalCode.HOLD_UNKNOWN)
        if hold.status is HoldStatus.EXPIRED or (hold.status is HoldStatus.OPEN and self._is_due(hold)):
            raise _No(RefusalCode.HOLD_EXPIRED)
        if hold.status is not HoldStatus.OPEN:
            raise _No(RefusalCode.HOLD_CLOSED)
        return hold

    def _due_hold(self, hold_id: UUID) -> StoredHold:
        hold = self._books.holds[hold_id]
        assert hold.status is HoldStatus.OPEN, hold
        assert self._is_due(hold), hold
        return hold

    def _is_due(self, hold: StoredHold) -> bool:
        return hold.expires_at is not None and hold.expires_at <= self._at

    def _keep(self, debit: Book, credit: Book, hold_id: UUID | None = None, hold: StoredHold | None = None) -> None:
        """Note the figures, so that the step can be undone. A step that is alone fails before it changes anything."""
        if self._is_linked:
            figures = (debit.net, debit.pending_debits, credit.net, credit.pending_credits)
            self._undo.append(_Undo(debit, credit, figures, hold_id, hold))

    def _put(self, hold: StoredHold) -> None:
        self._books.holds[hold.hold_id] = self._decided.holds[hold.hold_id] = hold

    def _entry_no(self) -> int:
        return self._books.head.entry_no + len(self._decided.entries) + 1

    def _enter(
        self, debit: Book, credit: Book, effect: Effect, amount_minor: int, hold: StoredHold | None = None
    ) -> None:  # fmt: skip
        hold_id, released_minor, expires_at = None, 0, None
        if hold is not None:
            hold_id = hold.hold_id
            if effect is Effect.HOLD:
                expires_at = hold.expires_at
            else:
                released_minor = hold.amount_minor
        entry = Entry(
            self._entry_no(), self._posting_id, self._number, effect, hold_id, debit.account_id, credit.account_id,
            amount_minor, released_minor, debit.currency, expires_at, self._at,
            debit.net, debit.pending_debits, debit.pending_credits,
            credit.net, credit.pending_debits, credit.pending_credits,
        )  # fmt: skip
        self._hash = entry_hash(self._hash, self._mark, entry)
        self._decided.entries.append(entry)
        self._decided.hashes.append(self._hash)
        for book in (debit, credit):
            if not book.is_touched:
                book.is_touched = True
                self._decided.accounts.append(book)


_EFFECT_OF = {
    HoldStatus.SETTLED: Effect.SETTLE,
    HoldStatus.VOIDED: Effect.VOID,
    HoldStatus.EXPIRED: Effect.EXPIRE,
}
