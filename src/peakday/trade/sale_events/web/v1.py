"""Which JSON doors do sale events have for a shop? Calendar, enrolment by hand and by file, departures."""

from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.database.record_clock import record_now
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.kernel.imports import ImportRun, ImportStatus, get_run, stream_error_file
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.rowfiles.uploads import receive_file
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.file_body import FILE_BODY
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.kernel.web.spooling import spooled
from peakday.trade.sale_events import api
from peakday.trade.sale_events.exits import ExitAsk
from peakday.trade.sale_events.model import (
    EVENT_PREFIX,
    EXIT_PREFIX,
    IMPORT_PREFIX,
    ITEM_PREFIX,
    SHOP_PREFIX,
    SKU_PREFIX,
    EntryStatus,
    Wish,
)
from peakday.trade.sale_events.web.bodies import (
    CalendarBody,
    ConsequencesBody,
    EnrolmentBody,
    EntryImportBody,
    EntryList,
    EventBody,
    ExitBody,
    ExitForm,
    ExitList,
    FeedBody,
    StockForm,
    WishesForm,
    WishForm,
    consequences_body,
    cursor_of,
    deadline_body,
    entry_body,
    event_body,
    exit_body,
    import_body,
    read_cursor,
)

router = APIRouter(prefix="/v1/shops/{shop_id}/events", tags=["sale events"])

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
EventRef = Annotated[UUID, ShownId(EVENT_PREFIX)]
ExitRef = Annotated[UUID, ShownId(EXIT_PREFIX)]
ImportRef = Annotated[UUID, ShownId(IMPORT_PREFIX)]
Line = Annotated[str | None, Query(max_length=200, pattern=LINE_PATTERN)]
TrackName = Annotated[str, Query(max_length=60, pattern=LINE_PATTERN)]
ItemRef = Annotated[str | None, Query(max_length=60, pattern=LINE_PATTERN)]


_answers = answers_beside(401, 429)


@router.get("", responses=_answers(403, 404))
async def read_calendar(request: Request, shop_id: ShopRef) -> CalendarBody:
    """The shop's calendar of waves: phases, what it enrolled, dates with what they depend on, the next deadline."""
    house = house_of(request)
    async with house.database.read() as connection:
        calendar = await api.calendar_of(connection, actor_of(request), shop_id, house.clock.now())
    return CalendarBody(
        now=calendar.now, next_deadline=deadline_body(calendar.next_deadline, calendar.now),
        items=[event_body(place, calendar.now) for place in calendar.events],
    )  # fmt: skip


@router.post("/feed", status_code=201, responses=_answers(403, 404))
async def renew_feed(request: Request, shop_id: ShopRef) -> FeedBody:
    """A fresh address of the calendar feed (iCalendar); the one before opens nothing any more."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        token = await api.renew_feed(tx, actor_of(request), shop_id, house.clock.now())
    return FeedBody(path=f"/shop/{show_id(SHOP_PREFIX, shop_id)}/events.ics?token={token}")


@router.get("/imports/{import_id}", responses=_answers(403, 404))
async def read_entry_import(request: Request, shop_id: ShopRef, import_id: ImportRef) -> EntryImportBody:
    """How far a file of enrolments has come."""
    return import_body(await find_import(request, shop_id, import_id))


@router.get(
    "/imports/{import_id}/errors", response_class=StreamingResponse,
    responses={**_answers(403, 404), 200: {"content": {"text/csv": {}}, "description": "The error file"}},
)  # fmt: skip
async def read_entry_errors(request: Request, shop_id: ShopRef, import_id: ImportRef) -> StreamingResponse:
    """Every refused row with field, value and remedy, as CSV; values are left out for who may not see figures."""
    await find_import(request, shop_id, import_id)
    house, hides = house_of(request), not actor_of(request).can(api.SEE_FIGURES)

    async def parts() -> AsyncIterator[bytes]:
        async with house.database.transaction() as tx:
            async for part in stream_error_file(tx, import_id, hide_values=hides):
                yield part

    return StreamingResponse(
        spooled(parts()), 200, {"content-disposition": 'attachment; filename="errors.csv"'}, "text/csv; charset=utf-8"
    )


@router.post("/exits/{exit_id}/undo", responses=_answers(403, 404, 409))
async def undo_exit(request: Request, shop_id: ShopRef, exit_id: ExitRef) -> ExitBody:
    """Take a departure back while the rule allows it."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = await record_now(house.clock, tx)
        return exit_body(await api.undo_exit(tx, actor_of(request), shop_id, exit_id, now))


