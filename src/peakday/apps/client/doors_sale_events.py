"""Which doors does the room `sale_events` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.trade.sale_events.model import EntryStatus
from peakday.trade.sale_events.web.bodies import (
    CalendarBody,
    ConsequencesBody,
    EnrolmentBody,
    EntryImportBody,
    EntryList,
    EventBody,
    ExitBody,
    ExitForm,
    ExitList,
    FeedBody,
    StockForm,
    WishesForm,
)
from peakday.trade.sale_events.web.operator_bodies import CopyForm, PlanForm, PlatformEventBody, PlatformEventList


class SaleEventsDoors(Transport):
    """The doors of sale_events."""

    def read_calendar(self, shop_id: str) -> CalendarBody:
        """The shop's calendar of waves: phases, what it enrolled, dates with what they depend on, the next deadline."""
        return self.ask("GET", f"/v1/shops/{shop_id}/events", CalendarBody)

    def renew_feed(self, shop_id: str) -> FeedBody:
        """A fresh address of the calendar feed (iCalendar); the one before opens nothing any more."""
        return self.ask("POST", f"/v1/shops/{shop_id}/events/feed", FeedBody)

    def read_entry_import(self, shop_id: str, import_id: str) -> EntryImportBody:
        """How far a file of enrolments has come."""
        return self.ask("GET", f"/v1/shops/{shop_id}/events/imports/{import_id}", EntryImportBody)

    def read_entry_errors(self, shop_id: str, import_id: str) -> bytes:
        """Every refused row with field, value and remedy, as CSV; values are left out for who may not see figures."""
        return self.ask("GET", f"/v1/shops/{shop_id}/events/imports/{import_id}/errors", bytes)

    def undo_exit(self, shop_id: str, exit_id: str) -> ExitBody:
        """Take a departure back while the rule allows it."""
        return self.ask("POST", f"/v1/shops/{shop_id}/events/exits/{exit_id}/undo", ExitBody)

    def read_event(self, shop_id: str, event_id: str) -> EventBody:
        """One event with the shop's place in it."""
        return self.ask("GET", f"/v1/shops/{shop_id}/events/{event_id}", EventBody)

    def enrol_shop(self, shop_id: str, event_id: str) -> EnrolmentBody:
        """Let the shop take part; again changes nothing."""
        return self.ask("POST", f"/v1/shops/{shop_id}/events/{event_id}/enrolment", EnrolmentBody)

    def list_entries(
        self,
        shop_id: str,
        event_id: str,
        *,
        cursor: str | None = None,
        limit: int = 50,
        track: str | None = None,
        item_id: str | None = None,
        status: EntryStatus | None = None,
        unproven: bool = False,
    ) -> EntryList:
        """What the shop enrolled in an event."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/events/{event_id}/entries",
            EntryList,
            query={
                "cursor": cursor,
                "limit": limit,
                "track": track,
                "item_id": item_id,
                "status": status,
                "unproven": unproven,
            },
        )

    def enrol_items(self, shop_id: str, event_id: str, body: WishesForm) -> EntryList:
        """Enrol SKUs in a track, all or nothing; enrolled ones are changed while the window is open."""
        return self.ask("POST", f"/v1/shops/{shop_id}/events/{event_id}/entries", EntryList, body=body)

    def change_stock(self, shop_id: str, event_id: str, body: StockForm) -> bytes:
        """Promise another stock for an enrolled SKU, until the stock is locked."""
        return self.ask("POST", f"/v1/shops/{shop_id}/events/{event_id}/stock", bytes, body=body)

    def import_entries(self, shop_id: str, event_id: str, body: object, *, track: str) -> EntryImportBody:
        """Send a CSV of enrolments (item_ref, price, stock; sku_ref, limit, deposit); the worker judges every row."""
        return self.ask(
            "POST", f"/v1/shops/{shop_id}/events/{event_id}/imports", EntryImportBody, query={"track": track}, body=body
        )

    def read_consequences(
        self, shop_id: str, event_id: str, *, item_id: str | None = None, track: str | None = None
    ) -> ConsequencesBody:
        """What leaving would mean now, of an item or (without one) of the whole shop; nothing is done."""
        return self.ask(
            "GET",
            f"/v1/shops/{shop_id}/events/{event_id}/exit",
            ConsequencesBody,
            query={"item_id": item_id, "track": track},
        )

    def list_exits(self, shop_id: str, event_id: str) -> ExitList:
        """What of the shop has left the event, latest first."""
        return self.ask("GET", f"/v1/shops/{shop_id}/events/{event_id}/exits", ExitList)

    def leave_event(self, shop_id: str, event_id: str, body: ExitForm) -> ExitBody:
        """Leave at once; `seen` names the consequences that were shown. What has left already is answered again."""
        return self.ask("POST", f"/v1/shops/{shop_id}/events/{event_id}/exits", ExitBody, body=body)

    def list_events(self) -> PlatformEventList:
        """Every event, drafts and cancelled ones too."""
        return self.ask("GET", "/v1/sale-events", PlatformEventList)

    def create_event(self, body: PlanForm) -> PlatformEventBody:
        """A draft of a new event."""
        return self.ask("POST", "/v1/sale-events", PlatformEventBody, body=body)

    def copy_event(self, body: CopyForm) -> PlatformEventBody:
        """A draft like another event, its dates moved by whole days so that it ends on `last_day`."""
        return self.ask("POST", "/v1/sale-events/copies", PlatformEventBody, body=body)

    def read_platform_event(self, event_id: str) -> PlatformEventBody:
        """One event in any state."""
        return self.ask("GET", f"/v1/sale-events/{event_id}", PlatformEventBody)

    def publish_event(self, event_id: str) -> PlatformEventBody:
        """Let shops see an event; its dates stand from then on."""
        return self.ask("POST", f"/v1/sale-events/{event_id}/publish", PlatformEventBody)

    def cancel_event(self, event_id: str) -> PlatformEventBody:
        """Call an event off in which no shop takes part."""
        return self.ask("POST", f"/v1/sale-events/{event_id}/cancel", PlatformEventBody)
