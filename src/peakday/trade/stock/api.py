"""What can other rooms ask of the stock?

`StockWriter.claim` takes units for a buyer, many callers a transaction, with what a `Companion` (orders) writes beside.
In a caller's transaction: `settle_claims`, `release_claims`, `return_sold`, `available_of`. A merchant's acts and reads
take the actor first.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Database, Tx
from peakday.trade.stock.model import Claim, ClaimAnswer, Companion, OpeningStock, Settled


class StockWriter:
    """The queue of one process (an engine of the house)."""

    def __init__(self, database: Database, companion: Companion | None = None) -> None:
        self._database = database
        self._companion = companion

    async def claim(self, claim: Claim) -> ClaimAnswer:
        """The answer, once it is durable. Refuses `ClaimNotValid`, `StockBusy`, `StockUnavailable`."""
        raise NotImplementedError

    async def close(self) -> None:
        """Return when everything that was asked is answered."""


async def settle_claims(tx: Tx, claims: Sequence[tuple[UUID, UUID | None]], at: datetime) -> Settled:
    """Held units are sold: of (claim, SKU), or of the whole claim where the SKU is None. Repeating changes nothing.

    Units held need no lock of their level; those only noted (mode payment) are taken now, or are `short`.
    """
    raise NotImplementedError


async def release_claims(tx: Tx, claims: Sequence[tuple[UUID, UUID | None]], at: datetime, reason: str) -> int:
    """Held units may be sold again; how many holds were released now. Exactly once: repeating releases nothing.

    Takes the locks of the levels (in their order): before instruments, orders and the ledger's head.
    """
    raise NotImplementedError


async def return_sold(
    tx: Tx, claim_id: UUID, sku_id: UUID, quantity: int, *, reason: str, key: str, at: datetime
) -> bool:  # fmt: skip
    """Sold units came back and may be sold again; False when this key did before. Refuses `HoldNotFound`."""
    raise NotImplementedError


async def available_of(tx: Tx, pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """What may be sold now of these (shop_id, sku_id), without what events set aside; unknown ones are left out."""
    raise NotImplementedError


async def set_initial_stock(tx: Tx, rows: Iterable[OpeningStock], at: datetime) -> int:
    """The first count of SKUs in bulk; those that have one keep it. How many were new."""
    raise NotImplementedError
