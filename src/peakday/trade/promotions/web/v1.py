"""Which JSON doors do promotions have? Instruments and their life, the price of a basket, presales.

What was issued, used and spent, and an expected loss, are figures: without the right to see them they are left out.
"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request

from peakday.kernel.ids import new_id, read_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, require_wish
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.trade.promotions import api
from peakday.trade.promotions.model import Kind, PresaleTerms
from peakday.trade.promotions.stored import (
    PREFIX,
    PRESALE_PREFIX,
    Basket,
    InstrumentFilter,
    InstrumentStatus,
    PresaleOffer,
    Published,
)
from peakday.trade.promotions.web.answers import (
    BasketForm,
    ChangedInstrument,
    HistoryBody,
    InspectionBody,
    InstrumentList,
    NewInstrument,
    PresaleBody,
    PresaleForm,
    PresaleList,
    PricedBasketBody,
    PublishedBody,
    ReasonForm,
    RollBackForm,
    WishForm,
    basket_body,
    history_body,
    inspection_body,
    presale_body,
)
from peakday.trade.promotions.web.bodies import (
    SHOP_PREFIX,
    InstrumentBody,
    TermsForm,
    instrument_body,
    read_terms,
    utc,
    utc_or_none,
)

router = APIRouter(prefix="/v1/shops/{shop_id}", tags=["promotions"])

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
PresaleRef = Annotated[UUID, ShownId(PRESALE_PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


_answers = answers_beside(401, 403, 404, 422, 429)


@router.get("/instruments", responses=_answers())
async def list_instruments(
    request: Request, shop_id: ShopRef, search: Line = "", status: InstrumentStatus | None = None,
    kind: Kind | None = None, cursor: str | None = None, limit: PageLimit = 50,
) -> InstrumentList:  # fmt: skip
    """The shop's instruments, newest first; `search` looks into names."""
    actor, wanted = actor_of(request), InstrumentFilter(search, status, kind)
    async with house_of(request).database.read() as connection:
        after = read_cursor(PREFIX, cursor)
        rows = await api.list_instruments(connection, actor, shop_id, wanted, after, limit + 1)
    shows = actor.can(api.SEE_FIGURES)
    page = [instrument_body(stored, tally if shows else None) for stored, tally in rows[:limit]]
    return InstrumentList(items=page, next_cursor=page[-1].instrument_id if len(rows) > limit else None)


@router.post("/instruments", status_code=201, responses=_answers(409))
async def create_instrument(request: Request, shop_id: ShopRef, form: NewInstrument) -> InstrumentBody:
    """Keep an instrument as a draft."""
    require_wish(request, form.client_key)
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    instrument = read_terms(form.terms, new_id(now))
    async with house.database.transaction() as tx:
        return instrument_body(await api.save_draft(tx, actor, shop_id, instrument, now, form.client_key))


@router.post("/instruments/inspect", responses=_answers(409))
async def inspect_terms(request: Request, shop_id: ShopRef, form: TermsForm) -> InspectionBody:
    """What the health check would say; nothing is kept. A what-if for programs and mass edits."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    candidate = read_terms(form, new_id(now))
    async with house.database.read() as connection:
        guard = api.guard_of(house)
        found = await api.inspect(connection, actor, shop_id, candidate, guard, now)
    return inspection_body(found, shows_figures=actor.can(api.SEE_FIGURES))


@router.get("/instruments/{instrument_id}", responses=_answers())
async def read_instrument(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> InstrumentBody:
    """One instrument."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        stored, tally = await api.get_instrument(connection, actor, shop_id, instrument_id)
    return instrument_body(stored, tally if actor.can(api.SEE_FIGURES) else None)


@router.put("/instruments/{instrument_id}", responses=_answers(409))
async def edit_instrument(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: ChangedInstrument
) -> InstrumentBody:
    """The next version, as a draft; a live instrument is paused first."""
    house, actor = house_of(request), actor_of(request)
    instrument = read_terms(form.terms, instrument_id)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(
            await api.edit_instrument(tx, actor, shop_id, instrument, now, form.since_version)
        )  # fmt: skip


