"""Which steps keep a buyer's money until the goods are received?

Paid at once: clearing to escrow, and with it what platform and creator give, so that the shop's whole price lies in
escrow. Paid in two phases: the same as holds, settled when the gateway says so, voided when it says no. On receipt the
fees go to platform and creator and the rest to the merchant.
"""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.ids import derived_id, show_id
from peakday.trade.ledger.model import Hold, Posting, Sale, SaleAccounts, Settle, Step, Transfer, Void
from peakday.trade.ledger.rules.funding_split import funding_split

_Part = tuple[str, UUID, int]  # who gives, from which account, how much


def payment_received(sale: Sale, accounts: SaleAccounts) -> Posting:
    """The buyer paid: rule `escrow_payment`."""
    steps = [Transfer(account_id, accounts.escrow_id, minor, sale.currency) for _, account_id, minor in
             _parts(sale, accounts)]  # fmt: skip
    return sale_posting("escrow_payment", sale, steps)


def payment_held(sale: Sale, accounts: SaleAccounts, seconds: int | None) -> Posting:
    """The payment is authorised, until `seconds` have passed: rule `payment_hold`."""
    steps = [
        Hold(_hold_id(sale, name), account_id, accounts.escrow_id, minor, sale.currency, seconds)
        for name, account_id, minor in _parts(sale, accounts)
    ]
    return sale_posting("payment_hold", sale, steps)


def payment_captured(sale: Sale, accounts: SaleAccounts) -> Posting:
    """The authorised payment arrived: rule `payment_capture`."""
    steps = [Settle(_hold_id(sale, name)) for name, _, _ in _parts(sale, accounts)]
    return sale_posting("payment_capture", sale, steps)


def payment_voided(sale: Sale, accounts: SaleAccounts) -> Posting:
    """The authorised payment will not arrive: rule `payment_void`."""
    return sale_posting("payment_void", sale, [Void(_hold_id(sale, name)) for name, _, _ in _parts(sale, accounts)])


def goods_received(sale: Sale, accounts: SaleAccounts, refunded_minor: int = 0) -> Posting:
    """The buyer has the goods: rule `escrow_release`, of what was not refunded before."""
    split = funding_split(sale, refunded_minor)
    steps = moves(sale, accounts.escrow_id, [
        (accounts.commission_id, split.commission),
        (accounts.creator_id, split.creator_commission),
        (accounts.merchant_id, split.merchant),
    ])  # fmt: skip
    return sale_posting("escrow_release", sale, steps)


def moves(sale: Sale, from_id: UUID | None, to: list[tuple[UUID | None, int]]) -> list[Step]:
    """Transfers out of an account to others, without those of nothing."""
    steps: list[Step] = []
    for to_id, minor in to:
        if minor:
            assert from_id is not None, sale
            assert to_id is not None, sale
            steps.append(Transfer(from_id, to_id, minor, sale.currency))
    return steps


def sale_posting(rule: str, sale: Sale, steps: Sequence[Step], part: UUID | None = None) -> Posting:
    """The one posting of a rule for a sale (or of a part of it, such as a refund)."""
    posting_id = derived_id(None, "ledger", rule, *_key(sale), str(part or ""))
    return Posting(posting_id, tuple(steps), rule, show_id("ord", sale.order_id), sale.is_simulated)


def _parts(sale: Sale, accounts: SaleAccounts) -> list[_Part]:
    parts: list[tuple[str, UUID | None, int]] = [
        ("buyer", accounts.clearing_id, sale.paid_minor),
        ("platform", accounts.subsidy_id, sale.platform_minor),
        ("creator", accounts.creator_id, sale.creator_minor),
    ]
    return [(name, account_id, minor) for name, account_id, minor in parts if minor and account_id is not None]


def _hold_id(sale: Sale, name: str) -> UUID:
    return derived_id(None, "ledger", "payment_hold", *_key(sale), name)


def _key(sale: Sale) -> tuple[str, ...]:
    """What tells a sale from all others: its order, and the payment where an order has several."""
    return (str(sale.order_id),) if sale.payment_id is None else (str(sale.order_id), str(sale.payment_id))
