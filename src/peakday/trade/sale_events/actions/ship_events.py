"""Which events does a market have from the start? The announced Double 11 of 2022, and one to take part in now.

Both come from the announced calendar. The second has its dates moved so that enrolment opened yesterday, is labelled a
rehearsal, and is made anew when no event of that kind is open any more; the first keeps its dates for ever.
"""

from dataclasses import replace
from datetime import datetime

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.rulesets import list_versions
from peakday.kernel.text import Text
from peakday.trade.sale_events import queries
from peakday.trade.sale_events.actions.manage_events import create_event, publish_event
from peakday.trade.sale_events.model import EventPlan, SaleEvent
from peakday.trade.sale_events.rules.event_plan import move_plan, read_plan

CALENDAR = "double_11_calendar"
REHEARSAL = "rehearsal"
REHEARSAL_NAME = Text("双11演练(日期已平移)", "Double 11 rehearsal (dates moved)")
REHEARSAL_NOTE = Text(
    "示例活动:波段与 2022 年双11 相同,日期整体平移到现在,便于报名体验。",
    "An event of the sample: the waves of Double 11 2022 with all dates moved to the present, to take part in.",
)


def announced_plans() -> list[EventPlan]:
    """The plan of every announced calendar, oldest first."""
    return [read_plan(version) for version in list_versions(CALENDAR)]


async def ship_events(tx: Tx, now: datetime, *, with_rehearsal: bool) -> list[SaleEvent]:
    """See to it that the announced events are there, and a rehearsal to enrol in; what was made now."""
    plans = announced_plans()
    made = [await _publish(tx, plan, now) for plan in plans if await queries.find_event(tx, plan.code) is None]
    if with_rehearsal and not await _has_open_rehearsal(tx, now):
        made.append(await _publish(tx, rehearsal_plan(plans[-1], now), now))
    return made


def rehearsal_plan(plan: EventPlan, now: datetime) -> EventPlan:
    """The plan with its first enrolment opened yesterday."""
    moved = move_plan(plan, (day_of(now) - day_of(plan.first_at)).days - 1)
    code = f"{REHEARSAL}-{day_of(now).isoformat()}"
    return replace(moved, code=code, name=REHEARSAL_NAME, note=REHEARSAL_NOTE, is_sample=True)


async def _publish(tx: Tx, plan: EventPlan, now: datetime) -> SaleEvent:
    event = await create_event(tx, SYSTEM, plan, now)
    return await publish_event(tx, SYSTEM, event.event_id, now)


async def _has_open_rehearsal(tx: Tx, now: datetime) -> bool:
    events = await queries.list_events(tx, ends_after=now)
    return any(event.plan.is_sample and now < event.plan.enrols_until for event in events) or (
        await queries.find_event(tx, f"{REHEARSAL}-{day_of(now).isoformat()}") is not None
    )
