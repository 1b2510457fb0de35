"""Which JSON doors does the switch board have? For the platform's staff: switches, plans, freezes, overrides."""

from typing import Annotated

from fastapi import APIRouter, Query, Request

from peakday.kernel.switches import api
from peakday.kernel.switches.model import Setting, require_staff
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit
from peakday.kernel.web.problems import answers_beside
from peakday.operations.workbench.web.switch_bodies import (
    ChangesBody,
    FreezeBody,
    FreezeForm,
    FreezeRef,
    FreezesBody,
    NewSwitchForm,
    OverrideBody,
    OverrideForm,
    OverrideRef,
    PlanBody,
    PlanForm,
    PlanRef,
    PlansBody,
    ReasonForm,
    RehearsalsBody,
    RunBody,
    RunRef,
    SwitchBody,
    SwitchesBody,
    TurnForm,
    change_body,
    freeze_body,
    override_body,
    plan_body,
    rehearsal_body,
    run_body,
    switch_body,
)

router = APIRouter(prefix="/v1/platform", tags=["switches"])


_answers = answers_beside(401, 403, 429)


@router.get("/switches", responses=_answers())
async def list_switches(request: Request) -> SwitchesBody:
    """All switches by name."""
    async with house_of(request).database.read() as connection:
        switches = await api.list_switches(connection, actor_of(request))
    return SwitchesBody(items=[switch_body(switch) for switch in switches])


@router.post("/switches", status_code=201, responses=_answers(409, 422))
async def create_switch(request: Request, form: NewSwitchForm) -> SwitchBody:
    """A new switch, off."""
    house, actor = house_of(request), actor_of(request)
    require_staff(actor)
    title = Text(form.title.zh, form.title.en)
    async with house.database.transaction() as tx:
        return switch_body(await api.create_switch(tx, actor, form.name, title, house.clock.now()))


@router.put("/switches/{name}", responses=_answers(404, 409, 422))
async def turn_switch(request: Request, name: str, form: TurnForm) -> SwitchBody:
    """Turn a switch to a share of the buyers."""
    house, setting = house_of(request), Setting(name, form.percent)
    async with house.database.transaction() as tx:
        return switch_body(
            await api.set_switch(
                tx, actor_of(request), setting, form.reason, house.clock.now(), seen_version=form.seen_version
            )
        )


@router.post("/switches/{name}/rollback", responses=_answers(404, 409, 422))
async def roll_switch_back(request: Request, name: str, form: ReasonForm) -> SwitchBody:
    """Back to the state before the latest turn that stands."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        return switch_body(await api.roll_back(tx, actor_of(request), name, form.reason, house.clock.now()))


@router.get("/switch-changes", responses=_answers(422))
async def list_switch_changes(
    request: Request,
    name: Annotated[str | None, Query(max_length=80, pattern=LINE_PATTERN)] = None,
    cursor: Annotated[int | None, Query(ge=1, le=2**62)] = None,
    limit: PageLimit = 50,
) -> ChangesBody:
    """Who turned what, when and why."""
    async with house_of(request).database.read() as connection:
        changes = await api.list_changes(connection, actor_of(request), name, limit=limit, before=cursor)
    following = str(changes[-1].change_no) if len(changes) == limit else None
    return ChangesBody(items=[change_body(change) for change in changes], next_cursor=following)


@router.get("/switch-plans", responses=_answers())
async def list_plans(request: Request) -> PlansBody:
    """Prepared plans and their runs."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        plans, runs = await api.list_plans(connection, actor), await api.list_runs(connection, actor)
    return PlansBody(items=[plan_body(plan) for plan in plans], runs=[run_body(run) for run in runs])


@router.put("/switch-plans", responses=_answers(404, 422))
async def save_plan(request: Request, form: PlanForm) -> PlanBody:
    """Save the plan of that name."""
    house, steps = house_of(request), [Setting(step.name, step.percent) for step in form.steps]
    async with house.database.transaction() as tx:
        return plan_body(await api.save_plan(tx, actor_of(request), form.name, steps, house.clock.now()))


@router.post("/switch-plans/{plan_id}/runs", status_code=201, responses=_answers(404, 409, 422))
async def run_plan(request: Request, plan_id: PlanRef, form: ReasonForm) -> RunBody:
    """Carry a plan out: all of its switches or none."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        return run_body(await api.run_plan(tx, actor_of(request), plan_id, form.reason, house.clock.now()))


@router.post("/switch-plan-runs/{run_id}/undo", responses=_answers(404, 409, 422))
async def undo_run(request: Request, run_id: RunRef, form: ReasonForm) -> RunBody:
    """Take the turns of a plan back: all or none."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        return run_body(await api.undo_run(tx, actor_of(request), run_id, form.reason, house.clock.now()))


@router.get("/freezes", responses=_answers())
async def list_freezes(request: Request) -> FreezesBody:
    """Freezes and overrides, the newest first."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        freezes, overrides = await api.list_freezes(connection, actor), await api.list_overrides(connection, actor)
    return FreezesBody(items=[freeze_body(one) for one in freezes], overrides=[override_body(one) for one in overrides])


@router.post("/freezes", status_code=201, responses=_answers(422))
async def make_freeze(request: Request, form: FreezeForm) -> FreezeBody:
    """A window in which a switch goes on only with proof."""
    house, actor = house_of(request), actor_of(request)
    require_staff(actor)
    async with house.database.transaction() as tx:
        return freeze_body(
            await api.make_freeze(tx, actor, form.starts_at, form.ends_at, form.reason, house.clock.now())
        )


@router.delete("/freezes/{freeze_id}", status_code=204, responses=_answers(404, 409))
async def cancel_freeze(request: Request, freeze_id: FreezeRef) -> None:
    """Call off a freeze that has not begun."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.cancel_freeze(tx, actor_of(request), freeze_id, house.clock.now())


@router.post("/switch-overrides", status_code=201, responses=_answers(404, 422))
async def ask_override(request: Request, form: OverrideForm) -> OverrideBody:
    """Ask another person to turn a switch past the gate."""
    house, setting = house_of(request), Setting(form.name, form.percent)
    async with house.database.transaction() as tx:
        return override_body(await api.ask_override(tx, actor_of(request), setting, form.reason, house.clock.now()))


@router.post("/switch-overrides/{override_id}/agreement", responses=_answers(404, 409))
async def agree_override(request: Request, override_id: OverrideRef) -> SwitchBody:
    """Agree to what another person asked: the switch is turned now."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        return switch_body(await api.agree_override(tx, actor_of(request), override_id, house.clock.now()))


@router.delete("/switch-overrides/{override_id}", status_code=204, responses=_answers(404, 409))
async def decline_override(request: Request, override_id: OverrideRef) -> None:
    """Say no to an override."""
    house = house_of(request)
    async with house.database.transaction() as tx:
        await api.decline_override(tx, actor_of(request), override_id, house.clock.now())


@router.get("/rehearsals", responses=_answers())
async def list_rehearsals(request: Request) -> RehearsalsBody:
    """What was rehearsed, with which switches on, and how it ended."""
    async with house_of(request).database.read() as connection:
        rehearsals = await api.list_rehearsals(connection, actor_of(request))
    return RehearsalsBody(items=[rehearsal_body(one) for one in rehearsals])
