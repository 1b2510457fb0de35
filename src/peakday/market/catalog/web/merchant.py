"""Which pages does the catalogue have for a merchant? The list of items and the page of one."""

from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.actor import require
from peakday.kernel.ids import show_id
from peakday.kernel.money import decimal_text, parse_minor
from peakday.kernel.refusal import Conflict, Invalid, Problem, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api
from peakday.market.catalog.model import (
    CATEGORY_PREFIX,
    ITEM_PREFIX,
    SHOP_PREFIX,
    ItemChange,
    ItemEdit,
    ItemFilter,
    ItemSort,
    ItemStatus,
)
from peakday.market.catalog.web.v1 import stream_export
from peakday.market.catalog.web.words import FIELD_TEXTS, FLAG_TEXTS, SORT_TEXTS, STATUS_TEXTS
from peakday.market.shops import api as shops

router = APIRouter(include_in_schema=False)

PAGE = 50
SEARCH_LENGTH_MAX = 100
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]
EditNo = Annotated[int, Path(ge=1, le=2**62)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


@router.get("/shop/{shop_id}/items")
async def show_items(
    request: Request, shop_id: ShopRef, after: Line = ""
) -> Response:  # fmt: skip
    """The shop's items: search, filters, a page at a time."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        wanted = _wanted(request, shop.currency)
        rows = await api.list_items(connection, actor, shop_id, wanted, read_cursor(ITEM_PREFIX, after), PAGE + 1)
        total = await api.count_items(connection, actor, shop_id, wanted)
        categories = [row for row in await api.list_categories(connection) if row.is_leaf]
    base = f"/shop/{show_id(SHOP_PREFIX, shop_id)}"
    kept = {name: value for name, value in request.query_params.items() if name in _FILTERS and value}
    page = rows[:PAGE]
    is_more = len(rows) > PAGE
    next_href = f"{base}/items?{urlencode({**kept, 'after': _show(page[-1].item_id)})}" if is_more else None
    return house.get(Pages).render(
        request, "catalog/items.html", shop=shop, items=page, total=total, base=base, show=_show, active="items",
        typed={name: kept.get(name, "") for name in _FILTERS}, is_filtered=bool(kept),
        categories=categories, category_ref=_category_ref,
        status_texts=STATUS_TEXTS, sort_texts=SORT_TEXTS, flag_texts=FLAG_TEXTS,
        paging={
            "total": total, "page": 1, "pages": None, "next_href": next_href,
            "previous_href": f"{base}/items?{urlencode(kept)}" if after else None,
        },
        csv_href=f"{base}/items/export?{urlencode({**kept, 'format': 'csv'})}",
        xlsx_href=f"{base}/items/export?{urlencode({**kept, 'format': 'xlsx'})}",
        can_edit=actor.can("items:edit"),
    )  # fmt: skip


@router.get("/shop/{shop_id}/items/export")
async def export_items(request: Request, shop_id: ShopRef) -> Response:
    """The filtered items as a file."""
    actor = actor_of(request)
    require(actor, "items:view", shop_id)
    async with house_of(request).database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
    form = "xlsx" if request.query_params.get("format") == "xlsx" else "csv"
    return stream_export(request, shop_id, _wanted(request, shop.currency), form)


@router.get("/shop/{shop_id}/items/{item_id}")
async def show_item(request: Request, shop_id: ShopRef, item_id: ItemRef, done: Line = "") -> Response:
    """One item: its SKUs, its fields as a form for who may change them, and its latest edits with an undo."""
    return await _item_page(request, shop_id, item_id, done=done)


@router.post("/shop/{shop_id}/items/{item_id}")
async def edit_item(request: Request, shop_id: ShopRef, item_id: ItemRef) -> Response:
    """Change title, prices or state."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    typed = {name: str(form.get(name) or "").strip() for name in ("title", "list_price", "strike_price", "status")}
    try:
        async with house.database.transaction() as tx:
            shop = await shops.get_shop(tx, actor, shop_id)
            await api.edit_item(tx, actor, shop_id, item_id, _edit(typed, shop.currency), house.clock.now())
    except (Invalid, Conflict) as refusal:
        return await _item_page(request, shop_id, item_id, refusal, typed)
    return RedirectResponse(f"{_address(shop_id, item_id)}?done=saved", 303)


@router.post("/shop/{shop_id}/items/{item_id}/edits/{edit_no}/undo")
async def undo_edit(request: Request, shop_id: ShopRef, item_id: ItemRef, edit_no: EditNo) -> Response:
    """Set an edit back."""
    house, actor = house_of(request), actor_of(request)
    try:
        async with house.database.transaction() as tx:
            await api.undo_edit(tx, actor, shop_id, item_id, edit_no, house.clock.now())
    except Conflict as refusal:
        return await _item_page(request, shop_id, item_id, refusal)
    return RedirectResponse(f"{_address(shop_id, item_id)}?done=undone", 303)


_FILTERS = ("q", "category", "status", "low", "high", "sort")


def _wanted(request: Request, currency: str) -> ItemFilter:
    """The filter of the address; what cannot be read is left out, as an empty field would be."""
    typed = request.query_params
    status, sort = typed.get("status"), typed.get("sort")
    return ItemFilter(
        "".join(letter for letter in typed.get("q", "")[:SEARCH_LENGTH_MAX] if letter.isprintable()) or None,
        read_cursor(CATEGORY_PREFIX, typed.get("category")),
        ItemStatus(status) if status in {one.value for one in ItemStatus} else None,
        _amount_or_none(typed.get("low"), currency),
        _amount_or_none(typed.get("high"), currency),
        ItemSort(sort) if sort in {one.value for one in ItemSort} else ItemSort.NEWEST,
    )


def _amount_or_none(text: str | None, currency: str) -> int | None:
    try:
        return parse_minor(text, currency) if text else None
    except ValueError:
        return None


def _edit(typed: dict[str, str], currency: str) -> ItemEdit:
    amounts: dict[str, int | None] = {}
    for name in ("list_price", "strike_price"):
        try:
            amounts[name] = parse_minor(typed[name], currency) if typed[name] else None
        except ValueError:
            message = Text("不是有效的金额", "it is not an amount of money")
            remedy = Text("写成数字,例如 1299.00", "Write a number such as 1299.00")
            raise Invalid(Problem(name, "not_an_amount", message, remedy, value=typed[name])) from None
    status = ItemStatus(typed["status"]) if typed["status"] in {one.value for one in ItemStatus} else None
    return ItemEdit(typed["title"], amounts["list_price"], amounts["strike_price"], status)


async def _item_page(
    request: Request, shop_id: UUID, item_id: UUID, refusal: Refusal | None = None,
    typed: dict[str, str] | None = None, done: str = "",
) -> Response:  # fmt: skip
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await shops.get_shop(connection, actor, shop_id)
        item = await api.get_item(connection, actor, shop_id, item_id)
        changes = await api.list_changes(connection, actor, shop_id, item_id)
    shown = typed or {
        "title": item.title, "list_price": _decimal(item.list_price_minor, item.currency),
        "strike_price": _decimal(item.strike_price_minor, item.currency), "status": item.status.value,
    }  # fmt: skip
    return house.get(Pages).render(
        request, "catalog/item.html", status=status_of(refusal) if refusal else 200, shop=shop, item=item,
        typed=shown, refusal=refusal, done=done, changes=[_change(one, item.currency) for one in changes],
        address=_address(shop_id, item_id), base=f"/shop/{show_id(SHOP_PREFIX, shop_id)}", active="items",
        can_edit=actor.can("items:edit"), sees_costs=actor.can("data:view"), show=_show, fields=FIELD_TEXTS,
        status_texts=STATUS_TEXTS, flag_texts=FLAG_TEXTS,
    )  # fmt: skip


def _change(change: ItemChange, currency: str) -> dict[str, object]:
    def text(name: str, value: object) -> object:
        if isinstance(value, int) and name.endswith("_minor"):
            return decimal_text(value, currency)
        return STATUS_TEXTS[ItemStatus(str(value))] if name == "status" else value

    return {
        "edit_no": change.edit_no, "edited_at": change.edited_at, "undone_at": change.undone_at,
        "fields": [
            {"title": FIELD_TEXTS[name], "before": text(name, change.before.get(name)), "after": text(name, value)}
            for name, value in change.after.items() if name != "sku_price_minor"
        ],
    }  # fmt: skip


def _decimal(minor: int | None, currency: str) -> str:
    return "" if minor is None else decimal_text(minor, currency)


def _address(shop_id: UUID, item_id: UUID) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/items/{_show(item_id)}"


def _show(item_id: UUID) -> str:
    return show_id(ITEM_PREFIX, item_id)


def _category_ref(category_id: UUID) -> str:
    return show_id(CATEGORY_PREFIX, category_id)
