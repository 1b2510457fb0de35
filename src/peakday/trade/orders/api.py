"""How do other rooms use orders?

Imported: `copy_orders` (typed rows) and `copy_order_files` (CSV made elsewhere, the fast lane) store orders once and
only once. Native: `place_checkout` (through the batch writer of stock), `pay_checkout`, `settle_callback`, and what the
two sides do after that; acts take the actor first or second and refuse who has no right. `at` None is the database's
clock, which every order goes by; a simulation hands its own in. Reads: `list_orders`, `get_order`, `list_my_orders`,
`get_my_order`, `count_todos`; `copy_facts` streams the analytical relations.
"""

from peakday.trade.orders.actions.ask_refunds import ask_refund, send_return, withdraw_refund
from peakday.trade.orders.actions.cancel_orders import cancel_order
from peakday.trade.orders.actions.close_orders import cancel_checkout, close_unpaid
from peakday.trade.orders.actions.decide_refunds import (
    answer_overdue,
    approve_refund,
    decline_refund,
    list_overdue,
    take_return,
)
from peakday.trade.orders.actions.end_presales import close_unpaid_tails, end_presale_order
from peakday.trade.orders.actions.keep_addresses import add_address, list_addresses, remove_address, save_address
from peakday.trade.orders.actions.make_invoices import InvoiceWish, ask_invoice, decline_invoice, issue_invoice
from peakday.trade.orders.actions.pay_orders import pay_checkout
from peakday.trade.orders.actions.place_checkout import checkout_id_of, place_checkout
from peakday.trade.orders.actions.place_presale import PresaleWish, place_presale
from peakday.trade.orders.actions.protect_prices import ask_protection, protect_line, protect_round
from peakday.trade.orders.actions.settle_payments import (
    look_up_payment,
    settle_notices,
    settle_unanswered,
)
from peakday.trade.orders.actions.settlement_desk import settle_callback
from peakday.trade.orders.actions.ship_orders import (
    CARRIERS,
    confirm_receipt,
    hold_order,
    lift_hold,
    receive_by_time,
    ship_order,
)
from peakday.trade.orders.actions.write_orders import OrdersCompanion
from peakday.trade.orders.bought_lately import bought_lately
from peakday.trade.orders.facts import RELATIONS, copy_facts
from peakday.trade.orders.paid_orders import GivenBack, PaidLine, list_given_back, list_paid_lines
from peakday.trade.orders.queries import (
    SEE_MONEY,
    VIEW,
    count_todos,
    get_order,
    iterate_orders,
    largest_shops,
    list_orders,
)
from peakday.trade.orders.rules.deadlines import pay_until
from peakday.trade.orders.rules.order_ids import order_id_of, refund_id_of
from peakday.trade.orders.rules.timeline import WORDS as TIMELINE_WORDS
from peakday.trade.orders.store import OrderFiles, copy_order_files, copy_orders
from peakday.trade.orders.story_reads import get_my_checkout, get_my_order, get_story, list_my_orders
from peakday.trade.orders.sums import ShopSums, count_checkouts, sum_shops

__all__ = [
    "CARRIERS",
    "RELATIONS",
    "SEE_MONEY",
    "TIMELINE_WORDS",
    "VIEW",
    "GivenBack",
    "InvoiceWish",
    "OrderFiles",
    "OrdersCompanion",
    "PaidLine",
    "PresaleWish",
    "ShopSums",
    "add_address",
    "answer_overdue",
    "approve_refund",
    "ask_invoice",
    "ask_protection",
    "ask_refund",
    "bought_lately",
    "cancel_checkout",
    "cancel_order",
    "checkout_id_of",
    "close_unpaid",
    "close_unpaid_tails",
    "confirm_receipt",
    "copy_facts",
    "copy_order_files",
    "copy_orders",
    "count_checkouts",
    "count_todos",
    "decline_invoice",
    "decline_refund",
    "end_presale_order",
    "get_my_checkout",
    "get_my_order",
    "get_order",
    "get_story",
    "hold_order",
    "issue_invoice",
    "iterate_orders",
    "largest_shops",
    "lift_hold",
    "list_addresses",
    "list_given_back",
    "list_my_orders",
    "list_orders",
    "list_overdue",
    "list_paid_lines",
    "look_up_payment",
    "order_id_of",
    "pay_checkout",
    "pay_until",
    "place_checkout",
    "place_presale",
    "protect_line",
    "protect_round",
    "receive_by_time",
    "refund_id_of",
    "remove_address",
    "save_address",
    "send_return",
    "settle_callback",
    "settle_notices",
    "settle_unanswered",
    "ship_order",
    "sum_shops",
    "take_return",
    "withdraw_refund",
]
