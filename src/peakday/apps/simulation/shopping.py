"""How do buyers order as people do in a history? From carts with cards, in the hot minute at once, and in advance."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from uuid import UUID

from peakday.apps.simulation.model import Crash, Ordered
from peakday.apps.simulation.placing import Dying
from peakday.apps.simulation.stage import Stage
from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
from peakday.kernel.refusal import Refusal
from peakday.trade.carts import api as carts
from peakday.trade.orders import api as orders
from peakday.trade.orders.checkouts import Address, CheckoutWish, Delivery, Placed
from peakday.trade.orders.flash.flash_desk import FlashDesk, FlashWish
from peakday.trade.orders.flash.flash_part import FlashPart
from peakday.trade.promotions.api import DepositFate
from peakday.trade.stock.api import StockWriter

LINES_MAX = 3
QUANTITY_MAX = 3
CROWD_MAX = 12
TAILS_PAID = 0.75  # the rest forgets it
MAYBE_DONE = frozenset({"stock_unavailable", "stock_busy", "database_away"})  # nobody knows
Asked = Callable[[], Awaitable[Placed]]


async def check_out_cart(stage: Stage) -> int:
    """A buyer fills the cart, sees the best price with the cards of the wallet, and orders; sometimes twice."""
    buyer, buyer_id = _somebody(stage)
    for sku in stage.random.sample(stage.world.shelf, stage.random.randrange(1, LINES_MAX + 1)):
        more = carts.Wish(buyer_id, sku.shop_id, sku.sku_id, stage.random.randrange(1, QUANTITY_MAX + 1))
        await stage.attempt("add to cart", partial(_add, buyer, more))
    address_id = await _address(stage, buyer)
    async with stage.house.database.read() as connection:
        selected = list(await carts.selected_of(connection, buyer_id))
        quote = await carts.quote(connection, buyer_id, selected) if selected else None
    if quote is None or quote.problems:
        stage.note("check out", "not all can be bought" if quote else "nothing there")
        away = [each.sku_id for each in selected]
        if away:
            await stage.attempt("empty cart", lambda tx: carts.remove_lines(tx, buyer, away))
        return 1
    key = f"k{stage.random.getrandbits(48)}"
    wish = CheckoutWish(
        key=key, seen_token=quote.token, seen_minor=quote.payable_minor, deliveries=(Delivery(address_id),)
    )  # fmt: skip
    stage.house.add(StockWriter(stage.house.database, Dying(stage)))
    stage.note("check out", "with cards" if quote.best.cards else "without cards")
    await _order(stage, "check out", buyer, key, lambda: orders.place_checkout(stage.house, buyer, wish))
    return 2


async def _add(buyer: Actor, wish: carts.Wish, tx: Tx) -> carts.Added:
    return await carts.add_line(tx, buyer, wish)


async def order_in_the_hot_minute(stage: Stage) -> int:
    """Several buyers want the same at the same moment, some twice."""
    sku = stage.pick(stage.world.shelf)
    assert sku is not None
    part = FlashPart()
    desk = FlashDesk(
        stage.house.database, StockWriter(stage.house.database, Dying(stage, orders.OrdersCompanion(part))), part
    )
    asked = []
    for _ in range(stage.random.randrange(2, CROWD_MAX)):
        buyer, buyer_id = _somebody(stage)
        await _address(stage, buyer)
        asked.append((buyer, buyer_id, FlashWish(f"k{stage.random.getrandbits(48)}", sku.shop_id, sku.sku_id)))
    asked += [one for one in asked if stage.chance(stage.plan.faults.asked_twice)]
    answers = await asyncio.gather(
        *(desk.place(buyer_id, wish, is_simulated=True) for _, buyer_id, wish in asked), return_exceptions=True
    )
    for (buyer, buyer_id, wish), answer in zip(asked, answers, strict=True):
        _hear(stage, "hot minute", (buyer, orders.checkout_id_of(buyer_id, wish.key)), answer)
    return len(asked)


async def order_in_advance(stage: Stage) -> int:
    """A buyer orders a presale: the deposit is asked for first."""
    offer = stage.pick(stage.known.presales)
    if offer is None:
        return 0
    buyer, _ = _somebody(stage)
    pieces, key = stage.random.randrange(1, 3), f"k{stage.random.getrandbits(48)}"
    wish = orders.PresaleWish(
        key=key, shop_id=offer.shop_id, sku_id=offer.sku_id, quantity=pieces,
        address_id=await _address(stage, buyer), seen_minor=offer.terms.deposit_minor * pieces,
    )  # fmt: skip
    stage.house.add(StockWriter(stage.house.database, Dying(stage)))
    await _order(stage, "presale", buyer, key, lambda: orders.place_presale(stage.house, buyer, wish))
    return 1


async def pay_tail(stage: Stage) -> int:
    """Whoever paid a deposit goes to pay the rest, or forgets it; now and then the shop gives up before."""
    due = stage.draw(stage.known.deposits)
    if due is None:
        return 0
    if stage.chance(0.05):
        shop, order = stage.world.merchants[due.shop_id], (due.shop_id, due.order_id)
        fate = DepositFate.ON_GOOD_TERMS if stage.chance(0.5) else DepositFate.SELLER_AT_FAULT
        await stage.attempt("give up presale", lambda tx: orders.end_presale_order(tx, shop, order, fate))
    if stage.clock.now() < due.since + timedelta(hours=1):
        stage.known.deposits.append(due)
    elif stage.chance(TAILS_PAID):
        stage.known.unpaid.append(due.checkout_id)
    else:
        stage.note("presale", "tail forgotten")
    return 1


async def _order(stage: Stage, name: str, buyer: Actor, key: str, act: Asked) -> None:
    """Ask for an order, and again while nobody knows; once more now and then although it is known."""
    assert buyer.account_id is not None
    checkout_id = orders.checkout_id_of(buyer.account_id, key)
    for _ in range(3):
        try:
            answer: Placed | Exception = await act()
        except (Refusal, Crash) as error:
            answer = error
        is_known = _hear(stage, name, (buyer, checkout_id), answer)
        if is_known and not stage.chance(stage.plan.faults.asked_twice):
            return


def _hear(stage: Stage, name: str, asked: tuple[Actor, UUID], answer: Placed | BaseException) -> bool:
    """What the buyer knows now; whether that is anything."""
    buyer, checkout_id = asked
    if isinstance(answer, Refusal) and answer.code not in MAYBE_DONE:
        stage.note(name, answer.code)
        stage.known.refused.add(checkout_id)
        return True
    if isinstance(answer, Refusal | Crash):
        stage.note(name, "crashed" if isinstance(answer, Crash) else answer.code)
        return False
    if isinstance(answer, BaseException):
        raise answer
    stage.note(name, "repeated" if answer.is_repeated else "done")
    stage.known.refused.discard(checkout_id)
    if checkout_id not in stage.known.placed:
        stage.known.placed[checkout_id] = buyer
        if answer.payable_minor:
            stage.known.unpaid.append(checkout_id)
        else:  # cards cover all of it: it is paid
            stage.note(name, "free")
            stage.known.to_ship += [Ordered(buyer, checkout_id, one.shop_id, one.order_id) for one in answer.orders]
    return True


def _somebody(stage: Stage) -> tuple[Actor, UUID]:
    buyer = stage.pick(stage.world.buyers)
    assert buyer is not None
    assert buyer.account_id is not None
    return buyer, buyer.account_id


async def _address(stage: Stage, buyer: Actor) -> UUID:
    """Where the buyer lives, told once."""
    address_id = derived_id(None, "simulation", "address", str(buyer.account_id))
    if address_id not in stage.known.addresses:
        address = Address(
            address_id=address_id, recipient="Lin", phone="13800000000", city="Hangzhou", street="1"
        )  # fmt: skip
        saved = None
        while saved is None:
            saved = await stage.attempt(
                "address", lambda tx: orders.save_address(tx, buyer, address, stage.clock.now())
            )
        stage.known.addresses.add(address_id)
    return address_id
