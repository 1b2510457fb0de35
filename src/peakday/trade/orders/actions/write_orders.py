"""What do orders write in the transaction in which stock is taken?

`OrdersCompanion` stands beside the batch writer of stock: for each kind of payload a *part* reads what deciding needs,
agrees or refuses claim by claim, and makes the checkouts of those that were accepted; all are inserted together.
`DraftPart` handles carts: priced before, they are refused where a price began or ended since, or where an instrument
was used up meanwhile; what was bought leaves the cart. Locks: stock (held already) → instruments → carts → inserts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol
from uuid import UUID

import msgspec

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id, show_id
from peakday.kernel.refusal import Refusal
from peakday.trade.carts import api as carts
from peakday.trade.orders import presale_store
from peakday.trade.orders.checkouts import DraftLine, DraftOrder, DraftShop, InstrumentShare
from peakday.trade.orders.errors import PriceSwitched
from peakday.trade.orders.model import (
    CHECKOUT_PREFIX,
    NATIVE_SOURCE,
    NewOrder,
    Order,
    OrderLine,
    OrderStatus,
)
from peakday.trade.orders.rules.order_money import order_totals
from peakday.trade.orders.writing import NativeCheckout, insert_checkouts
from peakday.trade.price_history import api as prices
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Funder
from peakday.trade.promotions.stored import Use
from peakday.trade.stock.model import Claim, Decider


class OrderPart(Protocol):
    """What one kind of payload needs."""

    payload: type[Any]

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> Decider:
        """Read and lock what deciding needs, set-based."""
        ...

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> list[NativeCheckout]:
        """The checkouts of these; what stands beside them is written here, set-based."""
        ...


class OrdersCompanion:
    """All parts as one companion of the stock writer; of one writer only, which works on one batch at a time."""

    def __init__(self, *parts: OrderPart) -> None:
        self._parts = parts or (DraftPart(),)

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> Decider:
        """A decider that asks the part of each claim's payload."""
        deciders: dict[type, Decider] = {}
        for part in self._parts:
            mine = _of(part, claims)
            if mine:
                deciders[part.payload] = await part.prepare(tx, mine, at)
        return _ByPayload(deciders)

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> None:
        """Write the orders of the accepted claims."""
        checkouts: list[NativeCheckout] = []
        for part in self._parts:
            mine = _of(part, accepted)
            if mine:
                checkouts += await part.write(tx, mine, at)
        await insert_checkouts(tx, checkouts)


@dataclass(frozen=True, slots=True)
class _ByPayload:
    deciders: dict[type, Decider]

    def take(self, claim: Claim) -> Refusal | None:
        return self.deciders[type(claim.payload)].take(claim)


class DraftPart:
    """Carts that were priced before they came here."""

    payload: type[Any] = DraftOrder

    def __init__(self) -> None:
        self._book = promotions.UseBook({}, {}, {})

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> Decider:
        """Lock the tallies of their instruments, and see which prices began or ended since they were quoted."""
        drafts = [_draft(claim) for claim in claims]
        self._book = await promotions.open_use_book(tx, [use for draft in drafts for use in _uses(draft)])
        return _DraftDecider(self._book, await _switched(tx, drafts, at))

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> list[NativeCheckout]:
        """Count the uses of the batch; the orders of each draft get their ids and their instant."""
        await promotions.write_uses(tx, self._book, at)
        drafts = [_draft(claim) for claim in accepted]
        await presale_store.insert_presales(
            tx, [(_order_id(draft, place, at), shop) for draft in drafts for place, shop in enumerate(draft.shops)
                 if shop.presale], at,
        )  # fmt: skip
        bought = [
            (draft.buyer_id, line.sku_id)
            for draft in drafts
            if draft.is_from_cart
            for shop in draft.shops
            for line in shop.lines
            if not line.flags
        ]
        await carts.take_bought(tx, bought)
        return [_native(draft, at) for draft in drafts]


@dataclass(frozen=True, slots=True)
class _DraftDecider:
    book: promotions.UseBook
    switched: frozenset[UUID]

    def take(self, claim: Claim) -> Refusal | None:
        draft = _draft(claim)
        if draft.checkout_id in self.switched:
            return PriceSwitched()
        uses = _uses(draft)
        return self.book.take(uses) if uses else None


