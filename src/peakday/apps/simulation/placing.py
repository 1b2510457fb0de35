"""How do buyers order in a history? Many at once, through the batch writer; answers are lost, and they ask again."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.apps.simulation.model import CURRENCY, SkuOnShelf
from peakday.apps.simulation.stage import Stage
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.refusal import Refusal
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import Address, DraftLine, DraftOrder, DraftShop
from peakday.trade.orders.model import Discount, DiscountLevel, Funder, Terminal
from peakday.trade.stock.api import StockWriter
from peakday.trade.stock.model import Claim, ClaimAnswer, Companion, Decider, Need

BATCH_MAX = 40
LINES_MAX = 4
QUANTITY_MAX = 3
_Asked = tuple[Claim, Actor]


async def place_some(stage: Stage) -> int:
    """New checkouts, those whose answer was lost, and some twice at once; how many were asked."""
    fresh = [_new_claim(stage) for _ in range(stage.random.randrange(5, BATCH_MAX))]
    again = [asked for asked in (stage.draw(stage.known.unsure) for _ in range(5)) if asked]
    asked = fresh + again
    asked += [one for one in asked if stage.chance(stage.plan.faults.asked_twice)]
    stage.random.shuffle(asked)
    # a writer's memory of what is sold out goes by the wall's clock, so it lives for one batch only
    writer = StockWriter(stage.house.database, Dying(stage))
    answers = await asyncio.gather(*(writer.claim(claim) for claim, _ in asked), return_exceptions=True)
    for one, answer in zip(asked, answers, strict=True):
        _hear(stage, one, answer)
    return len(asked)


class Dying:
    """Orders beside stock, in a process whose connection dies now and then before the commit."""

    def __init__(self, stage: Stage, companion: Companion | None = None) -> None:
        self._stage = stage
        self._orders = companion or orders.OrdersCompanion()

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> Decider:
        return await self._orders.prepare(tx, claims, at)

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> None:
        await self._orders.write(tx, accepted, at)
        if self._stage.chance(self._stage.plan.faults.crash_before_commit):
            self._stage.note("place", "connection died")
            raise ConnectionResetError("planned")


def _hear(stage: Stage, asked: _Asked, answer: ClaimAnswer | BaseException) -> None:
    """What the buyer knows now."""
    claim, buyer = asked
    if isinstance(answer, BaseException):
        if not isinstance(answer, Refusal):
            raise answer
        stage.note("place", answer.code)
        stage.known.unsure.append(asked)
    elif answer.refusal is not None:
        stage.note("place", answer.refusal.code)
        stage.known.refused.add(claim.claim_id)
    elif stage.chance(stage.plan.faults.answer_lost):
        stage.note("place", "answer lost")
        stage.known.unsure.append(asked)
    else:
        stage.note("place", "repeated" if answer.is_repeated else "done")
        stage.known.refused.discard(claim.claim_id)
        if claim.claim_id not in stage.known.placed:
            stage.known.placed[claim.claim_id] = buyer
            stage.known.unpaid.append(claim.claim_id)


def _new_claim(stage: Stage) -> _Asked:
    buyer = stage.pick(stage.world.buyers)
    assert buyer is not None
    assert buyer.account_id is not None
    chosen = stage.random.sample(stage.world.shelf, stage.random.randrange(1, LINES_MAX + 1))
    checkout_id = derived_id(None, "simulation", str(stage.plan.seed), str(stage.random.getrandbits(64)))
    lines = [(sku, _line(stage, sku)) for sku in chosen]
    draft = _draft(checkout_id, buyer.account_id, lines, stage.clock.now())
    needs = tuple(Need(sku.shop_id, sku.sku_id, line.quantity) for sku, line in lines)
    return Claim(checkout_id, buyer.account_id, needs, draft), buyer


def _line(stage: Stage, sku: SkuOnShelf) -> DraftLine:
    """Some pieces; platform and merchant give something now and then."""
    quantity = stage.random.randrange(1, QUANTITY_MAX + 1)
    listed, left, discounts = sku.price_minor * quantity, sku.price_minor * quantity, []
    for funder in (Funder.PLATFORM, Funder.MERCHANT):
        minor = stage.random.randrange(left) // 3 if stage.chance(0.4) else 0
        if minor:
            left -= minor
            discounts.append(Discount(f"given-by-{funder.value}", DiscountLevel.SHOP.value, funder.value, minor))
    return DraftLine(sku.item_id, sku.sku_id, None, quantity, listed, left, tuple(discounts))


def _draft(
    checkout_id: UUID, buyer_id: UUID, lines: Sequence[tuple[SkuOnShelf, DraftLine]], now: datetime
) -> DraftOrder:  # fmt: skip
    shops: dict[UUID, list[DraftLine]] = {}
    for sku, line in lines:
        shops.setdefault(sku.shop_id, []).append(line)
    address = Address(
        address_id=derived_id(None, "simulation", "address"), recipient="Lin", phone="1", city="Hangzhou", street="1"
    )
    return DraftOrder(
        checkout_id=checkout_id, buyer_id=buyer_id, request_hash=checkout_id.bytes, currency=CURRENCY,
        shops=tuple(DraftShop(shop_id, 0, tuple(mine)) for shop_id, mine in shops.items()), addresses=(address,),
        terminal=Terminal.APP, uses=(), quote={}, priced_at=now, simulated=True,
    )  # fmt: skip
