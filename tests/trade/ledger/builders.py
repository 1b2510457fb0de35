"""Small postings and books in memory, for the tests of the ledger."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from peakday.kernel.ids import derived_id
from peakday.trade.ledger.actions.post_postings import ask
from peakday.trade.ledger.model import (
    AccountKind,
    Head,
    Hold,
    NewAccount,
    NormalSide,
    Posting,
    Sale,
    SaleAccounts,
    Transfer,
)
from peakday.trade.ledger.rules.account_limits import Book
from peakday.trade.ledger.rules.decisions import Books, decide
from peakday.trade.ledger.rules.hash_chain import FIRST_HASH

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
SHOP = derived_id(None, "test", "shop")
CREATOR = derived_id(None, "test", "creator")
ORDER = derived_id(None, "test", "order")


def an_id(name: str) -> UUID:
    return derived_id(None, "test", name)


CASH, ALICE, BOB, EURO = map(an_id, ("cash", "alice", "bob", "euro"))


def a_transfer(amount_minor=100, debit_id=CASH, credit_id=ALICE, currency="CNY"):
    return Transfer(debit_id, credit_id, amount_minor, currency)


def a_hold(amount_minor=100, debit_id=ALICE, credit_id=BOB, seconds=None, hold_id=None):
    return Hold(hold_id or uuid4(), debit_id, credit_id, amount_minor, "CNY", seconds)


def a_posting(*steps, posting_id=None, rule="test", ref="", is_simulated=False):
    return Posting(posting_id or uuid4(), tuple(steps), rule, ref, is_simulated)


def a_sale(**values):
    given = {
        "shop_id": SHOP, "order_id": ORDER, "currency": "CNY", "paid_minor": 10_000, "platform_minor": 1_001,
        "creator_minor": 499, "creator_id": CREATOR, "commission_bp": 500, "creator_commission_bp": 1_000,
    }  # fmt: skip
    return Sale(**{**given, **values})


SALE_ACCOUNTS = SaleAccounts(
    *map(an_id, ("clearing", "escrow", "merchant", "commission", "subsidy", "creator_account"))
)


class MemoryLedger:
    """The rules over books that live in memory only: what the database does, without it."""

    def __init__(self):
        self.head = Head(0, FIRST_HASH, NOW)
        self.accounts, self.holds, self.known = {}, {}, {}
        self.entries = []

    def open(self, account_id, side=NormalSide.CREDIT, floor=0, ceiling=None, currency="CNY", is_closed=False):
        self.accounts[account_id] = Book(account_id, currency, side, is_closed=is_closed).limit(floor, ceiling)

    def post(self, *postings, at=NOW):
        books = Books(self.head, at, self.accounts, self.holds, self.known)
        decided = decide(ask(postings), books)
        self.head = decided.head
        self.entries += decided.entries
        return decided.answers

    def figures(self, *account_ids):
        books = [self.accounts[account_id] for account_id in account_ids]
        return [(book.net, book.pending_debits, book.pending_credits) for book in books]


def small_books():
    """Cash that may not run dry, two people who may not owe, an account in another currency."""
    ledger = MemoryLedger()
    ledger.open(CASH, NormalSide.DEBIT)
    ledger.open(ALICE)
    ledger.open(BOB, ceiling=1_000)
    ledger.open(EURO, currency="EUR")
    return ledger


def people(count, floor=0, currency="CNY"):
    """Merchants' accounts to be opened, and one clearing account that money comes from."""
    owners = [an_id(f"owner {i}") for i in range(count)]
    return [NewAccount(AccountKind.CLEARING, None, currency, is_simulated=True)] + [
        NewAccount(AccountKind.MERCHANT, owner, currency, floor) for owner in owners
    ]
