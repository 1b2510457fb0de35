"""How does a merchant build an instrument: choose a kind, see the sentence while typing, try a basket, ask for a check?

One form for all kinds. While typing, the fields are sent to `preview`, which says the sentence, what is wrong, and what
a sample basket would cost; `inspect` asks the guard and shows its findings with the basket that proves each. Nothing is
kept until the form is saved.
"""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import Invalid, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.kernel.web.problems import status_of
from peakday.market.catalog import api as catalog
from peakday.market.shops.model import Shop
from peakday.trade.promotions import api
from peakday.trade.promotions.errors import BadInstrument, Unguarded
from peakday.trade.promotions.model import Channel, Instrument, Kind
from peakday.trade.promotions.rules.instrument_faults import instrument_faults
from peakday.trade.promotions.rules.instrument_summary import CHANNELS, say_instrument
from peakday.trade.promotions.rules.publication_faults import OFFERS, goods_named
from peakday.trade.promotions.stored import KEY_MAX, PREFIX, Basket
from peakday.trade.promotions.web.bodies import CATEGORY_PREFIX
from peakday.trade.promotions.web.findings import show_findings
from peakday.trade.promotions.web.forms import LISTS, SHAPES, TIERS_SHOWN, form_of, kind_of, read_form
from peakday.trade.promotions.web.owner import (
    PLATFORM_KINDS,
    OwnerRef,
    Platform,
    base_of,
    find_owner,
    sample_shop,
)
from peakday.trade.promotions.web.typed import Typed
from peakday.trade.promotions.web.words import FIELD_TEXTS, KIND_GROUPS, KIND_TEXTS, SEVERITY_TEXTS

router = APIRouter(include_in_schema=False)

CATEGORIES_MAX = 2_000
FIELD_MAX = 20_000  # letters of one field: a list of item numbers
InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
Line = Annotated[str, Query(max_length=100, pattern=LINE_PATTERN)]


@router.get("/shop/{shop_id}/promotions/new")
@router.get("/platform/promotions/new")
async def show_new(request: Request, shop_id: OwnerRef, kind: Line = "") -> Response:
    """An empty builder for a kind."""
    typed: Typed = {"kind": kind, "client_key": str(new_id(house_of(request).clock.now()))}
    return await _builder(request, shop_id, typed)


@router.post("/shop/{shop_id}/promotions/fields")
@router.post("/platform/promotions/fields")
async def show_fields(request: Request, shop_id: OwnerRef) -> Response:
    """The fields of the kind that was chosen, with what was typed so far."""
    api.require_owner(actor_of(request), api.EDIT, shop_id)
    return await _builder(request, shop_id, await _typed(request), template="promotions/fields.html")


@router.post("/shop/{shop_id}/promotions/preview")
@router.post("/platform/promotions/preview")
async def preview(request: Request, shop_id: OwnerRef) -> Response:
    """The sentence of what was typed, what is wrong with it, and what a sample basket costs with it."""
    house, actor = house_of(request), actor_of(request)
    api.require_owner(actor, api.EDIT, shop_id)
    typed = await _typed(request)
    values: dict[str, Any] = {"summary": None, "problems": (), "basket": None, "refusal": None}
    async with house.database.read() as connection:
        shop = await find_owner(request, connection, actor, shop_id)
        try:
            instrument = read_form(typed, (shop_id, _currency(typed, shop)), new_id(house.clock.now()))
            values |= {"problems": instrument_faults(instrument)}
            values |= {"summary": say_instrument(instrument)}
            if not values["problems"]:
                values["basket"] = await _try(request, connection, shop_id, instrument)
        except Invalid as refusal:
            values["problems"] = refusal.problems
        except Refusal as refusal:
            values["refusal"] = refusal
    return house.get(Pages).render(
        request, "promotions/preview.html", shop=shop, field_texts=FIELD_TEXTS, **values
    )  # fmt: skip


@router.post("/shop/{shop_id}/promotions/inspect")
@router.post("/platform/promotions/inspect")
async def inspect(request: Request, shop_id: OwnerRef) -> Response:
    """What the guard says about what was typed; nothing is kept."""
    house, actor = house_of(request), actor_of(request)
    api.require_owner(actor, api.EDIT, shop_id)
    inspection, fault, findings = None, None, []
    typed = await _typed(request)
    async with house.database.read() as connection:
        shop = await find_owner(request, connection, actor, shop_id)
        try:
            instrument = read_form(typed, (shop_id, _currency(typed, shop)), new_id(house.clock.now()))
            guard = api.guard_of(house)
            inspection = await api.inspect(connection, actor, shop_id, instrument, guard, house.clock.now())
            findings = await show_findings(connection, inspection)
        except (BadInstrument, Unguarded) as refusal:
            fault = refusal
    return house.get(Pages).render(
        request, "promotions/findings.html", shop=shop, inspection=inspection, fault=fault, findings=findings,
        severity_texts=SEVERITY_TEXTS, field_texts=FIELD_TEXTS, shows_figures=actor.can(api.SEE_FIGURES),
    )  # fmt: skip


@router.post("/shop/{shop_id}/promotions")
@router.post("/platform/promotions")
async def create(request: Request, shop_id: OwnerRef) -> Response:
    """Keep a new draft."""
    house, actor, typed = house_of(request), actor_of(request), await _typed(request)
    now = house.clock.now()
    try:
        async with house.database.transaction() as tx:
            api.require_owner(actor, api.EDIT, shop_id)
            shop = await find_owner(request, tx, actor, shop_id)
            instrument = read_form(typed, (shop_id, _currency(typed, shop)), new_id(now))
            key = str(typed.get("client_key") or "")[:KEY_MAX] or None
            stored = await api.save_draft(tx, actor, shop_id, instrument, now, key)
    except Refusal as refusal:
        return await _again(request, shop_id, typed, refusal)
    return RedirectResponse(f"{address_for(shop_id)}/{show_id(PREFIX, stored.instrument_id)}?done=drafted", 303)


