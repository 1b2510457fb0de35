"""How do flash orders become orders in the transaction that takes their units?

Each kind (SKU, pieces, terminal) is priced once, by the same calculator as a cart, and used until the first instant
at which a price could begin or end, at most for a second: prices switch at 20:00:00.000 of the database's clock and no
order has two of them. The price says to which event it belongs; a claim that drew on another event's units is asked
again with the right one.
"""

import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.database.arrays import quick_id
from peakday.kernel.refusal import Refusal
from peakday.trade.carts import api as carts
from peakday.trade.orders.errors import LinesHaveProblems, PriceChanged, PriceSwitched
from peakday.trade.orders.flash.flash_order import FlashKind, FlashOrder, Priced
from peakday.trade.orders.model import NATIVE_SOURCE, NewOrder, Order, OrderLine, OrderStatus, Terminal
from peakday.trade.orders.rules.checkout_draft import draft_shops
from peakday.trade.orders.rules.order_money import order_totals
from peakday.trade.orders.rules.quote_record import write_quote
from peakday.trade.orders.writing import NativeCheckout
from peakday.trade.orders.writing_alike import ALIKE, NOBODY, Buyers, insert_alike, write_alike, write_pattern
from peakday.trade.promotions.model import Channel
from peakday.trade.stock.model import Claim, Written

PRICES_KEPT_MAX = 20_000
CHANNELS = {Terminal.APP: Channel.APP, Terminal.PC: Channel.PC, Terminal.WAP: Channel.WAP}
SOON = timedelta(milliseconds=5)  # a batch takes as long: a price that holds no longer is asked for again before
NO_ADDRESS: Mapping[str, object] = {"addresses": (), "of": ()}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class FlashPart:
    """What flash orders need of the companion; of one writer only, which works on one batch at a time."""

    payload: type[Any] = FlashOrder
    ahead_sql = ALIKE

    def __init__(self) -> None:
        self._events: dict[tuple[UUID, UUID], str | None] = {}
        self._at = _EPOCH  # of the last batch

    def event_of(self, shop_id: UUID, sku_id: UUID) -> str | None:
        """The event that set the SKU's price when it was last sold here; the batch corrects it."""
        return self._events.get((shop_id, sku_id))

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> "FlashDecider":
        """Price each kind whose price is not known to hold at this instant."""
        self._at = at
        kinds = {_order_of(claim).kind for claim in claims}
        await self.price(tx, [kind for kind in kinds if kind.priced is None or at >= kind.priced.holds_until], at)
        return FlashDecider({kind: kind.priced for kind in kinds if kind.priced is not None})

    async def price(self, tx: Tx, kinds: Sequence[FlashKind], at: datetime | None) -> None:
        """Look at their prices, now or at an instant."""
        for terminal, channel in CHANNELS.items():
            mine = [kind for kind in kinds if kind.terminal is terminal]
            if not mine:
                continue
            wanted = [carts.Wanted(kind.shop_id, kind.sku_id, kind.quantity) for kind in mine]
            quotes = await carts.quote_ahead(tx, wanted, carts.Asking(channel, frozenset(), at))
            for kind, (quote, holds_until) in zip(mine, quotes, strict=True):
                kind.priced, kind.priced_at = _priced(kind, quote, holds_until), time.monotonic()
        if len(self._events) > PRICES_KEPT_MAX:
            self._events = {}
        self._events.update(((kind.shop_id, kind.sku_id), kind.priced.event_ref) for kind in kinds if kind.priced)

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> list[NativeCheckout]:
        """Write all of them here: those of a kind differ only in who bought."""
        self.stand(accepted, at)
        await insert_alike(tx, list(_by_kind(accepted).values()), at)
        return []

    def can_write(self, claim: Claim) -> bool:
        """Whether its price is known for a while, and it is not to be refused; then the price is filled in."""
        order = claim.payload
        if type(order) is not FlashOrder:
            return False
        priced = order.kind.priced
        return priced is not None and priced.holds_until > self._at + SOON and _refusal(order, priced) is None

    def write_ahead(self, claims: Sequence[Claim]) -> Written:
        """The same before anything is locked: the prices are right until the first of them ends."""
        kinds = _by_kind(claims)
        return Written(write_alike(list(kinds.values())), min(priced.holds_until for priced in kinds))

    def stand(self, claims: Sequence[Claim], at: datetime) -> None:
        """They get their orders' ids."""
        self._at = at
        first = time_part(at)
        for claim in claims:
            order = _order_of(claim)
            order.order_id = quick_id(first + order.checkout_id.bytes[6:])


