"""Which doors does the room `orders` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from datetime import date

from peakday.apps.client.transport import Transport
from peakday.trade.orders.model import OrderStatus, Terminal, Waiting
from peakday.trade.orders.web.v1 import OrderDetailBody, OrderList


class OrdersDoors(Transport):
    """The doors of orders."""

    def list_orders(
        self,
        shop_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        status: OrderStatus | None = None,
        terminal: Terminal | None = None,
        region_id: str | None = None,
        first_day: date | None = None,
        last_day: date | None = None,
        flag: str | None = None,
        has_refund: bool | None = None,
        waits_for: Waiting | None = None,
        search: str | None = None,
    ) -> OrderList:
        """The shop's orders, newest first."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/orders",
            OrderList,
            query={
                "cursor": cursor,
                "limit": limit,
                "status": status,
                "terminal": terminal,
                "region_id": region_id,
                "first_day": first_day,
                "last_day": last_day,
                "flag": flag,
                "has_refund": has_refund,
                "waits_for": waits_for,
                "search": search,
            },
        )

    def read_order(self, shop_id: str, order_id: str) -> OrderDetailBody:
        """One order."""
        return self.ask("GET", f"/v1/shops/{shop_id}/orders/{order_id}", OrderDetailBody)
