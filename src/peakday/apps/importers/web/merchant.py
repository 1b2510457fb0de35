"""How does a merchant import a CSV in the browser?

Upload → the proposed columns and the first rows with what is wrong in them → confirm → progress → result with the error
file. An upload that is not confirmed yet is a file in the shop's own folder; its name is all that the address carries.
"""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.apps.importers.csv_mapping import (
    CsvImport,
    ask_for_csv_import,
    inspect_file,
    may_import,
    require_import,
)
from peakday.apps.importers.import_fields import FIELDS, FileKind
from peakday.kernel.actor import Actor, require
from peakday.kernel.house import House
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.imports import ImportRun, ImportStatus, get_run, list_problems, list_runs, stream_error_file
from peakday.kernel.refusal import Invalid, NotFound, Refusal
from peakday.kernel.rowfiles.errors import FileUnreadable
from peakday.kernel.rowfiles.uploads import UPLOAD_PREFIX, receive_file
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import status_of
from peakday.kernel.web.spooling import spooled
from peakday.market.shops import api as shops

router = APIRouter(include_in_schema=False)

SHOP_PREFIX = "shp"
IMPORT_PREFIX = "imp"
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
ImportRef = Annotated[UUID, ShownId(IMPORT_PREFIX)]
UploadRef = Annotated[UUID, ShownId(UPLOAD_PREFIX)]
ZONES = ("Asia/Shanghai", "UTC")
KIND_TEXTS: dict[FileKind, Text] = {
    FileKind.ITEMS: Text("商品", "Items"),
    FileKind.ORDERS: Text("订单", "Orders"),
    FileKind.EVENTS: Text("行为事件", "Events"),
}


@router.get("/shop/{shop_id}/imports")
async def show_imports(request: Request, shop_id: ShopRef) -> Response:
    """The form to send a file, and the shop's imports."""
    return await _list_page(request, shop_id)


@router.post("/shop/{shop_id}/imports")
async def send_file(request: Request, shop_id: ShopRef, kind: FileKind = FileKind.ITEMS) -> Response:
    """Keep the file and go on to its columns."""
    house, actor = house_of(request), actor_of(request)
    require_import(actor, kind, shop_id)
    try:
        path = await receive_file(request, _folder(house, shop_id), new_id(house.clock.now()))
        try:
            await inspect_file(house, shop_id, kind, path)
        except Refusal:
            path.unlink(missing_ok=True)
            raise
    except (Invalid, FileUnreadable) as refusal:
        return await _list_page(request, shop_id, refusal)
    return RedirectResponse(f"{_base(shop_id)}/new/{path.stem}?kind={kind}", 303)


@router.get("/shop/{shop_id}/imports/new/{upload_id}")
async def show_columns(request: Request, shop_id: ShopRef, upload_id: UploadRef, kind: FileKind) -> Response:
    """The proposed columns and the first rows."""
    return await _columns_page(request, shop_id, upload_id, kind)


