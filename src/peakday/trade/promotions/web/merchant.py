"""Which pages do promotions have for a merchant? The list, one instrument with its findings and acts, its versions.

The builder of an instrument is in `builder.py`.
"""

import csv
import io
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.refusal import Refusal
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.kernel.web.problems import status_of
from peakday.market.shops import api as shops
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import BadInstrument, Unguarded
from peakday.trade.promotions.guard import Inspection
from peakday.trade.promotions.model import Kind
from peakday.trade.promotions.rules.instrument_states import can_move
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import (
    PREFIX,
    REASON_MAX,
    InstrumentFilter,
    InstrumentStatus,
    Published,
    StoredInstrument,
    Tally,
)
from peakday.trade.promotions.web import builder, presales
from peakday.trade.promotions.web.bodies import SHOP_PREFIX
from peakday.trade.promotions.web.diffs import differences
from peakday.trade.promotions.web.findings import show_findings
from peakday.trade.promotions.web.words import FIELD_TEXTS, KIND_TEXTS, SEVERITY_TEXTS, STATUS_TEXTS

router = APIRouter(include_in_schema=False)

PAGE = 50
STREAM_PAGE = 200
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]
Number = Annotated[int, Query(ge=0, le=2**31 - 1)]


@router.get("/shop/{shop_id}/promotions")
async def show_list(
    request: Request, shop_id: ShopRef, q: Line = "", status: Line = "", kind: Line = "", after: Line = ""
) -> Response:  # fmt: skip
    """The shop's instruments: search, filters, a page at a time."""
    house, actor = house_of(request), actor_of(request)
    wanted = _wanted(q, status, kind)
    async with house.database.read() as connection:
        require(actor, api.VIEW, shop_id)
        shop = await shops.get_shop(connection, actor, shop_id)
        rows = await api.list_instruments(connection, actor, shop_id, wanted, read_cursor(PREFIX, after), PAGE + 1)
        total = await api.count_instruments(connection, actor, shop_id, wanted)
    kept = {name: value for name, value in {"q": q, "status": status, "kind": kind}.items() if value}
    address = f"{_base(shop_id)}/promotions"
    page = rows[:PAGE]
    next_href = None
    if len(rows) > PAGE:
        next_href = f"{address}?{urlencode({**kept, 'after': show_id(PREFIX, page[-1][0].instrument_id)})}"
    return house.get(Pages).render(
        request, "promotions/list.html", shop=shop, address=address, active="promotions", rows=page,
        typed={"q": q, "status": status, "kind": kind}, is_filtered=bool(kept), say_it=say_instrument,
        show=lambda one: show_id(PREFIX, one), status_texts=STATUS_TEXTS, kind_texts=KIND_TEXTS, now=house.clock.now(),
        csv_href=f"{address}/export?{urlencode(kept)}", can_edit=actor.can(api.EDIT),
        shows_figures=actor.can(api.SEE_FIGURES),
        paging={"total": total, "page": 1, "pages": None, "next_href": next_href,
                "previous_href": f"{address}?{urlencode(kept)}" if after else None},
    )  # fmt: skip


