"""What waits for this person, and which messages may they read?

Without the right to see figures a to-do has no count and no money, and a message no body and no money: the figures are
taken away here, so that no page can forget it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, ActorKind, require
from peakday.kernel.database import Tx
from peakday.kernel.messages import StoredMessage
from peakday.kernel.messages.deliveries import Delivery, list_deliveries
from peakday.kernel.messages.reading import (
    DeskMessage,
    MessageFilter,
    Reader,
    count_unread,
    find_message,
    list_messages,
    mark_read,
)
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.market.accounts.api import DATA_VIEW
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ItemFilter
from peakday.operations.workbench import store
from peakday.operations.workbench.counters import count_all
from peakday.operations.workbench.model import Todo, TodoList
from peakday.operations.workbench.rules.todo_order import in_order

VIEW = "home:view"


@dataclass(frozen=True, slots=True)
class MessagePage:
    """Some messages, latest first, and where the next ones begin."""

    items: tuple[DeskMessage, ...]
    next_cursor: UUID | None


@dataclass(frozen=True, slots=True)
class MessageDetail:
    """A message and what became of each of its deliveries (only the reader's own, but for who manages the staff)."""

    stored: StoredMessage
    deliveries: tuple[Delivery, ...]


async def list_todos(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> TodoList:
    """The open to-dos of this person's menus, heaviest first. A shop that has listed nothing has none (SYSTEMS 1)."""
    require(actor, VIEW, shop_id)
    found = await find_todos(tx, actor, shop_id, now)
    if not found:
        has_items = await catalog.list_items(tx, SYSTEM, shop_id, ItemFilter(), None, 1)
        return TodoList((), (), is_new_merchant=not has_items)
    snoozed = await store.find_snoozed(tx, shop_id, now)
    shown = [todo if actor.can(DATA_VIEW) else replace(todo, count=None, at_risk=None) for todo in found]
    later = [replace(todo, snoozed_until=snoozed[todo.key]) for todo in shown if todo.key in snoozed]
    return TodoList(tuple(todo for todo in shown if todo.key not in snoozed), tuple(later))


async def find_todos(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> list[Todo]:
    """Counters and pushed to-dos alike, with figures, in their order; for acts of this room."""
    pushed = [todo for todo in await store.list_open_todos(tx, shop_id) if actor.can(todo.permission)]
    return in_order([*await count_all(tx, actor, shop_id, now), *pushed], now)


async def list_desk(
    tx: Tx, actor: Actor, shop_id: UUID, wanted: MessageFilter, before: UUID | None = None, limit: int = 50
) -> MessagePage:
    """A page of the shop's messages that this person may read."""
    require(actor, VIEW, shop_id)
    rows = await list_messages(tx, shop_id, reader_of(actor), wanted, before, limit + 1)
    page = tuple(replace(row, stored=_shown(row.stored, actor)) for row in rows[:limit])
    return MessagePage(page, page[-1].stored.message_id if len(rows) > limit else None)


async def read_message(tx: Tx, actor: Actor, shop_id: UUID, message_id: UUID, now: datetime) -> MessageDetail:
    """One message; it is read from now on. Refuses `NotFound`, also when it is not theirs to read."""
    require(actor, VIEW, shop_id)
    stored = await find_message(tx, shop_id, reader_of(actor), message_id)
    if stored is None:
        raise NotFound
    deliveries = await list_deliveries(tx, message_id)
    if actor.account_id is not None:
        await mark_read(tx, actor.account_id, [message_id], now)
    sees_all = actor.can("staff:view")
    own = tuple(one for one in deliveries if sees_all or one.account_id == actor.account_id)
    return MessageDetail(_shown(stored, actor), own)


async def read_all(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> None:
    """Nothing is unread any more on this person's desk."""
    require(actor, VIEW, shop_id)
    if actor.account_id is not None:
        await mark_read(tx, actor.account_id, None, now)


async def count_unread_of(tx: Tx, actor: Actor) -> int:
    """How many messages lie unread on this person's desk; 100 stands for more. A key or the system has no desk."""
    if actor.account_id is None or actor.via_key is not None or actor.kind is not ActorKind.MERCHANT:
        return 0
    return await count_unread(tx, actor.account_id)


def reader_of(actor: Actor) -> Reader:
    """Who reads, as the kernel asks it."""
    is_all = actor.kind is ActorKind.SYSTEM or "*" in actor.permissions
    return Reader(actor.account_id, None if is_all else actor.permissions, actor.can(DATA_VIEW))


def _shown(stored: StoredMessage, actor: Actor) -> StoredMessage:
    if actor.can(DATA_VIEW):
        return stored
    return replace(stored, message=replace(stored.message, body=Text("", ""), money_at_risk=None))
