"""Which JSON doors open and close the claiming of a shop's instrument?"""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request

from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import ShownId
from peakday.kernel.web.problems import PROBLEM_RESPONSES
from peakday.trade.promotions import api
from peakday.trade.promotions.claiming import Claiming
from peakday.trade.promotions.errors import InstrumentNotFound
from peakday.trade.promotions.stored import PREFIX
from peakday.trade.promotions.web.bodies import SHOP_PREFIX, utc_or_none
from peakday.trade.promotions.web.claim_bodies import ClaimingBody, ClaimingForm, claiming_body

router = APIRouter(prefix="/v1/shops/{shop_id}", tags=["promotions"])

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
ANSWERS: dict[int | str, dict[str, Any]] = {status: PROBLEM_RESPONSES[status] for status in (401, 403, 404, 422, 429)}


@router.get("/instruments/{instrument_id}/claiming", responses=ANSWERS)
async def read_claiming(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> ClaimingBody:
    """How shoppers may take cards of it."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        found = await api.find_claiming(connection, actor, shop_id, instrument_id)
    if found is None:
        raise InstrumentNotFound
    return claiming_body(found, shows_figures=actor.can(api.SEE_FIGURES))


@router.put("/instruments/{instrument_id}/claiming", responses=ANSWERS)
async def open_claiming(
    request: Request, shop_id: ShopRef, instrument_id: InstrumentRef, form: ClaimingForm
) -> ClaimingBody:  # fmt: skip
    """Let shoppers take cards of it, or change how."""
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    wanted = Claiming(
        instrument_id=instrument_id, shop_id=shop_id, who=form.who, per_buyer=form.per_buyer,
        claim_from=utc_or_none("claim_from", form.claim_from) or now,
        claim_until=utc_or_none("claim_until", form.claim_until),
    )  # fmt: skip
    async with house.database.transaction() as tx:
        kept = await api.open_claiming(tx, actor, wanted, now)
    return claiming_body(kept, shows_figures=actor.can(api.SEE_FIGURES))


@router.delete("/instruments/{instrument_id}/claiming", status_code=204, responses=ANSWERS)
async def close_claiming(request: Request, shop_id: ShopRef, instrument_id: InstrumentRef) -> None:
    """Let nobody take any more; what was taken stays good."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.close_claiming(tx, actor_of(request), shop_id, instrument_id, house.clock.now())
