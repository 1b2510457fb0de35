"""How does a merchant enrol in the browser? One item by a form, many from a file, and the list of what is enrolled."""

from collections.abc import AsyncIterator, Mapping
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.database.record_clock import record_now
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.imports import ImportStatus, list_problems, list_runs, stream_error_file
from peakday.kernel.money import decimal_text, parse_minor
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Problem, Refusal
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import status_of
from peakday.kernel.web.spooling import spooled
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Item, ItemFilter, Sku
from peakday.market.shops import api as shops
from peakday.trade.sale_events import api
from peakday.trade.sale_events.export import entries_csv
from peakday.trade.sale_events.model import IMPORT_PREFIX, ITEM_PREFIX, EntryStatus, Track, TrackKind, Wish
from peakday.trade.sale_events.web.bodies import cursor_of, read_cursor
from peakday.trade.sale_events.web.merchant import (
    EventRef,
    ShopRef,
    base_of,
    event_address,
    event_page,
    shared_values,
)
from peakday.trade.sale_events.web.v1 import find_import, receive_entries
from peakday.trade.sale_events.web.words import STATUS_TEXTS, VERDICT_TEXTS

router = APIRouter(prefix="/shop/{shop_id}/events", include_in_schema=False)

PAGE = 50
FOUND_MAX = 20
ImportRef = Annotated[UUID, ShownId(IMPORT_PREFIX)]
Line = Annotated[str, Query(max_length=200, pattern=LINE_PATTERN)]


@router.get("/imports/{import_id}")
async def show_import(request: Request, shop_id: ShopRef, import_id: ImportRef, part: Line = "") -> Response:
    """How far a file has come; with `part` only the piece that is drawn again while it runs."""
    house, actor = house_of(request), actor_of(request)
    run = await find_import(request, shop_id, import_id)
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        problems = await list_problems(tx, import_id) if run.rows_refused else []
    base = base_of(shop_id)
    return house.get(Pages).render(
        request, "sale_events/progress.html" if part else "sale_events/import.html", shop=shop, run=run,
        problems=problems, sees_values=actor.can(api.SEE_FIGURES), is_running=run.status is ImportStatus.RUNNING,
        address=f"{base}/imports/{show_id(IMPORT_PREFIX, import_id)}", **shared_values(request, shop_id),
        event_address=event_address(shop_id, UUID(str(run.note["event_id"]))),
    )  # fmt: skip


@router.get("/imports/{import_id}/errors.csv")
async def download_errors(request: Request, shop_id: ShopRef, import_id: ImportRef) -> Response:
    """Every refused row with field, value and remedy; values only for who may see figures."""
    await find_import(request, shop_id, import_id)
    house, hides = house_of(request), not actor_of(request).can(api.SEE_FIGURES)

    async def parts() -> AsyncIterator[bytes]:
        async with house.database.transaction() as tx:
            async for part in stream_error_file(tx, import_id, hide_values=hides):
                yield part

    return _file(parts(), f"errors-{show_id(IMPORT_PREFIX, import_id)}.csv")


@router.get("/{event_id}/entries")
async def show_entries(
    request: Request, shop_id: ShopRef, event_id: EventRef, track: Line = "", item: Line = "", status: Line = "",
    after: Line = "",
) -> Response:  # fmt: skip
    """What the shop enrolled, a page at a time."""
    house, actor, now = house_of(request), actor_of(request), house_of(request).clock.now()
    wanted = _filter(track, item, status)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        place = await api.get_place(connection, actor, shop_id, event_id, now)
        page = (read_cursor(after), PAGE + 1)
        rows = await api.list_entries(connection, actor, shop_id, event_id, wanted, page)
        titles = await catalog.find_titles(connection, shop_id, [row.item_id for row in rows])
    typed = {"track": track, "item": item, "status": status}
    kept = {name: value for name, value in typed.items() if value}
    address = f"{event_address(shop_id, event_id)}/entries"
    more = f"{address}?{urlencode({**kept, 'after': cursor_of(rows[PAGE - 1])})}" if len(rows) > PAGE else None
    return house.get(Pages).render(
        request, "sale_events/entries.html", shop=shop, place=place, entries=rows[:PAGE], titles=titles, typed=typed,
        address=address, status_texts=STATUS_TEXTS, verdict_texts=VERDICT_TEXTS,
        csv_href=f"{address}.csv?{urlencode(kept)}", now=now,
        paging={"total": None, "page": 1, "pages": None, "next_href": more,
                "previous_href": f"{address}?{urlencode(kept)}" if after else None},
        **shared_values(request, shop_id),
    )  # fmt: skip