@router.post("/shop/{shop_id}/imports/new/{upload_id}")
async def confirm_columns(request: Request, shop_id: ShopRef, upload_id: UploadRef, kind: FileKind) -> Response:
    """Look again with the corrected columns, or start the import."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    require_import(actor, kind, shop_id)
    path = _folder(house, shop_id) / f"{show_id(UPLOAD_PREFIX, upload_id)}.csv"
    if form.get("act") != "import" or not path.is_file():
        return await _columns_page(request, shop_id, upload_id, kind, form)
    columns, zone = _typed(kind, form)
    try:
        async with house.database.transaction() as tx:
            shop = await shops.get_shop(tx, actor, shop_id)
            wanted = CsvImport(kind, path, columns, shop.currency, zone)
            run = await ask_for_csv_import(house, tx, actor, shop_id, wanted)
    except Invalid as refusal:
        return await _columns_page(request, shop_id, upload_id, kind, form, refusal)
    if run.status is ImportStatus.DONE:
        path.unlink(missing_ok=True)
    return RedirectResponse(f"{_base(shop_id)}/{show_id(IMPORT_PREFIX, run.run_id)}", 303)


@router.get("/shop/{shop_id}/imports/{import_id}")
async def show_import(request: Request, shop_id: ShopRef, import_id: ImportRef, part: str = "") -> Response:
    """How far the import has come; with `part` only the piece that is drawn again while it runs."""
    house, actor = house_of(request), actor_of(request)
    run = await _own_run(house, actor, shop_id, import_id)
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        problems = await list_problems(tx, import_id) if run.rows_refused else []
    return house.get(Pages).render(
        request, "importers/progress.html" if part else "importers/import.html", shop=shop, run=run,
        kind=KIND_TEXTS[FileKind(run.kind.removeprefix("csv-"))], problems=problems, base=_base(shop_id),
        sees_values=actor.can("data:view"), address=f"{_base(shop_id)}/{show_id(IMPORT_PREFIX, import_id)}",
        active="imports", is_running=run.status is ImportStatus.RUNNING,
    )  # fmt: skip


@router.get("/shop/{shop_id}/imports/{import_id}/errors.csv")
async def download_errors(request: Request, shop_id: ShopRef, import_id: ImportRef) -> Response:
    """Every refused row with field, value and remedy; values only for who may see figures."""
    house, actor = house_of(request), actor_of(request)
    await _own_run(house, actor, shop_id, import_id)

    async def parts() -> AsyncIterator[bytes]:
        async with house.database.transaction() as tx:
            async for part in stream_error_file(tx, import_id, hide_values=not actor.can("data:view")):
                yield part

    name = f"errors-{show_id(IMPORT_PREFIX, import_id)}.csv"
    disposition = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(spooled(parts()), 200, disposition, "text/csv; charset=utf-8")


async def _list_page(request: Request, shop_id: UUID, refusal: Refusal | None = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    require(actor, "items:view", shop_id)
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        runs = [run for run in await list_runs(tx, shop_id) if _kind_of(run) and _may_see(actor, run)]
    rows = [
        {"run": run, "kind": KIND_TEXTS[FileKind(run.kind.removeprefix("csv-"))],
         "href": f"{_base(shop_id)}/{show_id(IMPORT_PREFIX, run.run_id)}"}
        for run in runs
    ]  # fmt: skip
    return house.get(Pages).render(
        request, "importers/imports.html", status=status_of(refusal) if refusal else 200, shop=shop, rows=rows,
        kinds={kind: text for kind, text in KIND_TEXTS.items() if may_import(actor, kind)}, base=_base(shop_id),
        refusal=refusal, active="imports", fields=FIELDS,
    )  # fmt: skip


async def _columns_page(
    request: Request, shop_id: UUID, upload_id: UUID, kind: FileKind, form: FormData | None = None,
    refusal: Refusal | None = None,
) -> Response:  # fmt: skip
    house, actor = house_of(request), actor_of(request)
    require_import(actor, kind, shop_id)
    path = _folder(house, shop_id) / f"{show_id(UPLOAD_PREFIX, upload_id)}.csv"
    if not path.is_file():
        raise NotFound
    columns, zone = _typed(kind, form) if form is not None else (None, "Asia/Shanghai")
    async with house.database.read() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
    looked = await inspect_file(house, shop_id, kind, path, columns, zone)
    guesses = {guess.field: guess for guess in looked.guesses}
    return house.get(Pages).render(
        request, "importers/columns.html", status=status_of(refusal) if refusal else 200, shop=shop, looked=looked,
        fields=FIELDS[kind], guesses=guesses, kind=kind, kind_text=KIND_TEXTS[kind], zone=zone or "", zones=ZONES,
        refusal=refusal, active="imports", base=_base(shop_id), sees_values=actor.can("data:view"),
        titles={field.name: field.title for field in FIELDS[kind]},
        address=f"{_base(shop_id)}/new/{path.stem}?kind={kind}",
    )  # fmt: skip


async def _own_run(house: House, actor: Actor, shop_id: UUID, import_id: UUID) -> ImportRun:
    require(actor, "items:view", shop_id)
    async with house.database.read() as tx:
        run = await get_run(tx, import_id, shop_id)
    if not _kind_of(run) or not _may_see(actor, run):
        raise NotFound
    return run


def _kind_of(run: ImportRun) -> bool:
    return run.kind.removeprefix("csv-") in {kind.value for kind in FileKind} and run.kind.startswith("csv-")


def _may_see(actor: Actor, run: ImportRun) -> bool:
    """Items: who may see items. Orders and events: who may import them."""
    kind = FileKind(run.kind.removeprefix("csv-"))
    return kind is FileKind.ITEMS or may_import(actor, kind)


def _typed(kind: FileKind, form: FormData) -> tuple[dict[str, str], str | None]:
    """The columns and the zone of the form."""
    columns = {}
    for field in FIELDS[kind]:
        header = form.get(f"column_{field.name}")
        if isinstance(header, str) and header:
            columns[field.name] = header
    zone = form.get("zone")
    return columns, zone if isinstance(zone, str) and zone in ZONES else None


def _folder(house: House, shop_id: UUID) -> Path:
    return house.settings.uploads_dir / show_id(SHOP_PREFIX, shop_id)


def _base(shop_id: UUID) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/imports"
