"""What may a person do with a to-do? Say that it is done, put it off, and take either back.

A counter cannot be "done": it is done when nothing is left in it. Whoever may edit the menu of a to-do may settle it,
for the whole shop.
"""

from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.operations.workbench import store
from peakday.operations.workbench.errors import TodoNotFound
from peakday.operations.workbench.model import Todo, TodoStatus

SNOOZE_MAX = timedelta(days=7)


async def finish_todo(tx: Tx, actor: Actor, shop_id: UUID, key: str, now: datetime) -> None:
    """A pushed to-do is done; repeating changes nothing. Refuses `TodoNotFound`, `NotAllowed`."""
    require(actor, "home:view", shop_id)
    _, status = await _locked(tx, actor, shop_id, key)
    if status is TodoStatus.OPEN:
        await store.set_todo(tx, shop_id, key, TodoStatus.DONE, actor.account_id, now)
        await accounts.record_audit(tx, actor, "todo_finished", f"todo:{key}", now, {"shop_id": shop_id})


async def reopen_todo(tx: Tx, actor: Actor, shop_id: UUID, key: str, now: datetime) -> None:
    """Take "done" back; what was cleared because its cause is gone stays cleared. Refuses as `finish_todo`."""
    require(actor, "home:view", shop_id)
    _, status = await _locked(tx, actor, shop_id, key)
    if status is TodoStatus.DONE:
        await store.set_todo(tx, shop_id, key, TodoStatus.OPEN, None, now)
        await accounts.record_audit(tx, actor, "todo_reopened", f"todo:{key}", now, {"shop_id": shop_id})


async def snooze_todo(tx: Tx, actor: Actor, shop_id: UUID, todo: Todo, until: datetime | None, now: datetime) -> None:
    """Put a to-do off, at most for SNOOZE_MAX and never beyond its deadline; None brings it back.

    Refuses `Invalid` for a time that has passed or is too far, `NotAllowed`.
    """
    require(actor, "home:view", shop_id)
    require(actor, _edit(todo.permission), shop_id)
    if until is not None:
        latest = now + SNOOZE_MAX
        if not now < until <= latest:
            raise Invalid(_BAD_TIME)
        if todo.deadline is not None and now < todo.deadline < until:
            until = todo.deadline
    await store.set_snooze(tx, shop_id, todo.key, until, actor.account_id, now)
    detail = {"shop_id": shop_id, "until": until and until.isoformat()}
    await accounts.record_audit(tx, actor, "todo_snoozed", f"todo:{todo.key}", now, detail)


async def _locked(tx: Tx, actor: Actor, shop_id: UUID, key: str) -> tuple[Todo, TodoStatus]:
    found = await store.lock_todo(tx, shop_id, key)
    if found is None:
        raise TodoNotFound
    require(actor, _edit(found[0].permission), shop_id)
    return found


def _edit(permission: str) -> str:
    return permission.replace(":view", ":edit")


_BAD_TIME = Problem(
    "until", "out_of_range", Text("推迟时间须在 7 天之内", "A to-do is put off for at most 7 days"),
    Text("请选择更近的时间", "Choose an earlier time"),
)  # fmt: skip