@router.get("/shop/{shop_id}/promotions/{instrument_id}/edit")
@router.get("/platform/promotions/{instrument_id}/edit")
async def show_edit(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """The builder with what an instrument says."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        stored, _ = await api.get_instrument(connection, actor, shop_id, instrument_id)
        typed = await _form_of(connection, shop_id, stored.instrument)
    return await _builder(request, shop_id, typed | {"since": str(stored.version)}, instrument_id)


@router.post("/shop/{shop_id}/promotions/{instrument_id}")
@router.post("/platform/promotions/{instrument_id}")
async def save(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Keep the next version."""
    house, actor, typed = house_of(request), actor_of(request), await _typed(request)
    since = str(typed.get("since") or "")
    try:
        async with house.database.transaction() as tx:
            shop = await find_owner(request, tx, actor, shop_id)
            stored, _ = await api.get_instrument(tx, actor, shop_id, instrument_id)
            instrument = read_form(typed, (shop_id, _currency(typed, shop)), instrument_id, stored.instrument)
            since_version = int(since) if since.isdecimal() and len(since) < 10 else None
            await api.edit_instrument(tx, actor, shop_id, instrument, house.clock.now(), since_version)
    except Refusal as refusal:
        return await _again(request, shop_id, typed, refusal, instrument_id)
    return RedirectResponse(f"{address_for(shop_id)}/{show_id(PREFIX, instrument_id)}?done=saved", 303)


async def _try(request: Request, connection: Tx, owner: UUID | None, instrument: Instrument) -> Any:
    """The price of a sample basket with the instrument; None when the shop has no goods for it."""
    house, actor = house_of(request), actor_of(request)
    shop_id = await sample_shop(connection, actor, owner, instrument)
    pieces = await api.sample_basket(connection, shop_id, instrument) if shop_id is not None else {}
    if shop_id is None or not pieces:
        return None
    at = max(house.clock.now(), instrument.valid_from or house.clock.now())
    basket = Basket(
        pieces, at, instrument.audience, min(instrument.channels, default=Channel.APP),
        live_room_id=None if instrument.live_room_id is None else str(instrument.live_room_id),
    )  # fmt: skip
    return await api.price_basket(connection, actor, shop_id, basket, at, instrument)


async def _again(
    request: Request, shop_id: UUID | None, typed: Typed, refusal: Refusal, instrument_id: UUID | None = None
) -> Response:  # fmt: skip
    """The form with what was typed and what is wrong; another "no" than that is not ours to show."""
    if status_of(refusal) not in {409, 422}:
        raise refusal
    return await _builder(request, shop_id, typed, instrument_id, refusal)


async def _builder(
    request: Request, shop_id: UUID | None, typed: Typed, instrument_id: UUID | None = None,
    refusal: Refusal | None = None,
    template: str = "promotions/builder.html",
) -> Response:  # fmt: skip
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        api.require_owner(actor, api.EDIT, shop_id)
        shop = await find_owner(request, connection, actor, shop_id)
        categories = await catalog.list_categories(connection)
    kind = kind_of(typed)
    groups: Sequence[tuple[Text, Sequence[Kind]]] = KIND_GROUPS
    if isinstance(shop, Platform):
        kind = kind if kind in PLATFORM_KINDS else PLATFORM_KINDS[0]
        groups = ((Text("跨店铺", "Across shops"), PLATFORM_KINDS),)
    address = address_for(shop_id)
    return house.get(Pages).render(
        request, template, status=status_of(refusal) if refusal else 200, shop=shop, typed=typed, kind=kind,
        shape=SHAPES.get(kind, "tiers"), is_offer=kind in OFFERS, refusal=refusal, active="promotions",
        address=address, action=f"{address}/{show_id(PREFIX, instrument_id)}" if instrument_id else address,
        is_new=instrument_id is None, kind_groups=groups, kind_texts=KIND_TEXTS, field_texts=FIELD_TEXTS,
        tiers=range(1, TIERS_SHOWN + 1), channels=CHANNELS, is_platform=isinstance(shop, Platform),
        currency=_currency(typed, shop), currencies=sorted(MINOR_DIGITS),
        categories=[(show_id(CATEGORY_PREFIX, row.category_id), row) for row in categories[:CATEGORIES_MAX]],
    )  # fmt: skip


async def _typed(request: Request) -> Typed:
    form = await request.form()
    typed: Typed = {name: str(value)[:FIELD_MAX] for name, value in form.items() if name not in LISTS}
    for name in LISTS:
        typed[name] = [str(value)[:FIELD_MAX] for value in form.getlist(name)]
    return typed


async def _form_of(tx: Tx, shop_id: UUID | None, instrument: Instrument) -> Typed:
    if shop_id is None:
        return form_of(instrument, [])
    items, skus = goods_named(instrument)
    wanted_skus, wanted_items = ([each for each in named if isinstance(each, UUID)] for named in (skus, items))
    return form_of(instrument, await catalog.find_goods(tx, shop_id, wanted_skus, wanted_items))


def _currency(typed: Typed, owner: Shop | Platform) -> str:
    """The shop's, or of the platform's instrument the one that was chosen."""
    chosen = typed.get("currency")
    is_known = isinstance(owner, Platform) and isinstance(chosen, str) and chosen in MINOR_DIGITS
    return str(chosen) if is_known else owner.currency


def address_for(shop_id: UUID | None) -> str:
    """Where the list of an owner's instruments is."""
    return f"{base_of(shop_id)}/promotions"
