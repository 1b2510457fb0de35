"""Which doors does the room `stock` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.trade.stock.web.v1 import (
    AdjustForm,
    AsideForm,
    AvailableBody,
    ChangesBody,
    DoneBody,
    EventLimitForm,
    LevelsBody,
    TermsForm,
)


class StockDoors(Transport):
    """The doors of stock."""

    def list_stock(
        self,
        shop_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        event_ref: str | None = None,
        sold_out: bool | None = None,
        low: bool | None = None,
    ) -> LevelsBody:
        """The shop's levels by SKU and event, with what is held and sold of each."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/stock",
            LevelsBody,
            query={"cursor": cursor, "limit": limit, "event_ref": event_ref, "sold_out": sold_out, "low": low},
        )

    def list_stock_changes(self, shop_id: str, sku_id: str, *, event_ref: str = "", limit: int = 50) -> ChangesBody:
        """Why a level has as many units as it has."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/stock/{sku_id}/changes",
            ChangesBody,
            query={"event_ref": event_ref, "limit": limit},
        )

    def adjust_stock(self, shop_id: str, sku_id: str, body: AdjustForm) -> AvailableBody:
        """Add or take units, with a reason; how many are available then."""
        return self.ask("POST", f"/v1/shops/{shop_id}/stock/{sku_id}/adjustments", AvailableBody, body=body)

    def set_stock_aside(self, shop_id: str, sku_id: str, body: AsideForm) -> AvailableBody:
        """Move units to an event's level, or back; how many the event has then."""
        return self.ask("POST", f"/v1/shops/{shop_id}/stock/{sku_id}/set-aside", AvailableBody, body=body)

    def set_stock_terms(self, shop_id: str, sku_id: str, body: TermsForm) -> DoneBody:
        """When units are taken, how many one buyer may have, at how many the merchant is told."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/stock/{sku_id}/terms", DoneBody, body=body)

    def set_stock_event_limit(self, shop_id: str, body: EventLimitForm) -> DoneBody:
        """How many units one buyer may have of an event, over all SKUs of the shop."""
        return self.ask("PUT", f"/v1/shops/{shop_id}/stock-event-limits", DoneBody, body=body)
