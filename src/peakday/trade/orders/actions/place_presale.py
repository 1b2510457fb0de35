"""How does a buyer order a presale: deposit now, tail later?

The price is the presale's, promised with the deposit; what the deposit takes off stands as a discount of the shop. The
pieces are held until the tail can no longer be paid, and the order closes like any other when the deposit is not paid
in its minutes. The refund of a paid presale is deposit and tail together.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.refusal import NotFound, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import ShelfGood
from peakday.market.shops import api as shops
from peakday.trade.orders import checkout_store, life_store
from peakday.trade.orders.actions.place_checkout import (
    SIMULATED,
    checkout_id_of,
    claim_draft,
    found_again,
    request_hash,
)
from peakday.trade.orders.checkouts import DraftLine, DraftOrder, DraftPresale, DraftShop, Placed
from peakday.trade.orders.errors import AddressNotFound, LinesHaveProblems, PriceChanged
from peakday.trade.orders.model import Discount, DiscountLevel, Funder, OrderKind, Terminal
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import PIECES_MAX
from peakday.trade.promotions.priced import PRESALE_BENEFIT
from peakday.trade.promotions.written import write_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class PresaleWish:
    """So many pieces of a SKU that is sold in advance; `seen_minor` is the deposit that the buyer was shown."""

    key: str
    shop_id: UUID
    sku_id: UUID
    quantity: int
    address_id: UUID
    seen_minor: int
    terminal: Terminal = Terminal.APP


async def place_presale(house: House, actor: Actor, wish: PresaleWish) -> Placed:
    """The order of a presale, awaiting its deposit; the same wish again finds it.

    Refuses `NotFound` (no presale takes deposits for it now), `AddressNotFound`, `PriceChanged`, `CheckoutKeyReused`,
    and what stock refuses.
    """
    buyer_id: UUID = accounts.require_buyer(actor)
    checkout_id, asked = checkout_id_of(buyer_id, wish.key), request_hash(wish)
    if not 1 <= wish.quantity <= PIECES_MAX:
        raise LinesHaveProblems(_quantity_problem(wish.quantity))
    async with house.database.read() as connection:
        side = await checkout_store.read_buyers_side(connection, buyer_id, checkout_id, [wish.address_id])
        if side.stored is not None:
            return found_again(side.stored, asked)
        if not side.addresses:
            raise AddressNotFound
        at = await life_store.database_now(connection)
        offer, good, minutes, rules = await _read_offer(connection, wish, at)
    shop = _draft_shop(wish, offer, good, (minutes, rules))
    if shop.due_minor != wish.seen_minor:
        raise PriceChanged(old_minor=wish.seen_minor, new_minor=shop.due_minor, token="")
    draft = DraftOrder(
        checkout_id=checkout_id, buyer_id=buyer_id, request_hash=asked, currency=offer.currency, shops=(shop,),
        addresses=(side.addresses[wish.address_id],), terminal=wish.terminal, uses=(), priced_at=at,
        quote={"presale": {"id": offer.presale_id, "quantity": wish.quantity, "terms": write_terms(offer.terms)},
               "lines": [_line_note(wish, good)], "rules": list(rules)},
        simulated=actor.can(SIMULATED),
    )  # fmt: skip
    seconds = int((offer.tail_until - at) / timedelta(seconds=1))
    return await claim_draft(house, draft, {}, max(seconds, 1))


async def _read_offer(
    tx: Tx, wish: PresaleWish, at: datetime
) -> tuple[promotions.PresaleOffer, ShelfGood, int, tuple[str, str]]:  # fmt: skip
    pair = (wish.shop_id, wish.sku_id)
    offer = (await promotions.presales_of(tx, [pair], at)).get(pair)
    good = (await catalog.find_goods_of(tx, [pair])).get(pair)
    front = (await shops.find_fronts(tx, [wish.shop_id])).get(wish.shop_id)
    if offer is None or good is None or front is None or not good.is_on_sale:
        raise NotFound
    rules = promotions.shop_rules(front.kind, day_of(at))
    return offer, good, rules.presale.deposit_minutes, (rules.name, rules.version)


def _draft_shop(
    wish: PresaleWish, offer: promotions.PresaleOffer, good: ShelfGood, given: tuple[int, tuple[str, str]]
) -> DraftShop:
    minutes, rules = given
    terms, pieces = offer.terms, wish.quantity
    off = terms.off_minor * pieces
    discounts = (Discount(PRESALE_BENEFIT, DiscountLevel.ITEM.value, Funder.MERCHANT.value, off),) if off else ()
    line = DraftLine(
        item_id=good.item_id, sku_id=good.sku_id, category_id=good.leaf_category_id, quantity=pieces,
        list_minor=terms.price_minor * pieces, paid_minor=promotions.sold_at(terms) * pieces, discounts=discounts,
    )  # fmt: skip
    presale = DraftPresale(
        presale_id=offer.presale_id, deposit_minor=terms.deposit_minor * pieces,
        tail_minor=promotions.tail_of(terms) * pieces, deposit_minutes=minutes, tail_from=offer.tail_from,
        tail_until=offer.tail_until, rules=rules,
    )  # fmt: skip
    return DraftShop(wish.shop_id, 0, (line,), kind=OrderKind.PRESALE, presale=presale)


def _line_note(wish: PresaleWish, good: ShelfGood) -> dict[str, object]:
    return {
        "shop_id": wish.shop_id, "sku_id": wish.sku_id, "title": good.title, "spec": good.spec, "image": good.image,
    }  # fmt: skip


def _quantity_problem(quantity: int) -> Problem:
    message = Text(f"件数须在 1 到 {PIECES_MAX} 之间", f"Ask for 1 to {PIECES_MAX} pieces")
    return Problem("quantity", "out_of_range", message, Text("请修改件数", "Change it"), value=str(quantity))
