"""What must a payment provider be able to do?

Five things: open a charge for a payment, tell of it in signed callbacks, answer when asked, give money back, pay money
out to who paid. All are safe to repeat: the same payment is the same charge, the same refund id the same refund. A
provider is one file here and passes `tests/trade/payments/test_gateway_conformance.py`. Nothing here is called inside a
transaction of ours, but `read_callback`, which reads what came in and asks nobody.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from peakday.kernel.text import Text
from peakday.trade.payments.model import Letter, Notice


@dataclass(frozen=True, slots=True)
class ChargeWish:
    """A payment as a provider gets to know it."""

    payment_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Charge:
    """The provider's side of a payment: its number there, and the page where the buyer pays."""

    charge_ref: str
    page_url: str


@dataclass(frozen=True, slots=True)
class RefundWish:
    """Money to be given back of a charge."""

    refund_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PayoutWish:
    """Money of the merchant's to be paid to whoever paid a charge, beyond what was charged."""

    payout_id: UUID
    payment_id: UUID
    amount_minor: int
    currency: str


class RefundDenied(Exception):  # noqa: N818 - a provider's no, not a fault
    """The provider will never give this back; a person must look."""


class Gateway(Protocol):
    """One provider. Any fault of the line is `GatewayUnavailable`; asking again is always safe."""

    @property
    def name(self) -> str:
        """As it stands in addresses and records."""
        ...

    @property
    def label(self) -> Text:
        """As readers see it; a simulated one says that it is."""
        ...

    @property
    def is_simulated(self) -> bool:
        """Whether no real money moves."""
        ...

    async def open_charge(self, wish: ChargeWish) -> Charge:
        """Let the buyer pay; the same payment again is the same charge."""
        ...

    async def read_callback(self, letter: Letter, now: datetime) -> Notice:
        """What a callback says. Refuses `SignatureRefused` and `NoticeNotValid`."""
        ...

    async def look_up(self, payment_id: UUID) -> Notice | None:
        """What the provider knows of a payment now; None: it was neither captured nor declined, or never opened."""
        ...

    async def give_back(self, wish: RefundWish) -> str:
        """Give money back, once a refund id; the provider's number of it. Raises `RefundDenied`."""
        ...

    async def pay_out(self, wish: PayoutWish) -> str:
        """Pay to who paid the charge, once a payout id; the provider's number of it. Raises `RefundDenied`."""
        ...


Gateways = Mapping[str, Gateway]
