"""Which JSON doors have the platform's own instruments? As a shop's (`v1.py`), for its staff; and a sale's tier."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from peakday.kernel.ids import new_id, read_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of, require_wish
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.trade.promotions import api
from peakday.trade.promotions.claiming import Claiming
from peakday.trade.promotions.model import Kind, Scope
from peakday.trade.promotions.stored import PREFIX, InstrumentFilter, InstrumentStatus, Published
from peakday.trade.promotions.web.answers import (
    ChangedInstrument,
    InspectionBody,
    InstrumentList,
    NewInstrument,
    PublishedBody,
    ReasonForm,
    WishForm,
    inspection_body,
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
from peakday.trade.promotions.web.claim_bodies import ClaimingBody, ClaimingForm, claiming_body
from peakday.trade.promotions.web.owner import TIER_RULES

router = APIRouter(prefix="/v1/platform", tags=["platform promotions"])

InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


_answers = answers_beside(401, 403, 404, 422, 429)


class SaleTierForm(BaseModel):
    """Which rules' cross-shop tier, over which shops (none: all), from when until when (not included)."""

    rules_name: str = Field(max_length=60, pattern=r"^[a-z_]+$", examples=["tmall_promotions"])
    shop_ids: list[Annotated[str, Field(max_length=60)]] = Field([], max_length=5_000)
    valid_from: datetime
    valid_until: datetime
    currency: str = Field("CNY", pattern="^[A-Z]{3}$")
    client_key: str | None = Field(None, max_length=100, pattern=LINE_PATTERN)


@router.get("/instruments", responses=_answers())
async def list_platform_instruments(
    request: Request, search: Line = "", status: InstrumentStatus | None = None, kind: Kind | None = None,
    cursor: str | None = None, limit: PageLimit = 50,
) -> InstrumentList:  # fmt: skip
    """The platform's instruments, newest first; `search` looks into names."""
    actor, wanted = actor_of(request), InstrumentFilter(search, status, kind)
    async with house_of(request).database.read() as connection:
        rows = await api.list_instruments(connection, actor, None, wanted, read_cursor(PREFIX, cursor), limit + 1)
    shows = actor.can(api.SEE_FIGURES)
    page = [instrument_body(stored, tally if shows else None) for stored, tally in rows[:limit]]
    return InstrumentList(items=page, next_cursor=page[-1].instrument_id if len(rows) > limit else None)


@router.post("/instruments", status_code=201, responses=_answers(409))
async def create_platform_instrument(request: Request, form: NewInstrument) -> InstrumentBody:
    """Keep an instrument of the platform as a draft; without shops in its scope it holds for all."""
    require_wish(request, form.client_key)
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    instrument = read_terms(form.terms, new_id(now))
    async with house.database.transaction() as tx:
        return instrument_body(await api.save_draft(tx, actor, None, instrument, now, form.client_key))


@router.post("/instruments/inspect", responses=_answers(409))
async def inspect_platform_terms(request: Request, form: TermsForm) -> InspectionBody:
    """What the check of a sample of shops would say, and what it covers; nothing is kept."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    candidate = read_terms(form, new_id(now))
    async with house.database.read() as connection:
        found = await api.inspect(connection, actor, None, candidate, api.guard_of(house), now)
    return inspection_body(found, shows_figures=actor.can(api.SEE_FIGURES))


@router.get("/instruments/{instrument_id}", responses=_answers())
async def read_platform_instrument(request: Request, instrument_id: InstrumentRef) -> InstrumentBody:
    """One instrument of the platform."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        stored, tally = await api.get_instrument(connection, actor, None, instrument_id)
    return instrument_body(stored, tally if actor.can(api.SEE_FIGURES) else None)


@router.put("/instruments/{instrument_id}", responses=_answers(409))
async def edit_platform_instrument(
    request: Request, instrument_id: InstrumentRef, form: ChangedInstrument
) -> InstrumentBody:  # fmt: skip
    """The next version, as a draft; a live one is paused first."""
    house, actor = house_of(request), actor_of(request)
    instrument = read_terms(form.terms, instrument_id)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(await api.edit_instrument(tx, actor, None, instrument, now, form.since_version))


@router.post("/instruments/{instrument_id}/publish", responses=_answers(409))
async def publish_platform_instrument(request: Request, instrument_id: InstrumentRef, form: WishForm) -> PublishedBody:
    """Ask for it to go live: a second person of the staff approves every instrument of the platform."""
    return await _wish(request, api.publish, api.Wish(None, instrument_id, form.confirmed, form.reason))


