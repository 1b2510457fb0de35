"""Which nouns does a checkout have, from the buyer's wish to the orders that stand?

A buyer's *wish* names goods, addresses and what was seen (`seen_token`). Priced, it becomes a *draft*: everything but
instants and ids, which the database's clock gives when the batch that takes it runs. What stands then is a *stored
checkout*: one order a shop (and address) and one payment over all of them. Money is minor units of one currency.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from peakday.trade.orders.model import Discount, OrderKind, Terminal

ADDRESS_PREFIX = "adr"
DELIVERIES_MAX = 10  # addresses of one checkout
ADDRESSES_MAX = 30  # that a buyer may keep
KEY_LENGTH_MAX = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where to deliver."""

    address_id: UUID
    recipient: str
    phone: str
    city: str
    street: str
    region_id: str | None = None
    postcode: str = ""
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """Which goods go to which address; without `sku_ids` all that no other delivery names."""

    address_id: UUID
    sku_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class WantedPieces:
    """So many pieces of a SKU, bought at once without the cart."""

    shop_id: UUID
    sku_id: UUID
    quantity: int
    live_room_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutWish:
    """What a buyer asks for in one act. `key` is the client's: the same key is the same checkout.

    `wanted` None: the selected lines of the cart. `card_ids` None: the best of the wallet. `seen_token` and
    `seen_minor` are the quote's that the buyer was shown; another one now is refused.
    """

    key: str
    seen_token: str
    deliveries: tuple[Delivery, ...]
    seen_minor: int | None = None
    wanted: tuple[WantedPieces, ...] | None = None
    card_ids: frozenset[UUID] | None = None
    terminal: Terminal = Terminal.APP


@dataclass(frozen=True, slots=True)
class DraftLine:
    """One item of an order to be; amounts are for the whole quantity."""

    item_id: UUID
    sku_id: UUID
    category_id: UUID | None
    quantity: int
    list_minor: int
    paid_minor: int
    discounts: tuple[Discount, ...]
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftPresale:
    """What makes an order to be a presale: its deposit and when the tail is paid."""

    presale_id: UUID
    deposit_minor: int
    tail_minor: int
    deposit_minutes: int
    tail_from: datetime
    tail_until: datetime
    rules: tuple[str, str]  # name and version of the price rules


@dataclass(frozen=True, slots=True)
class DraftShop:
    """One order to be: of a shop, to one address (its place among the checkout's); a presale has one line."""

    shop_id: UUID
    address_no: int
    lines: tuple[DraftLine, ...]
    postage_minor: int = 0
    kind: OrderKind = OrderKind.SPOT
    presale: DraftPresale | None = None

    @property
    def paid_minor(self) -> int:
        """The agreed amount, postage included."""
        return sum(line.paid_minor for line in self.lines) + self.postage_minor

    @property
    def due_minor(self) -> int:
        """What is to be paid now."""
        return self.presale.deposit_minor if self.presale else self.paid_minor


@dataclass(frozen=True, slots=True)
class InstrumentShare:
    """What one instrument gave to the whole checkout, by who bore it; a card of the wallet, or an offer itself."""

    instrument_id: UUID
    card_id: UUID | None
    funders: Mapping[str, int] = field(hash=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftOrder:
    """A priced checkout: the payload of a stock claim. A price that began or ended after `priced_at` refuses it."""

    checkout_id: UUID
    buyer_id: UUID
    request_hash: bytes
    currency: str
    shops: tuple[DraftShop, ...]
    addresses: tuple[Address, ...]
    terminal: Terminal
    uses: tuple[InstrumentShare, ...]
    quote: Mapping[str, Any] = field(hash=False)
    priced_at: datetime
    is_from_cart: bool = False
    simulated: bool = False

    @property
    def payable_minor(self) -> int:
        """What is to be paid now for all orders together."""
        return sum(shop.due_minor for shop in self.shops)


class PlacedOrder(NamedTuple):
    """One order of a checkout that stands."""

    shop_id: UUID
    order_id: UUID


class Placed(NamedTuple):
    """The checkout stands: its orders, and what is to be paid until when. `is_repeated`: it stood before."""

    checkout_id: UUID
    currency: str
    payable_minor: int
    created_at: datetime
    pay_until: datetime
    orders: tuple[PlacedOrder, ...]
    is_repeated: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCheckout:
    """A checkout as it is kept; `shop_ids` and `order_ids` are parallel, `addresses_of` too."""

    buyer_id: UUID
    checkout_id: UUID
    request_hash: bytes
    currency: str
    payable_minor: int
    created_at: datetime
    shop_ids: tuple[UUID, ...]
    order_ids: tuple[UUID, ...]
    addresses: tuple[Address, ...]
    addresses_of: tuple[int, ...]
    simulated: bool = False
