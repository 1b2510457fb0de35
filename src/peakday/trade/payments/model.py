"""Which nouns does the room `payments` know?

A `Payment` asks a buyer for one amount; its `PaymentPart`s say which order of which shop gets how much of it, and what
platform and creator add. A `Notice` is what a gateway tells of a charge; `Taken` is what became of it. A `Refund` gives
money back, in one piece a payment that it was taken with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.trade.ledger.model import Posting, Sale

PAYMENT_PREFIX, CHARGE_PREFIX, REFUND_PREFIX = "pay", "chg", "rfd"
KEY_LETTERS_MAX = 200
PARTS_MAX = 300  # of one payment: a cart of 300 lines has at most so many shops
REASON_LETTERS_MAX = 500
NOTICE_BYTES_MAX = 10_000  # of a callback's body


class Purpose(StrEnum):
    """What a payment is for."""

    FULL = "full"
    DEPOSIT = "deposit"
    BALANCE = "balance"


class PaymentStatus(StrEnum):
    """Where a payment stands; the moves are in `rules/payment_states.py`."""

    PENDING = "pending"
    DECLINED = "declined"  # the buyer may try again
    CANCELLED = "cancelled"  # nobody waits for it any more; money that arrives all the same is to be given back
    CAPTURED = "captured"


class NoticeKind(StrEnum):
    """What a gateway tells of a charge."""

    CAPTURED = "captured"
    DECLINED = "declined"


class Effect(StrEnum):
    """What a notice did."""

    CAPTURED = "captured"
    DECLINED = "declined"
    REPEATED = "repeated"  # it was taken before: nothing was done
    STALE = "stale"  # overtaken by a later one: nothing was done
    UNKNOWN = "unknown"  # no such payment of this gateway: kept for a person to see
    AMOUNT_DIFFERS = "amount_differs"  # another sum or currency than we asked for: kept for a person to see


@dataclass(frozen=True, slots=True)
class PaymentPart:
    """What of a payment is for one order: what the buyer pays, what platform and creator add; whole minor units.

    Fees are in hundredths of a percent of what the goods bring. What a merchant gives is a lower price and no money.
    """

    shop_id: UUID
    order_id: UUID
    paid_minor: int
    platform_minor: int = 0
    creator_minor: int = 0
    creator_id: UUID | None = None
    commission_bp: int = 0
    creator_commission_bp: int = 0


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A wish for money. The same buyer and key is the same payment, for ever; with other content it is refused.

    `amount_minor` is the sum of what the parts say the buyer pays, and above 0 but for the gateway `house`.
    """

    buyer_id: UUID
    key: str
    checkout_id: UUID
    purpose: Purpose
    amount_minor: int
    currency: str
    parts: tuple[PaymentPart, ...]
    gateway: str = "sandbox"

    def __post_init__(self) -> None:
        assert self.amount_minor == sum(part.paid_minor for part in self.parts), self
        assert 1 <= len(self.parts) <= PARTS_MAX, self
        assert len({part.order_id for part in self.parts}) == len(self.parts), self


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A part, and what became of it: what went back to the buyer, and when the rest went to the merchant.

    `cover_returned_minor`: what the platform had back for refunded pieces that cost the buyer nothing.
    """

    payment_id: UUID
    part: PaymentPart
    refunded_minor: int = 0
    released_at: datetime | None = None
    cover_returned_minor: int = 0

    @property
    def cover_left_minor(self) -> int:
        """What the platform gives, without what it had back for pieces that cost the buyer nothing."""
        return self.part.platform_minor - self.cover_returned_minor


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment as it stands. `is_simulated`: its gateway moves no real money, and says so wherever it is shown."""

    payment_id: UUID
    buyer_id: UUID
    key: str
    checkout_id: UUID
    purpose: Purpose
    amount_minor: int
    currency: str
    gateway: str
    is_simulated: bool
    status: PaymentStatus
    created_at: datetime
    captured_at: datetime | None = None
    parts: tuple[StoredPart, ...] = ()

    @property
    def pay_url(self) -> str:
        """Where the buyer pays: a page of our own."""
        return f"/mall/pay/{show_id(PAYMENT_PREFIX, self.payment_id)}"

    @property
    def order_ids(self) -> tuple[UUID, ...]:
        """The orders that it pays for."""
        return tuple(stored.part.order_id for stored in self.parts)

    @property
    def refunded_minor(self) -> int:
        """What of it went back to the buyer."""
        return sum(stored.refunded_minor for stored in self.parts)


