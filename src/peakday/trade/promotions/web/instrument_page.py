"""What does the page of one instrument show and do: terms, findings, acts, claiming, and who did what?"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Refusal
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.trade.promotions import api
from peakday.trade.promotions.claiming import CLAIMERS_TEXTS
from peakday.trade.promotions.errors import BadInstrument, Unguarded
from peakday.trade.promotions.guard import Inspection
from peakday.trade.promotions.rules.card_claims import CLAIMABLE_KINDS
from peakday.trade.promotions.rules.instrument_states import can_move
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import PREFIX, REASON_MAX, InstrumentStatus, Published, StoredInstrument
from peakday.trade.promotions.web.findings import show_findings
from peakday.trade.promotions.web.owner import base_of, find_owner
from peakday.trade.promotions.web.words import FIELD_TEXTS, KIND_TEXTS, SEVERITY_TEXTS, STATUS_TEXTS


async def instrument_page(
    request: Request, shop_id: UUID | None, instrument_id: UUID, refusal: Refusal | None = None, done: str = ""
) -> Response:  # fmt: skip
    """The page of one instrument."""
    house, actor = house_of(request), actor_of(request)
    async with house.database.read() as connection:
        shop = await find_owner(request, connection, actor, shop_id)
        stored, tally = await api.get_instrument(connection, actor, shop_id, instrument_id)
        moves = await api.list_moves(connection, actor, shop_id, instrument_id)
        claiming = await api.find_claiming(connection, actor, shop_id, instrument_id)
        inspection, fault = await _look(request, connection, stored)
        findings = await show_findings(connection, inspection)
    statuses = {each: can_move(stored.status, each) for each in InstrumentStatus}
    return house.get(Pages).render(
        request, "promotions/instrument.html", status=status_of(refusal) if refusal else 200, shop=shop, stored=stored,
        tally=tally, moves=moves, inspection=inspection, findings=findings, fault=fault, refusal=refusal, done=done,
        may=statuses, S=InstrumentStatus, is_second=actor.account_id not in {None, stored.submitted_by},
        address=address_of(shop_id, instrument_id), list_address=f"{base_of(shop_id)}/promotions", active="promotions",
        summary=say_instrument(stored.instrument), status_texts=STATUS_TEXTS, kind_texts=KIND_TEXTS,
        severity_texts=SEVERITY_TEXTS, field_texts=FIELD_TEXTS, can_edit=actor.can(api.EDIT),
        shows_figures=actor.can(api.SEE_FIGURES), now=house.clock.now(), claiming=claiming,
        is_claimable=stored.instrument.kind in CLAIMABLE_KINDS, claimers_texts=CLAIMERS_TEXTS, local=_local,
    )  # fmt: skip


def address_of(shop_id: UUID | None, instrument_id: UUID) -> str:
    """Where the page of an instrument is."""
    return f"{base_of(shop_id)}/promotions/{show_id(PREFIX, instrument_id)}"


def _local(at: datetime | None) -> str:
    """An instant as a field for date and time shows it: the market's wall clock."""
    return "" if at is None else at.astimezone(MARKET_ZONE).strftime("%Y-%m-%dT%H:%M:%S")


async def _look(
    request: Request, connection: Tx, stored: StoredInstrument
) -> tuple[Inspection | None, Refusal | None]:  # fmt: skip
    """What the guard says of an instrument that is not live, or why it cannot be asked."""
    house, actor = house_of(request), actor_of(request)
    if stored.status in {InstrumentStatus.LIVE, InstrumentStatus.ENDED}:
        return None, None
    try:
        guard = api.guard_of(house)
        found = await api.inspect(connection, actor, stored.shop_id, stored.instrument, guard, house.clock.now())
    except (BadInstrument, Unguarded) as refusal:
        return None, refusal
    return found, None


async def submit_wish(request: Request, shop_id: UUID | None, instrument_id: UUID, act: Any) -> Response:
    """Publish, resume or approve with what was confirmed; the page again with what stands against it."""
    form = await request.form()
    house, actor = house_of(request), actor_of(request)
    wish = api.Wish(
        shop_id, instrument_id, str(form.get("confirmed") or "") or None, str(form.get("reason") or "")[:REASON_MAX]
    )
    try:
        async with house.database.transaction() as tx:
            await api.get_instrument(tx, actor, shop_id, instrument_id)
            published: Published = await act(tx, actor, wish, api.guard_of(house), house.clock.now())
    except Refusal as refusal:
        if status_of(refusal) not in {409, 422}:
            raise
        return await instrument_page(request, shop_id, instrument_id, refusal)
    return RedirectResponse(f"{address_of(shop_id, instrument_id)}?done={published.stored.status.value}", 303)


async def act_on(
    request: Request, shop_id: UUID | None, instrument_id: UUID, act: Callable[[Tx], Awaitable[object]], done: str
) -> Response:  # fmt: skip
    """Do something to an instrument; the page again with what was done, or why not."""
    try:
        async with house_of(request).database.transaction() as tx:
            await act(tx)
    except Refusal as refusal:
        if status_of(refusal) not in {409, 422}:
            raise
        return await instrument_page(request, shop_id, instrument_id, refusal)
    tail = "/edit" if done == "edit" else f"?done={done}"
    return RedirectResponse(f"{address_of(shop_id, instrument_id)}{tail}", 303)