@router.get("/instruments/{instrument_id}/versions", responses=_answers())
async def list_versions(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> HistoryBody:
    """Every version and every move of the status, latest first."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        versions = await api.list_versions(connection, actor, shop_id, instrument_id)
        return history_body(versions, await api.list_moves(connection, actor, shop_id, instrument_id))


@router.post("/instruments/{instrument_id}/publish", responses=_answers(409))
async def publish(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: WishForm
) -> PublishedBody:  # fmt: skip
    """Let it go live, or learn what must be confirmed or approved first."""
    return await _wish(request, api.publish, api.Wish(shop_id, instrument_id, form.confirmed, form.reason))


@router.post("/instruments/{instrument_id}/resume", responses=_answers(409))
async def resume(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: WishForm
) -> PublishedBody:  # fmt: skip
    """Let a paused one go on, looked at anew."""
    return await _wish(request, api.resume, api.Wish(shop_id, instrument_id, form.confirmed, form.reason))


@router.post("/instruments/{instrument_id}/approve", responses=_answers(409))
async def approve(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: WishForm
) -> PublishedBody:  # fmt: skip
    """Approve a held one, as another person than who submitted it."""
    return await _wish(request, api.approve, api.Wish(shop_id, instrument_id, form.confirmed, form.reason))


@router.post("/instruments/{instrument_id}/pause", responses=_answers(409))
async def pause(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: ReasonForm
) -> InstrumentBody:  # fmt: skip
    """Take it out of new carts; cards that were issued stay good."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(await api.pause(tx, actor_of(request), shop_id, instrument_id, now, form.reason))


@router.post("/instruments/{instrument_id}/end", responses=_answers(409))
async def end(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: ReasonForm
) -> InstrumentBody:  # fmt: skip
    """End it for good."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(await api.end(tx, actor_of(request), shop_id, instrument_id, now, form.reason))


@router.post("/instruments/{instrument_id}/copy", status_code=201, responses=_answers(409))
async def copy(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> InstrumentBody:
    """A new draft like it."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(await api.copy_instrument(tx, actor_of(request), shop_id, instrument_id, now))


@router.post("/instruments/{instrument_id}/roll-back", responses=_answers(409))
async def roll_back(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: RollBackForm
) -> InstrumentBody:
    """A new version that says what an earlier one said."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(
            await api.roll_back(tx, actor_of(request), shop_id, instrument_id, form.version, now)
        )  # fmt: skip


@router.post("/price-baskets", responses=_answers(409, 413))
async def price_basket(request: Request, shop_id: ShopRef, form: BasketForm) -> PricedBasketBody:
    """What a basket costs with everything that is live, and why. Nothing is kept."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    candidate = read_terms(form.candidate, new_id(now)) if form.candidate else None
    async with house.database.read() as connection:
        found = await api.price_basket(connection, actor, shop_id, _basket(form), now, candidate)
    return basket_body(found)


@router.get("/presales", responses=_answers())
async def list_presales(
    request: Request, shop_id: ShopRef, cursor: str | None = None, limit: PageLimit = 50
) -> PresaleList:  # fmt: skip
    """The presales of the shop, newest first."""
    async with house_of(request).database.read() as connection:
        after = read_cursor(PRESALE_PREFIX, cursor)
        rows = await api.list_presales(connection, actor_of(request), shop_id, after, limit + 1)
    page = [presale_body(row) for row in rows[:limit]]
    return PresaleList(items=page, next_cursor=page[-1].presale_id if len(rows) > limit else None)


@router.post("/presales", status_code=201, responses=_answers(409))
async def offer_presale(request: Request, shop_id: ShopRef, form: PresaleForm) -> PresaleBody:
    """Take deposits for a SKU, within the bounds of the rules in force."""
    house = house_of(request)
    now = house.clock.now()
    offer = PresaleOffer(
        presale_id=new_id(now), shop_id=shop_id, item_id=form.item_id, sku_id=form.sku_id, currency=form.currency,
        terms=PresaleTerms(form.kind, form.price_minor, form.deposit_minor, form.off_minor),
        deposit_from=utc("deposit_from", form.deposit_from), deposit_until=utc("deposit_until", form.deposit_until),
        tail_from=utc("tail_from", form.tail_from), tail_until=utc("tail_until", form.tail_until),
    )  # fmt: skip
    async with house.database.transaction() as tx:
        return presale_body(await api.offer_presale(tx, actor_of(request), offer, now))


@router.post("/presales/{presale_id}/end", status_code=204, responses=_answers())
async def end_presale(request: Request, shop_id: ShopRef, presale_id: PresaleRef) -> None:
    """Take no more deposits."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.end_presale(tx, actor_of(request), shop_id, presale_id, house.clock.now())


async def _wish(request: Request, act: Any, wish: api.Wish) -> PublishedBody:
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.get_instrument(tx, actor, wish.shop_id, wish.instrument_id)  # what is not there is told first
        published: Published = await act(tx, actor, wish, api.guard_of(house), house.clock.now())
    shows = actor.can(api.SEE_FIGURES)
    return PublishedBody(
        instrument=instrument_body(published.stored),
        inspection=inspection_body(published.inspection, shows_figures=shows),
    )


def _basket(form: BasketForm) -> Basket:
    pieces = {each.sku_id: each.quantity for each in form.pieces}
    if len(pieces) < len(form.pieces):
        message = Text("同一 SKU 出现两次", "A SKU stands there twice")
        raise Invalid(Problem("pieces", "doubled", message, Text("合并件数", "Add the pieces up")))
    cards = None if form.instrument_ids is None else frozenset(_instrument_id(each) for each in form.instrument_ids)
    return Basket(pieces, utc_or_none("at", form.at), frozenset(form.tags), form.channel, cards, form.live_room_id)


def _instrument_id(text: str) -> UUID:
    try:
        return read_id(PREFIX, text)
    except ValueError:
        raise NotFound from None
