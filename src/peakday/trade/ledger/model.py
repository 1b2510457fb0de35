"""Which nouns does the room `ledger` know?

An `Account` has a normal side, on which its balance grows, and limits. A `Posting` is what one business act asks of the
books: steps that happen all or not at all, under one id. A step is a `Transfer`, or opens, settles or voids a `Hold`:
money that is promised but not yet moved. An `Answer` tells what became of a posting; it never changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple, TypeAlias
from uuid import UUID

STEPS_MAX = 100  # of one posting
HOLD_SECONDS_MAX = 366 * 86_400
TEXT_LENGTH_MAX = 200  # of `rule` and `ref`
FIGURE_MINOR_MAX = 4 * 10**18  # no figure of an account goes beyond it, so that none overflows


class NormalSide(StrEnum):
    """The side on which a balance grows."""

    DEBIT = "debit"
    CREDIT = "credit"


class AccountKind(StrEnum):
    """What an account stands for; `ACCOUNT_SIDES` says on which side it grows."""

    CLEARING = "clearing"  # money that the gateway took in for us: at the bank
    ESCROW = "escrow"  # paid by buyers, owed to a shop once the goods are received
    MERCHANT = "merchant"  # owed to a shop, free to be drawn
    CREATOR = "creator"  # owed to a creator
    COMMISSION = "commission"  # what the platform earned
    SUBSIDY = "subsidy"  # what the platform gave; its ceiling is the budget


ACCOUNT_SIDES: Mapping[AccountKind, NormalSide] = MappingProxyType({
    AccountKind.CLEARING: NormalSide.DEBIT,
    AccountKind.ESCROW: NormalSide.CREDIT,
    AccountKind.MERCHANT: NormalSide.CREDIT,
    AccountKind.CREATOR: NormalSide.CREDIT,
    AccountKind.COMMISSION: NormalSide.CREDIT,
    AccountKind.SUBSIDY: NormalSide.DEBIT,
})  # fmt: skip


class Effect(StrEnum):
    """What an entry of the chain did."""

    TRANSFER = "transfer"
    HOLD = "hold"
    SETTLE = "settle"
    VOID = "void"
    EXPIRE = "expire"


class HoldStatus(StrEnum):
    """Where a hold stands; from open there is one move, and none back."""

    OPEN = "open"
    SETTLED = "settled"
    VOIDED = "voided"
    EXPIRED = "expired"


class RefusalCode(StrEnum):
    """Why a posting was refused; remembered with its id."""

    ACCOUNT_UNKNOWN = "account_unknown"
    ACCOUNT_CLOSED = "account_closed"
    CURRENCY_DIFFERS = "currency_differs"
    BELOW_FLOOR = "below_floor"
    ABOVE_CEILING = "above_ceiling"
    FIGURE_TOO_LARGE = "figure_too_large"
    HOLD_EXISTS = "hold_exists"
    HOLD_UNKNOWN = "hold_unknown"
    HOLD_CLOSED = "hold_closed"
    HOLD_EXPIRED = "hold_expired"
    ABOVE_HOLD = "above_hold"
    ID_REUSED = "id_reused"  # not remembered: the id's first content keeps its answer


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account to be opened: one a kind, owner and currency. A limit of None is none.

    The balance, counted on the normal side, stays at or above `floor_minor` and at or below `ceiling_minor`.
    """

    kind: AccountKind
    owner_id: UUID | None
    currency: str
    floor_minor: int | None = 0
    ceiling_minor: int | None = None
    is_simulated: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """An opened account, without its figures."""

    account_id: UUID
    kind: AccountKind
    owner_id: UUID | None
    currency: str
    normal_side: NormalSide
    floor_minor: int | None
    ceiling_minor: int | None
    is_simulated: bool
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Transfer:
    """Whole minor units of one currency from the credited account to the debited one."""

    debit_id: UUID
    credit_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The same, promised: it counts against limits at once and moves when it is settled.

    It ends by itself `seconds` after it was accepted, by the database's clock; None: never.
    """

    hold_id: UUID
    debit_id: UUID
    credit_id: UUID
    amount_minor: int
    currency: str
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Settle:
    """Move what a hold promised, or a part of it; the rest is released. None: all of it."""

    hold_id: UUID
    amount_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Void:
    """Release a hold; nothing moves."""

    hold_id: UUID


@dataclass(frozen=True, slots=True)
class Expire:
    """Release a hold whose time is over; only the ledger itself asks it."""

    hold_id: UUID


Step: TypeAlias = Transfer | Hold | Settle | Void | Expire


@dataclass(frozen=True, slots=True)
class Posting:
    """What one business act asks of the books, all or nothing, in the order of its steps.

    `rule` names the posting rule that made it, `ref` what it is about; `is_simulated`: the bank behind it is.
    """

    posting_id: UUID
    steps: tuple[Step, ...]
    rule: str
    ref: str = ""
    is_simulated: bool = False


class Answer(NamedTuple):
    """What became of a posting: its entries, or why it was refused. The same for ever, however often it is asked.

    `short_minor` is by how much the limit at `refused_step` (from 0) would have been broken.
    """

    posting_id: UUID
    at: datetime
    first_entry_no: int | None
    entries: int
    refusal: RefusalCode | None = None
    refused_step: int | None = None
    short_minor: int | None = None

    @property
    def is_accepted(self) -> bool:
        """Whether the books took it."""
        return self.refusal is None


class Entry(NamedTuple):
    """One link of the chain, in the order of the table's columns; its hash stands beside it.

    `amount_minor` moved, or is held; `released_minor` is what a hold promised that ends here. The `after` figures are
    those of the two accounts right after it.
    """

    entry_no: int
    posting_id: UUID
    step: int
    effect: Effect
    hold_id: UUID | None
    debit_id: UUID
    credit_id: UUID
    amount_minor: int
    released_minor: int
    currency: str
    expires_at: datetime | None
    at: datetime
    debit_net_after: int
    debit_pending_debits_after: int
    debit_pending_credits_after: int
    credit_net_after: int
    credit_pending_debits_after: int
    credit_pending_credits_after: int


class Head(NamedTuple):
    """The end of the chain."""

    entry_no: int
    hash: bytes
    at: datetime


@dataclass(frozen=True, slots=True)
class Balance:
    """What an account held right after entry `entry_no`, counted on its normal side.

    `held_out_minor` may still leave and `held_in_minor` may still arrive by open holds.
    """

    account_id: UUID
    currency: str
    balance_minor: int
    held_out_minor: int
    held_in_minor: int
    entry_no: int
    is_simulated: bool

    @property
    def available_minor(self) -> int:
        """What is left when every open hold is settled that takes from it."""
        return self.balance_minor - self.held_out_minor


@dataclass(frozen=True, slots=True)
class Days:
    """A span of market days, both included; None is open."""

    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry as one account sees it: `change_minor` and `balance_minor` on its normal side."""

    entry_no: int
    at: datetime
    effect: Effect
    counter_id: UUID
    change_minor: int
    held_minor: int
    balance_minor: int
    posting_id: UUID
    rule: str
    ref: str
    is_simulated: bool


