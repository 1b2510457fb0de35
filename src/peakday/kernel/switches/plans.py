"""How are prepared lists of settings carried out and undone together?

A plan ("degrade level 1") is saved before the day. Carrying it out turns its switches in one transaction; undoing takes
exactly those turns back, unless a switch was turned again since: then nothing is undone and the switches are named.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.switches.model import (
    STEPS_MAX,
    ChangeKind,
    PlanRun,
    RunNotUndoable,
    Setting,
    SwitchPlan,
    check_percent,
    check_reason,
    require_staff,
)
from peakday.kernel.switches.turning import Turn, find_standing, lock_switches, turn
from peakday.kernel.text import Text

NAME_LETTERS_MAX = 100
RUNS_MAX = 50


async def save_plan(tx: Tx, actor: Actor, name: str, steps: Sequence[Setting], now: datetime) -> SwitchPlan:
    """Save a plan, or give the plan of that name other steps. Refuses `Invalid`, `NotFound` (a switch)."""
    require_staff(actor)
    name, names = name.strip(), [step.name for step in steps]
    if not 0 < len(name) <= NAME_LETTERS_MAX or not 0 < len(steps) <= STEPS_MAX or len(set(names)) != len(names):
        message = Text("预案需要名称,以及 1–50 个互不相同的开关", "A plan needs a name and 1 to 50 different switches")
        raise Invalid(Problem("steps", "plan_invalid", message, Text("检查名称与步骤", "Check the name and the steps")))
    for step in steps:
        check_percent(step.percent)
    await lock_switches(tx, names)
    row = await tx.fetchrow(
        "insert into kernel.switch_plan (plan_id, name, steps, saved_by, saved_at) values ($1, $2, $3, $4, $5)"
        " on conflict (name) do update set steps = excluded.steps, saved_by = excluded.saved_by,"
        " saved_at = excluded.saved_at returning *",
        new_id(now), name, [asdict(step) for step in steps], actor.name, now,
    )  # fmt: skip
    assert row is not None, name
    return _plan(row)


async def list_plans(tx: Tx, actor: Actor) -> list[SwitchPlan]:
    """All plans by name."""
    require_staff(actor)
    return [_plan(row) for row in await tx.fetch("select * from kernel.switch_plan order by name")]


async def run_plan(tx: Tx, actor: Actor, plan_id: UUID, reason: str, now: datetime) -> PlanRun:
    """Turn all of a plan's switches; asked again by the same person while all of them stand so, the run that stands.

    Refuses a freeze's gate, `Invalid`, `NotFound`, `NotAllowed`.
    """
    require_staff(actor)
    reason = check_reason(reason)
    row = await tx.fetchrow("select * from kernel.switch_plan where plan_id = $1 for share", plan_id)
    if row is None:
        raise NotFound
    run_id, percents = new_id(now), {step.name: step.percent for step in _plan(row).steps}
    switches = await lock_switches(tx, list(percents))
    stands = await tx.fetchval(
        "select run_id from kernel.switch_plan_run where plan_id = $1 and reason = $2"
        " and started_by is not distinct from $3 and undone_at is null order by run_id desc limit 1",
        plan_id, reason, actor.account_id,
    )  # fmt: skip
    if stands is not None and all(percents[switch.name] == switch.percent for switch in switches):
        return await _get_run(tx, stands)
    await tx.execute(
        "insert into kernel.switch_plan_run (run_id, plan_id, reason, started_by, started_by_name, started_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        run_id, plan_id, reason, actor.account_id, actor.name, now,
    )  # fmt: skip
    for switch in switches:
        if percents[switch.name] != switch.percent:
            wanted = Turn(percents[switch.name], ChangeKind.PLAN, reason, run_id=run_id)
            await turn(tx, actor, switch, wanted, now)
    return await _get_run(tx, run_id)


async def undo_run(tx: Tx, actor: Actor, run_id: UUID, reason: str, now: datetime) -> PlanRun:
    """Take a plan's turns back together. Refuses `RunNotUndoable`, a freeze's gate, `NotFound`, `NotAllowed`."""
    require_staff(actor)
    reason = check_reason(reason)
    row = await tx.fetchrow("select undone_at from kernel.switch_plan_run where run_id = $1 for update", run_id)
    if row is None:
        raise NotFound
    turned = await tx.fetch(
        "select name, change_no, from_percent from kernel.switch_change where run_id = $1 and kind = 'plan'", run_id
    )
    switches = await lock_switches(tx, [each["name"] for each in turned])
    of_run = {each["name"]: each for each in turned}
    standing = {switch.name: await find_standing(tx, switch.name) for switch in switches}
    moved = [n for n, change in standing.items() if change is None or change["change_no"] != of_run[n]["change_no"]]
    if moved or row["undone_at"] is not None:
        raise RunNotUndoable(names=", ".join(moved or of_run))
    for switch in switches:
        change = of_run[switch.name]
        undo = Turn(change["from_percent"], ChangeKind.ROLLBACK, reason, run_id=run_id, undoes=change["change_no"])
        await turn(tx, actor, switch, undo, now)
    await tx.execute(
        "update kernel.switch_plan_run set undone_by = $2, undone_by_name = $3, undone_at = $4 where run_id = $1",
        run_id, actor.account_id, actor.name, now,
    )  # fmt: skip
    return await _get_run(tx, run_id)


async def list_runs(tx: Tx, actor: Actor, limit: int = RUNS_MAX) -> list[PlanRun]:
    """What was carried out, the newest first."""
    require_staff(actor)
    return [PlanRun(**dict(row)) for row in await tx.fetch(f"{_RUNS} order by run_id desc limit $1", limit)]


async def _get_run(tx: Tx, run_id: UUID) -> PlanRun:
    row = await tx.fetchrow(f"{_RUNS} where run_id = $1", run_id)
    assert row is not None, run_id
    return PlanRun(**dict(row))


def _plan(row: asyncpg.Record) -> SwitchPlan:
    steps = tuple(Setting(step["name"], step["percent"]) for step in row["steps"])
    return SwitchPlan(row["plan_id"], row["name"], steps, row["saved_by"], row["saved_at"])


_RUNS = """
select run_id, plan_id, p.name as plan_name, reason, started_by_name, started_at, undone_by_name, undone_at
from kernel.switch_plan_run join kernel.switch_plan p using (plan_id)
"""
