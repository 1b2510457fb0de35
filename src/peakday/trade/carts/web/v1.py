"""Which JSON doors has the own cart? A guest's pass opens them as a buyer's does.

What is answered for a whole cart is written by msgspec (`written`); the models of `bodies` tell its shape.
"""

from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from peakday.kernel.actor import Actor
from peakday.kernel.house import House
from peakday.kernel.ids import read_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.switches.board import is_on
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.market.accounts.api import require_buyer
from peakday.market.catalog.model import SHOP_PREFIX, SKU_PREFIX
from peakday.trade.carts import api
from peakday.trade.carts.model import REMOVAL_PREFIX
from peakday.trade.carts.viewed import PAGE_MAX, SEARCH_LENGTH_MAX
from peakday.trade.carts.web import hot
from peakday.trade.carts.web.bodies import (
    AddedBody,
    AdditionsBody,
    CartBody,
    ChangeBody,
    ChangedBody,
    CountBody,
    FavouritesBody,
    RemovalBody,
    RemovalWish,
    SelectionBody,
    SkusBody,
    SummaryBody,
)
from peakday.trade.carts.web.written import (
    Json,
    shown,
    write_added,
    write_addition,
    write_cart,
    write_line,
    write_summary,
)
from peakday.trade.promotions.stored import PREFIX as INSTRUMENT_PREFIX

router = APIRouter()
router.include_router(hot.router)
doors = APIRouter(prefix="/v1/my", tags=["cart"])

SkuRef = Annotated[UUID, ShownId(SKU_PREFIX)]
RemovalRef = Annotated[UUID, ShownId(REMOVAL_PREFIX)]
InstrumentRef = Annotated[UUID | None, ShownId(INSTRUMENT_PREFIX)]
LINES_SHOWN = 50


_answers = answers_beside(401, 403, 429)


async def _look(  # the query of a cart, field by field
    search: Annotated[str, Query(max_length=SEARCH_LENGTH_MAX, pattern=LINE_PATTERN)] = "",
    shop_id: Annotated[str | None, Query(max_length=64, description="only this shop's lines")] = None,
    show: Annotated[api.Show, Query()] = api.Show.ALL,
    sort: Annotated[api.Sort, Query()] = api.Sort.SHOP,
    cursor: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX)] = LINES_SHOWN,
) -> api.Look:
    return api.Look(
        search, _id(SHOP_PREFIX, shop_id) if shop_id else None, show, sort, read_cursor(SKU_PREFIX, cursor), limit
    )


@doors.get("/cart", response_model=CartBody, responses=_answers(404, 422))
async def get_cart(request: Request, look: Annotated[api.Look, Depends(_look)]) -> Response:
    """The own cart by shop, with the best price of what is selected and what is missing to more.

    What cannot be bought is folded in `invalid`. Looking changes nothing: POST …/look says that it was seen.
    """
    return _json(await answer_cart(house_of(request), actor_of(request), look))


@doors.post("/cart/look", responses=_answers())
async def note_look(request: Request) -> CountBody:
    """The shopper has seen the cart as it is now: changes are told from here on. How many lines had changed."""
    async with house_of(request).database.transaction() as tx:
        return CountBody(count=await api.note_look(tx, actor_of(request)))


@doors.patch("/cart/lines/{sku_id}", response_model=ChangedBody, responses=_answers(404, 409, 422))
async def change_line(request: Request, sku_id: SkuRef, change: ChangeBody) -> Response:
    """Set pieces or selection of a line; the answer has the new best price of the cart."""
    return _json(await answer_change(house_of(request), actor_of(request), sku_id, change))


@doors.post("/cart/selection", response_model=SummaryBody, responses=_answers(404, 422))
async def select_lines(request: Request, wish: SelectionBody) -> Response:
    """Select or deselect lines, a shop's lines, or all."""
    actor = actor_of(request)
    selection = api.Selection(
        frozenset(_skus(wish.sku_ids)) if wish.sku_ids else None,
        _id(SHOP_PREFIX, wish.shop_id) if wish.shop_id else None,
    )
    async with house_of(request).database.transaction() as tx:
        await api.select_lines(tx, actor, selection, is_selected=wish.is_selected)
    return _json(write_summary(await _view(request)))


@doors.post("/cart/removals", status_code=201, responses=_answers(404, 422))
async def remove_lines(request: Request, wish: RemovalWish) -> RemovalBody:
    """Remove lines, or without `sku_ids` everything that cannot be bought; it may come back for a day."""
    actor = actor_of(request)
    async with house_of(request).database.transaction() as tx:
        if wish.sku_ids is None:
            removal = await api.remove_invalid(tx, actor)
        else:
            removal = await api.remove_lines(tx, actor, _skus(wish.sku_ids))
    if removal is None:
        return RemovalBody(removal_id=None, lines=0)
    return RemovalBody(removal_id=shown(REMOVAL_PREFIX, removal.removal_id), lines=len(removal.lines))