@router.get("/{event_id}/entries.csv")
async def export_entries(
    request: Request, shop_id: ShopRef, event_id: EventRef, track: Line = "", item: Line = "", status: Line = ""
) -> Response:
    """The same as a file that the upload takes back."""
    house, actor, wanted = house_of(request), actor_of(request), _filter(track, item, status)
    require(actor, api.VIEW, shop_id)
    async with house.database.read() as connection:
        await api.get_place(connection, actor, shop_id, event_id, house.clock.now())

    async def parts() -> AsyncIterator[bytes]:
        async with house.database.transaction() as tx:
            async for part in entries_csv(api.stream_entries(tx, actor, shop_id, event_id, wanted)):
                yield part

    return _file(parts(), "event-entries.csv")


@router.get("/{event_id}/enrol")
async def show_form(
    request: Request, shop_id: ShopRef, event_id: EventRef, track: Line = "", item: Line = "", q: Line = ""
) -> Response:
    """Find an item, then say price, stock and limit for each SKU."""
    return await _form_page(request, (shop_id, event_id, track), item, q=q)


@router.post("/{event_id}/enrol")
async def enrol_item(request: Request, shop_id: ShopRef, event_id: EventRef, track: Line, item: Line) -> Response:
    """Enrol the item's SKUs that have a price."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    try:
        async with house.database.transaction() as tx:
            found = await catalog.get_item(tx, actor, shop_id, _item_id(item))
            wishes = _wishes(found, form)
            now = await record_now(house.clock, tx)
            await api.enrol_items(tx, actor, (shop_id, event_id, track), wishes, now)
    except (Invalid, Conflict) as refusal:
        return await _form_page(request, (shop_id, event_id, track), item, refusal=refusal, form=form)
    return RedirectResponse(f"{event_address(shop_id, event_id)}?done=enrolled", 303)


@router.get("/{event_id}/upload")
async def show_upload(request: Request, shop_id: ShopRef, event_id: EventRef, track: Line = "") -> Response:
    """The form to send a file, and the files sent so far."""
    return await _upload_page(request, shop_id, event_id, track)


@router.post("/{event_id}/upload")
async def send_file(request: Request, shop_id: ShopRef, event_id: EventRef, track: Line) -> Response:
    """Keep the file and leave its rows to the worker."""
    try:
        run = await receive_entries(request, shop_id, event_id, track)
    except (Invalid, Conflict, FileUnreadable) as refusal:
        return await _upload_page(request, shop_id, event_id, track, refusal)
    return RedirectResponse(f"{base_of(shop_id)}/imports/{show_id(IMPORT_PREFIX, run.run_id)}", 303)


async def _form_page(
    request: Request, place_of: tuple[UUID, UUID, str], item: str, *, q: str = "", refusal: Refusal | None = None,
    form: FormData | None = None,
) -> Response:  # fmt: skip
    shop_id, event_id, code = place_of
    house, actor, now = house_of(request), actor_of(request), house_of(request).clock.now()
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        place = await api.get_place(connection, actor, shop_id, event_id, now)
        track = place.event.plan.find_track(code)
        if track is None:
            return await event_page(request, shop_id, event_id)
        found = await catalog.get_item(connection, actor, shop_id, _item_id(item)) if item else None
        items = []
        if found is None:
            items = await catalog.list_items(connection, actor, shop_id, ItemFilter(q or None), None, FOUND_MAX)
        typed = await _enrolled(request, place_of, found) if found and form is None else {}
    return house.get(Pages).render(
        request, "sale_events/enrol.html", status=status_of(refusal) if refusal else 200, shop=shop, place=place,
        track=track, is_presale=track.kind is TrackKind.PRESALE, item=found, items=items, q=q, refusal=refusal,
        rows=[_row(sku, found, form, typed) for sku in found.skus] if found else [],
        address=f"{event_address(shop_id, event_id)}/enrol", now=now, can_enrol=_is_open(track, now) and place.is_in,
        event_address=event_address(shop_id, event_id), **shared_values(request, shop_id),
    )  # fmt: skip


async def _enrolled(request: Request, place_of: tuple[UUID, UUID, str], item: Item) -> dict[UUID, dict[str, str]]:
    """What the form shows of SKUs that are enrolled already."""
    shop_id, event_id, code = place_of
    wanted = api.EntryFilter(code, item.item_id, EntryStatus.ENROLLED)
    async with house_of(request).database.read() as connection:
        rows = await api.list_entries(connection, actor_of(request), shop_id, event_id, wanted, (None, 200))
    return {
        row.sku_id: {
            "price": decimal_text(row.price_minor, row.currency), "stock": str(row.stock),
            "limit": str(row.limit or ""),
            "deposit": decimal_text(row.deposit_minor, row.currency) if row.deposit_minor else "",
        }
        for row in rows
    }  # fmt: skip


def _row(sku: Sku, item: Item, form: FormData | None, known: Mapping[UUID, dict[str, str]]) -> dict[str, Any]:
    """A SKU with what was typed for it, or what is enrolled."""
    names = ("price", "stock", "limit", "deposit")
    shown = known.get(sku.sku_id, {})
    typed = {
        name: str(form.get(f"{name}_{sku.sku_id.hex}") or "") if form else shown.get(name, "") for name in names
    }  # fmt: skip
    price = sku.price_minor if sku.price_minor is not None else item.list_price_minor
    return {"sku": sku, "key": sku.sku_id.hex, "list_minor": price, "typed": typed, "is_enrolled": bool(shown)}


def _wishes(item: Item, form: FormData) -> list[Wish]:
    """A wish for each SKU that has a price; rows are numbered as the page shows them."""
    wishes, problems = [], []
    for number, sku in enumerate(item.skus, 1):
        typed = {name: str(form.get(f"{name}_{sku.sku_id.hex}") or "").strip() for name in _READERS}
        if not typed["price"]:
            continue
        values = {}
        for name, read in _READERS.items():
            try:
                values[name] = read(typed[name], item.currency) if typed[name] else None
            except ValueError:
                problems.append(_unreadable(name, number, typed[name]))
        if len(values) == len(_READERS):
            wishes.append(
                Wish(
                    item.item_id, sku.sku_id, values["price"] or 0, values["stock"] or 0, values["limit"],
                    values["deposit"], number,
                )
            )  # fmt: skip
    if not wishes and not problems:
        problems = [_unreadable("price", 1, "")]
    if problems:
        raise Invalid(*problems)
    return wishes


def _whole(text: str, currency: str) -> int:
    del currency
    return int(text)


_READERS = {"price": parse_minor, "stock": _whole, "limit": _whole, "deposit": parse_minor}


def _unreadable(name: str, row: int, value: str) -> Problem:
    wrong = Text("不是有效的数字", "it is not a number") if value else Text("没有填写", "it is missing")
    remedy = Text("写成数字,例如 99.00", "Write a number such as 99.00")
    return Problem(name, "not_a_number", wrong, remedy, row, value or None)


async def _upload_page(
    request: Request, shop_id: UUID, event_id: UUID, track: str, refusal: Refusal | None = None
) -> Response:  # fmt: skip
    house, actor, now = house_of(request), actor_of(request), house_of(request).clock.now()
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        place = await api.get_place(connection, actor, shop_id, event_id, now)
        runs = await list_runs(connection, shop_id, 200)
    mine = [run for run in runs if run.kind == api.ENROLMENT_IMPORT_KIND and run.note.get("event_id") == str(event_id)]
    return house.get(Pages).render(
        request, "sale_events/upload.html", status=status_of(refusal) if refusal else 200, shop=shop, place=place,
        track=track, columns=api.ENTRY_COLUMNS, refusal=refusal, now=now, runs=mine,
        open_tracks=[one.track for one in place.tracks if _is_open(one.track, now)],
        run_href=lambda run: f"{base_of(shop_id)}/imports/{show_id(IMPORT_PREFIX, run.run_id)}",
        address=f"{event_address(shop_id, event_id)}/upload", event_address=event_address(shop_id, event_id),
        **shared_values(request, shop_id),
    )  # fmt: skip


def _is_open(track: Track, now: Any) -> bool:
    return bool(track.enrols_from <= now < track.enrols_until)


def _filter(track: str, item: str, status: str) -> api.EntryFilter:
    known = EntryStatus(status) if status in {one.value for one in EntryStatus} else None
    return api.EntryFilter(track or None, _item_id(item) if item else None, known)


def _item_id(text: str) -> UUID:
    try:
        return read_id(ITEM_PREFIX, text)
    except ValueError:
        raise NotFound from None


def _file(parts: AsyncIterator[bytes], name: str) -> StreamingResponse:
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(spooled(parts), 200, disposition, "text/csv; charset=utf-8")
