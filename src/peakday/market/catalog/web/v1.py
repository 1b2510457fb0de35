"""Which JSON doors does the catalogue have? Categories, brands, items, their edits, bulk import and export."""

from collections.abc import AsyncIterator
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.imports import ImportStatus, get_run, list_runs, stream_error_file
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import NotFound, Refusal
from peakday.kernel.rowfiles.uploads import receive_file
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.file_body import FILE_BODY
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.kernel.web.spooling import spooled
from peakday.market.catalog import api
from peakday.market.catalog.model import (
    BRAND_PREFIX,
    CATEGORY_PREFIX,
    IMPORT_PREFIX,
    ITEM_PREFIX,
    SHOP_PREFIX,
    ItemEdit,
    ItemFilter,
    ItemSort,
    ItemStatus,
    NewItem,
)
from peakday.market.catalog.web.bodies import (
    BrandList,
    CategoryList,
    ChangeList,
    ImportBody,
    ImportList,
    ItemBody,
    ItemEditBody,
    ItemList,
    NewItemBody,
    brand_body,
    category_body,
    change_body,
    import_body,
    item_body,
    item_row,
)
from peakday.market.shops import api as shops

router = APIRouter(prefix="/v1", tags=["catalog"])

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]
ImportRef = Annotated[UUID, ShownId(IMPORT_PREFIX)]
Line = Annotated[str | None, Query(max_length=200, pattern=LINE_PATTERN)]
Amount = Annotated[int | None, Query(ge=0, le=AMOUNT_MINOR_MAX)]


_answers = answers_beside(401, 429)


def _wanted(
    search: Line = None,
    category_id: Annotated[str | None, Query(max_length=60)] = None,
    status: ItemStatus | None = None,
    price_min_minor: Amount = None,
    price_max_minor: Amount = None,
    sort: ItemSort = ItemSort.NEWEST,
) -> ItemFilter:
    """The filter that a query string names."""
    category = read_cursor(CATEGORY_PREFIX, category_id)
    return ItemFilter(search or None, category, status, price_min_minor, price_max_minor, sort)


