"""What is a switch, what happens to it, and what does the house refuse about it?

A switch has one figure: the share of the subjects (buyers) for whom the feature is on; 0 is off, 100 is on for all.

Conflict
├── StaleSwitch         somebody else turned it since the page was opened
├── NothingToRollBack   every change of it has been taken back
├── RunNotUndoable      the plan was undone before, or one of its switches was turned since
├── FreezeBegun         a freeze that has begun runs out; it cannot be cancelled
├── OverrideSettled     it was settled before, or asked for too long ago
├── SecondPersonNeeded  who asked cannot agree
├── SwitchNotRehearsed  the freeze asks for a green rehearsal with the switch on
└── SwitchNotDrilled    the freeze asks for a rollback that was tried
"""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.refusal import Conflict, Invalid, NotAllowed, Problem
from peakday.kernel.text import Text

REASON_LETTERS_MAX = 500
STEPS_MAX = 50
OVERRIDE_SECONDS_MAX = 3600
FREEZE_DAYS_MAX = 30
STAFF = "platform staff"


class ChangeKind(StrEnum):
    """How a switch came to be turned."""

    SET = "set"
    ROLLBACK = "rollback"
    PLAN = "plan"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Switch:
    """A feature and the share of the subjects for whom it is on."""

    name: str
    title: Text
    percent: int
    version: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SwitchChange:
    """One turn of a switch: from where to where, by whom, when and why."""

    change_no: int
    name: str
    kind: ChangeKind
    from_percent: int
    to_percent: int
    changed_by_name: str
    second_by_name: str | None
    changed_at: datetime
    reason: str
    release: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Setting:
    """A switch and the share it is to have."""

    name: str
    percent: int


@dataclass(frozen=True, slots=True)
class SwitchPlan:
    """A prepared list of settings under a name, for example "degrade level 1"."""

    plan_id: UUID
    name: str
    steps: tuple[Setting, ...]
    saved_by: str
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class PlanRun:
    """A plan that was carried out, and perhaps undone."""

    run_id: UUID
    plan_id: UUID
    plan_name: str
    reason: str
    started_by_name: str
    started_at: datetime
    undone_by_name: str | None
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Freeze:
    """A window in which a switch goes on only with proof."""

    freeze_id: UUID
    starts_at: datetime
    ends_at: datetime
    reason: str
    made_by_name: str
    made_at: datetime
    cancelled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody asks to turn a switch without proof; another person must agree."""

    override_id: UUID
    name: str
    percent: int
    reason: str
    asked_by: UUID
    asked_by_name: str
    asked_at: datetime
    settled_by_name: str | None
    settled_at: datetime | None
    is_agreed: bool | None


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal of the peak: with which switches on, and how it ended (`is_green` None: it still runs or broke)."""

    rehearsal_id: UUID
    release: str
    started_at: datetime
    finished_at: datetime | None
    is_green: bool | None
    switches: dict[str, int]
    baskets: int
    orders: int
    faults: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    report: str | None = None


class StaleSwitch(Conflict):
    """Somebody else was quicker."""

    code = "switch_changed_meanwhile"
    message = Text(
        "开关 {name} 已被他人改为 {percent}%,请刷新后再试", "Somebody has turned {name} to {percent}% since; look again"
    )


class NothingToRollBack(Conflict):
    """No change is left to take back."""

    code = "nothing_to_roll_back"
    message = Text("开关 {name} 没有可回滚的变更", "No change of {name} is left to roll back")


class RunNotUndoable(Conflict):
    """The switches no longer stand as the plan left them."""

    code = "plan_not_undoable"
    message = Text(
        "预案不能整体撤销:{names} 之后又被改动,或已撤销", "The plan cannot be undone: {names} turned since, or undone"
    )


class FreezeBegun(Conflict):
    """A freeze that has begun runs out."""

    code = "freeze_begun"
    message = Text("封网已开始,不能取消", "The freeze has begun and cannot be cancelled")


class OverrideSettled(Conflict):
    """Too late to answer."""

    code = "override_settled"
    message = Text("该紧急放行已处理或已过期", "This override is settled or has expired")


class SecondPersonNeeded(Conflict):
    """The one who asked must not be the one who agrees."""

    code = "second_person_needed"
    message = Text("须由另一位同事批准", "Another person must agree")


class SwitchNotRehearsed(Conflict):
    """The gate of a freeze: no proof under load."""

    code = "switch_not_rehearsed"
    message = Text(
        "封网至 {until}:开关 {name} 在 {percent}% 下没有通过当前版本的全链路演练",
        "Frozen until {until}: no green rehearsal of this release had {name} on at {percent}%",
    )


class SwitchNotDrilled(Conflict):
    """The gate of a freeze: nobody has tried to take it back."""

    code = "switch_not_drilled"
    message = Text(
        "封网至 {until}:开关 {name} 没有做过回滚演练", "Frozen until {until}: the rollback of {name} was not drilled"
    )


def require_staff(actor: Actor) -> None:
    """Refuse unless the actor is platform staff or the system."""
    if actor.kind not in {ActorKind.SYSTEM, ActorKind.STAFF} or not actor.can("*"):
        raise NotAllowed(permission=STAFF)


def check_reason(reason: str) -> str:
    """The reason, trimmed; refuses `Invalid` when there is none."""
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_LETTERS_MAX or "\0" in reason:
        message = Text("请写明原因(最多 500 字)", "A reason is needed, of at most 500 letters")
        raise Invalid(Problem("reason", "reason_missing", message, Text("写一句为什么", "Say why in a sentence")))
    return reason


def check_percent(percent: int) -> int:
    """A share from 0 to 100; refuses `Invalid`."""
    if not 0 <= percent <= 100:
        message, remedy = Text("比例须为 0–100", "A share is 0 to 100"), Text("填 0 到 100", "Give 0 to 100")
        raise Invalid(Problem("percent", "percent_out_of_range", message, remedy, value=str(percent)))
    return percent
