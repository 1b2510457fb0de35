"""What may doors and later rooms ask of the workbench?

To-dos: `list_todos`, `push_todo` and `clear_todos` (for rooms that know of open work), `finish_todo`, `reopen_todo`,
`snooze_todo`. Messages: `list_desk`, `read_message`, `acknowledge_message`, `count_unread_of`; the desk of an account:
`get_desk`, `save_desk`. Sending is the kernel's (`peakday.kernel.messages.send`). The stacking explainer:
`explain_basket`, `list_choice`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.refusal import NotSignedIn
from peakday.operations.workbench import store
from peakday.operations.workbench.actions.answer_message import acknowledge_message
from peakday.operations.workbench.actions.explain_basket import Choice, Explanation, WhyNot, explain_basket, list_choice
from peakday.operations.workbench.actions.route_message import escalate_due, route_message
from peakday.operations.workbench.actions.save_desk import save_desk
from peakday.operations.workbench.actions.settle_todo import finish_todo, reopen_todo
from peakday.operations.workbench.actions.settle_todo import snooze_todo as _snooze
from peakday.operations.workbench.cases import CaseList, list_cases
from peakday.operations.workbench.errors import TodoNotFound
from peakday.operations.workbench.model import Desk, Todo
from peakday.operations.workbench.queries import (
    VIEW,
    MessageDetail,
    MessagePage,
    count_unread_of,
    find_todos,
    list_desk,
    list_todos,
    read_all,
    read_message,
)
from peakday.trade.promotions import api as promotions

__all__ = [
    "EXPLAIN",
    "VIEW",
    "CaseList",
    "Choice",
    "Explanation",
    "MessageDetail",
    "MessagePage",
    "WhyNot",
    "acknowledge_message",
    "clear_todos",
    "count_unread_of",
    "escalate_due",
    "explain_basket",
    "finish_todo",
    "get_desk",
    "list_cases",
    "list_choice",
    "list_desk",
    "list_todos",
    "push_todo",
    "read_all",
    "read_message",
    "reopen_todo",
    "require_desk",
    "route_message",
    "save_desk",
    "snooze_todo",
]


EXPLAIN = promotions.VIEW  # what the stacking explainer needs


async def push_todo(tx: Tx, shop_id: UUID, todo: Todo, now: datetime) -> bool:
    """Have a to-do waiting in a shop until it is done or cleared; whether it is new. Idempotent by its key."""
    return await store.add_todo(tx, shop_id, todo, now)


async def clear_todos(tx: Tx, shop_id: UUID, keys: Sequence[str], now: datetime) -> int:
    """The cause of these to-dos is gone; how many were open."""
    return await store.clear_todos(tx, shop_id, keys, now)


async def snooze_todo(
    tx: Tx, actor: Actor, shop_id: UUID, key: str, until: datetime | None, now: datetime
) -> None:  # fmt: skip
    """Put a to-do of either kind off, or (None) bring it back. Refuses `TodoNotFound`, `Invalid`, `NotAllowed`."""
    todo = next((one for one in await find_todos(tx, actor, shop_id, now) if one.key == key), None)
    if todo is None:
        raise TodoNotFound
    await _snooze(tx, actor, shop_id, todo, until, now)


async def require_desk(tx: Tx, actor: Actor, shop_id: UUID) -> None:
    """Refuse unless this account has a desk in this very shop: `NotFound` for other shops, `NotSignedIn` for keys."""
    require(actor, VIEW, shop_id)
    await get_desk(tx, actor)


async def get_desk(tx: Tx, actor: Actor) -> Desk:
    """How the acting account wants to hear of things. Refuses `NotSignedIn` for keys and the system."""
    if actor.account_id is None or actor.via_key is not None:
        raise NotSignedIn
    return (await store.find_desks(tx, [actor.account_id]))[actor.account_id]
