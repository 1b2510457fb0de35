"""How do other rooms use orders?

`copy_orders` (typed rows) and `copy_order_files` (CSV made elsewhere, the fast lane) store orders once and only once;
`list_orders`, `get_order`, `count_todos`, `largest_shops` read; `copy_facts` streams the analytical relations.
"""

from peakday.trade.orders.facts import RELATIONS, copy_facts
from peakday.trade.orders.queries import (
    SEE_MONEY,
    VIEW,
    count_todos,
    get_order,
    iterate_orders,
    largest_shops,
    list_orders,
)
from peakday.trade.orders.rules.order_ids import order_id_of, refund_id_of
from peakday.trade.orders.store import OrderFiles, copy_order_files, copy_orders
from peakday.trade.orders.sums import ShopSums, count_checkouts, sum_shops

__all__ = [
    "RELATIONS",
    "SEE_MONEY",
    "VIEW",
    "OrderFiles",
    "ShopSums",
    "copy_facts",
    "copy_order_files",
    "copy_orders",
    "count_checkouts",
    "count_todos",
    "get_order",
    "iterate_orders",
    "largest_shops",
    "list_orders",
    "order_id_of",
    "refund_id_of",
    "sum_shops",
]
