"""How does a buyer's flash wish become an order that stands?

The checkout's id comes from the buyer and the client's key: a retry finds what stands and orders nothing twice, also
after it was sold out. The claim goes straight to the batch writer of stock; nothing is read before. Which event's units
it draws on is remembered from the last batch, and corrected by the batch when it was wrong.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.database import Database
from peakday.kernel.house import House
from peakday.trade.orders import checkout_store
from peakday.trade.orders.actions.place_checkout import checkout_id_of, found_again
from peakday.trade.orders.actions.write_orders import DraftPart, OrdersCompanion
from peakday.trade.orders.checkouts import Placed, PlacedOrder
from peakday.trade.orders.errors import PriceSwitched
from peakday.trade.orders.flash.flash_order import FlashOrder
from peakday.trade.orders.flash.flash_part import FlashPart
from peakday.trade.orders.model import Terminal
from peakday.trade.orders.rules.deadlines import pay_until
from peakday.trade.stock.api import StockWriter
from peakday.trade.stock.model import Claim, Need

ASKS_MAX = 3  # of one wish, while the event of its price switches


@dataclass(frozen=True, slots=True)
class FlashWish:
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
        self._pay_by: tuple[datetime, timedelta] | None = None

    async def place(self, buyer_id: UUID, wish: FlashWish, *, is_simulated: bool = False) -> Placed:
        """The order of a wish, durable when this returns; the same wish again finds it.

        Refuses `SoldOut`, `StockShort`, `BuyerLimitReached`, `EventLimitReached`, `NotStocked`, `LinesHaveProblems`,
        `PriceChanged`, `PriceSwitched`, `CheckoutKeyReused`, `ClaimNotValid`, `StockBusy`, `StockUnavailable`.
        """
        checkout_id = checkout_id_of(buyer_id, wish.key)
        order = FlashOrder(
            checkout_id, buyer_id, wish.shop_id, wish.sku_id, wish.quantity, wish.terminal, wish.seen_minor,
            is_simulated,
        )  # fmt: skip
        for _ in range(ASKS_MAX):
            order.event_ref = self._part.event_of(wish.shop_id, wish.sku_id)
            need = Need(wish.shop_id, wish.sku_id, wish.quantity, order.event_ref)
            answer = await self._writer.claim(Claim(checkout_id, buyer_id, (need,), order))
            if answer.is_repeated:
                return await self._find_again(order)
            if answer.refusal is None:
                assert answer.at is not None
                assert order.order_id is not None
                return Placed(
                    checkout_id, order.currency, order.payable_minor, answer.at, self._pay_until(answer.at),
                    (PlacedOrder(wish.shop_id, order.order_id),),
                )  # fmt: skip
            if not isinstance(answer.refusal, PriceSwitched):
                raise answer.refusal
        raise PriceSwitched

    async def close(self) -> None:
        """Return when everything that was asked is answered."""
        await self._writer.close()

    async def _find_again(self, order: FlashOrder) -> Placed:
        async with self._database.read() as connection:
            stored = await checkout_store.find_checkout(connection, order.buyer_id, order.checkout_id)
        assert stored is not None, order
        return found_again(stored, order.request_hash)

    def _pay_until(self, at: datetime) -> datetime:
        """By the rules of the day; looked up once an instant, which a batch shares."""
        if self._pay_by is None or self._pay_by[0] != at:
            self._pay_by = at, pay_until(at) - at
        return at + self._pay_by[1]


def open_desks(house: House) -> None:
    """Put the batch writer of stock, with orders beside it, and the flash desk into the house."""
    part = FlashPart()
    writer = StockWriter(house.database, OrdersCompanion(DraftPart(), part))
    house.add(writer)
    house.add(FlashDesk(house.database, writer, part))