@router.get("/{event_id}", responses=_answers(403, 404))
async def read_event(request: Request, shop_id: ShopRef, event_id: EventRef) -> EventBody:
    """One event with the shop's place in it."""
    house = house_of(request)
    now = house.clock.now()
    async with house.database.read() as connection:
        return event_body(await api.get_place(connection, actor_of(request), shop_id, event_id, now), now)


@router.post("/{event_id}/enrolment", status_code=201, responses=_answers(403, 404, 409))
async def enrol_shop(request: Request, shop_id: ShopRef, event_id: EventRef) -> EnrolmentBody:
    """Let the shop take part; again changes nothing."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = await record_now(house.clock, tx)
        enrolment = await api.enrol_shop(tx, actor_of(request), shop_id, event_id, now)
    return EnrolmentBody(
        event_id=show_id(EVENT_PREFIX, event_id), status=enrolment.status, enrolled_at=enrolment.enrolled_at
    )


@router.get("/{event_id}/entries", responses=_answers(403, 404, 422))
async def list_entries(
    request: Request, shop_id: ShopRef, event_id: EventRef, cursor: Line = None, limit: PageLimit = 50,
    track: Line = None, item_id: ItemRef = None, status: EntryStatus | None = None, *, unproven: bool = False,
) -> EntryList:  # fmt: skip
    """What the shop enrolled in an event."""
    wanted = api.EntryFilter(track, _read(ITEM_PREFIX, item_id), status, unproven)
    page = (read_cursor(cursor), limit + 1)
    async with house_of(request).database.read() as connection:
        rows = await api.list_entries(connection, actor_of(request), shop_id, event_id, wanted, page)
    return EntryList(
        items=[entry_body(row) for row in rows[:limit]],
        next_cursor=cursor_of(rows[limit - 1]) if len(rows) > limit else None,
    )


@router.post("/{event_id}/entries", status_code=201, responses=_answers(403, 404, 409, 422))
async def enrol_items(request: Request, shop_id: ShopRef, event_id: EventRef, form: WishesForm) -> EntryList:
    """Enrol SKUs in a track, all or nothing; enrolled ones are changed while the window is open."""
    house = house_of(request)
    place = (shop_id, event_id, form.track)
    wishes = [_wish(number, one) for number, one in enumerate(form.entries, 1)]
    async with house.database.transaction() as tx:
        admitted = await api.enrol_items(tx, actor_of(request), place, wishes, await record_now(house.clock, tx))
    return EntryList(items=[entry_body(entry) for entry in admitted.entries], next_cursor=None)


@router.post("/{event_id}/stock", status_code=204, responses=_answers(403, 404, 409, 422))
async def change_stock(request: Request, shop_id: ShopRef, event_id: EventRef, form: StockForm) -> None:
    """Promise another stock for an enrolled SKU, until the stock is locked."""
    house = house_of(request)
    sku_id = _read(SKU_PREFIX, form.sku_id)
    assert sku_id is not None
    async with house.database.transaction() as tx:
        place = (shop_id, event_id, form.track)
        now = await record_now(house.clock, tx)
        await api.change_stock(tx, actor_of(request), place, sku_id, form.stock, now)


@router.post(
    "/{event_id}/imports", status_code=202, openapi_extra=FILE_BODY,
    responses=_answers(400, 403, 404, 409, 413, 422),
)  # fmt: skip
async def import_entries(request: Request, shop_id: ShopRef, event_id: EventRef, track: TrackName) -> EntryImportBody:
    """Send a CSV of enrolments (item_ref, price, stock; sku_ref, limit, deposit); the worker judges every row."""
    return import_body(await receive_entries(request, shop_id, event_id, track))


@router.get("/{event_id}/exit", responses=_answers(403, 404, 409, 422))
async def read_consequences(
    request: Request, shop_id: ShopRef, event_id: EventRef, item_id: ItemRef = None, track: Line = None
) -> ConsequencesBody:
    """What leaving would mean now, of an item or (without one) of the whole shop; nothing is done."""
    house = house_of(request)
    ask = ExitAsk(shop_id, event_id, _read(ITEM_PREFIX, item_id), track)
    async with house.database.read() as connection:
        return consequences_body(
            await api.exit_consequences(connection, actor_of(request), ask, house.clock.now())
        )  # fmt: skip


@router.get("/{event_id}/exits", responses=_answers(403, 404))
async def list_exits(request: Request, shop_id: ShopRef, event_id: EventRef) -> ExitList:
    """What of the shop has left the event, latest first."""
    async with house_of(request).database.read() as connection:
        exits = await api.list_exits(connection, actor_of(request), shop_id, event_id)
    return ExitList(items=[exit_body(one) for one in exits])


@router.post("/{event_id}/exits", status_code=201, responses=_answers(403, 404, 409, 422))
async def leave_event(request: Request, shop_id: ShopRef, event_id: EventRef, form: ExitForm) -> ExitBody:
    """Leave at once; `seen` names the consequences that were shown. What has left already is answered again."""
    house = house_of(request)
    ask = ExitAsk(shop_id, event_id, _read(ITEM_PREFIX, form.item_id), form.track)
    async with house.database.transaction() as tx:
        why = (form.reason, form.note)
        return exit_body(
            await api.leave_event(tx, actor_of(request), ask, why, form.seen, await record_now(house.clock, tx))
        )  # fmt: skip


async def receive_entries(request: Request, shop_id: UUID, event_id: UUID, track: str) -> ImportRun:
    """Keep the file that the request carries and open its import; nothing is kept when it is refused."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    folder = house.settings.uploads_dir / show_id(SHOP_PREFIX, shop_id)
    path = await receive_file(request, folder, new_id(house.clock.now()))
    try:
        async with house.database.transaction() as tx:
            wanted = api.EntryImport(path, event_id, track)
            run = await api.ask_for_enrolment_import(tx, actor, shop_id, wanted, house.clock)
    except Refusal:
        path.unlink(missing_ok=True)
        raise
    if run.status is ImportStatus.DONE:
        path.unlink(missing_ok=True)
    return run


async def find_import(request: Request, shop_id: UUID, import_id: UUID) -> ImportRun:
    """A run of enrolments of this shop; `NotFound` for any other."""
    require(actor_of(request), api.VIEW, shop_id)
    async with house_of(request).database.read() as connection:
        run = await get_run(connection, import_id, shop_id)
    if run.kind != api.ENROLMENT_IMPORT_KIND:
        raise NotFound
    return run


def _wish(number: int, form: WishForm) -> Wish:
    item_id = _read(ITEM_PREFIX, form.item_id)
    assert item_id is not None
    return Wish(
        item_id, _read(SKU_PREFIX, form.sku_id), form.price_minor, form.stock, form.limit, form.deposit_minor, number
    )


def _read(prefix: str, text: str | None) -> UUID | None:
    """The id in a query or a body; what is no such id is `NotFound`, as one that names nothing would be."""
    if text is None:
        return None
    try:
        return read_id(prefix, text)
    except ValueError:
        raise NotFound from None
