"""How does the own cart look now, and what is to be paid for what is selected?

One reading of everything a price depends on, at one instant, for all lines; one calculation for what is selected.
Looking changes nothing: what the shopper has seen is noted by `note_look`, which the page calls when it was shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.at_once import at_once
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.market.accounts.api import require_buyer
from peakday.trade.carts import queries, store
from peakday.trade.carts.actions.change_lines import change_own
from peakday.trade.carts.actions.quote_lines import require_sound, the_one_till
from peakday.trade.carts.errors import LineNotFound
from peakday.trade.carts.model import Line, LineChange
from peakday.trade.carts.quoted import Asking, Quote, QuotedLine, Wanted
from peakday.trade.carts.reader import Ask, Seen, ShelfReader, read_many, wanted_of
from peakday.trade.carts.rules.cart_pages import cut_page, find_lines, group_lines
from peakday.trade.carts.rules.line_news import is_folded, line_news
from peakday.trade.carts.rules.tier_advice import tier_advice
from peakday.trade.carts.rules.till_price import ANYHOW, price_alone, price_tills
from peakday.trade.carts.viewed import SEARCH_LENGTH_MAX, CardUsed, CartLine, CartView, Look, Till

PLAIN = Look()
NO_CARDS: frozenset[UUID] = frozenset()


async def get_cart(tx: Tx, actor: Actor, look: Look = PLAIN, asking: Asking = ANYHOW) -> CartView:
    """The own cart as the shopper looks at it. Refuses `Invalid` (a cursor whose line is gone), `NotAllowed`."""
    (seen,) = await read_many(tx, [Ask(require_buyer(actor), has_stock=True)])
    return _view(seen, look, asking)


async def look_at_cart(house: House, actor: Actor, look: Look = PLAIN, asking: Asking = ANYHOW) -> CartView:
    """The same for a door where many look at once: read together with whoever else asks now."""
    return _view(await _ask(house, Ask(require_buyer(actor), has_stock=True)), look, asking)


async def change_and_look(
    house: House, actor: Actor, change: LineChange, look: Look = PLAIN, asking: Asking = ANYHOW
) -> tuple[CartView, CartLine]:
    """Change a line of the own cart as `change_line` does: the cart in figures after it, and the line.

    The cart is read while the change is written; where something else changed it meanwhile, it is read again. The view
    has no groups. Hold no connection while you wait. Refuses as `change_line`.
    """
    buyer_id = require_buyer(actor)
    ask = Ask(buyer_id, has_stock=True)
    (changed, version), seen = await at_once(_write(house, buyer_id, change), _ask(house, ask))
    if seen.version == version - 1:
        seen = _with_change(seen, changed, version)
    elif seen.version != version:
        seen = await _ask(house, ask)
    news = _news(seen, asking)
    tills = _tills(seen, news, look, asking)
    view = CartView(
        at=seen.shelf.at, version=seen.version, lines=len(news), selected=sum(each.is_counted for each in news),
        pieces=sum(each.quoted.quantity for each in news if each.is_counted), found=len(news), groups=(), invalid=(),
        tills=tills, next_cursor=None,
    )  # fmt: skip
    line = next((each for each in news if each.quoted.sku_id == change.sku_id), None)
    if line is None:
        raise LineNotFound  # another device took it away meanwhile
    payable = {each.sku_id: each for till in tills for each in till.quote.lines if each.sku_id == change.sku_id}
    return view, _with_payable(line, payable)


async def quote_at_once(
    house: House, buyer_id: UUID, wanted: Sequence[Wanted] | None, asking: Asking = ANYHOW
) -> Quote | None:  # fmt: skip
    """`quote` for a door where many ask at once; None: there is nothing to buy.

    `wanted` None: what the cart view counts, its selected lines that can be bought. The instant is the database's now.
    Hold no connection while you wait. Refuses as `quote`.
    """
    assert asking.at is None, "many are quoted at one instant: now"
    if wanted is not None:
        require_sound(wanted)
    chosen = None if wanted is None else tuple(wanted)
    seen = await _ask(house, Ask(buyer_id, chosen, has_stock=wanted is None))
    if wanted is not None:
        counted = price_alone(seen.wanted, seen.shelf, asking)
    else:
        counted = [each.quoted for each in _news(seen, asking) if each.is_counted]
    return the_one_till(price_tills(counted, seen.shelf, asking)) if counted else None


async def note_look(tx: Tx, actor: Actor) -> int:
    """What the cart shows now was seen: changes are told from here on. How many lines had changed. Locks the cart."""
    buyer_id = require_buyer(actor)
    await store.lock_carts(tx, [buyer_id], await queries.database_now(tx))
    (seen,) = await read_many(tx, [Ask(buyer_id, has_stock=True)])
    changed = [
        (line.quoted.sku_id, line.quoted.price_minor or line.seen_minor, line.left)
        for line, kept in zip(_news(seen, ANYHOW), seen.lines, strict=True)
        if (line.quoted.price_minor or kept.seen_minor, line.left) != (kept.seen_minor, kept.seen_left)
    ]
    if changed:
        await store.note_seen(tx, buyer_id, changed)
    return len(changed)


async def invalid_skus(tx: Tx, actor: Actor) -> list[UUID]:
    """The SKUs of the own cart that cannot be bought now."""
    (seen,) = await read_many(tx, [Ask(require_buyer(actor), has_stock=True)])
    return [line.quoted.sku_id for line in _news(seen, ANYHOW) if is_folded(line)]


async def selected_of(tx: Tx, buyer_id: UUID) -> list[Wanted]:
    """The selected lines of a buyer's cart that can be bought, as a checkout wants them."""
    (seen,) = await read_many(tx, [Ask(buyer_id, has_stock=True)])
    return _counted(seen, _news(seen, ANYHOW))


