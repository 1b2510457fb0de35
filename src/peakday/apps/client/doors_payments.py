"""Which doors does the room `payments` open to programs? Written by `python tools/client.py`."""

# ruff: noqa: A002, E501, RUF100 - names and sentences are those of the doors

from peakday.apps.client.transport import Transport
from peakday.trade.payments.web.v1 import ChargeBody, DecisionBody, DecisionWish, PaymentBody


class PaymentsDoors(Transport):
    """The doors of payments."""

    def read_my_payment(self, payment_id: str) -> PaymentBody:
        """A payment of the buyer who asks."""
        return self.ask("GET", f"/v1/my/payments/{payment_id}", PaymentBody)

    def open_my_charge(self, payment_id: str) -> ChargeBody:
        """Let the buyer pay at the gateway; the same payment again is the same charge."""
        return self.ask("POST", f"/v1/my/payments/{payment_id}/charge", ChargeBody)

    def decide_sandbox_charge(self, charge_id: str, body: DecisionWish) -> DecisionBody:
        """Tell the simulated bank what to do with a charge; no real money moves. One that is captured stays captured."""
        return self.ask("POST", f"/v1/sandbox/charges/{charge_id}/decision", DecisionBody, body=body)