class FlashDecider:
    """The prices of one batch. What is looked at beside it meanwhile is for the next."""

    def __init__(self, prices: Mapping[FlashKind, Priced]) -> None:
        self._prices = prices

    def take(self, claim: Claim) -> Refusal | None:
        """Refuse what cannot be bought, or costs another price than the buyer saw; else fill in the price."""
        order = _order_of(claim)
        return _refusal(order, self._prices[order.kind])


def _refusal(order: FlashOrder, priced: Priced) -> Refusal | None:
    if priced.problems:
        return LinesHaveProblems(*priced.problems)
    if order.event_ref != priced.event_ref:
        return PriceSwitched()
    if order.seen_minor is not None and order.seen_minor != priced.payable_minor:
        return PriceChanged(old_minor=order.seen_minor, new_minor=priced.payable_minor)
    order.priced = priced
    return None


def time_part(at: datetime) -> bytes:
    """The time part of an id of version 7 that sorts by an instant; the rest is the checkout's."""
    return ((at - _EPOCH) // timedelta(milliseconds=1)).to_bytes(6, "big")


def _by_kind(claims: Sequence[Claim]) -> dict[Priced, Buyers]:
    found: dict[Priced, Buyers] = {}
    for claim in claims:
        order = _order_of(claim)
        priced = order.priced
        assert priced is not None, order
        buyers = found.get(priced)
        if buyers is None:
            buyers = found[priced] = Buyers(priced.pattern, [], [], [])
        buyers.buyer_ids.append(str(order.buyer_id))
        buyers.checkout_ids.append(str(order.checkout_id))
        buyers.source_refs.append(order.shown_id)
    return found


def _order_of(claim: Claim) -> FlashOrder:
    assert isinstance(claim.payload, FlashOrder), claim
    return claim.payload


def _priced(kind: FlashKind, quote: carts.Quote, holds_until: datetime) -> Priced:
    (line,) = quote.lines
    if quote.problems:
        return Priced(quote.problems, line.event_ref, quote.currency, 0, holds_until, "")
    pattern = write_pattern(_checkout(kind, quote))
    return Priced((), line.event_ref, quote.currency, quote.payable_minor, holds_until, pattern)


def _checkout(kind: FlashKind, quote: carts.Quote) -> NativeCheckout:
    """A flash order of its kind, whoever buys it."""
    (shop,) = draft_shops(quote, {quote.lines[0].sku_id: 0})
    lines = tuple(_lines(shop.lines))
    listed, discount, paid = order_totals(lines)
    order = Order(
        shop_id=kind.shop_id, order_id=NOBODY, source=NATIVE_SOURCE, source_ref="",
        status=OrderStatus.AWAITING_PAYMENT, currency=quote.currency, created_at=quote.at, list_minor=listed,
        discount_minor=discount, postage_minor=0, paid_minor=paid, checkout_id=NOBODY,
        buyer_id=NOBODY, terminal=kind.terminal, simulated=kind.is_simulated,
    )  # fmt: skip
    return NativeCheckout(
        buyer_id=NOBODY, checkout_id=NOBODY, request_hash=kind.request_hash,
        currency=quote.currency, payable_minor=quote.payable_minor, created_at=quote.at,
        orders=(NewOrder(order, lines),), address=NO_ADDRESS, quote=write_quote(quote), simulated=kind.is_simulated,
    )  # fmt: skip


def _lines(drafts: Iterable[Any]) -> Iterable[OrderLine]:
    for line_no, line in enumerate(drafts, 1):
        yield OrderLine(
            line_no=line_no, item_id=line.item_id, quantity=line.quantity, list_minor=line.list_minor,
            paid_minor=line.paid_minor, sku_id=line.sku_id, category_id=line.category_id, discounts=line.discounts,
        )  # fmt: skip
