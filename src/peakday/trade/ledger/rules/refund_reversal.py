"""Which steps give a buyer money back, and undo in proportion what others gave and earned?

Before receipt the money comes out of escrow. After it the fees come back to the merchant first, then the merchant gives
back what the buyer paid and what platform and creator gave; a merchant without that balance is refused by the books,
and whoever asked decides who steps in.
"""

from dataclasses import replace
from uuid import UUID

from peakday.kernel.ids import derived_id, show_id
from peakday.trade.ledger.model import Posting, Refunding, Sale, SaleAccounts, Step, Transfer
from peakday.trade.ledger.rules.escrow import moves, sale_posting
from peakday.trade.ledger.rules.funding_split import funding_split


def refund_from_escrow(sale: Sale, accounts: SaleAccounts, refunding: Refunding) -> Posting:
    """A refund before the goods were received: rule `refund_from_escrow`."""
    steps = moves(sale, accounts.escrow_id, _given_back(sale, accounts, refunding))
    return sale_posting("refund_from_escrow", sale, steps, refunding.refund_id)


def refund_after_release(sale: Sale, accounts: SaleAccounts, refunding: Refunding) -> Posting:
    """A refund after the goods were received: rule `refund_after_release`."""
    before = funding_split(sale, refunding.refunded_before_minor)
    after = funding_split(sale, refunding.refunded_before_minor + refunding.amount_minor)
    steps: list[Step] = [
        *moves(sale, accounts.commission_id, [(accounts.merchant_id, before.commission - after.commission)]),
        *moves(
            sale, accounts.creator_id, [(accounts.merchant_id, before.creator_commission - after.creator_commission)]
        ),
        *moves(sale, accounts.merchant_id, _given_back(sale, accounts, refunding)),
    ]  # fmt: skip
    return sale_posting("refund_after_release", sale, steps, refunding.refund_id)


def cover_from_escrow(sale: Sale, accounts: SaleAccounts, cover: Refunding) -> Posting:
    """Pieces that cost their buyer nothing go back before receipt: rule `cover_from_escrow`.

    `cover.amount_minor` is what the platform gave for them, `sale.platform_minor` what it gave for all that is left;
    `cover.refunded_before_minor` is the buyer's money that went back. Of the cover goes back what it still makes out.
    """
    given = _platform_gave(sale, cover) - _platform_gave(_without(sale, cover), cover)
    steps = moves(sale, accounts.escrow_id, [(accounts.subsidy_id, given)])
    return sale_posting("cover_from_escrow", sale, steps, cover.refund_id)


def cover_after_release(sale: Sale, accounts: SaleAccounts, cover: Refunding) -> Posting:
    """The same after receipt, out of the merchant's balance once its fees are back: rule `cover_after_release`."""
    before = funding_split(sale, cover.refunded_before_minor)
    after = funding_split(_without(sale, cover), cover.refunded_before_minor)
    steps: list[Step] = [
        *moves(sale, accounts.commission_id, [(accounts.merchant_id, before.commission - after.commission)]),
        *moves(
            sale, accounts.creator_id, [(accounts.merchant_id, before.creator_commission - after.creator_commission)]
        ),
        *moves(sale, accounts.merchant_id, [(accounts.subsidy_id, before.platform_gave - after.platform_gave)]),
    ]  # fmt: skip
    return sale_posting("cover_after_release", sale, steps, cover.refund_id)


def amends_made(order_id: UUID, amends_id: UUID, payment: Transfer, *, is_simulated: bool = True) -> Posting:
    """A merchant pays a buyer beyond what was paid: rule `amends_made`, from its balance and through the bank."""
    posting_id = derived_id(None, "ledger", "amends_made", str(amends_id))
    return Posting(posting_id, (payment,), "amends_made", show_id("ord", order_id), is_simulated)


def free_sale_undone(sale: Sale, accounts: SaleAccounts) -> Posting:
    """A sale that cost its buyer nothing ends before the goods left: rule `free_sale_undone`, all that others gave."""
    assert sale.paid_minor == 0, sale
    gave = [(accounts.subsidy_id, sale.platform_minor), (accounts.creator_id, sale.creator_minor)]
    return sale_posting("free_sale_undone", sale, moves(sale, accounts.escrow_id, gave))


def _without(sale: Sale, cover: Refunding) -> Sale:
    return replace(sale, platform_minor=sale.platform_minor - cover.amount_minor)


def _platform_gave(sale: Sale, cover: Refunding) -> int:
    return funding_split(sale, cover.refunded_before_minor).platform_gave


def _given_back(sale: Sale, accounts: SaleAccounts, refunding: Refunding) -> list[tuple[UUID | None, int]]:
    before = funding_split(sale, refunding.refunded_before_minor)
    after = funding_split(sale, refunding.refunded_before_minor + refunding.amount_minor)
    return [
        (accounts.clearing_id, refunding.amount_minor),
        (accounts.subsidy_id, before.platform_gave - after.platform_gave),
        (accounts.creator_id, before.creator_gave - after.creator_gave),
    ]
