"""What does a shopper do? Look, fill the cart, look at the best price, order, pay, look at the order.

Each answer decides the next step. What is sold out or cannot be bought is left; a price that changed since the cart was
seen is looked at again. Whatever the shop has acknowledged is written into the `Ledger`, which is compared with the
record afterwards.
"""

import random
import time
from dataclasses import dataclass, field
from typing import Any

from peakday.apps.rehearsal.baskets import Basket, BasketLine
from peakday.apps.rehearsal.wire import Question, Wire
from peakday.kernel.ids import read_id, show_id
from peakday.trade.payments.model import CHARGE_PREFIX, PAYMENT_PREFIX

LOOKS_MAX = 3
PAYS_SHARE, DECLINED_SHARE, RETURNS_SHARE, READS_SHARE, FLASH_SHARE = 0.95, 0.03, 0.3, 0.3, 0.15
LATE_SECONDS = 5
PATHS = {"checkout": "/v1/my/checkouts", "flash order": "/v1/my/flash-orders"}


@dataclass(frozen=True, slots=True)
class Pass:
    """Who a shopper is."""

    buyer_id: str
    token: str


@dataclass
class Acknowledged:
    """An order that the shop said stands."""

    checkout_id: str
    buyer_id: str
    payable_minor: int
    order_ids: tuple[str, ...]
    is_paid: bool = False  # the bank took the money


@dataclass
class Ledger:
    """What shoppers were told."""

    checkouts: list[Acknowledged] = field(default_factory=list)
    finished: int = 0
    empty_handed: int = 0
    in_doubt: int = 0  # asked to order and never heard


@dataclass(frozen=True, slots=True)
class Errand:
    """One shopper's errand."""

    number: int
    who: Pass
    basket: Basket
    is_after_opening: bool


@dataclass
class Street:
    """What all errands share. `decisions` are what the sandbox's bank may be told besides plain success."""

    wire: Wire
    ledger: Ledger
    run_ref: str
    decisions: tuple[str, ...] = ()


async def run_errand(street: Street, errand: Errand) -> None:
    """From the first look to the paid order."""
    draw = random.Random(f"{street.run_ref}-{errand.number}")  # noqa: S311 - a load, not a secret
    if errand.is_after_opening and draw.random() < FLASH_SHARE:
        placed = await _order_flash(street, errand, draw.choice(errand.basket.lines))
    else:
        placed = await _order_cart(street, errand)
    street.ledger.finished += 1
    if placed is None:
        street.ledger.empty_handed += 1
    elif placed.payable_minor and draw.random() < PAYS_SHARE:
        await _pay(street, errand.who, placed, draw)


async def _order_cart(street: Street, errand: Errand) -> Acknowledged | None:
    token, ask = errand.who.token, street.wire.ask
    for number, line in enumerate(errand.basket.lines):
        wish = {"shop_id": line.shop_id, "sku_id": line.sku_id, "quantity": line.quantity}
        key = f"{street.run_ref}-{errand.number}-{number}"
        await ask(Question("add to cart", "POST", "/v1/my/cart/lines", token, wish, key))
    home = {"recipient": "Rehearsal", "phone": "13800000000", "city": "Hangzhou", "street": f"Road {errand.number}"}
    address = await ask(Question("address", "POST", "/v1/my/addresses", token, home))
    if not address.is_yes:
        return None
    delivery = {"address_id": address.json()["address_id"]}
    for _ in range(LOOKS_MAX):
        cart = await ask(Question("cart", "GET", "/v1/my/cart?limit=1", token))
        if not cart.is_yes or not cart.json()["tills"]:
            return None
        till = cart.json()["tills"][0]
        placed = await _place(street, errand, "checkout", {
            "key": f"{street.run_ref}-{errand.number}", "seen_token": till["token"],
            "seen_minor": till["payable_minor"], "deliveries": [delivery],
        })  # fmt: skip
        if placed is not None:
            return placed
    return None


async def _order_flash(street: Street, errand: Errand, line: BasketLine) -> Acknowledged | None:
    key = f"{street.run_ref}-{errand.number}"
    wish = {"key": key, "shop_id": line.shop_id, "sku_id": line.sku_id, "quantity": 1}
    return await _place(street, errand, "flash order", wish)


async def _place(street: Street, errand: Errand, door: str, body: Any) -> Acknowledged | None:
    answer = await street.wire.ask(Question(door, "POST", PATHS[door], errand.who.token, body))
    if not answer.is_yes:
        street.ledger.in_doubt += answer.status == 0 or answer.status >= 500
        return None
    found = answer.json()
    orders = tuple(each["order_id"] for each in found["orders"]) if "orders" in found else (found["order_id"],)
    placed = Acknowledged(found["checkout_id"], errand.who.buyer_id, found["payable_minor"], orders)
    street.ledger.checkouts.append(placed)
    street.wire.measures.placed_at.append(time.perf_counter() - street.wire.began)
    return placed


async def _pay(street: Street, who: Pass, placed: Acknowledged, draw: random.Random) -> None:
    due = await street.wire.ask(
        Question("payment", "POST", f"/v1/my/checkouts/{placed.checkout_id}/payment", who.token)
    )
    if not due.is_yes:
        return
    payment_id = due.json()["payment_id"]
    charge_id = show_id(CHARGE_PREFIX, read_id(PAYMENT_PREFIX, payment_id))
    if draw.random() < DECLINED_SHARE:
        await _decide(street, who, charge_id, "decline")
    decision = draw.choice(street.decisions) if street.decisions and draw.random() < 0.5 else "success"
    placed.is_paid = await _decide(street, who, charge_id, decision)
    if draw.random() < RETURNS_SHARE:
        await street.wire.ask(Question("back from bank", "POST", f"/v1/my/payments/{payment_id}/settlement", who.token))
    if draw.random() < READS_SHARE:
        await street.wire.ask(Question("order page", "GET", f"/v1/my/orders/{placed.order_ids[0]}", who.token))


async def _decide(street: Street, who: Pass, charge_id: str, decision: str) -> bool:
    wish = {"decision": decision, "late_seconds": LATE_SECONDS}
    path = f"/v1/sandbox/charges/{charge_id}/decision"
    answer = await street.wire.ask(Question("bank", "POST", path, who.token, wish))
    return answer.is_yes and answer.json()["status"] == "captured"
