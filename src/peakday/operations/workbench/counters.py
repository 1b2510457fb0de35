"""Which to-dos are counted afresh at every look, from the records of the rooms below?

Each counter is a saved query: its path leads to the list of exactly the rows that were counted. A room is asked only
for who may see its rows.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.operations.workbench.model import Todo
from peakday.trade.orders import api as orders

SHIP_WITHIN = timedelta(hours=48)  # after payment: the platform's plain promise (SYSTEMS 9)

Counter = Callable[[Tx, Actor, UUID, datetime], Awaitable[list[Todo]]]


async def count_orders(tx: Tx, actor: Actor, shop_id: UUID, _: datetime) -> list[Todo]:
    """Orders to ship, refunds to settle, orders that nobody has paid yet."""
    work = await orders.count_todos(tx, actor, shop_id)
    paid_at = work.oldest_unshipped_paid_at
    return [
        Todo(
            key="orders.ship", kind="ship", title=Text("待发货", "To ship"), path="orders?waits_for=shipment",
            permission=orders.VIEW, count=work.awaiting_shipment, deadline=paid_at and paid_at + SHIP_WITHIN,
        ),
        Todo(
            key="orders.refund", kind="refund", title=Text("退款待处理", "Refunds to settle"),
            path="orders?waits_for=refund", permission=orders.VIEW, count=work.awaiting_refund,
        ),
        Todo(
            key="orders.pay", kind="pay", title=Text("待付款", "Awaiting payment"), path="orders?waits_for=payment",
            permission=orders.VIEW, count=work.awaiting_payment,
        ),
    ]  # fmt: skip


COUNTERS: tuple[tuple[str, Counter], ...] = ((orders.VIEW, count_orders),)


async def count_all(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> list[Todo]:
    """Every counter that this person may see and in which something is left."""
    todos: list[Todo] = []
    for permission, counter in COUNTERS:
        if actor.can(permission):
            todos += [todo for todo in await counter(tx, actor, shop_id, now) if todo.count]
    return todos
