"""How does the switch board look as JSON, and what do its forms hold?"""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from peakday.kernel.ids import show_id
from peakday.kernel.switches.model import (
    REASON_LETTERS_MAX,
    STEPS_MAX,
    ChangeKind,
    Freeze,
    Override,
    PlanRun,
    Rehearsal,
    Switch,
    SwitchChange,
    SwitchPlan,
)
from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.operations.workbench.web.bodies import TextBody

PLAN_PREFIX, RUN_PREFIX, FREEZE_PREFIX, OVERRIDE_PREFIX, REHEARSAL_PREFIX = "pln", "run", "frz", "ovr", "reh"
PlanRef = Annotated[UUID, ShownId(PLAN_PREFIX)]
RunRef = Annotated[UUID, ShownId(RUN_PREFIX)]
FreezeRef = Annotated[UUID, ShownId(FREEZE_PREFIX)]
OverrideRef = Annotated[UUID, ShownId(OVERRIDE_PREFIX)]
RehearsalRef = Annotated[UUID, ShownId(REHEARSAL_PREFIX)]
Name = Annotated[str, Field(max_length=80, pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")]
Line = Annotated[str, Field(min_length=1, max_length=100, pattern=LINE_PATTERN)]
Reason = Annotated[str, Field(min_length=1, max_length=REASON_LETTERS_MAX, pattern=LINE_PATTERN)]
Percent = Annotated[int, Field(ge=0, le=100, description="share of the subjects; 0 is off")]


class Form(BaseModel):
    """What all forms forbid: fields that nobody reads."""

    model_config = ConfigDict(extra="forbid")


class ReasonForm(Form):
    """Why."""

    reason: Reason


class TurnForm(ReasonForm):
    """To which share, and the version that was seen."""

    percent: Percent
    seen_version: int | None = Field(None, ge=0, le=2**31 - 1)


class TitleForm(Form):
    """A title in both languages."""

    zh: Line
    en: Line


class NewSwitchForm(Form):
    """A switch's name and title."""

    name: Name
    title: TitleForm


class StepForm(Form):
    """One setting of a plan."""

    name: Name
    percent: Percent


class PlanForm(Form):
    """A plan's name and settings."""

    name: Line
    steps: list[StepForm] = Field(min_length=1, max_length=STEPS_MAX)


class FreezeForm(ReasonForm):
    """From when until when."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime


class OverrideForm(ReasonForm):
    """Which switch to which share."""

    name: Name
    percent: Percent


class SwitchBody(BaseModel):
    """A switch."""

    name: str
    title: TextBody
    percent: int
    version: int
    changed_at: datetime


class ChangeBody(BaseModel):
    """A turn of a switch."""

    change_no: int
    name: str
    kind: ChangeKind
    from_percent: int
    to_percent: int
    changed_by: str
    second_by: str | None
    changed_at: datetime
    reason: str
    release: str
    is_undone: bool


class PlanBody(BaseModel):
    """A plan."""

    plan_id: str
    name: str
    steps: list[StepForm]
    saved_by: str
    saved_at: datetime


class RunBody(BaseModel):
    """A plan that was carried out."""

    run_id: str
    plan_id: str
    plan_name: str
    reason: str
    started_by: str
    started_at: datetime
    undone_by: str | None
    undone_at: datetime | None


class FreezeBody(BaseModel):
    """A freeze."""

    freeze_id: str
    starts_at: datetime
    ends_at: datetime
    reason: str
    made_by: str
    cancelled_at: datetime | None


class OverrideBody(BaseModel):
    """An override."""

    override_id: str
    name: str
    percent: int
    reason: str
    asked_by: str
    asked_at: datetime
    settled_by: str | None
    is_agreed: bool | None


class RehearsalBody(BaseModel):
    """A rehearsal."""

    rehearsal_id: str
    release: str
    started_at: datetime
    finished_at: datetime | None
    is_green: bool | None
    switches: dict[str, int]
    baskets: int
    orders: int
    faults: list[str]


class SwitchesBody(BaseModel):
    """All switches."""

    items: list[SwitchBody]


class ChangesBody(BaseModel):
    """Turns, the newest first."""

    items: list[ChangeBody]
    next_cursor: str | None


class PlansBody(BaseModel):
    """All plans, and what was carried out of late."""

    items: list[PlanBody]
    runs: list[RunBody]


class FreezesBody(BaseModel):
    """Freezes and overrides."""

    items: list[FreezeBody]
    overrides: list[OverrideBody]


class RehearsalsBody(BaseModel):
    """Rehearsals, the newest first."""

    items: list[RehearsalBody]


def switch_body(switch: Switch) -> SwitchBody:
    title = TextBody(zh=switch.title.zh, en=switch.title.en)
    return SwitchBody(
        name=switch.name, title=title, percent=switch.percent, version=switch.version, changed_at=switch.changed_at
    )


def change_body(change: SwitchChange) -> ChangeBody:
    return ChangeBody(
        change_no=change.change_no, name=change.name, kind=change.kind, from_percent=change.from_percent,
        to_percent=change.to_percent, changed_by=change.changed_by_name, second_by=change.second_by_name,
        changed_at=change.changed_at, reason=change.reason, release=change.release, is_undone=change.is_undone,
    )  # fmt: skip


def plan_body(plan: SwitchPlan) -> PlanBody:
    steps = [StepForm(name=step.name, percent=step.percent) for step in plan.steps]
    return PlanBody(
        plan_id=show_id(PLAN_PREFIX, plan.plan_id), name=plan.name, steps=steps, saved_by=plan.saved_by,
        saved_at=plan.saved_at,
    )  # fmt: skip


def run_body(run: PlanRun) -> RunBody:
    return RunBody(
        run_id=show_id(RUN_PREFIX, run.run_id), plan_id=show_id(PLAN_PREFIX, run.plan_id), plan_name=run.plan_name,
        reason=run.reason, started_by=run.started_by_name, started_at=run.started_at, undone_by=run.undone_by_name,
        undone_at=run.undone_at,
    )  # fmt: skip


def freeze_body(freeze: Freeze) -> FreezeBody:
    return FreezeBody(
        freeze_id=show_id(FREEZE_PREFIX, freeze.freeze_id), starts_at=freeze.starts_at, ends_at=freeze.ends_at,
        reason=freeze.reason, made_by=freeze.made_by_name, cancelled_at=freeze.cancelled_at,
    )  # fmt: skip


def override_body(one: Override) -> OverrideBody:
    return OverrideBody(
        override_id=show_id(OVERRIDE_PREFIX, one.override_id), name=one.name, percent=one.percent, reason=one.reason,
        asked_by=one.asked_by_name, asked_at=one.asked_at, settled_by=one.settled_by_name, is_agreed=one.is_agreed,
    )  # fmt: skip


def rehearsal_body(one: Rehearsal) -> RehearsalBody:
    return RehearsalBody(
        rehearsal_id=show_id(REHEARSAL_PREFIX, one.rehearsal_id), release=one.release, started_at=one.started_at,
        finished_at=one.finished_at, is_green=one.is_green, switches=one.switches, baskets=one.baskets,
        orders=one.orders, faults=one.faults,
    )  # fmt: skip
