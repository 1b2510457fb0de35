"""Which JSON doors does the health centre have? Warnings, red lines, exemptions, one item's prices, what-if.

Prices and losses are figures: every door asks for the right to see them.
"""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from peakday.kernel.actor import require
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.operations.health import api
from peakday.operations.health.model import FINDING_PREFIX, Exemption, FindingState
from peakday.operations.health.web.bodies import (
    INSTRUMENT_PREFIX,
    ITEM_PREFIX,
    SHOP_PREFIX,
    SKU_PREFIX,
    AcceptForm,
    ChangesBody,
    ExemptionForm,
    FindingDetailBody,
    FindingsBody,
    ItemBody,
    OverviewBody,
    RedLineForm,
    RuleForm,
    WhatIfForm,
    changes_body,
    finding_body,
    finding_detail_body,
    item_body,
    overview_body,
)
from peakday.operations.health.web.cursors import next_cursor, read_place
from peakday.operations.health.web.instants import utc
from peakday.trade.promotions import api as promotions

router = APIRouter(prefix="/v1/shops/{shop_id}/health", tags=["health"])

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]
FindingRef = Annotated[UUID, ShownId(FINDING_PREFIX)]
Cursor = Annotated[str | None, Query(max_length=60, pattern="^[0-9]+-[a-z0-9_]+$")]


_answers = answers_beside(401, 403, 404, 429)


@router.get("/overview", responses=_answers())
async def read_overview(request: Request, shop_id: ShopRef) -> OverviewBody:
    """How the shop stands: open warnings, money at risk, the last look, predicted against realised loss."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        state = await api.find_overview(connection, actor, shop_id)
        return overview_body(state, await api.find_calibration(connection, actor, shop_id))


@router.get("/findings", responses=_answers(422))
async def list_findings(
    request: Request, shop_id: ShopRef, state: FindingState = FindingState.OPEN, cursor: Cursor = None,
    limit: PageLimit = 50,
) -> FindingsBody:  # fmt: skip
    """Warnings in a state, the dearest first."""
    wanted = api.FindingFilter(state=state)
    async with house_of(request).database.read() as connection:
        found = await api.risk_items(connection, actor_of(request), shop_id, wanted, read_place(cursor), limit + 1)
    return FindingsBody(items=[finding_body(one) for one in found[:limit]], next_cursor=next_cursor(found, limit))


@router.get("/findings/{finding_id}", responses=_answers())
async def read_finding(request: Request, shop_id: ShopRef, finding_id: FindingRef) -> FindingDetailBody:
    """One warning with the basket, the buyer and the minute that prove it."""
    async with house_of(request).database.read() as connection:
        return finding_detail_body(await api.get_finding(connection, actor_of(request), shop_id, finding_id))


@router.post("/findings/{finding_id}/accept", status_code=204, responses=_answers(409, 422))
async def accept_finding(request: Request, shop_id: ShopRef, finding_id: FindingRef, form: AcceptForm) -> None:
    """Take a risk on purpose, with a reason."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.accept_finding(tx, actor_of(request), shop_id, finding_id, form.reason, house.clock.now())


@router.post("/scan", status_code=202, responses=_answers())
async def want_scan(request: Request, shop_id: ShopRef) -> dict[str, str]:
    """Ask for a look at the shop; the worker takes it within seconds."""
    house, actor = house_of(request), actor_of(request)
    require(actor, api.EDIT, shop_id)
    async with house.database.transaction() as tx:
        await api.want_scan(tx, [shop_id], house.clock.now())
    return {"shop_id": show_id(SHOP_PREFIX, shop_id)}


@router.get("/items/{item_id}", responses=_answers())
async def read_item_health(request: Request, shop_id: ShopRef, item_id: ItemRef) -> ItemBody:
    """The lowest reachable price of every SKU of an item, now computed, with its witness."""
    house = house_of(request)
    async with house.database.read() as connection:
        health = await api.find_item_health(connection, actor_of(request), shop_id, item_id, house.clock.now())
    return item_body(health)


@router.put("/items/{item_id}/red-line", status_code=204, responses=_answers(422))
async def set_red_line(request: Request, shop_id: ShopRef, item_id: ItemRef, form: RedLineForm) -> None:
    """Type the red line of an item or of one of its SKUs."""
    house = house_of(request)
    place = (item_id, read_shown(SKU_PREFIX, form.sku_id) if form.sku_id else None)
    async with house.database.transaction() as tx:
        await api.set_red_line(tx, actor_of(request), shop_id, place, form.price_minor, house.clock.now())


@router.put("/rule", status_code=204, responses=_answers(422))
async def set_rule(request: Request, shop_id: ShopRef, form: RuleForm) -> None:
    """Set the shop's red-line share of the displayed price."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.set_shop_rule(tx, actor_of(request), shop_id, form.red_line_bp, house.clock.now())


@router.put("/items/{item_id}/exemption", status_code=204, responses=_answers(422))
async def exempt(request: Request, shop_id: ShopRef, item_id: ItemRef, form: ExemptionForm) -> None:
    """Let an item be sold below its red line, for a reason and until a time."""
    house = house_of(request)
    exemption = Exemption(item_id, form.reason, utc("expires_at", form.expires_at), form.price_min_minor)
    async with house.database.transaction() as tx:
        await api.exempt(tx, actor_of(request), shop_id, exemption, form.note, house.clock.now())


@router.delete("/items/{item_id}/exemption", status_code=204, responses=_answers())
async def end_exemption(request: Request, shop_id: ShopRef, item_id: ItemRef) -> None:
    """End an exemption at once."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.end_exemption(tx, actor_of(request), shop_id, item_id, house.clock.now())


@router.post("/what-if", responses=_answers(422))
async def what_if(request: Request, shop_id: ShopRef, form: WhatIfForm) -> ChangesBody:
    """How the lowest reachable prices change if a kept instrument, a draft too, is live or changed; nothing is kept."""
    house, actor = house_of(request), actor_of(request)
    instrument_id = read_shown(INSTRUMENT_PREFIX, form.instrument_id)
    async with house.database.read() as connection:
        stored, _ = await promotions.get_instrument(connection, actor, shop_id, instrument_id)
        changes = await api.what_if(connection, actor, shop_id, stored.instrument, house.clock.now(), form.change())
    return changes_body(changes)


def read_shown(prefix: str, text: str) -> UUID:
    """An id in a body; what is none is `NotFound`."""
    try:
        return read_id(prefix, text)
    except ValueError:
        raise NotFound from None
