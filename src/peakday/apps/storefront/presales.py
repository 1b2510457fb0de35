"""What does a shopper see of a presale: the two payments, what the deposit is worth, and when each is due?"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.market.catalog.model import SKU_PREFIX
from peakday.market.shops.model import SHOP_PREFIX
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import OrderStatus
from peakday.trade.orders.stories import OrderStory
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import PresaleKind

TAILS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class PresaleSheet:
    """So many pieces of a presale in minor units; the tail is what is left to pay after the deposit."""

    offer: promotions.PresaleOffer
    pieces: int
    deposit_minor: int
    counts_as_minor: int | None  # of an inflated deposit; None: the deposit takes a fixed amount off
    off_minor: int
    tail_minor: int
    sold_minor: int
    path: str


@dataclass(frozen=True, slots=True)
class PresaleStep:
    """What a presale order waits for: its deposit, the day of its tail, or the tail. `until` ends the wait."""

    amount_minor: int
    until: datetime
    is_deposit: bool
    is_payable: bool


async def find_presale(tx: Tx, shop_id: UUID, sku_id: UUID, pieces: int = 1) -> PresaleSheet | None:
    """The presale that takes deposits for the SKU now, by the database's clock; none: it is not sold in advance."""
    offer = (await promotions.presales_of(tx, [(shop_id, sku_id)])).get((shop_id, sku_id))
    return None if offer is None else sheet_of(offer, pieces)


def sheet_of(offer: promotions.PresaleOffer, pieces: int) -> PresaleSheet:
    """The amounts of so many pieces."""
    terms = offer.terms
    is_inflated = terms.kind is PresaleKind.INFLATION
    return PresaleSheet(
        offer=offer,
        pieces=pieces,
        deposit_minor=terms.deposit_minor * pieces,
        counts_as_minor=(terms.deposit_minor + terms.off_minor) * pieces if is_inflated else None,
        off_minor=terms.off_minor * pieces,
        tail_minor=promotions.tail_of(terms) * pieces,
        sold_minor=promotions.sold_at(terms) * pieces,
        path=f"/mall/presale?shop={show_id(SHOP_PREFIX, offer.shop_id)}&sku={show_id(SKU_PREFIX, offer.sku_id)}",
    )


def step_of(story: OrderStory, at: datetime) -> PresaleStep | None:
    """What the order waits for at an instant; none: it is no presale, or nothing is due of it any more."""
    presale, status = story.presale, story.order.status
    if presale is None:
        return None
    if status is OrderStatus.AWAITING_PAYMENT:
        until = min(presale.deposit_due_at, orders.pay_until(story.order.created_at))
        return PresaleStep(presale.deposit_minor, until, is_deposit=True, is_payable=at < until)
    if status is not OrderStatus.AWAITING_BALANCE:
        return None
    if at < presale.tail_from:
        return PresaleStep(presale.tail_minor, presale.tail_from, is_deposit=False, is_payable=False)
    is_payable = at < presale.tail_until
    return PresaleStep(presale.tail_minor, presale.tail_until, is_deposit=False, is_payable=is_payable)
