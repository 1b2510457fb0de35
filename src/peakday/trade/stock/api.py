"""What can other rooms ask of the stock?

`StockWriter.claim` takes units for a buyer, many callers a transaction, with what a `Companion` (orders) writes beside.
In a caller's transaction: `settle_claims`, `release_claims`, `return_sold`, `available_of`. Bulk: `set_initial_stock`.
A merchant's acts and reads take the actor first and check the shop.
"""

from peakday.trade.stock.actions.change_stock import (
    EDIT,
    VIEW,
    Adjustment,
    SettingAside,
    Terms,
    adjust_stock,
    set_aside,
    set_event_limit,
    set_terms,
)
from peakday.trade.stock.actions.end_claims import GiveBack, release_claims, return_sold, settle_claims
from peakday.trade.stock.actions.stock_writer import StockWriter
from peakday.trade.stock.bulk import set_initial_stock
from peakday.trade.stock.queries import (
    StockFilter,
    available_of,
    count_stock,
    holds_of,
    levels_of,
    levels_of_skus,
    list_changes,
    list_stock,
)

__all__ = [
    "EDIT",
    "VIEW",
    "Adjustment",
    "GiveBack",
    "SettingAside",
    "StockFilter",
    "StockWriter",
    "Terms",
    "adjust_stock",
    "available_of",
    "count_stock",
    "holds_of",
    "levels_of",
    "levels_of_skus",
    "list_changes",
    "list_stock",
    "release_claims",
    "return_sold",
    "set_aside",
    "set_event_limit",
    "set_initial_stock",
    "set_terms",
    "settle_claims",
]
