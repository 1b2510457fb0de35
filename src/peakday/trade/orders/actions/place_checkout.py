"""How does a buyer's wish become orders that stand?

Priced anew by the one quote, compared with what the buyer saw, and handed to the batch writer of stock, which takes the
pieces, uses the instruments and writes the orders in one transaction: all or nothing. The checkout's id comes from the
buyer and the client's key, so a retry finds what stands and orders nothing twice; the same key with another content is
refused. Where a price begins or ends in between, the goods are quoted again and the buyer is told the new price.
"""

import hashlib
from contextlib import suppress
from uuid import UUID

import msgspec

from peakday.kernel.actor import Actor
from peakday.kernel.database.arrays import quick_id
from peakday.kernel.house import House
from peakday.kernel.ids import derived_bytes
from peakday.market.accounts import api as accounts
from peakday.trade.carts import api as carts
from peakday.trade.carts.quoted import Asking, Quote, Wanted
from peakday.trade.orders import checkout_store
from peakday.trade.orders.actions.add_gifts import add_gifts, without_gifts
from peakday.trade.orders.actions.meet_buyers import meet_buyer
from peakday.trade.orders.actions.pay_orders import pay_checkout
from peakday.trade.orders.actions.write_orders import order_id_of_draft
from peakday.trade.orders.checkouts import (
    DELIVERIES_MAX,
    KEY_LENGTH_MAX,
    Address,
    CheckoutWish,
    DraftOrder,
    Placed,
    PlacedOrder,
    StoredCheckout,
)
from peakday.trade.orders.errors import (
    AddressNotFound,
    CheckoutKeyReused,
    LinesHaveProblems,
    NothingToBuy,
    NothingToPay,
    PriceChanged,
    PriceSwitched,
)
from peakday.trade.orders.model import Terminal
from peakday.trade.orders.rules.checkout_draft import assign_addresses, draft_shops, shares_given
from peakday.trade.orders.rules.deadlines import pay_until
from peakday.trade.orders.rules.quote_record import write_quote
from peakday.trade.promotions.model import Channel
from peakday.trade.stock.api import StockWriter
from peakday.trade.stock.errors import NotStocked, SoldOut, StockShort
from peakday.trade.stock.model import EXPIRES_SECONDS, Claim, Need

SIMULATED = "simulated"  # the permission that marks a simulated shopper
QUOTES_MAX = 3  # of one wish, while prices switch
CHANNEL_OF = {
    Terminal.APP: Channel.APP,
    Terminal.PC: Channel.PC,
    Terminal.WAP: Channel.WAP,
    Terminal.STORE: Channel.APP,
}
_ENCODER = msgspec.json.Encoder(order="deterministic")


async def place_checkout(house: House, actor: Actor, wish: CheckoutWish) -> Placed:
    """The orders of a wish, durable when this returns; the same wish again finds them.

    Refuses `NothingToBuy`, `LinesHaveProblems`, `BadDelivery`, `AddressNotFound`, `PriceChanged`, `CheckoutKeyReused`,
    what stock refuses (`SoldOut`, `StockShort`, limits) and promotions (`LimitReached`): then nothing was done. What
    cards cover wholly is paid when this returns; were the process to die before, the retry pays it.
    """
    placed = await _stand(house, actor, wish)
    if placed.payable_minor == 0:
        with suppress(NothingToPay):  # a retry of what was undone meanwhile
            async with house.database.transaction() as tx:
                await pay_checkout(tx, actor, placed.checkout_id)
    return placed


async def _stand(house: House, actor: Actor, wish: CheckoutWish) -> Placed:
    buyer_id: UUID = accounts.require_buyer(actor)
    assert len(wish.key) <= KEY_LENGTH_MAX, wish.key
    assert len(wish.deliveries) <= DELIVERIES_MAX, wish
    checkout_id, asked = checkout_id_of(buyer_id, wish.key), request_hash(wish)
    for _ in range(QUOTES_MAX):
        names = [delivery.address_id for delivery in wish.deliveries]
        side = await meet_buyer(house.database, buyer_id, checkout_id, names)
        if side.stored is not None:
            return found_again(side.stored, asked)
        if len(side.addresses) < len(set(names)) or not names:
            raise AddressNotFound
        quote = await _quote(house, buyer_id, wish)  # without a connection in hand: many are read together
        addresses = tuple(side.addresses[name] for name in names)
        draft = _draft(wish, quote, addresses, (buyer_id, checkout_id, asked, actor.can(SIMULATED)))
        try:
            return await _claim(house, await add_gifts(house, draft, quote), quote)
        except PriceSwitched:
            continue
    raise PriceSwitched


