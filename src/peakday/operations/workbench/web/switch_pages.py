"""Where do the platform's staff turn switches? Switches, plans, freezes, history and rehearsals."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import FileResponse, RedirectResponse, Response

from peakday.kernel.actor import Actor
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Conflict, Invalid, NotFound, Problem
from peakday.kernel.switches import api
from peakday.kernel.switches.model import REASON_LETTERS_MAX, ChangeKind, Override, Setting, Switch, require_staff
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import status_of
from peakday.operations.workbench.web.switch_bodies import (
    FREEZE_PREFIX,
    OVERRIDE_PREFIX,
    PLAN_PREFIX,
    REHEARSAL_PREFIX,
    RUN_PREFIX,
    FreezeRef,
    OverrideRef,
    PlanRef,
    RehearsalRef,
    RunRef,
)

router = APIRouter(prefix="/platform/switches", include_in_schema=False)

PAGE = "/platform/switches"
HISTORY_ROWS = 30
KIND_TEXTS = {
    ChangeKind.SET: Text("手动", "by hand"),
    ChangeKind.ROLLBACK: Text("回滚", "rollback"),
    ChangeKind.PLAN: Text("预案", "plan"),
    ChangeKind.OVERRIDE: Text("紧急放行", "override"),
}
PREFIXES = {
    "plan": PLAN_PREFIX, "run": RUN_PREFIX, "freeze": FREEZE_PREFIX, "override": OVERRIDE_PREFIX,
    "rehearsal": REHEARSAL_PREFIX,
}  # fmt: skip
# what a report is made of: its own styles and drawings, no script but the one that it carries
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts"
)

Act = Callable[[Tx, Actor, datetime], Awaitable[object]]


@dataclass(frozen=True, slots=True)
class SwitchRow:
    """A switch with what the gate says of turning it on for all."""

    switch: Switch
    is_frozen: bool
    rehearsed_percent: int
    is_drilled: bool


@router.get("")
async def show_board(request: Request) -> Response:
    """The whole board."""
    return await _page(request)


@router.post("/turn")
async def turn_switch(request: Request) -> Response:
    """Turn a switch, or ask another person to when a freeze forbids it."""
    form = await request.form()
    setting = Setting(str(form.get("name") or ""), _number(form, "percent"))
    reason, version = str(form.get("reason") or ""), _number(form, "version")
    if form.get("override"):
        return await _do(request, lambda tx, actor, now: api.ask_override(tx, actor, setting, reason, now))
    return await _do(
        request, lambda tx, actor, now: api.set_switch(tx, actor, setting, reason, now, seen_version=version)
    )


@router.post("/rollback")
async def roll_back(request: Request) -> Response:
    """One click: back to the state before."""
    form = await request.form()
    name, reason = str(form.get("name") or ""), str(form.get("reason") or "").strip() or "一键回滚 · one-click rollback"
    return await _do(request, lambda tx, actor, now: api.roll_back(tx, actor, name, reason, now))


@router.post("/plans/{plan_id}/run")
async def run_plan(request: Request, plan_id: PlanRef) -> Response:
    """Carry a plan out."""
    reason = str((await request.form()).get("reason") or "")
    return await _do(request, lambda tx, actor, now: api.run_plan(tx, actor, plan_id, reason, now))


@router.post("/runs/{run_id}/undo")
async def undo_run(request: Request, run_id: RunRef) -> Response:
    """Take a plan back."""
    reason = str((await request.form()).get("reason") or "").strip() or "撤销预案 · plan undone"
    return await _do(request, lambda tx, actor, now: api.undo_run(tx, actor, run_id, reason, now))


@router.post("/freezes")
async def make_freeze(request: Request) -> Response:
    """A new freeze; instants are Shanghai's."""
    form = await request.form()
    reason = str(form.get("reason") or "")

    async def act(tx: Tx, actor: Actor, now: datetime) -> object:
        return await api.make_freeze(tx, actor, _instant(form, "starts_at"), _instant(form, "ends_at"), reason, now)

    return await _do(request, act)