@router.get("/categories", responses=_answers(422))
async def list_categories(request: Request, cursor: str | None = None, limit: PageLimit = 200) -> CategoryList:
    """The market's category tree, by path."""
    actor_of(request)
    after = read_cursor(CATEGORY_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        rows = await api.list_categories(connection)
    start = next((place for place, row in enumerate(rows, 1) if row.category_id == after), 0)
    page = [category_body(row) for row in rows[start : start + limit]]
    has_more = len(rows) > start + limit
    return CategoryList(items=page, next_cursor=page[-1].category_id if has_more else None)


@router.get("/brands", responses=_answers(422))
async def list_brands(request: Request, cursor: str | None = None, limit: PageLimit = 50) -> BrandList:
    """The market's brands."""
    actor_of(request)
    after = read_cursor(BRAND_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        rows = await api.list_brands(connection, after, limit + 1)
    page = [brand_body(row) for row in rows[:limit]]
    return BrandList(items=page, next_cursor=page[-1].brand_id if len(rows) > limit else None)


@router.get("/shops/{shop_id}/items", responses=_answers(403, 404, 422))
async def list_items(
    request: Request, shop_id: ShopRef, cursor: str | None = None, limit: PageLimit = 50, search: Line = None,
    category_id: Annotated[str | None, Query(max_length=60)] = None, status: ItemStatus | None = None,
    price_min_minor: Amount = None, price_max_minor: Amount = None, sort: ItemSort = ItemSort.NEWEST,
) -> ItemList:  # fmt: skip
    """Items of the shop. `search` looks into titles, item numbers and ids; a category brings all below it."""
    wanted = _wanted(search, category_id, status, price_min_minor, price_max_minor, sort)
    async with house_of(request).database.read() as connection:
        after = read_cursor(ITEM_PREFIX, cursor)
        rows = await api.list_items(connection, actor_of(request), shop_id, wanted, after, limit + 1)
    page = [item_row(row) for row in rows[:limit]]
    return ItemList(items=page, next_cursor=page[-1].item_id if len(rows) > limit else None)


@router.post("/shops/{shop_id}/items", status_code=201, responses=_answers(403, 404, 409, 422))
async def create_item(request: Request, shop_id: ShopRef, body: NewItemBody) -> ItemBody:
    """Make one item."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        shop = await shops.get_shop(tx, actor, shop_id)
        item = NewItem(
            shop_id, "api", body.item_ref, body.title, body.category_id, None, body.list_price_minor,
            body.strike_price_minor, shop.currency, status=body.status,
        )  # fmt: skip
        return item_body(await api.create_item(tx, actor, item, house.clock.now()))


@router.get("/shops/{shop_id}/items/{item_id}", responses=_answers(403, 404))
async def read_item(request: Request, shop_id: ShopRef, item_id: ItemRef) -> ItemBody:
    """One item with its SKUs."""
    async with house_of(request).database.read() as connection:
        return item_body(await api.get_item(connection, actor_of(request), shop_id, item_id))


@router.patch("/shops/{shop_id}/items/{item_id}", responses=_answers(403, 404, 422))
async def edit_item(request: Request, shop_id: ShopRef, item_id: ItemRef, body: ItemEditBody) -> ItemBody:
    """Change title, prices or state."""
    house, actor = house_of(request), actor_of(request)
    edit = ItemEdit(body.title, body.list_price_minor, body.strike_price_minor, body.status)
    async with house.database.transaction() as tx:
        await api.edit_item(tx, actor, shop_id, item_id, edit, house.clock.now())
        return item_body(await api.get_item(tx, actor, shop_id, item_id))


@router.get("/shops/{shop_id}/items/{item_id}/edits", responses=_answers(403, 404))
async def list_changes(request: Request, shop_id: ShopRef, item_id: ItemRef) -> ChangeList:
    """The latest edits of an item."""
    async with house_of(request).database.read() as connection:
        actor = actor_of(request)
        await api.get_item(connection, actor, shop_id, item_id)
        return ChangeList(
            items=[change_body(change) for change in await api.list_changes(connection, actor, shop_id, item_id)]
        )


@router.post("/shops/{shop_id}/items/{item_id}/edits/{edit_no}/undo", responses=_answers(403, 404, 409, 422))
async def undo_edit(
    request: Request, shop_id: ShopRef, item_id: ItemRef, edit_no: Annotated[int, Path(ge=1, le=2**62)]
) -> ItemBody:
    """Set the fields of an edit back, unless they were changed again since."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.undo_edit(tx, actor, shop_id, item_id, edit_no, house.clock.now())
        return item_body(await api.get_item(tx, actor, shop_id, item_id))


@router.get(
    "/shops/{shop_id}/exports/items", response_class=StreamingResponse,
    responses={**_answers(403, 404, 422), 200: {"content": {"text/csv": {}}, "description": "The file"}},
)  # fmt: skip
async def export_items(
    request: Request, shop_id: ShopRef, format: Literal["csv", "xlsx"] = "csv",  # noqa: A002 - the word on the wire
    search: Line = None, category_id: Annotated[str | None, Query(max_length=60)] = None,
    status: ItemStatus | None = None, price_min_minor: Amount = None, price_max_minor: Amount = None,
) -> StreamingResponse:  # fmt: skip
    """The items as a file that the import takes back; a row for each SKU."""
    wanted = _wanted(search, category_id, status, price_min_minor, price_max_minor)
    actor = actor_of(request)
    require(actor, "items:view", shop_id)
    return stream_export(request, shop_id, wanted, format)


def stream_export(request: Request, shop_id: UUID, wanted: ItemFilter, form: str) -> StreamingResponse:
    """The file, written while it is read."""
    house, actor = house_of(request), actor_of(request)
    export = api.export_xlsx if form == "xlsx" else api.export_csv

    async def parts() -> AsyncIterator[bytes]:
        async with house.database.transaction() as tx:
            async for part in export(tx, actor, shop_id, wanted):
                yield part

    kind = "text/csv; charset=utf-8"
    if form == "xlsx":
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return StreamingResponse(
        spooled(parts()), 200, {"content-disposition": f'attachment; filename="items.{form}"'}, kind
    )


@router.post(
    "/shops/{shop_id}/imports", status_code=202, openapi_extra=FILE_BODY, responses=_answers(400, 403, 404, 413, 422)
)
async def import_items(
    request: Request, shop_id: ShopRef, zone: Literal["Asia/Shanghai", "UTC"] | None = None
) -> ImportBody:
    """Send a CSV file of items with our column names; the worker stores it. The same file again is the same import.

    `zone` is the zone of times that name none; without it such rows are refused.
    """
    house, actor = house_of(request), actor_of(request)
    require(actor, "items:edit", shop_id)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    folder = house.settings.uploads_dir / show_id(SHOP_PREFIX, shop_id)
    path = await receive_file(request, folder, new_id(house.clock.now()))
    wanted = api.ItemImport(path, currency=shop.currency, zone=zone)
    try:
        async with house.database.transaction() as tx:
            run = await api.ask_for_item_import(tx, actor, shop_id, wanted, house.clock)
    except Refusal:
        path.unlink(missing_ok=True)
        raise
    if run.status is ImportStatus.DONE:
        path.unlink(missing_ok=True)
    return import_body(run)


@router.get("/shops/{shop_id}/imports", responses=_answers(403, 404))
async def list_imports(request: Request, shop_id: ShopRef) -> ImportList:
    """The shop's imports of items, latest first."""
    require(actor_of(request), "items:view", shop_id)
    async with house_of(request).database.read() as connection:
        runs = await list_runs(connection, shop_id, 200)
    return ImportList(items=[import_body(run) for run in runs if run.kind == api.ITEM_IMPORT_KIND])


@router.get("/shops/{shop_id}/imports/{import_id}", responses=_answers(403, 404))
async def read_import(request: Request, shop_id: ShopRef, import_id: ImportRef) -> ImportBody:
    """How far an import has come."""
    require(actor_of(request), "items:view", shop_id)
    async with house_of(request).database.read() as connection:
        run = await get_run(connection, import_id, shop_id)
    if run.kind != api.ITEM_IMPORT_KIND:
        raise NotFound
    return import_body(run)


@router.get(
    "/shops/{shop_id}/imports/{import_id}/errors", response_class=StreamingResponse,
    responses={**_answers(403, 404), 200: {"content": {"text/csv": {}}, "description": "The error file"}},
)  # fmt: skip
async def read_errors(request: Request, shop_id: ShopRef, import_id: ImportRef) -> StreamingResponse:
    """Every refused row with field, value and remedy, as CSV; values are left out for who may not see figures."""
    await read_import(request, shop_id, import_id)
    house, hides = house_of(request), not actor_of(request).can("data:view")

    async def parts() -> AsyncIterator[bytes]:
        async with house.database.transaction() as tx:
            async for part in stream_error_file(tx, import_id, hide_values=hides):
                yield part

    return StreamingResponse(
        spooled(parts()), 200, {"content-disposition": 'attachment; filename="errors.csv"'}, "text/csv; charset=utf-8"
    )
