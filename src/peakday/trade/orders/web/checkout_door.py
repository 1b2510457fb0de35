"""How is a checkout asked for and answered over HTTP? Bytes in, bytes out, for whichever door stands before it."""

import msgspec
from pydantic import ValidationError

from peakday.kernel.actor import Actor
from peakday.kernel.house import House
from peakday.kernel.kept_answers import Answer
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body
from peakday.trade.orders import api
from peakday.trade.orders.checkouts import CheckoutWish, Delivery, WantedPieces
from peakday.trade.orders.errors import PriceChanged
from peakday.trade.orders.web.my_bodies import placed_body
from peakday.trade.orders.web.my_forms import CheckoutForm

PATH = "/v1/my/checkouts"


def read_checkout(body: bytes) -> CheckoutWish | None:
    """The wish in a body; None: it is not as it should be. Refuses `NotFound` for what is no id of ours."""
    try:
        return wish_of(CheckoutForm.model_validate_json(body))
    except ValidationError:
        return None


def wish_of(form: CheckoutForm) -> CheckoutWish:
    """The wish in a form."""
    return CheckoutWish(
        key=form.key, seen_token=form.seen_token, seen_minor=form.seen_minor, terminal=form.terminal,
        deliveries=tuple(Delivery(each.address_id, frozenset(each.sku_ids)) for each in form.deliveries),
        wanted=None if form.wanted is None else tuple(
            WantedPieces(each.shop_id, each.sku_id, each.quantity, each.live_room_id) for each in form.wanted
        ),
        card_ids=None if form.card_ids is None else frozenset(form.card_ids),
    )  # fmt: skip


async def answer_checkout(house: House, actor: Actor, wish: CheckoutWish) -> Answer:
    """What is answered; refuses as `place_checkout`, but for a price that changed: that answer has both prices."""
    try:
        placed = await api.place_checkout(house, actor, wish)
    except PriceChanged as refusal:
        return price_changed(refusal)
    return Answer(201, "application/json", placed_body(placed).model_dump_json().encode())


def price_changed(refusal: PriceChanged) -> Answer:
    """409 with the old and the new total and the new token."""
    body = {
        **problem_body(refusal), "old_minor": refusal.data["old_minor"], "new_minor": refusal.data["new_minor"],
        "seen_token": refusal.data["token"],
    }  # fmt: skip
    return Answer(409, PROBLEM_TYPE, msgspec.json.encode(body))
