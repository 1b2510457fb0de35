"""Which acts of the claiming are on an instrument's page: open it, change it, close it?"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import ShownId
from peakday.trade.promotions import api
from peakday.trade.promotions.claiming import Claimers, Claiming
from peakday.trade.promotions.stored import PREFIX
from peakday.trade.promotions.web.instrument_page import act_on
from peakday.trade.promotions.web.owner import OwnerRef

router = APIRouter(include_in_schema=False)

InstrumentRef = Annotated[UUID, ShownId(PREFIX)]
FIELDS = ("who", "per_buyer", "claim_from", "claim_until")


@router.post("/shop/{shop_id}/promotions/{instrument_id}/claiming")
@router.post("/platform/promotions/{instrument_id}/claiming")
async def open_claiming(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Let shoppers take cards of it, or change how."""
    form = await request.form()
    typed = {name: str(form.get(name) or "").strip() for name in FIELDS}
    actor, now = actor_of(request), house_of(request).clock.now()
    return await act_on(
        request, shop_id, instrument_id,
        lambda tx: api.open_claiming(tx, actor, read_claiming(typed, shop_id, instrument_id, now), now), "claiming",
    )  # fmt: skip


@router.post("/shop/{shop_id}/promotions/{instrument_id}/claiming/close")
@router.post("/platform/promotions/{instrument_id}/claiming/close")
async def close_claiming(request: Request, shop_id: OwnerRef, instrument_id: InstrumentRef) -> Response:
    """Let nobody take any more."""
    actor, now = actor_of(request), house_of(request).clock.now()
    return await act_on(
        request, shop_id, instrument_id,
        lambda tx: api.close_claiming(tx, actor, shop_id, instrument_id, now), "claiming_closed",
    )  # fmt: skip


def read_claiming(typed: Mapping[str, str], shop_id: UUID | None, instrument_id: UUID, now: datetime) -> Claiming:
    """The claiming that was typed; without a begin it begins now. Refuses `Invalid` with every fault."""
    problems: list[Problem] = []
    begins, ends = (_instant(typed[name], name, problems) for name in ("claim_from", "claim_until"))
    number = typed["per_buyer"] or "1"
    if not (number.isdecimal() and len(number) <= 3):
        problems.append(
            Problem("per_buyer", "not_a_number", Text("不是整数", "it is not a whole number"),
                    Text("写成整数,例如 1", "Write a number such as 1"), value=number[:60])
        )  # fmt: skip
    if problems:
        raise Invalid(*problems)
    who = Claimers(typed["who"]) if typed["who"] in set(Claimers) else Claimers.EVERYBODY
    return Claiming(
        instrument_id=instrument_id, shop_id=shop_id, who=who, per_buyer=int(number), claim_from=begins or now,
        claim_until=ends,
    )  # fmt: skip


def _instant(text: str, field: str, problems: list[Problem]) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=MARKET_ZONE).astimezone(UTC) if text else None
    except (ValueError, OverflowError):
        problems.append(
            Problem(field, "not_a_time", Text("不是有效的时间", "it is not a time"),
                    Text("用日期选择框选择", "Choose it with the date field"), value=text[:60])
        )  # fmt: skip
        return None
