"""When may switches not go on without proof, and how do two people overrule that?

A freeze can be called off until it begins; then it runs out. An override is asked by one person and turned by another
who agrees, within `OVERRIDE_SECONDS_MAX`; both stand in the switch's history.
"""

from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import Invalid, NotFound, NotSignedIn, Problem
from peakday.kernel.switches.gate import FREEZE_COLUMNS
from peakday.kernel.switches.model import (
    FREEZE_DAYS_MAX,
    OVERRIDE_SECONDS_MAX,
    ChangeKind,
    Freeze,
    FreezeBegun,
    Override,
    OverrideSettled,
    SecondPersonNeeded,
    Setting,
    Switch,
    check_percent,
    check_reason,
    require_staff,
)
from peakday.kernel.switches.turning import Turn, lock_switches, turn
from peakday.kernel.text import Text

LIST_MAX = 50


async def make_freeze(
    tx: Tx, actor: Actor, starts_at: datetime, ends_at: datetime, reason: str, now: datetime
) -> Freeze:
    """A new freeze, from now on or later; asked for again by the same person, the one that stands.

    Refuses `Invalid`, `NotAllowed`.
    """
    require_staff(actor)
    if not now - timedelta(minutes=5) <= starts_at < ends_at <= starts_at + timedelta(days=FREEZE_DAYS_MAX):
        message = Text("封网须从现在或以后开始,最长 30 天", "A freeze begins now or later and lasts at most 30 days")
        raise Invalid(Problem("ends_at", "freeze_invalid", message, Text("修改起止时间", "Change its instants")))
    wanted = starts_at, ends_at, check_reason(reason), actor.account_id
    await tx.execute("lock table kernel.switch_freeze in share row exclusive mode")
    row = await tx.fetchrow(
        f"select {FREEZE_COLUMNS} from kernel.switch_freeze where starts_at = $1 and ends_at = $2 and reason = $3"
        " and made_by is not distinct from $4 and cancelled_at is null order by freeze_id limit 1",
        *wanted,
    )  # fmt: skip
    row = row or await tx.fetchrow(
        "insert into kernel.switch_freeze (freeze_id, starts_at, ends_at, reason, made_by, made_by_name, made_at)"
        f" values ($1, $2, $3, $4, $5, $6, $7) returning {FREEZE_COLUMNS}",
        new_id(now), *wanted, actor.name, now,
    )  # fmt: skip
    assert row is not None
    return Freeze(**dict(row))


async def cancel_freeze(tx: Tx, actor: Actor, freeze_id: UUID, now: datetime) -> None:
    """Call off a freeze that has not begun. Refuses `FreezeBegun`, `NotFound`, `NotAllowed`."""
    require_staff(actor)
    row = await tx.fetchrow("select starts_at from kernel.switch_freeze where freeze_id = $1 for update", freeze_id)
    if row is None:
        raise NotFound
    if row["starts_at"] <= now:
        raise FreezeBegun
    await tx.execute(
        "update kernel.switch_freeze set cancelled_at = $2, cancelled_by = $3"
        " where freeze_id = $1 and cancelled_at is null",
        freeze_id, now, actor.account_id,
    )  # fmt: skip


async def list_freezes(tx: Tx, actor: Actor) -> list[Freeze]:
    """The latest first, those called off too."""
    require_staff(actor)
    query = f"select {FREEZE_COLUMNS} from kernel.switch_freeze order by starts_at desc, freeze_id desc limit $1"
    return [Freeze(**dict(row)) for row in await tx.fetch(query, LIST_MAX)]


async def ask_override(
    tx: Tx, actor: Actor, setting: Setting, reason: str, now: datetime
) -> Override:  # fmt: skip
    """Ask another person to turn a switch past the gate; asked again while it is open, the same question.

    Refuses `Invalid`, `NotFound`, `NotAllowed`.
    """
    require_staff(actor)
    if actor.account_id is None:
        raise NotSignedIn
    check_percent(setting.percent)
    await lock_switches(tx, [setting.name])
    wanted = setting.name, setting.percent, check_reason(reason), actor.account_id
    row = await tx.fetchrow(
        f"select {_COLUMNS} from kernel.switch_override where name = $1 and percent = $2 and reason = $3"
        " and asked_by = $4 and settled_at is null order by override_id desc limit 1",
        *wanted,
    )  # fmt: skip
    if row is not None and is_open(Override(**dict(row)), now):
        return Override(**dict(row))
    row = await tx.fetchrow(
        "insert into kernel.switch_override (override_id, name, percent, reason, asked_by, asked_by_name, asked_at)"
        f" values ($1, $2, $3, $4, $5, $6, $7) returning {_COLUMNS}",
        new_id(now), *wanted, actor.name, now,
    )  # fmt: skip
    assert row is not None
    return Override(**dict(row))


async def agree_override(tx: Tx, actor: Actor, override_id: UUID, now: datetime) -> Switch:
    """Turn the switch that another person asked for. Refuses `SecondPersonNeeded`, `OverrideSettled`, `NotAllowed`."""
    override = await _take_override(tx, actor, override_id, now)
    if actor.account_id is None or actor.account_id == override.asked_by:
        raise SecondPersonNeeded
    (switch,) = await lock_switches(tx, [override.name])
    asker = Actor(actor.kind, override.asked_by, name=override.asked_by_name)
    wanted = Turn(override.percent, ChangeKind.OVERRIDE, override.reason, second=actor)
    switch = await turn(tx, asker, switch, wanted, now)
    await _settle(tx, actor, override_id, now, is_agreed=True)
    return switch


async def decline_override(tx: Tx, actor: Actor, override_id: UUID, now: datetime) -> None:
    """Say no, or take one's own back. Refuses `OverrideSettled`, `NotFound`, `NotAllowed`."""
    await _take_override(tx, actor, override_id, now)
    await _settle(tx, actor, override_id, now, is_agreed=False)


async def list_overrides(tx: Tx, actor: Actor) -> list[Override]:
    """The newest first."""
    require_staff(actor)
    query = f"select {_COLUMNS} from kernel.switch_override order by override_id desc limit $1"
    return [Override(**dict(row)) for row in await tx.fetch(query, LIST_MAX)]


def is_open(override: Override, now: datetime) -> bool:
    """Whether it still waits for the second person."""
    return override.settled_at is None and now < override.asked_at + timedelta(seconds=OVERRIDE_SECONDS_MAX)


async def _take_override(tx: Tx, actor: Actor, override_id: UUID, now: datetime) -> Override:
    require_staff(actor)
    row = await tx.fetchrow(
        f"select {_COLUMNS} from kernel.switch_override where override_id = $1 for update", override_id
    )
    if row is None:
        raise NotFound
    override = Override(**dict(row))
    if not is_open(override, now):
        raise OverrideSettled
    return override


async def _settle(tx: Tx, actor: Actor, override_id: UUID, now: datetime, *, is_agreed: bool) -> None:
    await tx.execute(
        "update kernel.switch_override set settled_by = $2, settled_by_name = $3, settled_at = $4, is_agreed = $5"
        " where override_id = $1",
        override_id, actor.account_id, actor.name, now, is_agreed,
    )  # fmt: skip


_COLUMNS = (
    "override_id, name, percent, reason, asked_by, asked_by_name, asked_at, settled_by_name, settled_at, is_agreed"
)
