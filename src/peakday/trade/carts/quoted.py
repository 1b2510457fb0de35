"""What is asked of a quote, and what does it answer?

A *quote* is the price for one shopper of what they want, by the database's clock: every door that tells a shopper a
price (item page, cart, checkout) asks for one. Goods that are paid together stand in one *till*: one currency and one
set of price rules. Money is whole minor units.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from peakday.kernel.refusal import Problem
from peakday.trade.promotions.api import BestPrice
from peakday.trade.promotions.model import Cart, Channel, Id, Instrument, PriceRules
from peakday.trade.promotions.priced import PricedLine


class Wanted(NamedTuple):
    """So many pieces of a SKU; of a live room, where the buyer comes from one."""

    shop_id: UUID
    sku_id: UUID
    quantity: int
    live_room_id: str | None = None


@dataclass(frozen=True, slots=True)
class Asking:
    """How the shopper asks: the door, which of their cards they allow (None: all), the instant (None: now), their tags.

    Of the cards that are allowed, the best set is used; "now" is the database's clock.
    """

    channel: Channel = Channel.APP
    card_ids: frozenset[UUID] | None = None
    at: datetime | None = None
    tags: frozenset[str] = frozenset()


class QuotedLine(NamedTuple):
    """One SKU in a quote. With a `problem` it cannot be bought now, and its money is 0.

    `price_minor` is one piece by itself, `catalogue_minor` what the catalogue asks for it, `list_minor` all pieces
    before discounts, `payable_minor` what is to be paid for them. `category_ids` are the leaf and all above.
    """

    shop_id: UUID
    sku_id: UUID
    item_id: UUID | None  # None: there is no such SKU
    line_id: str  # its name in `Quote.cart` and `Quote.best.priced`
    title: str
    spec: dict[str, str]
    quantity: int
    catalogue_minor: int
    price_minor: int
    list_minor: int
    payable_minor: int
    currency: str
    category_ids: frozenset[UUID]
    offer_no: int | None = None  # the price history's offer that set the price; None: the catalogue's price
    event_ref: str | None = None  # the sale event of that offer
    image: str | None = None
    problem: Problem | None = None
    live_room_id: str | None = None
    leaf_category_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """The price of one till for one shopper at one instant, and everything that it was computed from.

    `lines` stand in the order in which they were wanted. `token` names what the buyer saw: the same token, the same
    lines at the same price by the same rules. `offers` and `wallet` are those of the till; `cart` holds the lines
    without a problem.
    """

    at: datetime
    currency: str
    lines: tuple[QuotedLine, ...]
    cart: Cart
    rules: PriceRules
    offers: tuple[Instrument, ...]
    wallet: tuple[Instrument, ...]
    best: BestPrice
    token: str

    @property
    def payable_minor(self) -> int:
        """What is to be paid now, postage included."""
        return self.best.priced.payable_minor

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Why lines cannot be bought now; none: all can."""
        return tuple(line.problem for line in self.lines if line.problem is not None)

    @property
    def is_whole(self) -> bool:
        """Whether everything that was wanted can be bought."""
        return not any(line.problem for line in self.lines)

    def priced_line(self, line: QuotedLine) -> PricedLine | None:
        """The line with every share of every instrument by funder; None where it has a problem."""
        return next((each for each in self.best.priced.lines if each.line_id == line.line_id), None)

    def acting(self) -> dict[Id, Instrument]:
        """The instruments that gave something, by id: their uses are to be counted when an order is made of this."""
        given = self.best.priced.given_by_instrument()
        gifts = {gift.instrument_id for gift in self.best.priced.gifts}
        every = {each.instrument_id: each for each in (*self.offers, *self.wallet)}
        return {key: every[key] for key in every if given.get(key) or key in gifts}
