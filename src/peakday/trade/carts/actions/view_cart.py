"""How does the own cart look now, and what is to be paid for what is selected?

One reading of everything a price depends on, at one instant, for all lines; one calculation for what is selected.
Looking changes nothing: what the shopper has seen is noted by `note_look`, which the page calls when it was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.actions.look_at_stock import left_of
from peakday.trade.carts.actions.quote_lines import read_shelf
from peakday.trade.carts.model import Line
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted
from peakday.trade.carts.rules.cart_pages import cut_page, find_lines, group_lines
from peakday.trade.carts.rules.line_news import is_folded, line_news
from peakday.trade.carts.rules.tier_advice import tier_advice
from peakday.trade.carts.rules.till_price import Shelf, price_alone, price_tills
from peakday.trade.carts.viewed import SEARCH_LENGTH_MAX, CardUsed, CartLine, CartView, Look, Till

ANYHOW = Asking()
PLAIN = Look()
NO_CARDS: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class _Read:
    """The cart with everything that its price depends on."""

    lines: list[Line]
    shelf: Shelf
    shown: list[CartLine]


async def get_cart(tx: Tx, actor: Actor, look: Look = PLAIN, asking: Asking = ANYHOW) -> CartView:
    """The own cart as the shopper looks at it. Refuses `Invalid` (a cursor whose line is gone), `NotAllowed`."""
    buyer_id = require_buyer(actor)
    assert len(look.search) <= SEARCH_LENGTH_MAX, "the door bounds the search"
    version = await queries.find_version(tx, buyer_id)
    read = await _read(tx, buyer_id, asking)
    tills = _tills(read, look, asking)
    payable = {line.sku_id: line for till in tills for line in till.quote.lines}
    shown = [_with_payable(line, payable) for line in read.shown]
    found = find_lines(shown, dict(read.shelf.shops), look)
    page, next_cursor = cut_page(found, look)
    return CartView(
        at=read.shelf.at, version=version, lines=len(shown), selected=sum(line.is_counted for line in shown),
        pieces=sum(line.quoted.quantity for line in shown if line.is_counted), found=len(found),
        groups=group_lines(page, shown, dict(read.shelf.shops)),
        invalid=tuple(line for line in shown if is_folded(line)), tills=tills, next_cursor=next_cursor,
    )  # fmt: skip


async def note_look(tx: Tx, actor: Actor) -> int:
    """What the cart shows now was seen: changes are told from here on. How many lines had changed. Locks the cart."""
    buyer_id = require_buyer(actor)
    await store.lock_carts(tx, [buyer_id], await queries.database_now(tx))
    read = await _read(tx, buyer_id, ANYHOW)
    seen = [
        (line.quoted.sku_id, line.quoted.price_minor or line.seen_minor, line.left)
        for line, kept in zip(read.shown, read.lines, strict=True)
        if (line.quoted.price_minor or kept.seen_minor, line.left) != (kept.seen_minor, kept.seen_left)
    ]
    if seen:
        await store.note_seen(tx, buyer_id, seen)
    return len(seen)


async def invalid_skus(tx: Tx, actor: Actor) -> list[UUID]:
    """The SKUs of the own cart that cannot be bought now."""
    read = await _read(tx, require_buyer(actor), ANYHOW)
    return [line.quoted.sku_id for line in read.shown if is_folded(line)]


async def selected_of(tx: Tx, buyer_id: UUID) -> list[Wanted]:
    """The selected lines of a buyer's cart, as a checkout wants them; what cannot be bought is among them."""
    return [_wanted(line) for line in await store.list_lines(tx, buyer_id) if line.is_selected]


async def view_goods(tx: Tx, lines: Sequence[Line], asking: Asking = ANYHOW) -> list[CartLine]:
    """These lines as they are now, priced each by itself: for favourites, and goods that may be added."""
    if not lines:
        return []
    return (await _look_at(tx, None, list(lines), asking)).shown


async def _read(tx: Tx, buyer_id: UUID, asking: Asking) -> _Read:
    return await _look_at(tx, buyer_id, await store.list_lines(tx, buyer_id), asking)


async def _look_at(tx: Tx, buyer_id: UUID | None, lines: list[Line], asking: Asking) -> _Read:
    wanted = [_wanted(line) for line in lines]
    shelf = await read_shelf(tx, buyer_id, wanted, asking)
    alone = price_alone(wanted, shelf, asking)
    left = await left_of(tx, [(line.shop_id, line.sku_id, line.event_ref) for line in alone]) if alone else {}
    shown = [
        line_news(line, quoted, left.get((line.shop_id, line.sku_id)))
        for line, quoted in zip(lines, alone, strict=True)
    ]
    return _Read(lines, shelf, shown)


def _tills(read: _Read, look: Look, asking: Asking) -> tuple[Till, ...]:
    counted = [_wanted(line) for line, now in zip(read.lines, read.shown, strict=True) if now.is_counted]
    if not counted:
        return ()
    if not look.has_best_price:
        asking = Asking(asking.channel, NO_CARDS, asking.at, asking.tags)
    quotes = price_tills(counted, read.shelf, asking)
    return tuple(Till(each, _used(each), tier_advice(each) if look.has_advice else ()) for each in quotes)


def _used(quote: Quote) -> tuple[CardUsed, ...]:
    given = quote.best.priced.given_by_instrument()
    cards = set(quote.best.cards)
    return tuple(
        CardUsed(key, instrument.name, given.get(key, 0), key in cards) for key, instrument in quote.acting().items()
    )


def _with_payable(line: CartLine, payable: Mapping[UUID, QuotedLine]) -> CartLine:
    paid = payable.get(line.quoted.sku_id)
    if paid is None:
        return line
    return CartLine(
        paid, line.is_selected, line.added_at, line.left, line.seen_minor, line.changes, line.problem
    )  # fmt: skip


def _wanted(line: Line) -> Wanted:
    return Wanted(line.shop_id, line.sku_id, line.quantity, line.live_room_id)
