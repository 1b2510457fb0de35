"""What is a flash order, and how is it asked for?

One SKU, some pieces, no cards and no address yet: the address is given when it is paid. What was asked is hashed with
the client's key, so that a retry finds its order and another wish under the same key is refused.
"""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.trade.orders.model import CHECKOUT_PREFIX, Terminal

REQUEST_HASH_BYTES = 16


@dataclass(slots=True)
class FlashOrder:
    """The payload of a flash claim. What stands below the line is filled in by the batch that takes it.

    `seen_minor` is what the buyer was told it costs; None: whatever it costs.
    """

    checkout_id: UUID
    buyer_id: UUID
    shop_id: UUID
    sku_id: UUID
    quantity: int
    terminal: Terminal = Terminal.APP
    seen_minor: int | None = None
    is_simulated: bool = False
    event_ref: str | None = None  # on whose units the claim draws; the batch checks that it is the price's event
    shown_id: str = field(init=False)  # the checkout's id as people and other programs see it
    # ---
    order_id: UUID | None = None
    currency: str = ""
    payable_minor: int = 0

    def __post_init__(self) -> None:
        """Written once: record and answer name it."""
        self.shown_id = show_id(CHECKOUT_PREFIX, self.checkout_id)

    @property
    def request_hash(self) -> bytes:
        """What was asked, in short."""
        return flash_request_hash(self.shop_id, self.sku_id, self.quantity, self.terminal)


@lru_cache(maxsize=20_000)
def flash_request_hash(shop_id: UUID, sku_id: UUID, quantity: int, terminal: Terminal) -> bytes:
    """The same wish, the same hash; no other kind of checkout has it."""
    asked = f"flash\x1f{shop_id}\x1f{sku_id}\x1f{quantity}\x1f{terminal}"
    return hashlib.blake2b(asked.encode(), digest_size=REQUEST_HASH_BYTES).digest()
