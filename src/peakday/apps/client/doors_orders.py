"""Which doors does the room `orders` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from datetime import date

from peakday.apps.client.transport import Transport
from peakday.trade.orders.model import OrderStatus, Terminal, Waiting
from peakday.trade.orders.web.flash_v1 import FlashBody
from peakday.trade.orders.web.gateway_v1 import TakenBody
from peakday.trade.orders.web.my_bodies import (
    AddressBody,
    AddressList,
    AmountBody,
    ClosedBody,
    DueBody,
    InvoiceBody,
    MyCheckoutBody,
    MyOrderBody,
    MyOrderList,
    MyRefundBody,
    PlacedBody,
    ProtectionBody,
)
from peakday.trade.orders.web.my_forms import (
    AddressForm,
    CheckoutForm,
    InvoiceForm,
    ParcelForm,
    PresaleForm,
    RefundForm,
)
from peakday.trade.orders.web.shop_v1 import DepositBody, DepositForm, HoldForm, NoteForm
from peakday.trade.orders.web.v1 import OrderDetailBody, OrderList


class OrdersDoors(Transport):
    """The doors of orders."""

    def place_flash_order(self, body: object) -> FlashBody:
        """Order pieces of one SKU at once, without a cart and without cards."""
        return self.ask("POST", "/v1/my/flash-orders", FlashBody, body=body)

    def place_checkout(self, body: CheckoutForm) -> PlacedBody:
        """Order; 409 `price_changed` carries the old and the new total and the new token."""
        return self.ask("POST", "/v1/my/checkouts", PlacedBody, body=body)

    def place_presale(self, body: PresaleForm) -> PlacedBody:
        """Order what is sold in advance; the deposit is paid first."""
        return self.ask("POST", "/v1/my/presales", PlacedBody, body=body)

    def read_checkout(self, checkout_id: str) -> MyCheckoutBody:
        """One checkout with its orders."""
        return self.ask("GET", f"/v1/my/checkouts/{checkout_id}", MyCheckoutBody)

    def pay_checkout(self, checkout_id: str) -> DueBody:
        """The payment of what this checkout waits for: all of it, a deposit, or a tail; asked again, the same one."""
        return self.ask("POST", f"/v1/my/checkouts/{checkout_id}/payment", DueBody)

    def cancel_checkout(self, checkout_id: str) -> ClosedBody:
        """Cancel what is not paid; pieces and cards go back at once."""
        return self.ask("POST", f"/v1/my/checkouts/{checkout_id}/cancellation", ClosedBody)

    def settle_payment(self, payment_id: str) -> DueBody:
        """Ask the gateway now, for a buyer who is back before it has told us; the payment as it stands then."""
        return self.ask("POST", f"/v1/my/payments/{payment_id}/settlement", DueBody)

    def list_my_orders(
        self, *, status: OrderStatus | None = None, cursor: str | None = None, limit: int = 20
    ) -> MyOrderList:
        """The buyer's orders, newest first."""
        return self.ask("GET", "/v1/my/orders", MyOrderList, query={"status": status, "cursor": cursor, "limit": limit})

    def read_my_order(self, order_id: str) -> MyOrderBody:
        """One order with its timeline."""
        return self.ask("GET", f"/v1/my/orders/{order_id}", MyOrderBody)

    def confirm_receipt(self, order_id: str) -> bytes:
        """The goods are here: the shop gets its money."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/receipt", bytes)

    def cancel_order(self, order_id: str) -> AmountBody:
        """Undo a paid order that was not shipped; the money goes back."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/cancellation", AmountBody)

    def ask_refund(self, order_id: str, body: RefundForm) -> MyRefundBody:
        """Ask for money back of one line."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/refunds", MyRefundBody, body=body)

    def withdraw_refund(self, order_id: str, refund_id: str) -> bytes:
        """No longer ask for it."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/refunds/{refund_id}/withdrawal", bytes)

    def send_return(self, order_id: str, refund_id: str, body: ParcelForm) -> bytes:
        """The goods are on their way back."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/refunds/{refund_id}/parcel", bytes, body=body)

    def ask_protection(self, order_id: str, line_no: str) -> ProtectionBody:
        """Ask for the difference when the price fell after the purchase; what is due goes back at once."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/lines/{line_no}/protection", ProtectionBody)

    def ask_invoice(self, order_id: str, body: InvoiceForm) -> InvoiceBody:
        """Ask for an invoice over what is paid and not refunded."""
        return self.ask("POST", f"/v1/my/orders/{order_id}/invoice", InvoiceBody, body=body)

    def list_addresses(self) -> AddressList:
        """The buyer's addresses, the usual one first."""
        return self.ask("GET", "/v1/my/addresses", AddressList)

    def add_address(self, body: AddressForm) -> AddressBody:
        """Keep an address; one that is kept already with the same words is that one."""
        return self.ask("POST", "/v1/my/addresses", AddressBody, body=body)

    def change_address(self, address_id: str, body: AddressForm) -> AddressBody:
        """Change an address; orders keep what they were placed with."""
        return self.ask("PUT", f"/v1/my/addresses/{address_id}", AddressBody, body=body)

    def remove_address(self, address_id: str) -> bytes:
        """Take an address out of the list."""
        return self.ask("DELETE", f"/v1/my/addresses/{address_id}", bytes)

    def ship_order(self, shop_id: str, order_id: str, body: ParcelForm) -> bytes:
        """The goods left; carrier `simulated` is none, and says so."""
        return self.ask("POST", f"/v1/shops/{shop_id}/orders/{order_id}/shipment", bytes, body=body)

    def cancel_shop_order(self, shop_id: str, order_id: str) -> AmountBody:
        """Undo a paid order that was not shipped."""
        return self.ask("POST", f"/v1/shops/{shop_id}/orders/{order_id}/cancellation", AmountBody)

    def return_deposit(self, shop_id: str, order_id: str, body: DepositForm) -> DepositBody:
        """Give up a presale whose deposit is paid."""
        return self.ask("POST", f"/v1/shops/{shop_id}/orders/{order_id}/deposit-return", DepositBody, body=body)

    def hold_order(self, shop_id: str, order_id: str, body: HoldForm) -> bytes:
        """Stop an order: it neither leaves nor is paid out."""
        return self.ask("POST", f"/v1/shops/{shop_id}/orders/{order_id}/hold", bytes, body=body)

    def lift_hold(self, shop_id: str, order_id: str) -> bytes:
        """Let it go on."""
        return self.ask("DELETE", f"/v1/shops/{shop_id}/orders/{order_id}/hold", bytes)

    def approve_refund(self, shop_id: str, refund_id: str) -> MyRefundBody:
        """Agree: the money goes back now, or when the goods are back."""
        return self.ask("POST", f"/v1/shops/{shop_id}/refunds/{refund_id}/approval", MyRefundBody)

    def take_return(self, shop_id: str, refund_id: str) -> MyRefundBody:
        """The goods are back: they go on the shelf, and the money to the buyer."""
        return self.ask("POST", f"/v1/shops/{shop_id}/refunds/{refund_id}/goods", MyRefundBody)

    def decline_refund(self, shop_id: str, refund_id: str, body: NoteForm) -> MyRefundBody:
        """Say no, with a reason."""
        return self.ask("POST", f"/v1/shops/{shop_id}/refunds/{refund_id}/refusal", MyRefundBody, body=body)

    def issue_invoice(self, shop_id: str, invoice_id: str) -> InvoiceBody:
        """Issue an invoice under the shop's next number."""
        return self.ask("POST", f"/v1/shops/{shop_id}/invoices/{invoice_id}/issue", InvoiceBody)

    def decline_invoice(self, shop_id: str, invoice_id: str, body: NoteForm) -> InvoiceBody:
        """Decline an invoice, with a reason."""
        return self.ask("POST", f"/v1/shops/{shop_id}/invoices/{invoice_id}/refusal", InvoiceBody, body=body)

    def take_callback(self, name: str) -> TakenBody:
        """Take a callback: raw body, signature in a header."""
        return self.ask("POST", f"/v1/gateways/{name}/callbacks", TakenBody)

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
