"""Which pages do promotions have for a merchant? The list, one instrument with its findings and acts, its versions.

The same pages serve the platform's own instruments (`owner.py`). The builder is in `builder.py`, what the page of one
instrument shows in `instrument_page.py`, presales in `presales.py`.
"""

import csv
import io
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.spooling import spooled
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import BadInstrument
from peakday.trade.promotions.rules.instrument_states import can_move
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import (
    PREFIX,
    REASON_MAX,
    InstrumentStatus,
    StoredInstrument,
    Tally,
)
from peakday.trade.promotions.web import builder, claims, presales, sale_tiers
from peakday.trade.promotions.web.diffs import differences
from peakday.trade.promotions.web.instrument_list import Listed, list_page
from peakday.trade.promotions.web.instrument_page import act_on, address_of, instrument_page, submit_wish
from peakday.trade.promotions.web.owner import OwnerRef, find_owner
from peakday.trade.promotions.web.words import FIELD_TEXTS, STATUS_TEXTS

router = APIRouter(include_in_schema=False)

PAGE = 50
STREAM_PAGE = 200
InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/shop/{shop_id}/promotions")
@router.get("/platform/promotions")
async def show_list(
    request: Request, shop_id: OwnerRef, q: Line = "", status: Line = "", kind: Line = "", after: Line = ""
) -> Response:  # fmt: skip
    """The owner's instruments: search, filters, a page at a time."""
    return await list_page(request, shop_id, Listed(q, status, kind, after))


@router.get("/shop/{shop_id}/promotions/export")
@router.get("/platform/promotions/export")
async def export(
    request: Request, shop_id: OwnerRef, q: Line = "", status: Line = "", kind: Line = ""
) -> StreamingResponse:  # fmt: skip
    """The filtered instruments as CSV."""
    house, actor = house_of(request), actor_of(request)
    api.require_owner(actor, api.VIEW, shop_id)
    language, shows = visit_of(request).language, actor.can(api.SEE_FIGURES)
    wanted = Listed(q, status, kind).wanted

    async def parts() -> AsyncIterator[bytes]:
        yield "\ufeff".encode() + _csv_row(
            ["id", "name_zh", "name_en", "kind", "status", "version", "summary", "valid_from", "valid_until",
             *(["issued", "used", "spent"] if shows else [])]
        )  # fmt: skip
        cursor = None
        async with house.database.read() as connection:
            while True:
                rows = await api.list_instruments(connection, actor, shop_id, wanted, cursor, STREAM_PAGE)
                for stored, tally in rows:
                    yield _csv_row(_cells(stored, tally if shows else None, language))
                if len(rows) < STREAM_PAGE:
                    return
                cursor = rows[-1][0].instrument_id

    return StreamingResponse(
        spooled(parts()),
        200,
        {"content-disposition": 'attachment; filename="promotions.csv"'},
        "text/csv; charset=utf-8",
    )


router.include_router(presales.router)
router.include_router(claims.router)
router.include_router(sale_tiers.router)
router.include_router(builder.router)  # its addresses are words: they come before those of an instrument


@router.get("/shop/{shop_id}/promotions/{instrument_id}")
@router.get("/platform/promotions/{instrument_id}")
async def show_instrument(
    request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef, done: Line = ""
) -> Response:  # fmt: skip
    """One instrument: what it does, what the guard says, what may be done, and who did what."""
    return await instrument_page(request, shop_id, instrument_id, done=done)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/publish")
