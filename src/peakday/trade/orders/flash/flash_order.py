"""What is a flash order, and how is it asked for?

One SKU, some pieces, no cards and no address yet: the address is given when it is paid. What was asked is hashed with
the client's key, so that a retry finds its order and another wish under the same key is refused.
"""

import hashlib
import math
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.refusal import Problem
from peakday.trade.orders.model import Terminal
from peakday.trade.stock.model import Need

REQUEST_HASH_BYTES = 16


class FlashKind:
    """What flash orders of the same goods share, one object each: thousands refer to it in the same minute.

    `needs` are those of their claims: `event_ref` says on whose units they draw. `priced` is the flash part's, and when
    it was on a clock that does not jump; whether it is wanted these days is the price watch's.
    """

    __slots__ = ("event_ref", "is_simulated", "is_wanted", "needs", "priced", "priced_at", "quantity", "request_hash",
                 "shop_id", "sku_id", "terminal")  # fmt: skip

    def __init__(self, shop_id: UUID, sku_id: UUID, quantity: int, terminal: Terminal, is_simulated: bool) -> None:
        self.shop_id, self.sku_id, self.quantity = shop_id, sku_id, quantity
        self.terminal, self.is_simulated = terminal, is_simulated
        self.request_hash = flash_request_hash(shop_id, sku_id, quantity, terminal)
        self.priced: Priced | None = None
        self.priced_at = -math.inf
        self.is_wanted = False
        self.draw_on(None)

    def draw_on(self, event_ref: str | None) -> None:
        """Its next claims draw on the units of this event; the batch checks that it is the price's."""
        self.event_ref = event_ref
        self.needs = (Need(self.shop_id, self.sku_id, self.quantity, event_ref),)


@dataclass(frozen=True, slots=True, eq=False)
class Priced:
    """What a kind costs, until when that holds, and what its orders share as JSON (`writing_alike`)."""

    problems: tuple[Problem, ...]
    event_ref: str | None
    currency: str
    payable_minor: int
    holds_until: datetime
    pattern: str


@dataclass(slots=True, eq=False)
class FlashOrder:
    """The payload of a flash claim. What stands below the line is filled in by the batch that takes it.

    `seen_minor` is what the buyer was told it costs; None: whatever it costs.
    """

    checkout_id: UUID
    buyer_id: UUID
    kind: FlashKind
    seen_minor: int | None
    shown_id: str  # the checkout's id as people and other programs see it: record and answer name it
    event_ref: str | None = None
    # ---
    priced: Priced | None = None
    order_id: UUID | None = None


def flash_request_hash(shop_id: UUID, sku_id: UUID, quantity: int, terminal: Terminal) -> bytes:
    """The same wish, the same hash; no other kind of checkout has it."""
    asked = f"flash\x1f{shop_id}\x1f{sku_id}\x1f{quantity}\x1f{terminal}"
    return hashlib.blake2b(asked.encode(), digest_size=REQUEST_HASH_BYTES).digest()