async def _switched(tx: Tx, drafts: Sequence[DraftOrder], at: datetime) -> frozenset[UUID]:
    """The checkouts of which a price or an instrument began or ended between their quote and now."""
    shop_ids = list({shop.shop_id for draft in drafts for shop in draft.shops})
    switches = await promotions.switches_of(tx, shop_ids, min(draft.priced_at for draft in drafts), at)
    seen = [
        (shop.shop_id, line.sku_id, draft.priced_at) for draft in drafts for shop in draft.shops for line in shop.lines
    ]
    switched = await prices.list_switched(tx, seen, at)
    if not switches and not switched:
        return frozenset()
    return frozenset(draft.checkout_id for draft in drafts if _is_switched(draft, switches, switched))


def _is_switched(
    draft: DraftOrder, switches: Sequence[promotions.Switch], prices_of: set[tuple[UUID, UUID, datetime]]
) -> bool:  # fmt: skip
    shops = {shop.shop_id for shop in draft.shops}
    if any(each.at > draft.priced_at and (each.shop_id is None or each.shop_id in shops) for each in switches):
        return True
    return any((shop.shop_id, line.sku_id, draft.priced_at) in prices_of for shop in draft.shops for line in shop.lines)


def _of(part: OrderPart, claims: Sequence[Claim]) -> list[Claim]:
    return [claim for claim in claims if isinstance(claim.payload, part.payload)]


def _draft(claim: Claim) -> DraftOrder:
    assert isinstance(claim.payload, DraftOrder), claim
    return claim.payload


def _uses(draft: DraftOrder) -> list[Use]:
    return [_use(draft, share) for share in draft.uses]


def _use(draft: DraftOrder, share: InstrumentShare) -> Use:
    funders = {Funder(name): minor for name, minor in share.funders.items()}
    return Use(draft.checkout_id, draft.buyer_id, share.instrument_id, funders, share.card_id)


def order_id_of_draft(checkout_id: UUID, place: int, at: datetime) -> UUID:
    """The id of the order at this place of a checkout that was taken at an instant."""
    return derived_id(at, "order", str(checkout_id), str(place))


def _order_id(draft: DraftOrder, place: int, at: datetime) -> UUID:
    return order_id_of_draft(draft.checkout_id, place, at)


def _native(draft: DraftOrder, at: datetime) -> NativeCheckout:
    return NativeCheckout(
        buyer_id=draft.buyer_id, checkout_id=draft.checkout_id, request_hash=draft.request_hash,
        currency=draft.currency, payable_minor=draft.payable_minor, created_at=at,
        orders=tuple(_order(draft, shop, place, at) for place, shop in enumerate(draft.shops)),
        address={"addresses": msgspec.to_builtins(draft.addresses), "of": [shop.address_no for shop in draft.shops]},
        quote=draft.quote, simulated=draft.simulated,
    )  # fmt: skip


def _order(draft: DraftOrder, shop: DraftShop, place: int, at: datetime) -> NewOrder:
    lines = tuple(_line(line_no, line) for line_no, line in enumerate(shop.lines, 1))
    listed, discount, paid = order_totals(lines)
    address = draft.addresses[shop.address_no]
    order = Order(
        shop_id=shop.shop_id, order_id=_order_id(draft, place, at), source=NATIVE_SOURCE,
        source_ref=show_id(CHECKOUT_PREFIX, draft.checkout_id), status=OrderStatus.AWAITING_PAYMENT,
        currency=draft.currency, created_at=at, list_minor=listed, discount_minor=discount,
        postage_minor=shop.postage_minor, paid_minor=paid + shop.postage_minor, checkout_id=draft.checkout_id,
        buyer_id=draft.buyer_id, kind=shop.kind, terminal=draft.terminal, region_id=address.region_id,
        simulated=draft.simulated,
    )  # fmt: skip
    return NewOrder(order, lines)


def _line(line_no: int, line: DraftLine) -> OrderLine:
    return OrderLine(
        line_no=line_no, item_id=line.item_id, quantity=line.quantity, list_minor=line.list_minor,
        paid_minor=line.paid_minor, sku_id=line.sku_id, category_id=line.category_id, discounts=line.discounts,
        flags=line.flags,
    )  # fmt: skip


def presale_ends_seconds(tail_until: datetime, now: datetime) -> int:
    """For how long stock holds the pieces of a presale: until its tail can no longer be paid."""
    return max(int((tail_until - now) / timedelta(seconds=1)), 1)
