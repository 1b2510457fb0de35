"""Which page does the ledger have for a merchant? The shop's money: in escrow or free, and how it came there."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response, StreamingResponse

from peakday.kernel.clock import MARKET_ZONE, day_of
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.market.shops import api as shops
from peakday.trade.ledger import api
from peakday.trade.ledger.model import Account, AccountKind, Balance, Days, StatementLine
from peakday.trade.ledger.web.v1 import (
    ACCOUNT_PREFIX,
    CURSOR_PATTERN,
    FIRST_DAY,
    LAST_DAY,
    SHOP_PREFIX,
    DaysQuery,
    get_shop_account,
)
from peakday.trade.ledger.web.words import ACCOUNT_NOTES, ACCOUNT_TEXTS, EFFECT_TEXTS, rule_text

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

PAGE = 50
EXPORT_LINES = 200
# what a merchant looks at first
ORDER = (AccountKind.ESCROW, AccountKind.MERCHANT)
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
AccountRef = Annotated[UUID | None, BeforeValidator(lambda typed: typed or None)]
Day = Annotated[
    Annotated[date, Field(ge=FIRST_DAY, le=LAST_DAY)] | None, BeforeValidator(lambda typed: typed or None)
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class FinanceForm:
    """Which account and which days the page shows, as they stand in the address; empty is the first and all."""

    account: Annotated[str, Query(max_length=60)] = ""
    start: Day = None
    end: Day = None

    def days(self) -> Days:
        """The chosen days. Refuses days the wrong way round."""
        return DaysQuery(self.start, self.end).as_days()


Wanted = Annotated[FinanceForm, Depends()]


@router.get("/finance")
async def show_finance(
    request: Request, shop_id: ShopRef, wanted: Wanted,
    before: Annotated[str, Query(pattern=f"{CURSOR_PATTERN}|^$")] = "",
) -> Response:  # fmt: skip
    """What the shop's accounts hold, and the entries of one of them with its running balance."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        pairs = _sorted(await api.list_balances(connection, actor, shop_id))
        shop = await shops.get_shop(connection, actor, shop_id)
        chosen = _chosen(pairs, wanted.account)
        lines: Sequence[StatementLine] = ()
        if chosen is not None:
            lines = await api.list_entries(
                connection, actor, chosen.account_id, int(before) if before else None, PAGE, wanted.days()
            )
    base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
    kept = _kept(chosen, wanted)
    more = f"{base}/finance?{urlencode({**kept, 'before': lines[-1].entry_no})}" if len(lines) == PAGE else None
    return house.get(Pages).render(
        request, "ledger/finance.html", shop=shop, active="finance", base=base, pairs=pairs, chosen=chosen, lines=lines,
        start=wanted.start, end=wanted.end, is_filtered=bool(wanted.start or wanted.end), show=_show,
        windows=_windows(f"{base}/finance", kept, day_of(house.clock.now())),
        csv_href=f"{base}/finance.csv?{urlencode(kept)}", account_texts=ACCOUNT_TEXTS, account_notes=ACCOUNT_NOTES,
        effect_texts=EFFECT_TEXTS, rule_text=rule_text, sees_orders=actor.can("trade:view"),
        paging={
            "total": None, "page": None, "pages": None, "next_href": more,
            "previous_href": f"{base}/finance?{urlencode(kept)}" if before else None,
        },
    )  # fmt: skip


@router.get("/finance.csv")
async def export_finance(request: Request, shop_id: ShopRef, wanted: Wanted) -> Response:
    """The entries of one account as CSV, newest first, streamed."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        chosen = _chosen(_sorted(await api.list_balances(connection, actor, shop_id)), wanted.account)
        if chosen is not None:
            await get_shop_account(connection, actor, shop_id, chosen.account_id)
    return StreamingResponse(
        _csv_lines(request, chosen, wanted.days()), media_type="text/csv; charset=utf-8",
        headers={"content-disposition": 'attachment; filename="finance.csv"'},
    )  # fmt: skip


def _sorted(pairs: Sequence[tuple[Account, Balance]]) -> list[tuple[Account, Balance]]:
    """Escrow and the merchant's own first."""
    return sorted(pairs, key=lambda pair: (pair[0].kind not in ORDER, pair[0].kind != ORDER[0], pair[0].currency))


def _chosen(pairs: Sequence[tuple[Account, Balance]], shown: str) -> Account | None:
    """The account that the address names, else the first; None: the shop has none."""
    named = [account for account, _ in pairs if _show(account.account_id) == shown]
    return next(iter(named or [account for account, _ in pairs]), None)


def _kept(chosen: Account | None, wanted: FinanceForm) -> dict[str, str]:
    values = {
        "account": _show(chosen.account_id) if chosen else "",
        "start": str(wanted.start or ""), "end": str(wanted.end or ""),
    }  # fmt: skip
    return {name: value for name, value in values.items() if value}


def _windows(address: str, kept: dict[str, str], today: date) -> list[tuple[Text, str, bool]]:
    """The usual spans, ending today."""
    windows = []
    for title, days in (
        (Text("今天", "Today"), 1),
        (Text("近 7 天", "Last 7 days"), 7),
        (Text("近 30 天", "Last 30 days"), 30),
    ):
        span = {"start": str(today - timedelta(days=days - 1)), "end": str(today)}
        is_now = all(kept.get(name) == value for name, value in span.items())
        windows.append((title, f"{address}?{urlencode({**kept, **span})}", is_now))
    every = {name: value for name, value in kept.items() if name == "account"}
    windows.append((Text("全部", "All"), f"{address}?{urlencode(every)}", not {"start", "end"} & set(kept)))
    return windows


async def _csv_lines(request: Request, account: Account | None, days: Days) -> AsyncIterator[bytes]:
    yield b"\xef\xbb\xbf"  # spreadsheets need the mark to read Chinese
    header = ("entry_no", "at", "rule", "ref", "effect", "change", "held", "balance", "currency", "simulated")
    yield _as_csv([header])
    before: int | None = None
    while account is not None:
        async with house_of(request).database.read() as connection:
            lines = await api.list_entries(
                connection, actor_of(request), account.account_id, before, EXPORT_LINES, days
            )
        yield _as_csv([_cells(account, line) for line in lines])
        if len(lines) < EXPORT_LINES:
            return
        before = lines[-1].entry_no


def _cells(account: Account, line: StatementLine) -> tuple[object, ...]:
    at = line.at.astimezone(MARKET_ZONE).isoformat(sep=" ", timespec="microseconds")
    amounts = (line.change_minor, line.held_minor, line.balance_minor)
    return (
        line.entry_no, at, inert(line.rule), inert(line.ref), line.effect.value,
        *(decimal_text(minor, account.currency) for minor in amounts), account.currency,
        "yes" if line.is_simulated else "no",
    )  # fmt: skip


def _as_csv(rows: Sequence[tuple[object, ...]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _show(account_id: UUID) -> str:
    return show_id(ACCOUNT_PREFIX, account_id)
