"""How do postings get into the books: asked, decided in their order, written, answered?

Reading, deciding and writing happen under the lock of the chain's head: an account on which half of all money moves
costs no more than any other, because nobody waits for a row. Known ids are answered from the record.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.trade.ledger import store
from peakday.trade.ledger.errors import PostingNotValid
from peakday.trade.ledger.model import Answer, Expire, Hold, Posting, StoredHold, Transfer
from peakday.trade.ledger.rules.decisions import Asked, Books, decide
from peakday.trade.ledger.rules.fingerprint import FINGERPRINT_BYTES, posting_mark
from peakday.trade.ledger.rules.posting_validity import posting_problem

EXPIRY_RULE = "hold_expired"


def ask(postings: Iterable[Posting]) -> list[Asked]:
    """The postings, each with its fingerprint; what does not need the lock. Refuses `PostingNotValid`."""
    asked = []
    for posting in postings:
        if problem := posting_problem(posting):
            raise PostingNotValid(problem, posting_id=posting.posting_id)
        asked.append(_asked(posting))
    return asked


async def post_asked(tx: Tx, asked: Sequence[Asked], at: datetime | None = None) -> list[Answer]:
    """Decide and write; one answer a posting, in their order. Takes the head's lock: take every other lock before.

    Holds whose time is over end first. `at` is the instant of a simulation; without it the database's clock says.
    """
    answers = await _post(tx, asked, at)
    return answers[len(answers) - len(asked) :]


async def end_due_holds(tx: Tx, at: datetime | None = None) -> int:
    """End holds whose time is over, at most `store.EXPIRIES_A_BATCH`; how many. Takes the head's lock."""
    return len(await _post(tx, [], at))


async def _post(tx: Tx, asked: Sequence[Asked], at: datetime | None) -> list[Answer]:
    """The answers to the holds that ended by themselves, then those to what was asked."""
    locked = await store.lock_head(tx, at)
    known = await store.load_known(tx, [a.posting.posting_id for a in asked])
    account_ids, hold_ids = _named(a for a in asked if a.posting.posting_id not in known)
    holds, ended = await store.load_holds(tx, hold_ids, locked.at)
    for hold in holds.values():
        account_ids.update((hold.debit_id, hold.credit_id))
    accounts = await store.load_books(tx, account_ids) if account_ids else {}
    expiries = [_expiry(hold) for hold in ended]
    decided = decide([*expiries, *asked], Books(locked.head, locked.at, accounts, holds, known))
    if decided.taken:
        await store.save(tx, locked.head, decided)
    return decided.answers


def _named(asked: Iterable[Asked]) -> tuple[set[UUID], list[UUID]]:
    """Which accounts and which holds these postings name."""
    accounts: set[UUID] = set()
    holds: list[UUID] = []
    for one in asked:
        for step in one.posting.steps:
            if isinstance(step, Transfer | Hold):
                accounts.add(step.debit_id)
                accounts.add(step.credit_id)
            if not isinstance(step, Transfer):
                holds.append(step.hold_id)
    return accounts, holds


def _expiry(hold: StoredHold) -> Asked:
    """The posting by which the ledger itself ends a hold."""
    posting_id = derived_id(None, "ledger", "expire", str(hold.hold_id))
    return _asked(Posting(posting_id, (Expire(hold.hold_id),), EXPIRY_RULE))


def _asked(posting: Posting) -> Asked:
    mark = posting_mark(posting)
    return Asked(posting, mark[:FINGERPRINT_BYTES], mark)