async def _claim(house: House, draft: DraftOrder, quote: Quote) -> Placed:
    """With the gifts while there are some, else without."""
    try:
        return await claim_draft(house, draft, _event_refs(quote))
    except (SoldOut, StockShort, NotStocked):
        plain = without_gifts(draft)
        if plain is None:
            raise
        return await claim_draft(house, plain, _event_refs(quote))


async def claim_draft(
    house: House, draft: DraftOrder, event_refs: dict[UUID, str | None], expires_seconds: int = EXPIRES_SECONDS
) -> Placed:
    """Hand a priced checkout to the batch writer; what stands then. Refuses what it refuses."""
    claim = Claim(draft.checkout_id, draft.buyer_id, _needs(draft, event_refs), draft, expires_seconds)
    answer = await house.get(StockWriter).claim(claim)
    if answer.refusal is not None:
        raise answer.refusal
    if answer.is_repeated:  # another request with the same key was first
        async with house.database.read() as connection:
            stored = await checkout_store.find_checkout(connection, draft.buyer_id, draft.checkout_id)
        assert stored is not None, draft.checkout_id
        return found_again(stored, draft.request_hash)
    assert answer.at is not None, answer
    orders = [
        PlacedOrder(shop.shop_id, order_id_of_draft(draft.checkout_id, place, answer.at))
        for place, shop in enumerate(draft.shops)
    ]
    return Placed(
        draft.checkout_id, draft.currency, draft.payable_minor, answer.at, pay_until(answer.at), tuple(orders)
    )


def _needs(draft: DraftOrder, event_refs: dict[UUID, str | None]) -> tuple[Need, ...]:
    """The pieces of each SKU, each SKU once: one that is bought may be a gift as well."""
    pieces: dict[tuple[UUID, UUID], int] = {}
    for shop in draft.shops:
        for line in shop.lines:
            pieces[shop.shop_id, line.sku_id] = pieces.get((shop.shop_id, line.sku_id), 0) + line.quantity
    return tuple(Need(*pair, quantity, event_refs.get(pair[1])) for pair, quantity in pieces.items())


def checkout_id_of(buyer_id: UUID, key: str) -> UUID:
    """The id of what a buyer asks for under a key: the same for ever."""
    return quick_id(derived_bytes(None, "checkout", str(buyer_id), key))


def request_hash(wish: object) -> bytes:
    """What was asked, in short: the same key with another hash is another wish."""
    return hashlib.sha256(_ENCODER.encode(msgspec.to_builtins(wish, order="deterministic"))).digest()


def found_again(stored: StoredCheckout, asked: bytes) -> Placed:
    """The checkout that stands. Refuses `CheckoutKeyReused` when something else was asked for under its key."""
    if stored.request_hash != asked:
        raise CheckoutKeyReused
    orders = tuple(map(PlacedOrder, stored.shop_ids, stored.order_ids))
    return Placed(
        stored.checkout_id, stored.currency, stored.payable_minor, stored.created_at, pay_until(stored.created_at),
        orders, is_repeated=True,
    )  # fmt: skip


async def _quote(house: House, buyer_id: UUID, wish: CheckoutWish) -> Quote:
    """The price now of what is wanted; refuses unless all of it can be bought at the price that was seen."""
    wanted = None if wish.wanted is None else [
        Wanted(each.shop_id, each.sku_id, each.quantity, each.live_room_id) for each in wish.wanted
    ]  # fmt: skip
    asking = Asking(CHANNEL_OF[wish.terminal], wish.card_ids)
    quote = None if wanted == [] else await carts.quote_at_once(house, buyer_id, wanted, asking)
    if quote is None:
        raise NothingToBuy
    if quote.problems:
        raise LinesHaveProblems(*quote.problems)
    is_seen = quote.token == wish.seen_token and wish.seen_minor in {None, quote.payable_minor}
    if not is_seen:
        old = "?" if wish.seen_minor is None else wish.seen_minor
        raise PriceChanged(old_minor=old, new_minor=quote.payable_minor, token=quote.token)
    return quote


def _draft(
    wish: CheckoutWish, quote: Quote, addresses: tuple[Address, ...], who: tuple[UUID, UUID, bytes, bool]
) -> DraftOrder:  # fmt: skip
    buyer_id, checkout_id, asked, simulated = who
    address_of = assign_addresses([line.sku_id for line in quote.lines], wish.deliveries)
    return DraftOrder(
        checkout_id=checkout_id, buyer_id=buyer_id, request_hash=asked, currency=quote.currency,
        shops=draft_shops(quote, address_of), addresses=addresses, terminal=wish.terminal,
        uses=shares_given(quote), quote=write_quote(quote), priced_at=quote.at, is_from_cart=wish.wanted is None,
        simulated=simulated,
    )  # fmt: skip


def _event_refs(quote: Quote) -> dict[UUID, str | None]:
    return {line.sku_id: line.event_ref for line in quote.lines}
