"""May an account be debited or credited by so much?

Every limit is one comparison. `net` is posted debits less posted credits; a debit reaches up to `net` plus the open
debits, as if all of them were settled and no open credit was, and that is the worst case for whoever must not run dry;
a credit reaches down likewise. A floor of an account that grows by credits bounds its debits, its ceiling bounds its
credits; of an account that grows by debits it is the other way round. So a hold, once accepted, can always be settled.
"""

from uuid import UUID

from peakday.trade.ledger.model import FIGURE_MINOR_MAX, NormalSide, RefusalCode


class Book:
    """An account's figures while a batch is decided, and how far they may reach. The only values here that change."""

    __slots__ = (
        "account_id", "credit_reach_min", "currency", "debit_reach_max", "is_closed", "is_touched", "net",
        "pending_credits", "pending_debits", "side",
    )  # fmt: skip

    def __init__(self, account_id: UUID, currency: str, side: NormalSide, *, is_closed: bool = False) -> None:
        self.account_id = account_id
        self.currency = currency
        self.side = side
        self.is_closed = is_closed
        self.is_touched = False  # whether its figures are to be written
        self.net = self.pending_debits = self.pending_credits = 0
        self.debit_reach_max, self.credit_reach_min = FIGURE_MINOR_MAX, -FIGURE_MINOR_MAX

    def limit(self, floor_minor: int | None, ceiling_minor: int | None) -> "Book":
        """Set its limits, which are counted on its normal side; None is none."""
        low, high = (-FIGURE_MINOR_MAX, FIGURE_MINOR_MAX)
        low = low if floor_minor is None else max(low, floor_minor)
        high = high if ceiling_minor is None else min(high, ceiling_minor)
        is_debit = self.side is NormalSide.DEBIT
        self.debit_reach_max = high if is_debit else -low
        self.credit_reach_min = low if is_debit else -high
        return self


def debit_excess(book: Book, amount_minor: int) -> int:
    """By how much a debit goes too far; 0 or less: it may be done."""
    return book.net + book.pending_debits + amount_minor - book.debit_reach_max


def credit_excess(book: Book, amount_minor: int) -> int:
    """By how much a credit goes too far; 0 or less: it may be done."""
    return book.credit_reach_min - book.net + book.pending_credits + amount_minor


def broken_limit(book: Book, side: NormalSide) -> RefusalCode:
    """Which limit stands in the way of an entry on this side."""
    bound = book.debit_reach_max if side is NormalSide.DEBIT else -book.credit_reach_min
    if bound == FIGURE_MINOR_MAX:
        return RefusalCode.FIGURE_TOO_LARGE
    return RefusalCode.ABOVE_CEILING if book.side is side else RefusalCode.BELOW_FLOOR
