"""How does a main account read who saw and did what? The page /shop/…/audit with search and paging, and its CSV."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import BeforeValidator, Field
from starlette.responses import Response, StreamingResponse

from peakday.kernel.clock import day_start
from peakday.kernel.ids import show_id
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.market.accounts import api
from peakday.market.accounts.model import ACCOUNT_PREFIX, KEY_PREFIX, SHOP_PREFIX, AuditEntry, AuditFilter
from peakday.market.accounts.web.words import ACTION_TEXTS

router = APIRouter(prefix="/shop/{shop_id}", include_in_schema=False)

PAGE = 50
EXPORT_PAGE = 1_000
ENTRY_PREFIX = "aud"
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]
# a form sends an empty field for a day that was not chosen
Day = Annotated[
    Annotated[date, Field(ge=date(2000, 1, 1), le=date(2100, 1, 1))] | None,
    BeforeValidator(lambda typed: typed or None),
]
COLUMNS = (
    "at", "actor_kind", "actor_name", "account_id", "key_id", "action", "subject", "remote_address", "detail",
)  # fmt: skip


def _wanted(q: Line = "", action: Line = "", start: Day = None, end: Day = None) -> AuditFilter:
    return AuditFilter(
        action=action or None,
        since=day_start(start) if start else None,
        until=day_start(end + timedelta(days=1)) if end else None,
        search=q or None,
    )


Wanted = Annotated[AuditFilter, Depends(_wanted)]


@router.get("/audit")
async def show_audit(request: Request, shop_id: ShopRef, wanted: Wanted, before: str | None = None) -> Response:
    """A page of the trail, latest first."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        rows = await api.list_audit(connection, actor, shop_id, wanted, read_cursor(ENTRY_PREFIX, before), PAGE + 1)
        actions = await api.list_audit_actions(connection, actor, shop_id)
    kept = {name: request.query_params.get(name, "") for name in ("q", "action", "start", "end")}
    base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}/audit"
    last = show_id(ENTRY_PREFIX, rows[PAGE - 1].entry_id) if len(rows) > PAGE else None
    return house.get(Pages).render(
        request, "accounts/audit.html", active="audit", entries=rows[:PAGE], actions=actions,
        action_texts=ACTION_TEXTS, kept=kept, base=base, first_href=f"{base}?{urlencode(kept)}" if before else None,
        next_href=f"{base}?{urlencode({**kept, 'before': last})}" if last else None,
        export_href=f"{base}.csv?{urlencode(kept)}",
    )  # fmt: skip


@router.get("/audit.csv")
async def export_audit(request: Request, shop_id: ShopRef, wanted: Wanted) -> Response:
    """The trail as CSV, at most `EXPORT_ROWS_MAX` rows, latest first. The export itself is noted first."""
    house, actor = house_of(request), actor_of(request)
    subject = f"shop:{show_id(SHOP_PREFIX, shop_id)}"
    async with house.database.transaction() as tx:
        first = await api.list_audit(tx, actor, shop_id, wanted, None, EXPORT_PAGE)
        await api.record_audit(tx, actor, "audit_trail_exported", subject, house.clock.now(), {"shop_id": shop_id})

    async def pages() -> AsyncIterator[bytes]:
        yield b"\xef\xbb\xbf" + _lines([list(COLUMNS)])
        page, written = first, 0
        while page and written < api.EXPORT_ROWS_MAX:
            yield _lines([_cells(entry) for entry in page])
            written += len(page)
            async with house.database.read() as connection:
                page = await api.list_audit(connection, actor, shop_id, wanted, page[-1].entry_id, EXPORT_PAGE)

    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(pages(), media_type="text/csv; charset=utf-8", headers=headers)


def _cells(entry: AuditEntry) -> list[str]:
    return [
        entry.at.isoformat(),
        entry.actor_kind,
        inert(entry.actor_name),
        show_id(ACCOUNT_PREFIX, entry.account_id) if entry.account_id else "",
        show_id(KEY_PREFIX, entry.key_id) if entry.key_id else "",
        entry.action,
        inert(entry.subject),
        entry.remote_address,
        msgspec.json.encode(entry.detail).decode(),
    ]


def _lines(rows: list[list[str]]) -> bytes:
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()
