"""How are the checked orders and events of a merchant's CSV stored?

What an order refers to (buyer, region, item) is made where it is not there yet. An order that is stored already stays
as it is; if it differs from the file's, its rows are refused and say so, because nothing may be dropped in silence.
"""

from peakday.apps.importers.event_rows import EventRows
from peakday.apps.importers.order_rows import SOURCE, OrderFile, OrderRows, buyer_source, region_id_of
from peakday.insight.behaviour.api import BehaviourLog, record_events
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_start
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import CATEGORY_UNKNOWN, ItemStatus, NewItem
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewRegion
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import NewOrder

EVENTS_SINCE_YEAR = 2000


async def store_orders(house: House, tx: Tx, file: OrderFile, rows: OrderRows) -> list[Problem]:
    """Store the orders with what they refer to; the problems of those that are there already, but otherwise."""
    source = buyer_source(file.shop_id)
    await shops.ensure_regions(tx, [NewRegion(region_id_of(name), name, SOURCE) for name in sorted(rows.regions)])
    await accounts.ensure_buyers(tx, [NewBuyer(source, ref, at) for ref, at in rows.buyers.items()])
    await _store_missing_items(house, tx, file, rows.items)
    batch = [new for new, _ in rows.orders]
    copied = await orders.copy_orders(tx, SOURCE, batch, house.clock.now())
    if copied.orders == len(batch):
        return []
    return [
        _differs(number, new.order.source_ref)
        for new, numbers in rows.orders if not await _is_stored_so(tx, new)
        for number in numbers
    ]  # fmt: skip


async def store_events(house: House, rows: EventRows) -> list[Problem]:
    """Append the events to the log; what it has already is taken once. The problems of those that it refuses."""
    earliest = day_start(house.clock.now().date().replace(year=EVENTS_SINCE_YEAR, month=1, day=1))
    log = house.get(BehaviourLog)
    collected = await record_events(log, SYSTEM, rows.events, house.clock.now(), earliest)
    return [
        Problem(one.field, one.code, one.message, one.remedy, rows.numbers[one.row or 0], one.value)
        for one in collected.refused
    ]  # fmt: skip


async def _store_missing_items(house: House, tx: Tx, file: OrderFile, titles: dict[str, str]) -> None:
    """Items that only an order names: off the shelf and without a category until the merchant says more."""
    wanted = {catalog.item_id_of(file.shop_id, ref): ref for ref in titles}
    missing = await catalog.list_missing_items(tx, [(file.shop_id, item_id) for item_id in wanted])
    items = [
        NewItem(
            file.shop_id, SOURCE, wanted[item_id], titles[wanted[item_id]], currency=file.currency,
            flags=(CATEGORY_UNKNOWN,), status=ItemStatus.OFF_SHELF,
        )
        for item_id in missing
    ]  # fmt: skip
    await catalog.copy_items(tx, items, house.clock.now())


async def _is_stored_so(tx: Tx, new: NewOrder) -> bool:
    kept = await orders.get_order(tx, SYSTEM, new.order.shop_id, new.order.order_id)
    ours = [(line.item_id, line.quantity, line.paid_minor) for line in new.lines]
    return ours == [(line.item_id, line.quantity, line.paid_minor) for line in kept.lines]


def _differs(row: int, ref: str) -> Problem:
    return Problem(
        "order_ref", "order_differs",
        Text("该订单已存在,且内容不同", "this order is stored already, with other lines"),
        Text("同一订单的行要连在一起:请按订单编号排序后重新上传",
             "Rows of one order must stand together: sort by order"),
        row, ref,
    )  # fmt: skip