@router.post("/freezes/{freeze_id}/cancel")
async def cancel_freeze(request: Request, freeze_id: FreezeRef) -> Response:
    """Call it off before it begins."""
    return await _do(request, lambda tx, actor, now: api.cancel_freeze(tx, actor, freeze_id, now))


@router.post("/overrides/{override_id}/{answer}")
async def answer_override(request: Request, override_id: OverrideRef, answer: str) -> Response:
    """The second person agrees, or anybody declines."""
    act = {"agree": api.agree_override, "decline": api.decline_override}.get(answer)
    if act is None:
        raise NotFound
    return await _do(request, lambda tx, actor, now: act(tx, actor, override_id, now))


@router.get("/rehearsals/{rehearsal_id}")
async def show_report(request: Request, rehearsal_id: RehearsalRef) -> Response:
    """The report of a rehearsal, as it was written."""
    house = house_of(request)
    async with house.database.read() as connection:
        rehearsal = await api.get_rehearsal(connection, actor_of(request), rehearsal_id)
    path = house.settings.home / "rehearsals" / f"{rehearsal.rehearsal_id}.html"
    if not path.is_file():
        raise NotFound
    return FileResponse(path, headers={"content-security-policy": REPORT_POLICY})


async def _do(request: Request, act: Act) -> Response:
    house, actor = house_of(request), actor_of(request)
    require_staff(actor)
    try:
        async with house.database.transaction() as tx:
            await act(tx, actor, house.clock.now())
    except (Invalid, Conflict) as refusal:
        return await _page(request, refusal)
    return RedirectResponse(PAGE, 303)


async def _page(request: Request, refusal: Invalid | Conflict | None = None) -> Response:
    house, actor = house_of(request), actor_of(request)
    now = house.clock.now()
    async with house.database.read() as connection:
        rows = [await _row(connection, switch, now) for switch in await api.list_switches(connection, actor)]
        values = {
            "plans": await api.list_plans(connection, actor),
            "runs": await api.list_runs(connection, actor, 10),
            "freezes": await api.list_freezes(connection, actor),
            "overrides": await api.list_overrides(connection, actor),
            "changes": await api.list_changes(connection, actor, limit=HISTORY_ROWS),
            "rehearsals": await api.list_rehearsals(connection, actor),
        }
    return house.get(Pages).render(
        request, "workbench/switches.html", status=200 if refusal is None else status_of(refusal),
        rows=rows, refusal=refusal, now=now, kind_texts=KIND_TEXTS, reason_letters_max=REASON_LETTERS_MAX,
        ref=_ref, may_agree=lambda one: _may_agree(one, actor, now), is_open=lambda one: api.is_open(one, now),
        has_report=lambda one: (house.settings.home / "rehearsals" / f"{one.rehearsal_id}.html").is_file(), **values,
    )  # fmt: skip


async def _row(tx: Tx, switch: Switch, now: datetime) -> SwitchRow:
    evidence = await api.evidence_of(tx, switch, now)
    return SwitchRow(switch, evidence.freeze is not None, evidence.rehearsed_percent, evidence.is_drilled)


def _may_agree(override: Override, actor: Actor, now: datetime) -> bool:
    return api.is_open(override, now) and actor.account_id not in {None, override.asked_by}


def _ref(kind: str, value: UUID) -> str:
    return show_id(PREFIXES[kind], value)


def _number(form: FormData, name: str) -> int:
    typed = str(form.get(name) or "").strip()
    if not typed.isdecimal() or len(typed) > 9:
        message, remedy = Text("不是整数", "It is not a whole number"), Text("填一个整数", "Type a whole number")
        raise Invalid(Problem(name, "not_a_number", message, remedy, value=typed[:60]))
    return int(typed)


def _instant(form: FormData, name: str) -> datetime:
    """What a browser's date-and-time field sends, in the market's wall clock."""
    typed = str(form.get(name) or "")
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=MARKET_ZONE)
    except ValueError:
        message, remedy = Text("不是有效时间", "It is not an instant"), Text("选择日期与时间", "Choose day and time")
        raise Invalid(Problem(name, "not_an_instant", message, remedy, value=typed[:60])) from None
