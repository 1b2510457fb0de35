"""What may a buyer write to the doors of orders? Checkouts, presales, refunds, parcels, invoices, addresses."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from peakday.kernel.web.paths import LINE_PATTERN, ShownId
from peakday.trade.orders.checkouts import ADDRESS_PREFIX, DELIVERIES_MAX, KEY_LENGTH_MAX
from peakday.trade.orders.model import RefundKind, Terminal
from peakday.trade.orders.refunds import REASON_LETTERS_MAX
from peakday.trade.orders.stories import InvoiceKind
from peakday.trade.promotions.model import PIECES_MAX

SHOP_PREFIX, SKU_PREFIX, CARD_PREFIX = "shp", "sku", "crd"
WANTED_MAX = 300
AMOUNT_MAX = 10**12
TEXT_PATTERN = r"^[^\x00]*$"  # lines of text that PostgreSQL can hold

Key = Annotated[str, Field(min_length=1, max_length=KEY_LENGTH_MAX, pattern=LINE_PATTERN)]
Words = Annotated[str, Field(max_length=200, pattern=LINE_PATTERN)]
ShopId = Annotated[UUID, ShownId(SHOP_PREFIX)]
SkuId = Annotated[UUID, ShownId(SKU_PREFIX)]
AddressId = Annotated[UUID, ShownId(ADDRESS_PREFIX)]
Pieces = Annotated[int, Field(ge=1, le=PIECES_MAX)]
Minor = Annotated[int, Field(ge=0, le=AMOUNT_MAX)]


class WantedForm(BaseModel):
    """So many pieces of a SKU."""

    shop_id: ShopId
    sku_id: SkuId
    quantity: Pieces = 1
    live_room_id: Annotated[str, Field(max_length=100, pattern=LINE_PATTERN)] | None = None


class DeliveryForm(BaseModel):
    """An address, and which goods go there; without `sku_ids` all that no other delivery names."""

    address_id: AddressId
    sku_ids: Annotated[list[SkuId], Field(max_length=WANTED_MAX)] = []


class CheckoutForm(BaseModel):
    """What to order: `wanted`, or null for the selected lines of the cart. The same `key` is the same checkout.

    `seen_token` and `seen_minor` are the quote's that the buyer saw. `card_ids` null: the best of the wallet.
    """

    key: Key
    seen_token: Annotated[str, Field(max_length=100)]
    seen_minor: Minor | None = None
    deliveries: Annotated[list[DeliveryForm], Field(min_length=1, max_length=DELIVERIES_MAX)]
    wanted: Annotated[list[WantedForm], Field(min_length=1, max_length=WANTED_MAX)] | None = None
    card_ids: Annotated[list[Annotated[UUID, ShownId(CARD_PREFIX)]], Field(max_length=500)] | None = None
    terminal: Terminal = Terminal.APP


class PresaleForm(BaseModel):
    """So many pieces of a SKU that is sold in advance; `seen_minor` is the deposit that was shown."""

    key: Key
    shop_id: ShopId
    sku_id: SkuId
    quantity: Pieces = 1
    address_id: AddressId
    seen_minor: Minor
    terminal: Terminal = Terminal.APP


class RefundForm(BaseModel):
    """What to give back of a line: pieces, or an amount while the goods stay. The same `key` is the same refund."""

    key: Key
    line_no: Annotated[int, Field(ge=1, le=1_000)]
    kind: RefundKind = RefundKind.REFUND_ONLY
    pieces: Pieces | None = None
    minor: Annotated[int, Field(ge=1, le=AMOUNT_MAX)] | None = None
    reason: Annotated[str, Field(min_length=1, max_length=REASON_LETTERS_MAX, pattern=TEXT_PATTERN)]


class ParcelForm(BaseModel):
    """A carrier and its number."""

    carrier: Annotated[str, Field(max_length=40)]
    tracking_no: Annotated[str, Field(max_length=60)]


class InvoiceForm(BaseModel):
    """To whom the invoice is made out; a company names its tax number."""

    kind: InvoiceKind
    title: Annotated[str, Field(max_length=100)]
    tax_no: Annotated[str, Field(max_length=20)] = ""


class AddressForm(BaseModel):
    """An address to keep."""

    recipient: Words
    phone: Annotated[str, Field(max_length=24)]
    city: Words
    street: Words
    region_id: Words | None = None
    postcode: Annotated[str, Field(max_length=20, pattern=LINE_PATTERN)] = ""
    is_default: bool = False