@router.get("/shop/{shop_id}/promotions/export")
async def export(
    request: Request, shop_id: ShopRef, q: Line = "", status: Line = "", kind: Line = ""
) -> StreamingResponse:  # fmt: skip
    """The filtered instruments as CSV."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    language, shows = visit_of(request).language, actor.can(api.SEE_FIGURES)
    wanted = _wanted(q, status, kind)

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
        parts(), 200, {"content-disposition": 'attachment; filename="promotions.csv"'}, "text/csv; charset=utf-8"
    )


router.include_router(presales.router)
router.include_router(builder.router)  # its addresses are words: they come before those of an instrument


@router.get("/shop/{shop_id}/promotions/{instrument_id}")
async def show_instrument(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, done: Line = ""
) -> Response:  # fmt: skip
    """One instrument: what it does, what the guard says, what may be done, and who did what."""
    return await instrument_page(request, shop_id, instrument_id, done=done)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/publish")
async def publish(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """Let it go live, with what was confirmed."""
    return await _wish(request, shop_id, instrument_id, api.publish)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/resume")
async def resume(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """Let a paused one go on."""
    return await _wish(request, shop_id, instrument_id, api.resume)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/approve")
async def approve(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """Approve a held one."""
    return await _wish(request, shop_id, instrument_id, api.approve)


@router.post("/shop/{shop_id}/promotions/{instrument_id}/pause")
async def pause(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """Take it out; with `edit` typed the builder follows."""
    form = await request.form()
    reason = str(form.get("reason") or "")[:REASON_MAX]
    actor, now = actor_of(request), house_of(request).clock.now()
    follow = "edit" if form.get("edit") else "paused"
    return await _act(
        request, shop_id, instrument_id, lambda tx: api.pause(tx, actor, shop_id, instrument_id, now, reason), follow
    )


@router.post("/shop/{shop_id}/promotions/{instrument_id}/end")
async def end(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """End it for good."""
    reason = str((await request.form()).get("reason") or "")[:REASON_MAX]
    actor, now = actor_of(request), house_of(request).clock.now()
    return await _act(
        request, shop_id, instrument_id, lambda tx: api.end(tx, actor, shop_id, instrument_id, now, reason), "ended"
    )


@router.post("/shop/{shop_id}/promotions/{instrument_id}/copy")
async def copy(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """A new draft like it."""
    house, actor = house_of(request), actor_of(request)
    try:
        async with house.database.transaction() as tx:
            fresh = await api.copy_instrument(tx, actor, shop_id, instrument_id, house.clock.now())
    except BadInstrument as refusal:
        return await instrument_page(request, shop_id, instrument_id, refusal)
    return RedirectResponse(f"{address_of(shop_id, fresh.instrument_id)}/edit", 303)


@router.get("/shop/{shop_id}/promotions/{instrument_id}/versions")
async def show_versions(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, old: Number = 0, new: Number = 0
) -> Response:  # fmt: skip
    """Every version and move, and what two versions differ in."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
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
async def roll_back(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> Response:
    """A new version that says what an earlier one said."""
    typed = str((await request.form()).get("version") or "")
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else 0
    actor, now = actor_of(request), house_of(request).clock.now()
    return await _act(
        request, shop_id, instrument_id,
        lambda tx: api.roll_back(tx, actor, shop_id, instrument_id, version, now), "rolled_back",
    )  # fmt: skip


async def instrument_page(
    request: Request, shop_id: UUID, instrument_id: UUID, refusal: Refusal | None = None, done: str = ""
) -> Response:  # fmt: skip
    """The page of one instrument."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        stored, tally = await api.get_instrument(connection, actor, shop_id, instrument_id)
        moves = await api.list_moves(connection, actor, shop_id, instrument_id)
        inspection, fault = await _look(request, connection, stored)
        findings = await show_findings(connection, shop_id, inspection)
    statuses = {each: can_move(stored.status, each) for each in InstrumentStatus}
    return house.get(Pages).render(
        request, "promotions/instrument.html", status=status_of(refusal) if refusal else 200, shop=shop, stored=stored,
        tally=tally, moves=moves, inspection=inspection, findings=findings, fault=fault, refusal=refusal, done=done,
        may=statuses, S=InstrumentStatus, is_second=actor.account_id not in {None, stored.submitted_by},
        address=address_of(shop_id, instrument_id), list_address=f"{_base(shop_id)}/promotions", active="promotions",
        summary=say_instrument(stored.instrument), status_texts=STATUS_TEXTS, kind_texts=KIND_TEXTS,
        severity_texts=SEVERITY_TEXTS, field_texts=FIELD_TEXTS, can_edit=actor.can(api.EDIT),
        shows_figures=actor.can(api.SEE_FIGURES), now=house.clock.now(),
    )  # fmt: skip


def address_of(shop_id: UUID, instrument_id: UUID) -> str:
    """Where the page of an instrument is."""
    return f"{_base(shop_id)}/promotions/{show_id(PREFIX, instrument_id)}"


async def _look(
    request: Request, connection: Tx, stored: StoredInstrument
) -> tuple[Inspection | None, Refusal | None]:  # fmt: skip
    """What the guard says of an instrument that is not live, or why it cannot be asked."""
    house, actor = house_of(request), actor_of(request)
    if stored.status in {InstrumentStatus.LIVE, InstrumentStatus.ENDED}:
        return None, None
    try:
        guard = api.guard_of(house)
        found = await api.inspect(connection, actor, stored.shop_id, stored.instrument, guard, house.clock.now())
    except (BadInstrument, Unguarded) as refusal:
        return None, refusal
    return found, None


async def _wish(request: Request, shop_id: UUID, instrument_id: UUID, act: Any) -> Response:
    form = await request.form()
    house, actor = house_of(request), actor_of(request)
    wish = api.Wish(
        shop_id, instrument_id, str(form.get("confirmed") or "") or None, str(form.get("reason") or "")[:REASON_MAX]
    )
    try:
        async with house.database.transaction() as tx:
            await api.get_instrument(tx, actor, shop_id, instrument_id)
            published: Published = await act(tx, actor, wish, api.guard_of(house), house.clock.now())
    except Refusal as refusal:
        if status_of(refusal) not in {409, 422}:
            raise
        return await instrument_page(request, shop_id, instrument_id, refusal)
    return RedirectResponse(f"{address_of(shop_id, instrument_id)}?done={published.stored.status.value}", 303)


async def _act(
    request: Request, shop_id: UUID, instrument_id: UUID, act: Callable[[Tx], Awaitable[object]], done: str
) -> Response:  # fmt: skip
    try:
        async with house_of(request).database.transaction() as tx:
            await act(tx)
    except Refusal as refusal:
        if status_of(refusal) not in {409, 422}:
            raise
        return await instrument_page(request, shop_id, instrument_id, refusal)
    tail = "/edit" if done == "edit" else f"?done={done}"
    return RedirectResponse(f"{address_of(shop_id, instrument_id)}{tail}", 303)


def _wanted(q: str, status: str, kind: str) -> InstrumentFilter:
    """The filter of the address; a word that is none of ours is left out."""
    return InstrumentFilter(
        q.strip(), InstrumentStatus(status) if status in set(InstrumentStatus) else None,
        Kind(kind) if kind in set(Kind) else None,
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


def _base(shop_id: UUID) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
