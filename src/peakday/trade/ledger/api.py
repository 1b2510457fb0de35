"""What can other rooms ask of the ledger?

Open accounts, post, read balances. `post` acts in the caller's transaction: the books change with what they tell, or
not at all. It takes the one lock of the room, so call it last and commit soon; a refusal is remembered only if the
caller commits. Whoever has many callers and nothing else to write posts through the process's `LedgerWriter`: it
commits what came in meanwhile as one. Both may run at once, in any number of processes. No actor is asked for: rooms
post what their own actions were allowed to do.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.ledger import store
from peakday.trade.ledger.actions.batch_writer import LedgerWriter
from peakday.trade.ledger.actions.keep_accounts import close_account, open_accounts, set_limits
from peakday.trade.ledger.actions.post_postings import ask, end_due_holds, post_asked
from peakday.trade.ledger.errors import PostingIdReused, PostingRefused
from peakday.trade.ledger.model import (
    AccountKind,
    Answer,
    NewAccount,
    Posting,
    RefusalCode,
    Sale,
    SaleAccounts,
)
from peakday.trade.ledger.queries import (
    SEE_MONEY,
    VIEW,
    get_account,
    get_answer,
    get_balance,
    list_accounts,
    list_balances,
    list_entries,
    list_holds,
)
from peakday.trade.ledger.rules.escrow import (
    goods_received,
    payment_captured,
    payment_held,
    payment_received,
    payment_voided,
)
from peakday.trade.ledger.rules.funding_split import FundingSplit, funding_split
from peakday.trade.ledger.rules.refund_reversal import (
    amends_made,
    cover_after_release,
    cover_from_escrow,
    free_sale_undone,
    refund_after_release,
    refund_from_escrow,
)
from peakday.trade.ledger.store import account_id_of

__all__ = [
    "SEE_MONEY",
    "VIEW",
    "FundingSplit",
    "LedgerWriter",
    "account_id_of",
    "accounts_of_sale",
    "amends_made",
    "check_answer",
    "close_account",
    "cover_after_release",
    "cover_from_escrow",
    "end_due_holds",
    "free_sale_undone",
    "funding_split",
    "get_account",
    "get_answer",
    "get_balance",
    "goods_received",
    "list_accounts",
    "list_balances",
    "list_entries",
    "list_holds",
    "open_accounts",
    "open_accounts_of",
    "open_sale_accounts",
    "payment_captured",
    "payment_held",
    "payment_received",
    "payment_voided",
    "post",
    "refund_after_release",
    "refund_from_escrow",
    "set_limits",
]


async def post(tx: Tx, postings: Sequence[Posting], at: datetime | None = None) -> list[Answer]:
    """Post in the caller's transaction; one answer a posting, in their order, refusals among them.

    Takes the head's lock until commit: take every other lock before. `at` is the instant of a simulation that owns its
    clock. Refuses `PostingNotValid`.
    """
    answers = await post_asked(tx, ask(postings), at)
    await store.unpin_plans(tx)
    return answers


def check_answer(answer: Answer) -> Answer:
    """The answer of an accepted posting; refuses `PostingRefused` and `PostingIdReused` for the others."""
    if answer.refusal is RefusalCode.ID_REUSED:
        raise PostingIdReused(posting_id=answer.posting_id)
    if answer.refusal is not None:
        raise PostingRefused(
            refusal=answer.refusal.value, step=answer.refused_step, short_minor=answer.short_minor or 0,
            posting_id=answer.posting_id,
        )  # fmt: skip
    return answer


def accounts_of_sale(shop_id: UUID, creator_id: UUID | None, currency: str) -> SaleAccounts:
    """Between which accounts the money of a shop's sale moves, whether they are open or not."""
    return SaleAccounts(
        *(account_id_of(a.kind, a.owner_id, a.currency) for a in _sale_accounts(shop_id, creator_id, currency))
    )


async def open_sale_accounts(
    tx: Tx, shop_id: UUID, creator_id: UUID | None, currency: str, now: datetime, *, is_simulated: bool = True
) -> SaleAccounts:
    """Open those that are not open yet. `is_simulated`: the clearing account stands for money at a simulated bank."""
    await open_accounts(tx, _sale_accounts(shop_id, creator_id, currency, is_simulated=is_simulated), now)
    return accounts_of_sale(shop_id, creator_id, currency)


async def open_accounts_of(tx: Tx, sales: Iterable[Sale], now: datetime) -> None:
    """Open in one statement what is not open yet of the accounts between which the money of these sales moves."""
    kinds = {(sale.shop_id, sale.creator_id, sale.currency, sale.is_simulated) for sale in sales}
    accounts = [
        account
        for shop_id, creator_id, currency, is_simulated in kinds
        for account in _sale_accounts(shop_id, creator_id, currency, is_simulated=is_simulated)
    ]
    await open_accounts(tx, accounts, now)


def _sale_accounts(
    shop_id: UUID, creator_id: UUID | None, currency: str, *, is_simulated: bool = True
) -> list[NewAccount]:  # fmt: skip
    # a creator may owe: money that a buyer has paid is never refused because another giver has none left
    creator = [NewAccount(AccountKind.CREATOR, creator_id, currency, floor_minor=None)] if creator_id else []
    return [
        NewAccount(AccountKind.CLEARING, None, currency, is_simulated=is_simulated),
        NewAccount(AccountKind.ESCROW, shop_id, currency),
        NewAccount(AccountKind.MERCHANT, shop_id, currency),
        NewAccount(AccountKind.COMMISSION, None, currency),
        NewAccount(AccountKind.SUBSIDY, None, currency),
        *creator,
    ]
