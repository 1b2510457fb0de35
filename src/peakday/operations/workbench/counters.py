"""Which to-dos are counted afresh at every look, from the records of the rooms below?

Each counter is a saved query: its path leads to the list of exactly the rows that were counted. A room is asked only
for who may see its rows.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.money import Money
from peakday.kernel.text import Text
from peakday.operations.health import api as health
from peakday.operations.workbench.model import Todo
from peakday.trade.orders import api as orders
from peakday.trade.sale_events import api as sale_events
from peakday.trade.sale_events.model import EVENT_PREFIX, Deadline

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


async def count_enrolments(tx: Tx, _: Actor, shop_id: UUID, now: datetime) -> list[Todo]:
    """Sale events that the shop may join, and open tracks of those it joined that hold nothing of it yet; one each."""
    return [_enrolment(waiting) for waiting in await sale_events.open_events(tx, shop_id, now)]


def _enrolment(waiting: Deadline) -> Todo:
    event, track = waiting.event, waiting.track
    shown = show_id(EVENT_PREFIX, event.event_id)
    name = event.plan.name
    title = Text(f"报名活动:{name.zh}", f"Join the event: {name.en}")
    if track is not None:
        title = Text(f"提报商品:{name.zh} · {track.name.zh}", f"Enrol items: {name.en} · {track.name.en}")
    return Todo(
        key=f"events.{shown}.{track.code if track else ''}", kind="enrol", title=title, path=f"events/{shown}",
        permission=sale_events.VIEW, deadline=waiting.at,
    )  # fmt: skip


async def count_risks(tx: Tx, _: Actor, shop_id: UUID, __: datetime) -> list[Todo]:
    """Warnings of the health centre that nobody has fixed or accepted, with what they may cost."""
    state = await health.find_overview(tx, SYSTEM, shop_id)
    return [
        Todo(
            key="health.risks", kind="price_risk", title=Text("价格风险", "Price risks"), path="health",
            permission=health.VIEW, count=state.open, at_risk=Money(state.loss_minor, state.currency),
            deadline=state.deadline,
        )
    ]  # fmt: skip


# who holds all of these may open the list behind the counter; every warning is a figure
COUNTERS: tuple[tuple[frozenset[str], Counter], ...] = (
    (frozenset({orders.VIEW}), count_orders),
    (frozenset({sale_events.VIEW}), count_enrolments),
    (frozenset({health.VIEW, health.FIGURES}), count_risks),
)


async def count_all(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> list[Todo]:
    """Every counter that this person may see and in which something is left."""
    todos: list[Todo] = []
    for permissions, counter in COUNTERS:
        if all(actor.can(permission) for permission in permissions):
            todos += [todo for todo in await counter(tx, actor, shop_id, now) if todo.count != 0]
    return todos
