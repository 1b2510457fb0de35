"""Which pages does the health centre have? Risks, one warning with its witness, one item, what-if, and an export."""

import csv
import io
from collections.abc import Iterator
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.spreadsheets import inert
from peakday.kernel.text import Language
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Item
from peakday.market.shops import api as shops
from peakday.operations.health import api
from peakday.operations.health.fault_words import (
    KIND_TEXTS,
    REASON_TEXTS,
    REMEDY_TEXTS,
    SEVERITY_TEXTS,
    SOURCE_TEXTS,
)
from peakday.operations.health.model import FINDING_PREFIX, Exemption, ExemptionReason, FindingState, KeptFinding
from peakday.operations.health.web.bodies import INSTRUMENT_PREFIX, ITEM_PREFIX, SHOP_PREFIX
from peakday.operations.health.web.cursors import next_cursor, read_place
from peakday.operations.health.web.instants import read_typed_day, read_typed_money, read_typed_share
from peakday.operations.health.web.v1 import Cursor, read_shown
from peakday.trade.promotions import api as promotions

router = APIRouter(prefix="/shop/{shop_id}/health", include_in_schema=False)

PAGE = 50
FOUND_MAX = 20
EXPORT_PAGE = 200
EXPORT_ROWS_MAX = 20_000
INSTRUMENTS_SHOWN = 100
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]
FindingRef = Annotated[UUID, ShownId(FINDING_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]
Percent = Annotated[int, Query(ge=0, le=10_000)]
Typed = Annotated[str, Form(max_length=500)]
COLUMNS = (
    "finding_id", "kind", "severity", "state", "item_id", "reached", "red_line", "red_line_source", "expected_loss",
    "currency", "reached_at", "found_at", "reason",
)  # fmt: skip


@router.get("")
async def show_risks(
    request: Request, shop_id: ShopRef, q: Line = "", state: FindingState = FindingState.OPEN, after: Cursor = None
) -> Response:
    """The shop's warnings, the dearest first; with a search, the items to look at one by one."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        overview = await api.find_overview(connection, actor, shop_id)
        calibration = await api.find_calibration(connection, actor, shop_id)
        items = await _search(request, shop_id, q) if q else []
        wanted = api.FindingFilter(state, None, tuple(item.item_id for item in items) if q else None)
        found = await api.risk_items(connection, actor, shop_id, wanted, read_place(after), PAGE + 1)
        titles = await catalog.find_titles(connection, shop_id, [one.item_id for one in found if one.item_id])
        shop = await shops.get_shop(connection, actor, shop_id)
    kept = {name: value for name, value in (("q", q), ("state", state.value)) if value}
    last = next_cursor(found, PAGE)
    base = base_of(shop_id)
    return _render(
        request, "health/risks.html", shop_id, overview=overview, calibration=calibration, items=items, titles=titles,
        found=found[:PAGE], typed={"q": q, "state": state.value}, states=FindingState, currency=shop.currency,
        csv_href=f"{base}/export.csv?{urlencode({'state': state.value})}",
        paging={
            "total": None, "page": None, "pages": None,
            "previous_href": f"{base}?{urlencode(kept)}" if after else None,
            "next_href": f"{base}?{urlencode({**kept, 'after': last})}" if last else None,
        },
    )  # fmt: skip


@router.post("/scan")
async def want_scan(request: Request, shop_id: ShopRef) -> Response:
    """Look at the shop again, soon."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    async with house.database.transaction() as tx:
        await api.want_scan(tx, [shop_id], house.clock.now())
    return RedirectResponse(base_of(shop_id), 303)


@router.post("/rule")
async def set_rule(request: Request, shop_id: ShopRef, share: Typed = "") -> Response:
    """Set the shop's red-line share; nothing typed takes it away."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        wanted = read_typed_share("share", share)
        await api.set_shop_rule(tx, actor_of(request), shop_id, wanted, house.clock.now())
    return RedirectResponse(base_of(shop_id), 303)


@router.get("/export.csv")
async def export(request: Request, shop_id: ShopRef, state: FindingState = FindingState.OPEN) -> Response:
    """The warnings of a state as a file."""
    house, actor = house_of(request), actor_of(request)
    rows: list[KeptFinding] = []
    async with house.database.transaction() as tx:
        while len(rows) < EXPORT_ROWS_MAX:
            place = (rows[-1].loss_minor, rows[-1].finding_id) if rows else None
            page = await api.risk_items(tx, actor, shop_id, api.FindingFilter(state), place, EXPORT_PAGE)
            rows += page
            if len(page) < EXPORT_PAGE:
                break
        subject = f"shop:{show_id(SHOP_PREFIX, shop_id)}"
        await accounts.record_audit(tx, actor, "exported", subject, house.clock.now(), {"shop_id": shop_id})
    headers = {"content-disposition": 'attachment; filename="price-risks.csv"'}
    lines = _csv_lines(rows, visit_of(request).language)
    return StreamingResponse(lines, media_type="text/csv; charset=utf-8", headers=headers)


@router.get("/what-if")
async def show_what_if(
    request: Request, shop_id: ShopRef, instrument: Line = "", gives: Percent = 100, at: Percent = 100, stop: Line = ""
) -> Response:  # fmt: skip
    """How lowest prices change with a kept instrument, a draft too, before it goes live; or if it were changed."""
    house, actor = house_of(request), actor_of(request)
    stored, changes = None, []
    async with house.database.read() as connection:
        require(actor, api.FIGURES, shop_id)
        known = await promotions.list_instruments(
            connection, actor, shop_id, promotions.InstrumentFilter(), None, INSTRUMENTS_SHOWN
        )
        if instrument:
            instrument_id = read_shown(INSTRUMENT_PREFIX, instrument)
            stored, _ = await promotions.get_instrument(connection, actor, shop_id, instrument_id)
            wanted = api.Change(gives * 100, at * 100, bool(stop))
            change = None if wanted == api.Change() else wanted
            changes = await api.what_if(connection, actor, shop_id, stored.instrument, house.clock.now(), change)
    return _render(
        request, "health/what_if.html", shop_id, stored=stored, changes=changes, chosen=instrument,
        known=[one for one, _ in known], typed={"gives": gives, "at": at, "stop": stop},
        is_change=bool(stop) or (gives, at) != (100, 100), live=promotions.InstrumentStatus.LIVE,
    )  # fmt: skip


@router.get("/findings/{finding_id}")
async def show_finding(request: Request, shop_id: ShopRef, finding_id: FindingRef) -> Response:
    """One warning: which basket, which buyer, which minute, and what to do."""
    async with house_of(request).database.read() as connection:
        found = await api.get_finding(connection, actor_of(request), shop_id, finding_id)
        titles = await catalog.find_titles(connection, shop_id, [found.item_id] if found.item_id else [])
    return _render(request, "health/finding.html", shop_id, found=found, title=titles.get(found.item_id or UUID(int=0)))


@router.post("/findings/{finding_id}/accept")
async def accept(request: Request, shop_id: ShopRef, finding_id: FindingRef, reason: Typed = "") -> Response:
    """Take the risk on purpose."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.accept_finding(tx, actor_of(request), shop_id, finding_id, reason, house.clock.now())
    return RedirectResponse(f"{base_of(shop_id)}/findings/{show_id(FINDING_PREFIX, finding_id)}", 303)


@router.get("/items/{item_id}")
async def show_item(request: Request, shop_id: ShopRef, item_id: ItemRef) -> Response:
    """An item: each SKU's lowest reachable price, its red line, and the forms to change it."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        health = await api.find_item_health(connection, actor, shop_id, item_id, house.clock.now())
    return _render(request, "health/item.html", shop_id, health=health, reasons=ExemptionReason)


@router.post("/items/{item_id}/red-line")
async def set_red_line(
    request: Request, shop_id: ShopRef, item_id: ItemRef, price: Typed = "", sku: Typed = ""
) -> Response:
    """Type B of the item or of one SKU; nothing typed takes it away."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        item = await api.find_item(tx, actor, shop_id, item_id)
        place = (item_id, read_shown("sku", sku) if sku else None)
        minor = read_typed_money("price", price, item.currency)
        await api.set_red_line(tx, actor, shop_id, place, minor, house.clock.now())
    return _to_item(shop_id, item_id)


@router.post("/items/{item_id}/exempt")
async def exempt(
    request: Request, shop_id: ShopRef, item_id: ItemRef, reason: Annotated[ExemptionReason, Form()],
    expires_on: Typed = "", price_min: Typed = "", note: Typed = "",
) -> Response:  # fmt: skip
    """Exempt the item until the end of a day."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        item = await api.find_item(tx, actor, shop_id, item_id)
        lowest = read_typed_money("price_min", price_min, item.currency) or 0
        exemption = Exemption(item_id, reason, read_typed_day("expires_on", expires_on), lowest)
        await api.exempt(tx, actor, shop_id, exemption, note, house.clock.now())
    return _to_item(shop_id, item_id)


@router.post("/items/{item_id}/end-exemption")
async def end_exemption(request: Request, shop_id: ShopRef, item_id: ItemRef) -> Response:
    """End the exemption."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.end_exemption(tx, actor_of(request), shop_id, item_id, house.clock.now())
    return _to_item(shop_id, item_id)


def base_of(shop_id: UUID) -> str:
    """The address of the health centre of a shop."""
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/health"


def _to_item(shop_id: UUID, item_id: UUID) -> Response:
    return RedirectResponse(f"{base_of(shop_id)}/items/{show_id(ITEM_PREFIX, item_id)}", 303)


async def _search(request: Request, shop_id: UUID, words: str) -> list[Item]:
    async with house_of(request).database.read() as connection:
        return await api.search_items(connection, actor_of(request), shop_id, words.strip(), FOUND_MAX)


def _render(request: Request, template: str, shop_id: UUID, **values: Any) -> Response:
    shop_base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
    return house_of(request).get(Pages).render(
        request, template, active="health", base=f"{shop_base}/health", shop_base=shop_base, kind_texts=KIND_TEXTS,
        remedy_texts=REMEDY_TEXTS, source_texts=SOURCE_TEXTS, severity_texts=SEVERITY_TEXTS, reason_texts=REASON_TEXTS,
        rules_titles=promotions.RULES_TITLES,
        show=show_id, plain=lambda text: show_id(INSTRUMENT_PREFIX, UUID(text)), written=decimal_text,
        may_edit=actor_of(request).can(api.EDIT), **values,
    )  # fmt: skip


def _csv_lines(rows: list[KeptFinding], language: Language) -> Iterator[str]:
    """The file, row by row; texts that a spreadsheet would run are made inert."""
    yield "\ufeff" + ",".join(COLUMNS) + "\r\n"
    for row in rows:
        line = row.red_line
        buffer = io.StringIO()
        csv.writer(buffer).writerow([
            show_id(FINDING_PREFIX, row.finding_id), inert(KIND_TEXTS[row.kind].of(language)), row.severity.value,
            row.state.value, show_id(ITEM_PREFIX, row.item_id) if row.item_id else "",
            decimal_text(row.reached_minor, row.currency) if row.reached_minor is not None else "",
            decimal_text(line.price_minor, row.currency) if line else "", line.source.value if line else "",
            decimal_text(row.loss_minor, row.currency), row.currency,
            row.reached_at.isoformat() if row.reached_at else "", row.found_at.isoformat(), inert(row.reason),
        ])  # fmt: skip
        yield buffer.getvalue()
