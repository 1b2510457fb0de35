"""Which cases does a shop have: what was asked or found, where it stands, and how long the verdict took?

Each room that has cases gives its latest ones; they are shown together, latest first. The time to a verdict is from the
opening to the verdict; its median is over the cases shown that have one.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.imports import RUNS_LISTED_MAX, ImportRun, list_runs
from peakday.kernel.text import Text
from peakday.operations.health import api as health
from peakday.operations.health.fault_words import KIND_TEXTS
from peakday.operations.health.model import FINDING_PREFIX, FindingState, KeptFinding
from peakday.operations.workbench.model import Case, CaseKind, CaseState
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.exits import Exit
from peakday.trade.sale_events.model import EVENT_PREFIX, EXIT_PREFIX, IMPORT_PREFIX

CASES_MAX = 50  # of each kind
VIEW = "marketing:view"

Source = Callable[[Tx, Actor, UUID], Awaitable[list[Case]]]


@dataclass(frozen=True, slots=True)
class CaseList:
    """The latest cases of a shop, and the middle of the times to a verdict (None: none has one)."""

    items: tuple[Case, ...]
    median_time: timedelta | None


async def list_cases(tx: Tx, actor: Actor, shop_id: UUID) -> CaseList:
    """Exits, enrolments by file and price risks of the shop, latest first. Refuses `NotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    found = [case for source in SOURCES for case in await source(tx, actor, shop_id)]
    found.sort(key=lambda case: (case.opened_at, case.reference), reverse=True)
    return CaseList(tuple(found), median_time([case for case in found if case.kind is not CaseKind.EXIT]))


def median_time(settled: Sequence[Case]) -> timedelta | None:
    """The middle one of the times to a verdict, of an even number the smaller; an exit is settled by its click."""
    spans = sorted(case.settled_at - case.opened_at for case in settled if case.settled_at)
    return spans[(len(spans) - 1) // 2] if spans else None


async def _exits(tx: Tx, actor: Actor, shop_id: UUID) -> list[Case]:
    return [_exit_case(one) for one in (await sale_events.list_exits(tx, actor, shop_id))[:CASES_MAX]]


def _exit_case(one: Exit) -> Case:
    what = (
        Text("整店退出活动", "The shop left an event")
        if one.ask.item_id is None
        else Text("商品退出活动", "An item left an event")
    )
    said = Text(f"已退出,扣 {one.points} 分", f"Left; {one.points} points")
    undone = Text("已撤销退出", "Taken back")
    return Case(
        CaseKind.EXIT, show_id(EXIT_PREFIX, one.exit_id), what, CaseState.SETTLED, undone if one.undone_at else said,
        f"events/{show_id(EVENT_PREFIX, one.ask.event_id)}", one.exited_at, one.undone_at or one.exited_at,
    )  # fmt: skip


async def _imports(tx: Tx, _: Actor, shop_id: UUID) -> list[Case]:
    runs = await list_runs(tx, shop_id, RUNS_LISTED_MAX)
    return [_import_case(run) for run in runs if run.kind == sale_events.ENROLMENT_IMPORT_KIND][:CASES_MAX]


def _import_case(run: ImportRun) -> Case:
    accepted, refused = run.rows_accepted, run.rows_refused
    if run.failure:
        state, said = CaseState.WAITS_FOR_YOU, Text("中断,可续传", "Broken off; it can be resumed")
    elif run.finished_at is None:
        state, said = CaseState.RUNNING, Text(f"已处理 {run.rows_read} 行", f"{run.rows_read} rows read")
    else:
        state = CaseState.WAITS_FOR_YOU if refused else CaseState.SETTLED
        said = Text(f"通过 {accepted} 行,拒绝 {refused} 行", f"{accepted} rows accepted, {refused} refused")
    return Case(
        CaseKind.ENROLMENT_IMPORT, show_id(IMPORT_PREFIX, run.run_id), Text("按文件报名", "Enrolment by file"), state,
        said, f"events/imports/{show_id(IMPORT_PREFIX, run.run_id)}", run.started_at, run.finished_at,
    )  # fmt: skip


async def _findings(tx: Tx, actor: Actor, shop_id: UUID) -> list[Case]:
    """The dearest ones; who may not see figures gets none: each is a loss."""
    if not actor.can(health.FIGURES):
        return []
    found = await health.risk_items(tx, actor, shop_id, health.FindingFilter(state=None), None, CASES_MAX)
    return [_finding_case(one) for one in found]


def _finding_case(one: KeptFinding) -> Case:
    state, said = {
        FindingState.OPEN: (CaseState.WAITS_FOR_YOU, Text("待修改或接受", "To be fixed or accepted")),
        FindingState.ACCEPTED: (CaseState.SETTLED, Text("已接受", "Accepted")),
        FindingState.FIXED: (CaseState.SETTLED, Text("已修复", "Fixed")),
    }[one.state]
    shown = show_id(FINDING_PREFIX, one.finding_id)
    return Case(
        CaseKind.FINDING, shown, KIND_TEXTS[one.kind], state, said, f"health/findings/{shown}", one.found_at,
        one.closed_at,
    )  # fmt: skip


SOURCES: tuple[Source, ...] = (_findings, _exits, _imports)
