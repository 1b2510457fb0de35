"""Which pages do presales have for a merchant? The list with what buyers pay when, and the form that offers more."""

import csv
import io
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from peakday.kernel.actor import require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.kernel.money import decimal_text
from peakday.kernel.refusal import NotFound, Problem, Refusal
from peakday.kernel.spreadsheets import inert
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId, read_cursor
from peakday.kernel.web.problems import status_of
from peakday.kernel.web.spooling import spooled
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Goods
from peakday.market.shops import api as shops
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import BadPresale
from peakday.trade.promotions.rules.presale_windows import presale_stage
from peakday.trade.promotions.stored import PRESALE_PREFIX, PresaleOffer
from peakday.trade.promotions.web.bodies import SHOP_PREFIX
from peakday.trade.promotions.web.presale_forms import FIELDS, WINDOWS, of_line, presale_offers, read_presales
from peakday.trade.promotions.web.words import FIELD_TEXTS, PRESALE_KIND_TEXTS, PRESALE_STAGE_TEXTS

router = APIRouter(include_in_schema=False)

PAGE = 50
STREAM_PAGE = 200
FIELD_MAX = 20_000
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
PresaleRef = Annotated[UUID, ShownId(PRESALE_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]
_COLUMNS = (
    "id", "item", "sku", "title", "kind", "price", "deposit", "off", "tail", "total", "currency", "deposit_from",
    "deposit_until", "tail_from", "tail_until", "ended_at", "stage",
)  # fmt: skip


@router.get("/shop/{shop_id}/presales")
async def show_presales(request: Request, shop_id: ShopRef, after: Line = "", done: Line = "") -> Response:
    """The presales, newest first, a page at a time."""
    return await _list(request, shop_id, after=after, done=done)


@router.get("/shop/{shop_id}/presales/export")
async def export(request: Request, shop_id: ShopRef) -> StreamingResponse:
    """Every presale as CSV."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.VIEW, shop_id)
    now = house.clock.now()

    async def parts() -> AsyncIterator[bytes]:
        yield "\ufeff".encode() + _csv_row(list(_COLUMNS))
        cursor = None
        async with house.database.read() as connection:
            while True:
                rows = await api.list_presales(connection, actor, shop_id, cursor, STREAM_PAGE)
                goods = await _goods_of(connection, shop_id, rows)
                for offer in rows:
                    yield _csv_row(_cells(offer, goods.get(offer.sku_id), now))
                if len(rows) < STREAM_PAGE:
                    return
                cursor = rows[-1].presale_id

    return StreamingResponse(
        spooled(parts()), 200, {"content-disposition": 'attachment; filename="presales.csv"'}, "text/csv; charset=utf-8"
    )


@router.get("/shop/{shop_id}/presales/new")
async def show_new(request: Request, shop_id: ShopRef) -> Response:
    """The empty form."""
    key = show_id(PRESALE_PREFIX, new_id(house_of(request).clock.now()))
    return await _form(request, shop_id, dict.fromkeys(FIELDS, "") | {"key": key})


@router.post("/shop/{shop_id}/presales")
async def offer(request: Request, shop_id: ShopRef) -> Response:
    """Offer every line, or say what is wrong with which and offer none."""
    house, actor, form = house_of(request), actor_of(request), await request.form()
    typed = {name: str(form.get(name) or "")[:FIELD_MAX] for name in (*FIELDS, "key")}
    now = house.clock.now()
    try:
        async with house.database.transaction() as tx:
            require(actor, api.EDIT, shop_id)
            shop = await shops.get_shop(tx, actor, shop_id)
            wanted = read_presales(typed, shop_id, shop.currency)
            goods = await catalog.find_goods(tx, shop_id, [line.sku_id for line in wanted.lines])
            await _offer_all(
                request, tx, presale_offers(wanted, goods, (shop_id, shop.currency), _key(typed, now)), now
            )
    except Refusal as refusal:
        if status_of(refusal) not in {409, 422}:
            raise
        return await _form(request, shop_id, typed, refusal)
    return RedirectResponse(f"{_address(shop_id)}?done=offered", 303)


@router.post("/shop/{shop_id}/presales/{presale_id}/end")
async def end(request: Request, shop_id: ShopRef, presale_id: PresaleRef) -> Response:
    """Take no more deposits."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.end_presale(tx, actor_of(request), shop_id, presale_id, house.clock.now())
    return RedirectResponse(f"{_address(shop_id)}?done=ended", 303)


async def _offer_all(request: Request, tx: Tx, offers: list[tuple[int, PresaleOffer]], now: datetime) -> None:
    """All of them, or none: the faults of every line are gathered."""
    problems: list[Problem] = []
    for row, each in offers:
        try:
            await api.offer_presale(tx, actor_of(request), each, now)
        except BadPresale as refusal:
            problems += of_line(row, refusal)
    if problems:
        raise BadPresale(*dict.fromkeys(problems))


async def _list(request: Request, shop_id: UUID, after: str, done: str) -> Response:
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        require(actor, api.VIEW, shop_id)
        shop = await shops.get_shop(connection, actor, shop_id)
        rows = await api.list_presales(connection, actor, shop_id, read_cursor(PRESALE_PREFIX, after), PAGE + 1)
        goods = await _goods_of(connection, shop_id, rows[:PAGE])
    now, page, address = house.clock.now(), rows[:PAGE], _address(shop_id)
    next_href = f"{address}?after={show_id(PRESALE_PREFIX, page[-1].presale_id)}" if len(rows) > PAGE else None
    return house.get(Pages).render(
        request, "promotions/presales.html", shop=shop, address=address, active="presales", rows=page, goods=goods,
        done=done, rules=api.shop_rules(shop.kind, day_of(now)), can_edit=actor.can(api.EDIT),
        stage=lambda offer: presale_stage(offer, now), kind_texts=PRESALE_KIND_TEXTS, stage_texts=PRESALE_STAGE_TEXTS,
        show=lambda offer: show_id(PRESALE_PREFIX, offer.presale_id), sold_at=api.sold_at, tail_of=api.tail_of,
        rules_titles=api.RULES_TITLES,
        paging={"total": None, "pages": None, "next_href": next_href, "previous_href": address if after else None},
    )  # fmt: skip


async def _form(
    request: Request, shop_id: UUID, typed: Mapping[str, str], refusal: Refusal | None = None
) -> Response:  # fmt: skip
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        require(actor, api.EDIT, shop_id)
        shop = await shops.get_shop(connection, actor, shop_id)
    return house.get(Pages).render(
        request, "promotions/presale_new.html", status=status_of(refusal) if refusal else 200, shop=shop, typed=typed,
        refusal=refusal, address=_address(shop_id), active="presales", windows=WINDOWS, field_texts=FIELD_TEXTS,
        kind_texts=PRESALE_KIND_TEXTS, rules=api.shop_rules(shop.kind, day_of(house.clock.now())),
        rules_titles=api.RULES_TITLES,
    )  # fmt: skip


async def _goods_of(tx: Tx, shop_id: UUID, rows: list[PresaleOffer]) -> dict[UUID, Goods]:
    wanted = list({offer.sku_id for offer in rows})
    return {each.sku_id: each for each in (await catalog.find_goods(tx, shop_id, wanted) if wanted else [])}


def _key(typed: Mapping[str, str], now: datetime) -> UUID:
    """The key that the form came with: sent twice, it offers once."""
    try:
        return read_id(PRESALE_PREFIX, typed["key"]) if typed["key"] else new_id(now)
    except ValueError:
        raise NotFound from None


def _address(shop_id: UUID) -> str:
    return f"/shop/{show_id(SHOP_PREFIX, shop_id)}/presales"


def _cells(offer: PresaleOffer, goods: Goods | None, now: datetime) -> list[str]:
    terms = offer.terms
    amounts = (terms.price_minor, terms.deposit_minor, terms.off_minor, api.tail_of(terms), api.sold_at(terms))
    return [
        show_id(PRESALE_PREFIX, offer.presale_id), goods.item_ref if goods else "", goods.sku_ref if goods else "",
        goods.title if goods else "", terms.kind.value, *(decimal_text(each, offer.currency) for each in amounts),
        offer.currency, offer.deposit_from.isoformat(), offer.deposit_until.isoformat(), offer.tail_from.isoformat(),
        offer.tail_until.isoformat(), offer.ended_at.isoformat() if offer.ended_at else "",
        presale_stage(offer, now).value,
    ]  # fmt: skip


def _csv_row(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow([inert(cell) for cell in cells])
    return line.getvalue().encode()