@router.post("/platform/promotions/{instrument_id}/publish")
async def publish(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Let it go live, with what was confirmed."""
    return await submit_wish(request, shop_id, instrument_id, api.publish)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/resume")
@router.post("/platform/promotions/{instrument_id}/resume")
async def resume(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Let a paused one go on."""
    return await submit_wish(request, shop_id, instrument_id, api.resume)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/approve")
@router.post("/platform/promotions/{instrument_id}/approve")
async def approve(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Approve a held one."""
    return await submit_wish(request, shop_id, instrument_id, api.approve)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/pause")
@router.post("/platform/promotions/{instrument_id}/pause")
async def pause(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Take it out; with `edit` typed the builder follows."""
    form = await request.form()
    reason = str(form.get("reason") or "")[:REASON_MAX]
    actor, now = actor_of(request), house_of(request).clock.now()
    follow = "edit" if form.get("edit") else "paused"
    return await act_on(
        request, shop_id, instrument_id, lambda tx: api.pause(tx, actor, shop_id, instrument_id, now, reason), follow
    )


@router.post("/shop/{shop_id}/promotions/{instrument_id}/end")
@router.post("/platform/promotions/{instrument_id}/end")
async def end(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """End it for good."""
    reason = str((await request.form()).get("reason") or "")[:REASON_MAX]
    actor, now = actor_of(request), house_of(request).clock.now()
    return await act_on(
        request, shop_id, instrument_id, lambda tx: api.end(tx, actor, shop_id, instrument_id, now, reason), "ended"
    )


@router.post("/shop/{shop_id}/promotions/{instrument_id}/copy")
@router.post("/platform/promotions/{instrument_id}/copy")
async def copy(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """A new draft like it."""
    house, actor = house_of(request), actor_of(request)
    try:
        async with house.database.transaction() as tx:
            fresh = await api.copy_instrument(tx, actor, shop_id, instrument_id, house.clock.now())
    except BadInstrument as refusal:
        return await instrument_page(request, shop_id, instrument_id, refusal)
    return RedirectResponse(f"{address_of(shop_id, fresh.instrument_id)}/edit", 303)


@router.get("/shop/{shop_id}/promotions/{instrument_id}/versions")
@router.get("/platform/promotions/{instrument_id}/versions")
async def show_versions(
    request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef, old: Number = 0, new: Number = 0
) -> Response:  # fmt: skip
    """Every version and move, and what two versions differ in."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await find_owner(request, connection, actor, shop_id)
        versions = await api.list_versions(connection, actor, shop_id, instrument_id)
        moves = await api.list_moves(connection, actor, shop_id, instrument_id)
        stored, _ = await api.get_instrument(connection, actor, shop_id, instrument_id)
    by_number = {each.version: each.instrument for each in versions}
    new = new if new in by_number else stored.version
    old = old if old in by_number else max(new - 1, 1)
    return house.get(Pages).render(
        request, "promotions/versions.html", shop=shop, stored=stored, versions=versions, moves=moves, old=old, new=new,
        changes=differences(by_number[old], by_number[new]), address=address_of(shop_id, instrument_id),
        active="promotions", say_it=say_instrument, status_texts=STATUS_TEXTS, field_texts=FIELD_TEXTS,
        can_roll_back=actor.can(api.EDIT) and can_move(stored.status, InstrumentStatus.DRAFT),
    )  # fmt: skip


@router.post("/shop/{shop_id}/promotions/{instrument_id}/roll-back")
@router.post("/platform/promotions/{instrument_id}/roll-back")
async def roll_back(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """A new version that says what an earlier one said."""
    typed = str((await request.form()).get("version") or "")
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    actor, now = actor_of(request), house_of(request).clock.now()
    return await act_on(
        request, shop_id, instrument_id,
        lambda tx: api.roll_back(tx, actor, shop_id, instrument_id, version, now), "rolled_back",
    )  # fmt: skip


def _cells(stored: StoredInstrument, tally: Tally | None, language: Any) -> list[str]:
    instrument = stored.instrument
    cells = [
        show_id(PREFIX, stored.instrument_id), instrument.name.zh, instrument.name.en, instrument.kind.value,
        stored.status.value, str(stored.version), say_instrument(instrument).of(language),
        instrument.valid_from.isoformat() if instrument.valid_from else "",
        instrument.valid_until.isoformat() if instrument.valid_until else "",
    ]  # fmt: skip
    if tally is not None:
        cells += [str(tally.issued), str(tally.used), decimal_text(sum(tally.spent.values()), instrument.currency)]
    return cells


def _csv_row(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(cell) for cell in cells])
    return line.getvalue().encode()
