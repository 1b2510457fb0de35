"""May a switch go on during a freeze?

Down is always allowed, and so is going back to what stood when the freeze began or since. Further up needs two proofs:
the latest rehearsal of this very release with the switch on for at least as many subjects was green, and its rollback
was tried, both within `EVIDENCE_DAYS_MAX`. Two people can overrule the gate; that is recorded.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import peakday
from peakday.kernel.database import Tx
from peakday.kernel.switches.model import Freeze, Switch, SwitchNotDrilled, SwitchNotRehearsed

EVIDENCE_DAYS_MAX = 14


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the gate knows of a switch."""

    freeze: Freeze | None
    held_percent_max: int  # the most that stood since the freeze began
    rehearsed_percent: int  # the most with which the latest rehearsals were green
    is_drilled: bool


def judge(name: str, percent: int, evidence: Evidence) -> SwitchNotRehearsed | SwitchNotDrilled | None:
    """Why the switch must not go to `percent` now; None when it may."""
    freeze = evidence.freeze
    if freeze is None or percent <= evidence.held_percent_max:
        return None
    until = f"{freeze.ends_at:%Y-%m-%d %H:%M} UTC"
    if evidence.rehearsed_percent < percent:
        return SwitchNotRehearsed(name=name, percent=percent, until=until)
    return None if evidence.is_drilled else SwitchNotDrilled(name=name, until=until)


async def evidence_of(tx: Tx, switch: Switch, now: datetime) -> Evidence:
    """What is known of the switch at `now`."""
    since = now - timedelta(days=EVIDENCE_DAYS_MAX)
    row = await tx.fetchrow(_FREEZE, now)
    freeze = Freeze(**dict(row)) if row else None
    proof = await tx.fetchrow(_PROOF, switch.name, since, peakday.__version__, freeze.starts_at if freeze else now)
    assert proof is not None
    return Evidence(freeze, max(switch.percent, proof["held"]), proof["rehearsed"], proof["drilled"])


FREEZE_COLUMNS = "freeze_id, starts_at, ends_at, reason, made_by_name, made_at, cancelled_at"
_FREEZE = f"""
select {FREEZE_COLUMNS} from kernel.switch_freeze
where starts_at <= $1 and ends_at > $1 and cancelled_at is null order by ends_at desc, starts_at limit 1
"""
# a red rehearsal with the switch on makes void what was proven before it
_PROOF = """
select
    coalesce((select max(greatest(from_percent, to_percent)) from kernel.switch_change
        where name = $1 and changed_at >= $4), 0) as held,
    coalesce((select max((r.switches ->> $1)::int) from kernel.rehearsal r
        where r.is_green and r.release = $3 and r.finished_at >= $2 and not exists (
            select from kernel.rehearsal later where not later.is_green and later.release = $3
            and later.started_at > r.started_at and (later.switches ->> $1)::int > 0)), 0) as rehearsed,
    exists (select from kernel.switch_change
        where name = $1 and kind = 'rollback' and to_percent < from_percent and changed_at >= $2) as drilled
"""