@dataclass(frozen=True, slots=True)
class StoredHold:
    """A hold as it stands; `settled_minor` is what of it moved. In the order of the table's columns."""

    hold_id: UUID
    debit_id: UUID
    credit_id: UUID
    amount_minor: int
    currency: str
    expires_at: datetime | None
    status: HoldStatus
    settled_minor: int
    opened_entry_no: int
    closed_entry_no: int | None


@dataclass(frozen=True, slots=True)
class Sale:
    """What the money of one order, or of one payment of it, comes to: what the buyer paid and others gave; minor units.

    What the merchant gave is a lower price and no money. Fees are in hundredths of a percent of what the goods brought.
    """

    shop_id: UUID
    order_id: UUID
    currency: str
    paid_minor: int
    platform_minor: int = 0
    creator_minor: int = 0
    creator_id: UUID | None = None
    commission_bp: int = 0
    creator_commission_bp: int = 0
    is_simulated: bool = True
    payment_id: UUID | None = None  # of an order that is paid in several payments, each is a sale of its own

    def __post_init__(self) -> None:
        assert min(self.paid_minor, self.platform_minor, self.creator_minor) >= 0, self
        assert 0 <= self.commission_bp + self.creator_commission_bp <= 10_000, self
        assert min(self.commission_bp, self.creator_commission_bp) >= 0, self
        assert self.creator_id is not None or not (self.creator_minor or self.creator_commission_bp), self


@dataclass(frozen=True, slots=True)
class SaleAccounts:
    """Between which accounts the money of a sale moves."""

    clearing_id: UUID
    escrow_id: UUID
    merchant_id: UUID
    commission_id: UUID
    subsidy_id: UUID
    creator_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Refunding:
    """One refund of a sale: its id, what of the payment went back before it, and what goes back now; minor units."""

    refund_id: UUID
    refunded_before_minor: int
    amount_minor: int
