"""Levels, claims and a companion for the tests of stock."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from peakday.trade.stock import api
from peakday.trade.stock.model import Claim, Need, OpeningStock

NOON = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
SHOP = UUID(int=1)
SKU = UUID(int=100)
OTHER_SKU = UUID(int=101)
BUYER = UUID(int=7)


def a_claim(*needs, buyer_id=None, claim_id=None, quantity=1, payload=None):
    needs = needs or (Need(SHOP, SKU, quantity),)
    return Claim(claim_id or uuid4(), buyer_id or uuid4(), tuple(needs), payload)


async def fill(database, units, *skus, shop_id=SHOP):
    """Open these SKUs (or SKU) with so many units each."""
    async with database.transaction() as tx:
        await api.set_initial_stock(tx, [OpeningStock(shop_id, sku, units) for sku in skus or [SKU]], NOON)


async def left(database, *skus):
    """What is available of these SKUs (or SKU), in their order."""
    pairs = [(SHOP, sku) for sku in skus or [SKU]]
    async with database.read() as tx:
        found = await api.available_of(tx, pairs)
    return [found.get(pair) for pair in pairs]


async def holds(database):
    """(status, units) over all holds."""
    async with database.read() as tx:
        rows = await tx.fetch("select status, sum(quantity)::int as units from stock.hold group by 1 order by 1")
    return {row["status"]: row["units"] for row in rows}


class Agreeing:
    """A companion that refuses the claims it was told to, and remembers what it was asked to write."""

    def __init__(self, refused: Sequence[UUID] = (), refusal: object = None) -> None:
        self.refused, self.refusal = set(refused), refusal
        self.written: list[UUID] = []
        self.fails = 0

    async def prepare(self, tx, claims, at):
        return self

    def take(self, claim):
        return self.refusal if claim.claim_id in self.refused else None

    async def write(self, tx, accepted, at):
        if self.fails:
            self.fails -= 1
            raise RuntimeError("the companion fell down")
        self.written += [claim.claim_id for claim in accepted]
