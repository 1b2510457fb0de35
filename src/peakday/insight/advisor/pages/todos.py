"""What waits for this person? The to-dos of the menus that their role may see."""

from datetime import datetime
from uuid import UUID

from peakday.insight.advisor.rules import Todo, in_order, ship_by
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.text import Text
from peakday.trade.orders import api as orders

ORDERS = "trade:view"


async def list_todos(tx: Tx, actor: Actor, shop_id: UUID, now: datetime) -> list[Todo]:
    """The to-dos that the actor's menus hold, most urgent first."""
    if not actor.can(ORDERS):
        return []
    open_work = await orders.count_todos(tx, actor, shop_id)
    return in_order(
        [
            Todo("ship", Text("待发货", "To ship"), ORDERS, "orders?waits_for=shipment",
                 open_work.awaiting_shipment, ship_by(open_work.oldest_unshipped_paid_at)),
            Todo("refund", Text("退款待处理", "Refunds to settle"), ORDERS, "orders?waits_for=refund",
                 open_work.awaiting_refund),
            Todo("pay", Text("待付款", "Awaiting payment"), ORDERS, "orders?waits_for=payment",
                 open_work.awaiting_payment),
            Todo("receive", Text("待收货", "On the way"), ORDERS, "orders?waits_for=receipt", open_work.shipped),
        ],
        now,
    )  # fmt: skip
