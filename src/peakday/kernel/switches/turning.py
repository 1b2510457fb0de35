"""How is a switch turned, rolled back and looked up? Every turn says who, when and why.

A rollback takes the latest change back that stands; pressed again, the one before it. Locks: switches in the order of
their names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

import peakday
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Conflict, NotFound
from peakday.kernel.switches.gate import evidence_of, judge
from peakday.kernel.switches.model import (
    ChangeKind,
    NothingToRollBack,
    Setting,
    StaleSwitch,
    Switch,
    SwitchChange,
    check_percent,
    check_reason,
    require_staff,
)
from peakday.kernel.text import Text

CHANGES_MAX = 200


class SwitchNameTaken(Conflict):
    """There is a switch of that name."""

    code = "switch_name_taken"
    message = Text("开关 {name} 已存在", "There is a switch {name} already")


@dataclass(frozen=True, slots=True)
class Turn:
    """A change about to be written."""

    percent: int
    kind: ChangeKind
    reason: str
    run_id: UUID | None = None
    undoes: int | None = None
    second: Actor | None = None


async def create_switch(tx: Tx, actor: Actor, name: str, title: Text, now: datetime) -> Switch:
    """A new switch, off. Refuses `SwitchNameTaken`, `NotAllowed`."""
    require_staff(actor)
    row = await tx.fetchrow(
        "insert into kernel.switch (name, title_zh, title_en, percent, changed_at) values ($1, $2, $3, 0, $4)"
        " on conflict do nothing returning *",
        name, title.zh, title.en, now,
    )  # fmt: skip
    if row is None:
        raise SwitchNameTaken(name=name)
    return _switch(row)


async def list_switches(tx: Tx, actor: Actor) -> list[Switch]:
    """All switches by name."""
    require_staff(actor)
    return [_switch(row) for row in await tx.fetch("select * from kernel.switch order by name")]


async def set_switch(
    tx: Tx, actor: Actor, setting: Setting, reason: str, now: datetime, *, seen_version: int | None = None
) -> Switch:
    """Turn a switch to a share of the subjects.

    Refuses `StaleSwitch`, `SwitchNotRehearsed` and `SwitchNotDrilled` (a freeze), `Invalid`, `NotFound`, `NotAllowed`.
    """
    require_staff(actor)
    check_percent(setting.percent)
    (switch,) = await lock_switches(tx, [setting.name])
    if seen_version is not None and seen_version != switch.version:
        raise StaleSwitch(name=setting.name, percent=switch.percent)
    if setting.percent == switch.percent:
        return switch
    return await turn(tx, actor, switch, Turn(setting.percent, ChangeKind.SET, check_reason(reason)), now)


async def roll_back(tx: Tx, actor: Actor, name: str, reason: str, now: datetime) -> Switch:
    """To the state before the latest change that stands. Refuses `NothingToRollBack`, a freeze's gate, `NotAllowed`."""
    require_staff(actor)
    (switch,) = await lock_switches(tx, [name])
    standing = await find_standing(tx, name)
    if standing is None:
        raise NothingToRollBack(name=name)
    undo = Turn(standing["from_percent"], ChangeKind.ROLLBACK, check_reason(reason), undoes=standing["change_no"])
    return await turn(tx, actor, switch, undo, now)


async def list_changes(
    tx: Tx, actor: Actor, name: str | None = None, *, limit: int = 50, before: int | None = None
) -> list[SwitchChange]:
    """The newest first; of one switch or of all."""
    require_staff(actor)
    rows = await tx.fetch(_CHANGES, name, before, min(limit, CHANGES_MAX))
    return [SwitchChange(**{**dict(row), "kind": ChangeKind(row["kind"])}) for row in rows]


async def lock_switches(tx: Tx, names: Sequence[str]) -> list[Switch]:
    """The switches of these names, locked, by name. Refuses `NotFound` when one is missing."""
    if any("\0" in name for name in names):  # PostgreSQL cannot hold it: nobody's name
        raise NotFound
    rows = await tx.fetch("select * from kernel.switch where name = any($1) order by name for update", list(names))
    if len(rows) != len(set(names)):
        raise NotFound
    return [_switch(row) for row in rows]


async def find_standing(tx: Tx, name: str) -> asyncpg.Record | None:
    """The latest change of a switch that was not taken back."""
    return await tx.fetchrow(
        "select change_no, from_percent, run_id from kernel.switch_change c where name = $1 and kind <> 'rollback'"
        " and not exists (select from kernel.switch_change u where u.undoes = c.change_no)"
        " order by change_no desc limit 1",
        name,
    )


async def turn(tx: Tx, actor: Actor, switch: Switch, wanted: Turn, now: datetime) -> Switch:
    """Write a change of a locked switch, unless a freeze forbids it."""
    if wanted.kind is not ChangeKind.OVERRIDE:
        fault = judge(switch.name, wanted.percent, await evidence_of(tx, switch, now))
        if fault is not None:
            raise fault
    row = await tx.fetchrow(
        "update kernel.switch set percent = $2, version = version + 1, changed_at = $3 where name = $1 returning *",
        switch.name, wanted.percent, now,
    )  # fmt: skip
    assert row is not None, switch.name
    second = wanted.second
    await tx.execute(
        "insert into kernel.switch_change (name, kind, from_percent, to_percent, changed_by, changed_by_name,"
        " second_by, second_by_name, changed_at, reason, release, run_id, undoes)"
        " values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        switch.name, wanted.kind.value, switch.percent, wanted.percent, actor.account_id, actor.name,
        second.account_id if second else None, second.name if second else None, now, wanted.reason,
        peakday.__version__, wanted.run_id, wanted.undoes,
    )  # fmt: skip
    return _switch(row)


def _switch(row: asyncpg.Record) -> Switch:
    title = Text(row["title_zh"], row["title_en"])
    return Switch(row["name"], title, row["percent"], row["version"], row["changed_at"])


_CHANGES = """
select change_no, name, kind, from_percent, to_percent, changed_by_name, second_by_name, changed_at, reason, release,
    exists (select from kernel.switch_change u where u.undoes = c.change_no) as is_undone
from kernel.switch_change c where ($1::text is null or name = $1) and ($2::bigint is null or change_no < $2)
order by change_no desc limit $3
"""