async def view_goods(tx: Tx, lines: Sequence[Line], asking: Asking = ANYHOW) -> list[CartLine]:
    """These lines as they are now, priced each by itself: for favourites."""
    if not lines:
        return []
    (seen,) = await read_many(tx, [Ask(None, tuple(wanted_of(line) for line in lines), has_stock=True)])
    return _news(replace(seen, lines=tuple(lines)), asking)


async def _ask(house: House, ask: Ask) -> Seen:
    """Together with others where the house has a reader, else by itself."""
    reader = house.engines.get(ShelfReader)
    if reader is not None:
        seen: Seen = await reader.read(ask)
        return seen
    async with house.database.read() as connection:
        (alone,) = await read_many(connection, [ask])
    return alone


async def _write(house: House, buyer_id: UUID, change: LineChange) -> tuple[Line, int]:
    async with house.database.transaction() as tx:
        return await change_own(tx, buyer_id, change)


def _with_change(seen: Seen, changed: Line, version: int) -> Seen:
    """What was read just before a line was changed, with the line as it is now."""
    place = next(at for at, line in enumerate(seen.lines) if line.sku_id == changed.sku_id)
    wanted = wanted_of(changed)
    lines, all_wanted, alone = list(seen.lines), list(seen.wanted), list(seen.alone)
    lines[place], all_wanted[place], (alone[place],) = changed, wanted, price_alone([wanted], seen.shelf)
    return replace(
        seen, lines=tuple(lines), wanted=tuple(all_wanted), alone=tuple(alone), version=version
    )  # fmt: skip


def _view(seen: Seen, look: Look, asking: Asking) -> CartView:
    assert len(look.search) <= SEARCH_LENGTH_MAX, "the door bounds the search"
    fronts = dict(seen.shelf.shops)
    news = _news(seen, asking)
    tills = _tills(seen, news, look, asking)
    payable = {line.sku_id: line for till in tills for line in till.quote.lines}
    shown = [_with_payable(line, payable) for line in news]
    found = find_lines(shown, fronts, look)
    page, next_cursor = cut_page(found, look)
    return CartView(
        at=seen.shelf.at, version=seen.version, lines=len(shown), selected=sum(line.is_counted for line in shown),
        pieces=sum(line.quoted.quantity for line in shown if line.is_counted), found=len(found),
        groups=group_lines(page, shown, fronts), invalid=tuple(line for line in shown if is_folded(line)),
        tills=tills, next_cursor=next_cursor,
    )  # fmt: skip


def _news(seen: Seen, asking: Asking) -> list[CartLine]:
    """Each line as it is now; priced by itself anew only for who gets other prices than anybody."""
    alone = price_alone(seen.wanted, seen.shelf, asking) if asking.tags else seen.alone
    return [
        line_news(line, quoted, seen.left.get((line.shop_id, line.sku_id)))
        for line, quoted in zip(seen.lines, alone, strict=True)
    ]


def _tills(seen: Seen, news: Sequence[CartLine], look: Look, asking: Asking) -> tuple[Till, ...]:
    counted = [each.quoted for each in news if each.is_counted]
    if not counted:
        return ()
    if not look.has_best_price:
        asking = replace(asking, card_ids=NO_CARDS)
    quotes = price_tills(counted, seen.shelf, asking)
    return tuple(Till(each, _used(each), tier_advice(each) if look.has_advice else ()) for each in quotes)


def _counted(seen: Seen, news: Sequence[CartLine]) -> list[Wanted]:
    return [each for each, now in zip(seen.wanted, news, strict=True) if now.is_counted]


def _used(quote: Quote) -> tuple[CardUsed, ...]:
    given = quote.best.priced.given_by_instrument()
    cards = set(quote.best.cards)
    return tuple(
        CardUsed(key, instrument.name, given.get(key, 0), key in cards) for key, instrument in quote.acting().items()
    )


def _with_payable(line: CartLine, payable: Mapping[UUID, QuotedLine]) -> CartLine:
    paid = payable.get(line.quoted.sku_id)
    return line if paid is None else line._replace(quoted=paid)