@dataclass(frozen=True, slots=True)
class Letter:
    """A callback as it came in at a door."""

    headers: Mapping[str, str]  # names in lower case
    body: bytes


@dataclass(frozen=True, slots=True)
class Notice:
    """What a gateway tells of a charge, once its signature was found good. `at` is the gateway's instant."""

    gateway: str
    event_id: str
    payment_id: UUID
    kind: NoticeKind
    amount_minor: int
    currency: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Taken:
    """What a notice did. `postings` are to be entered by `post_money`, last in the caller's transaction.

    `was_cancelled`: the money arrived after nobody waited for it any more.
    """

    notice: Notice
    effect: Effect
    payment: Payment | None = None
    postings: tuple[Posting, ...] = ()
    was_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class NewRefund:
    """Money to be given back, of one order; the same id is the same refund. Whole minor units, above 0.

    Without `payment_id` it comes out of the order's payments, the newest first. Of pieces that cost the buyer nothing
    there is no money to give back (`amount_minor` is 0): `cover_minor` is what the platform gave for them.
    """

    refund_id: UUID
    order_id: UUID
    amount_minor: int
    reason: str
    payment_id: UUID | None = None
    cover_minor: int = 0

    def __post_init__(self) -> None:
        assert (self.amount_minor > 0) != (self.cover_minor > 0), self


@dataclass(frozen=True, slots=True)
class CoverReturn:
    """What the platform had back of a payment's part, for one refund of pieces that cost the buyer nothing."""

    refund_id: UUID
    payment_id: UUID
    order_id: UUID
    shop_id: UUID
    cover_minor: int
    at: datetime


@dataclass(frozen=True, slots=True)
class RefundPiece:
    """What of a refund comes out of one payment."""

    payment_id: UUID
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund that was accepted; the gateway is told by the worker. `is_repeated`: it was accepted before."""

    refund_id: UUID
    order_id: UUID
    amount_minor: int
    pieces: tuple[RefundPiece, ...]
    is_repeated: bool = False


class RefundStatus(StrEnum):
    """Where a piece of a refund stands with the gateway."""

    ASKED = "asked"
    SENT = "sent"
    FAILED = "failed"  # the gateway says no, or was asked too often: a person must look


@dataclass(frozen=True, slots=True)
class StoredRefund:
    """A piece of a refund as it stands with the gateway."""

    refund_id: UUID
    payment_id: UUID
    order_id: UUID
    shop_id: UUID
    amount_minor: int
    currency: str
    reason: str
    status: RefundStatus
    asked_at: datetime
    sent_at: datetime | None


class AmendsStatus(StrEnum):
    """Where a shop's debt to a buyer stands."""

    OWED = "owed"  # the shop's balance does not cover it yet
    ASKED = "asked"  # taken from the balance; the gateway is to pay it out
    SENT = "sent"
    FAILED = "failed"  # the gateway says no, or was asked too often: a person must look


@dataclass(frozen=True, slots=True)
class Amends:
    """What a shop owes a buyer beyond what was paid, to be paid out to the payer of a payment. Minor units, above 0."""

    amends_id: UUID
    payment_id: UUID
    order_id: UUID
    shop_id: UUID
    amount_minor: int
    currency: str
    reason: str
    is_simulated: bool = True
    status: AmendsStatus = AmendsStatus.OWED
    owed_at: datetime | None = None
    sent_at: datetime | None = None


def sale_of(payment: Payment, stored: StoredPart) -> Sale:
    """A part in the words of the ledger."""
    part = stored.part
    return Sale(
        part.shop_id, part.order_id, payment.currency, part.paid_minor, stored.cover_left_minor, part.creator_minor,
        part.creator_id, part.commission_bp, part.creator_commission_bp, payment.is_simulated, payment.payment_id,
    )  # fmt: skip