@doors.post("/cart/removals/{removal_id}/undo", responses=_answers(404, 409))
async def undo_removal(request: Request, removal_id: RemovalRef) -> CountBody:
    """Bring back what was removed; asking again brings nothing more."""
    async with house_of(request).database.transaction() as tx:
        return CountBody(count=await api.undo_removal(tx, actor_of(request), removal_id))


@doors.get("/cart/additions", response_model=AdditionsBody, responses=_answers(404, 422))
async def find_additions(request: Request, reach: InstrumentRef = None) -> Response:
    """Goods that bring the cart over the next tier, ranked by what is paid more for the value that is added."""
    actor = actor_of(request)
    if not is_on(house_of(request), "cart.next_tier", actor.account_id):
        return _json({"items": []})
    async with house_of(request).database.read() as tx:
        found = await api.find_additions(tx, actor, reach)
    return _json({"items": [write_addition(each) for each in found]})


@doors.get("/favourites", response_model=FavouritesBody, responses=_answers(404, 422))
async def list_favourites(
    request: Request, cursor: Annotated[str | None, Query(max_length=64)] = None, limit: PageLimit = 50
) -> Response:
    """The own favourites as they are now, newest first."""
    after = read_cursor(SKU_PREFIX, cursor)
    async with house_of(request).database.read() as tx:
        found = await api.list_favourites(tx, actor_of(request), after, limit + 1)
    more = found[limit - 1].quoted.line_id if len(found) > limit else None
    return _json({"items": [write_line(line) for line in found[:limit]], "next_cursor": more})


@doors.post("/favourites", status_code=201, responses=_answers(404, 409, 422))
async def move_to_favourites(request: Request, wish: SkusBody) -> CountBody:
    """Move lines of the cart to the favourites; how many moved."""
    async with house_of(request).database.transaction() as tx:
        return CountBody(count=await api.move_to_favourites(tx, actor_of(request), _skus(wish.sku_ids)))


@doors.post("/favourites/removals", responses=_answers(404, 422))
async def remove_favourites(request: Request, wish: SkusBody) -> CountBody:
    """Forget favourites; how many there were."""
    async with house_of(request).database.transaction() as tx:
        return CountBody(count=await api.remove_favourites(tx, actor_of(request), _skus(wish.sku_ids)))


@doors.post("/favourites/{sku_id}/cart", response_model=AddedBody, responses=_answers(404, 409, 422))
async def move_to_cart(request: Request, sku_id: SkuRef) -> Response:
    """Put a favourite into the cart, one piece of it."""
    async with house_of(request).database.transaction() as tx:
        return _json(write_added(await api.move_to_cart(tx, actor_of(request), sku_id)))


router.include_router(doors)


async def answer_cart(house: House, actor: Actor, look: api.Look) -> Json:
    """The cart as answered; refuses as `look_at_cart`."""
    return write_cart(await api.look_at_cart(house, actor, _as_able(house, actor, look)))


async def answer_change(house: House, actor: Actor, sku_id: UUID, change: ChangeBody) -> Json:
    """The changed line and the cart in figures; refuses as `change_line`."""
    wanted = api.LineChange(sku_id, change.quantity, change.is_selected)
    view, line = await api.change_and_look(house, actor, wanted, _as_able(house, actor, api.Look()))
    return {**write_summary(view), "line": write_line(line)}


async def _view(request: Request) -> api.CartView:
    house, actor = house_of(request), actor_of(request)
    return await api.look_at_cart(house, actor, _as_able(house, actor, api.Look()))


def _as_able(house: House, actor: Actor, look: api.Look) -> api.Look:
    """The look without what is left out when the house is under load."""
    buyer_id = require_buyer(actor)
    has_best_price, has_advice = (is_on(house, name, buyer_id) for name in ("cart.best_price_live", "cart.next_tier"))
    return replace(look, has_best_price=has_best_price, has_advice=has_advice)


def _skus(given: list[str]) -> list[UUID]:
    return [_id(SKU_PREFIX, each) for each in given]


def _id(prefix: str, given: str) -> UUID:
    try:
        return read_id(prefix, given)
    except ValueError:
        raise NotFound from None


def _json(values: dict[str, Any]) -> Response:
    return Response(msgspec.json.encode(values), media_type="application/json")
