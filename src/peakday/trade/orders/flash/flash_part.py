"""How do flash orders become orders in the transaction that takes their units?

Each distinct (SKU, pieces, terminal) is priced once, by the same calculator as a cart, and used until the first instant
at which a price could begin or end, at most for a second: prices switch at 20:00:00.000 of the database's clock and no
order has two of them. The price says to which event it belongs; a claim that drew on another event's units is asked
again with the right one.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.database.arrays import quick_id
from peakday.kernel.refusal import Problem, Refusal
from peakday.trade.carts import api as carts
from peakday.trade.orders.errors import LinesHaveProblems, PriceChanged, PriceSwitched
from peakday.trade.orders.flash.flash_order import FlashOrder
from peakday.trade.orders.model import NATIVE_SOURCE, NewOrder, Order, OrderLine, OrderStatus, Terminal
from peakday.trade.orders.rules.checkout_draft import draft_shops
from peakday.trade.orders.rules.order_money import order_totals
from peakday.trade.orders.rules.quote_record import write_quote
from peakday.trade.orders.writing import NativeCheckout
from peakday.trade.orders.writing_alike import AlikeOrder, insert_alike
from peakday.trade.promotions.model import Channel
from peakday.trade.stock.model import Claim

PRICES_KEPT_MAX = 20_000
CHANNELS = {Terminal.APP: Channel.APP, Terminal.PC: Channel.PC, Terminal.WAP: Channel.WAP}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Asked = tuple[UUID, UUID, int, Terminal]


@dataclass(frozen=True, slots=True)
class Priced:
    """What one distinct wish costs at the instant of the batch, and what its orders share."""

    problems: tuple[Problem, ...]
    event_ref: str | None
    currency: str
    payable_minor: int
    lines: tuple[OrderLine, ...]
    quote: dict[str, Any]
    holds_until: datetime


class FlashPart:
    """What flash orders need of the companion; of one writer only, which works on one batch at a time."""

    payload: type[Any] = FlashOrder

    def __init__(self) -> None:
        self._priced: dict[Asked, Priced] = {}
        self._events: dict[tuple[UUID, UUID], str | None] = {}

    def event_of(self, shop_id: UUID, sku_id: UUID) -> str | None:
        """The event that set the SKU's price when it was last sold here; the batch corrects it."""
        return self._events.get((shop_id, sku_id))

    async def prepare(self, tx: Tx, claims: Sequence[Claim], at: datetime) -> "FlashPart":
        """Price each distinct wish whose price is not known to hold at this instant."""
        stale = {
            wish for claim in claims
            if (wish := _asked(_order_of(claim))) not in self._priced or at >= self._priced[wish].holds_until
        }  # fmt: skip
        if not stale:
            return self
        if len(self._priced) > PRICES_KEPT_MAX:
            self._priced = {}
            stale = {_asked(_order_of(claim)) for claim in claims}
        for terminal, channel in CHANNELS.items():
            mine = [wish for wish in stale if wish[3] is terminal]
            if not mine:
                continue
            wanted = [carts.Wanted(shop_id, sku_id, quantity) for shop_id, sku_id, quantity, _ in mine]
            quotes = await carts.quote_ahead(tx, wanted, carts.Asking(channel, frozenset(), at))
            self._priced.update((wish, _priced(*quote)) for wish, quote in zip(mine, quotes, strict=True))
        if len(self._events) > PRICES_KEPT_MAX:
            self._events = {}
        self._events.update((wish[:2], self._priced[wish].event_ref) for wish in stale)
        return self

    def take(self, claim: Claim) -> Refusal | None:
        """Refuse what cannot be bought, or costs another price than the buyer saw; else fill in the price."""
        order = _order_of(claim)
        priced = self._priced[_asked(order)]
        if priced.problems:
            return LinesHaveProblems(*priced.problems)
        if order.event_ref != priced.event_ref:
            return PriceSwitched()
        if order.seen_minor is not None and order.seen_minor != priced.payable_minor:
            return PriceChanged(old_minor=order.seen_minor, new_minor=priced.payable_minor)
        order.currency, order.payable_minor = priced.currency, priced.payable_minor
        return None

    async def write(self, tx: Tx, accepted: Sequence[Claim], at: datetime) -> list[NativeCheckout]:
        """Write all of them here: their checkouts differ only in who bought."""
        first = time_part(at)
        places: dict[tuple[Asked, bool], int] = {}
        patterns: list[NativeCheckout] = []
        orders = []
        for claim in accepted:
            flash = _order_of(claim)
            flash.order_id = quick_id(first + flash.checkout_id.bytes[6:])
            asked = _asked(flash), flash.is_simulated
            place = places.get(asked)
            if place is None:
                place = places[asked] = len(patterns)
                patterns.append(self._pattern(flash, at))
            orders.append(
                AlikeOrder(place, str(flash.buyer_id), str(flash.checkout_id), str(flash.order_id), flash.shown_id)
            )
        await insert_alike(tx, patterns, orders, at)
        return []

    def _pattern(self, flash: FlashOrder, at: datetime) -> NativeCheckout:
        """A flash order of its kind, whoever buys it."""
        priced = self._priced[_asked(flash)]
        assert flash.order_id is not None
        listed, discount, paid = order_totals(priced.lines)
        order = Order(
            shop_id=flash.shop_id, order_id=flash.order_id, source=NATIVE_SOURCE, source_ref=flash.shown_id,
            status=OrderStatus.AWAITING_PAYMENT, currency=priced.currency, created_at=at, list_minor=listed,
            discount_minor=discount, postage_minor=0, paid_minor=paid, checkout_id=flash.checkout_id,
            buyer_id=flash.buyer_id, terminal=flash.terminal, simulated=flash.is_simulated,
        )  # fmt: skip
        return NativeCheckout(
            buyer_id=flash.buyer_id, checkout_id=flash.checkout_id, request_hash=flash.request_hash,
            currency=priced.currency, payable_minor=priced.payable_minor, created_at=at,
            orders=(NewOrder(order, priced.lines),), address=NO_ADDRESS, quote=priced.quote,
            simulated=flash.is_simulated,
        )  # fmt: skip


NO_ADDRESS: Mapping[str, object] = {"addresses": (), "of": ()}


def time_part(at: datetime) -> bytes:
    """The time part of an id of version 7 that sorts by an instant; the rest is the checkout's."""
    return ((at - _EPOCH) // timedelta(milliseconds=1)).to_bytes(6, "big")


def _order_of(claim: Claim) -> FlashOrder:
    assert isinstance(claim.payload, FlashOrder), claim
    return claim.payload


def _asked(order: FlashOrder) -> Asked:
    return order.shop_id, order.sku_id, order.quantity, order.terminal


def _priced(quote: carts.Quote, holds_until: datetime) -> Priced:
    (line,) = quote.lines
    if quote.problems:
        return Priced(quote.problems, line.event_ref, quote.currency, 0, (), {}, holds_until)
    (shop,) = draft_shops(quote, {line.sku_id: 0})
    lines = tuple(_lines(shop.lines))
    return Priced((), line.event_ref, quote.currency, quote.payable_minor, lines, write_quote(quote), holds_until)


def _lines(drafts: Iterable[Any]) -> Iterable[OrderLine]:
    for line_no, line in enumerate(drafts, 1):
        yield OrderLine(
            line_no=line_no, item_id=line.item_id, quantity=line.quantity, list_minor=line.list_minor,
            paid_minor=line.paid_minor, sku_id=line.sku_id, category_id=line.category_id, discounts=line.discounts,
        )  # fmt: skip
