"""What was rehearsed, with which switches on, and how did it end? The gate of a freeze asks here."""

from datetime import datetime
from typing import Any
from uuid import UUID

import peakday
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.switches.model import Rehearsal, require_staff

LIST_MAX = 50


async def open_rehearsal(tx: Tx, faults: list[str], now: datetime) -> UUID:
    """A rehearsal begins with the switches as they stand."""
    rehearsal_id = new_id(now)
    await tx.execute(
        "insert into kernel.rehearsal (rehearsal_id, release, started_at, switches, faults)"
        " select $1, $2, $3, coalesce(jsonb_object_agg(name, percent), '{}'), $4 from kernel.switch",
        rehearsal_id, peakday.__version__, now, faults,
    )  # fmt: skip
    return rehearsal_id


async def close_rehearsal(
    tx: Tx, rehearsal_id: UUID, figures: dict[str, Any], now: datetime, *, is_green: bool
) -> None:  # fmt: skip
    """It has ended. `figures` hold at least `baskets`, `orders` and `report`. A switch counts with the least it was."""
    await tx.execute(
        "update kernel.rehearsal r set finished_at = $2, is_green = $3, baskets = $4, orders = $5, report = $6,"
        " figures = $7, switches = (select coalesce(jsonb_object_agg("
        "  name, least(percent, coalesce((r.switches ->> name)::int, percent))), '{}') from kernel.switch)"
        " where rehearsal_id = $1 and finished_at is null",
        rehearsal_id, now, is_green, figures["baskets"], figures["orders"], figures["report"], figures,
    )  # fmt: skip


async def list_rehearsals(tx: Tx, actor: Actor) -> list[Rehearsal]:
    """The newest first."""
    require_staff(actor)
    return [_rehearsal(row) for row in await tx.fetch(f"{_SELECT} order by rehearsal_id desc limit $1", LIST_MAX)]


async def get_rehearsal(tx: Tx, actor: Actor, rehearsal_id: UUID) -> Rehearsal:
    """One. Refuses `NotFound`, `NotAllowed`."""
    require_staff(actor)
    row = await tx.fetchrow(f"{_SELECT} where rehearsal_id = $1", rehearsal_id)
    if row is None:
        raise NotFound
    return _rehearsal(row)


def _rehearsal(row: Any) -> Rehearsal:
    return Rehearsal(**dict(row))


_SELECT = """
select rehearsal_id, release, started_at, finished_at, is_green, switches, baskets, orders, faults, figures, report
from kernel.rehearsal
"""
