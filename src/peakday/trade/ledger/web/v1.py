"""Which JSON doors does the ledger have? A shop's accounts with their balances, and the entries of one account.

`finance:view` with `data:view` opens them, since every answer is a figure.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BaseModel

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.trade.ledger import api
from peakday.trade.ledger.errors import AccountNotFound
from peakday.trade.ledger.model import Account, AccountKind, Balance, Days, Effect, StatementLine

router = APIRouter(prefix="/v1", tags=["ledger"])

SHOP_PREFIX, ACCOUNT_PREFIX, POSTING_PREFIX = "shp", "lac", "lpo"
FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
CURSOR_PATTERN = "^[0-9]{1,18}$"

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
AccountRef = Annotated[UUID, ShownId(ACCOUNT_PREFIX)]
Day = Annotated[date | None, Query(ge=FIRST_DAY, le=LAST_DAY)]


_answers = answers_beside(401, 429)


class AccountBody(BaseModel):
    """An account with what it holds now, in minor units. `available_minor` is left when all open holds are settled.

    `simulated`: no real money stands behind it.
    """

    account_id: str
    kind: AccountKind
    currency: str
    balance_minor: int
    available_minor: int
    held_out_minor: int
    held_in_minor: int
    simulated: bool


class AccountList(BaseModel):
    """A shop's accounts, by kind and currency."""

    items: list[AccountBody]


class EntryBody(BaseModel):
    """An entry as the account sees it; `balance_minor` is the balance right after it. `ref` says what it is about."""

    entry_no: int
    at: datetime
    effect: Effect
    rule: str
    ref: str
    change_minor: int
    held_minor: int
    balance_minor: int
    posting_id: str
    simulated: bool


class EntryList(BaseModel):
    """A page of entries, newest first."""

    items: list[EntryBody]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class DaysQuery:
    """The days of a statement as they stand in an address; market days, both included."""

    first_day: Day = None
    last_day: Day = None

    def as_days(self) -> Days:
        """The same in the room's words. Refuses days the wrong way round."""
        if self.first_day and self.last_day and self.first_day > self.last_day:
            raise Invalid(
                Problem(
                    "last_day", "days_reversed", Text("结束日期早于开始日期", "The last day is before the first"),
                    Text("修改日期", "Change the days"), value=str(self.last_day),
                )
            )  # fmt: skip
        return Days(self.first_day, self.last_day)


@router.get("/shops/{shop_id}/ledger/accounts", responses=_answers(403, 404))
async def list_ledger_accounts(request: Request, shop_id: ShopRef) -> AccountList:
    """The shop's accounts and what they hold now."""
    async with house_of(request).database.read() as connection:
        pairs = await api.list_balances(connection, actor_of(request), shop_id)
    return AccountList(items=[_account(account, balance) for account, balance in pairs])


@router.get("/shops/{shop_id}/ledger/accounts/{account_id}/entries", responses=_answers(403, 404, 422))
async def list_ledger_entries(
    request: Request, shop_id: ShopRef, account_id: AccountRef, days: Annotated[DaysQuery, Depends()],
    cursor: Annotated[str | None, Query(pattern=CURSOR_PATTERN)] = None, limit: PageLimit = 50,
) -> EntryList:  # fmt: skip
    """The entries of one account, newest first, each with the balance after it."""
    actor, before = actor_of(request), int(cursor) if cursor else None
    async with house_of(request).database.read() as connection:
        await get_shop_account(connection, actor, shop_id, account_id)
        lines = await api.list_entries(connection, actor, account_id, before, limit, days.as_days())
    next_cursor = str(lines[-1].entry_no) if len(lines) == limit else None
    return EntryList(items=[_entry(line) for line in lines], next_cursor=next_cursor)


async def get_shop_account(tx: Tx, actor: Actor, shop_id: UUID, account_id: UUID) -> Account:
    """An account of this very shop. Refuses `AccountNotFound`, `NotAllowed`."""
    account = await api.get_account(tx, actor, account_id)
    if account.owner_id != shop_id:
        raise AccountNotFound
    return account


def _account(account: Account, balance: Balance) -> AccountBody:
    return AccountBody(
        account_id=show_id(ACCOUNT_PREFIX, account.account_id), kind=account.kind, currency=account.currency,
        balance_minor=balance.balance_minor, available_minor=balance.available_minor,
        held_out_minor=balance.held_out_minor, held_in_minor=balance.held_in_minor, simulated=account.is_simulated,
    )  # fmt: skip


def _entry(line: StatementLine) -> EntryBody:
    return EntryBody(
        entry_no=line.entry_no, at=line.at, effect=line.effect, rule=line.rule, ref=line.ref,
        change_minor=line.change_minor, held_minor=line.held_minor, balance_minor=line.balance_minor,
        posting_id=show_id(POSTING_PREFIX, line.posting_id), simulated=line.is_simulated,
    )  # fmt: skip
