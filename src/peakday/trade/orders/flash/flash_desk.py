"""How does a buyer's flash wish become an order that stands?

The checkout's id comes from the buyer and the client's key: a retry finds what stands and orders nothing twice, also
after it was sold out. The claim goes straight to the batch writer of stock; nothing is read before. Which event's units
it draws on is remembered from the last batch, and corrected by the batch when it was wrong.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.database import Database
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Refusal
from peakday.trade.orders import checkout_store
from peakday.trade.orders.actions.place_checkout import checkout_id_of, found_again
from peakday.trade.orders.actions.write_orders import DraftPart, OrdersCompanion
from peakday.trade.orders.checkouts import Placed, PlacedOrder
from peakday.trade.orders.errors import PriceSwitched
from peakday.trade.orders.flash.flash_order import FlashKind, FlashOrder
from peakday.trade.orders.flash.flash_part import FlashPart
from peakday.trade.orders.flash.price_watch import PriceWatch
from peakday.trade.orders.model import CHECKOUT_PREFIX, Terminal
from peakday.trade.orders.rules.deadlines import pay_until
from peakday.trade.stock.api import StockWriter
from peakday.trade.stock.model import Claim, ClaimAnswer

Tell = Callable[[Placed | BaseException], None]
KINDS_KEPT_MAX = 20_000
ASKS_MAX = 3  # of one wish, while the event of its price switches


class FlashWish(NamedTuple):
    """What a buyer asks for. `key` is the client's: the same key is the same order."""

    key: str
    shop_id: UUID
    sku_id: UUID
    quantity: int = 1
    terminal: Terminal = Terminal.APP
    seen_minor: int | None = None


class FlashDesk:
    """Takes flash orders of one process (an engine of the house)."""

    def __init__(self, database: Database, writer: StockWriter, part: FlashPart) -> None:
        self._database = database
        self._writer = writer
        self._part = part
        self._watch = PriceWatch(database, part)
        self._tasks: set[asyncio.Task[None]] = set()
        self._kinds: dict[tuple[UUID, UUID, int, Terminal, bool], FlashKind] = {}
        self._pay_by: tuple[datetime, timedelta] | None = None

    async def place(self, buyer_id: UUID, wish: FlashWish, *, is_simulated: bool = False) -> Placed:
        """The order of a wish, durable when this returns; the same wish again finds it.

        Refuses `SoldOut`, `StockShort`, `BuyerLimitReached`, `EventLimitReached`, `NotStocked`, `LinesHaveProblems`,
        `PriceChanged`, `PriceSwitched`, `CheckoutKeyReused`, `ClaimNotValid`, `StockBusy`, `StockUnavailable`.
        """
        placed: asyncio.Future[Placed] = asyncio.get_running_loop().create_future()
        self.ask(buyer_id, wish, partial(_resolve, placed), is_simulated=is_simulated)
        return await placed

    def ask(self, buyer_id: UUID, wish: FlashWish, tell: Tell, *, is_simulated: bool) -> None:
        """The same without a task: `tell` is called with the order, the refusal or what failed; maybe at once."""
        asked = wish.shop_id, wish.sku_id, wish.quantity, wish.terminal, is_simulated
        kind = self._kinds.get(asked)
        if kind is None:
            if len(self._kinds) >= KINDS_KEPT_MAX:
                self._kinds = {}
            kind = self._kinds[asked] = FlashKind(*asked)
        checkout_id = checkout_id_of(buyer_id, wish.key)
        shown_id = show_id(CHECKOUT_PREFIX, checkout_id)
        order = FlashOrder(checkout_id, buyer_id, kind, wish.seen_minor, shown_id)
        self._watch.ask(kind, partial(self._claim, order, tell, ASKS_MAX))

    def _claim(self, order: FlashOrder, tell: Tell, asks: int) -> None:
        kind = order.kind
        event_ref = self._part.event_of(kind.shop_id, kind.sku_id)
        if event_ref != kind.event_ref:
            kind.draw_on(event_ref)
        order.event_ref = event_ref
        claim = Claim(order.checkout_id, order.buyer_id, kind.needs, order)
        try:
            self._writer.ask(claim, partial(self._answered, order, tell, asks - 1))
        except Refusal as refusal:
            tell(refusal)

    def _answered(self, order: FlashOrder, tell: Tell, asks: int, answer: ClaimAnswer | BaseException) -> None:
        if isinstance(answer, BaseException):
            tell(answer)
        elif answer.is_repeated:
            self._keep(asyncio.create_task(self._find_again(order, tell)))
        elif answer.refusal is None:
            assert answer.at is not None
            priced = order.priced
            assert priced is not None
            assert order.order_id is not None
            orders = (PlacedOrder(order.kind.shop_id, order.order_id),)
            until = self._pay_until(answer.at)
            tell(Placed(order.checkout_id, priced.currency, priced.payable_minor, answer.at, until, orders))
        elif isinstance(answer.refusal, PriceSwitched) and asks:
            self._claim(order, tell, asks)
        else:
            tell(answer.refusal)

    def _keep(self, task: asyncio.Task[None]) -> None:
        """A task that nobody holds may vanish."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        await self._watch.settle()
        await self._writer.close()
        await self._watch.close()

    async def _find_again(self, order: FlashOrder, tell: Tell) -> None:
        try:
            async with self._database.read() as connection:
                stored = await checkout_store.find_checkout(connection, order.buyer_id, order.checkout_id)
            assert stored is not None, order
            tell(found_again(stored, order.kind.request_hash))
        except Exception as error:  # noqa: BLE001 - whoever asked is told
            tell(error)

    def _pay_until(self, at: datetime) -> datetime:
        """By the rules of the day; looked up once an instant, which a batch shares."""
        if self._pay_by is None or self._pay_by[0] != at:
            self._pay_by = at, pay_until(at) - at
        return at + self._pay_by[1]


def _resolve(placed: "asyncio.Future[Placed]", answer: Placed | BaseException) -> None:
    if placed.done():  # whoever asked has gone away
        return
    if isinstance(answer, BaseException):
        placed.set_exception(answer)
    else:
        placed.set_result(answer)


def open_desks(house: House) -> None:
    """Put the batch writer of stock, with orders beside it, and the flash desk into the house."""
    part = FlashPart()
    writer = StockWriter(house.database, OrdersCompanion(DraftPart(), part), ahead=part)
    house.add(writer)
    house.add(FlashDesk(house.database, writer, part))