@router.post("/instruments/{instrument_id}/resume", responses=_answers(409))
async def resume_platform_instrument(request: Request, instrument_id: InstrumentRef, form: WishForm) -> PublishedBody:
    """Let a paused one go on, looked at anew."""
    return await _wish(request, api.resume, api.Wish(None, instrument_id, form.confirmed, form.reason))


@router.post("/instruments/{instrument_id}/approve", responses=_answers(409))
async def approve_platform_instrument(request: Request, instrument_id: InstrumentRef, form: WishForm) -> PublishedBody:
    """Approve it, as another person than who submitted it."""
    return await _wish(request, api.approve, api.Wish(None, instrument_id, form.confirmed, form.reason))


@router.post("/instruments/{instrument_id}/pause", responses=_answers(409))
async def pause_platform_instrument(request: Request, instrument_id: InstrumentRef, form: ReasonForm) -> InstrumentBody:
    """Take it out of new carts in every shop; cards that were issued stay good."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(await api.pause(tx, actor_of(request), None, instrument_id, now, form.reason))


@router.post("/instruments/{instrument_id}/end", responses=_answers(409))
async def end_platform_instrument(request: Request, instrument_id: InstrumentRef, form: ReasonForm) -> InstrumentBody:
    """End it for good."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return instrument_body(await api.end(tx, actor_of(request), None, instrument_id, now, form.reason))


@router.put("/instruments/{instrument_id}/claiming", responses=_answers())
async def open_platform_claiming(request: Request, instrument_id: InstrumentRef, form: ClaimingForm) -> ClaimingBody:
    """Let shoppers take cards of it, or change how."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    wanted = Claiming(
        instrument_id=instrument_id, shop_id=None, who=form.who, per_buyer=form.per_buyer,
        claim_from=utc_or_none("claim_from", form.claim_from) or now,
        claim_until=utc_or_none("claim_until", form.claim_until),
    )  # fmt: skip
    async with house.database.transaction() as tx:
        kept = await api.open_claiming(tx, actor, wanted, now)
    return claiming_body(kept, shows_figures=actor.can(api.SEE_FIGURES))


@router.delete("/instruments/{instrument_id}/claiming", status_code=204, responses=_answers())
async def close_platform_claiming(request: Request, instrument_id: InstrumentRef) -> None:
    """Let nobody take any more; what was taken stays good."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.close_claiming(tx, actor_of(request), None, instrument_id, house.clock.now())


@router.post("/sale-tiers", status_code=201, responses=_answers(409))
async def open_sale_tier(request: Request, form: SaleTierForm) -> InstrumentBody:
    """The cross-shop tier of a sale's own rules, as a draft within the days on which they hold."""
    require_wish(request, form.client_key)
    house, actor = house_of(request), actor_of(request)
    shops = frozenset(_shop_id(each) for each in form.shop_ids)
    begins, ends = utc("valid_from", form.valid_from), utc("valid_until", form.valid_until)
    if form.rules_name not in TIER_RULES or begins >= ends:
        field = "valid_until" if begins >= ends else "rules_name"
        message, remedy = (
            Text("规则或时间有误", "no such rules, or it ends before it begins"),
            Text("请修改", "Change it"),
        )
        raise Invalid(Problem(field, "out_of_range", message, remedy))
    tier = api.SaleTier(form.rules_name, Scope(shops), begins, ends, form.currency)
    async with house.database.transaction() as tx:
        return instrument_body(await api.open_sale_tier(tx, actor, tier, house.clock.now(), form.client_key))


async def _wish(request: Request, act: Any, wish: api.Wish) -> PublishedBody:
    house, actor = house_of(request), actor_of(request)
    async with house.database.transaction() as tx:
        await api.get_instrument(tx, actor, None, wish.instrument_id)  # what is not there is told first
        published: Published = await act(tx, actor, wish, api.guard_of(house), house.clock.now())
    shows = actor.can(api.SEE_FIGURES)
    return PublishedBody(
        instrument=instrument_body(published.stored),
        inspection=inspection_body(published.inspection, shows_figures=shows),
    )


def _shop_id(shown: str) -> UUID:
    try:
        return read_id(SHOP_PREFIX, shown)
    except ValueError:
        message, remedy = Text("店铺编号有误", "this is no shop's id"), Text("写成 shp_…", "Write shp_…")
        raise Invalid(Problem("shop_ids", "not_an_id", message, remedy, value=shown)) from None
