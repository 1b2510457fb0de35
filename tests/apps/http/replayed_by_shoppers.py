"""With which request does a shopper, or the bank, knock at each door that changes something? One row a door."""

from datetime import timedelta

from peakday.kernel.ids import read_id, show_id
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import RefundKind
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.payments import api as payments
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.claiming import Claimers, Claiming
from peakday.trade.promotions.model import Kind
from tests.apps.http.replaying import Ask, Row, Scene, offer_a_presale

HOME = {"recipient": "Li Lei", "phone": "13800000000", "city": "杭州", "street": "文三路 1 号"}
PARCEL = {"carrier": "simulated", "tracking_no": "T7654321"}
MY = "/v1/my"


async def _in_cart(scene: Scene, sku: str | None = None) -> str:
    sku = sku or scene.tea
    wish = {"shop_id": show_id("shp", scene.floor.shop_id), "sku_id": sku, "quantity": 1}
    await scene.make("buyer", f"POST {MY}/cart/lines", wish)
    return sku


async def add_line(scene: Scene) -> Ask:
    wish = {"shop_id": show_id("shp", scene.floor.shop_id), "sku_id": scene.tea, "quantity": 2}
    return Ask("buyer", f"POST {MY}/cart/lines", wish, is_keyed=True)


async def look(scene: Scene) -> Ask:
    await _in_cart(scene)
    return Ask("buyer", f"POST {MY}/cart/look")


async def change_line(scene: Scene) -> Ask:
    return Ask("buyer", f"PATCH {MY}/cart/lines/{await _in_cart(scene)}", {"quantity": 3})


async def select(scene: Scene) -> Ask:
    await _in_cart(scene)
    return Ask("buyer", f"POST {MY}/cart/selection", {"is_selected": False})


async def remove(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {MY}/cart/removals", {"sku_ids": [await _in_cart(scene)]})


async def undo_removal(scene: Scene) -> Ask:
    removal = await scene.make("buyer", f"POST {MY}/cart/removals", {"sku_ids": [await _in_cart(scene)]})
    return Ask("buyer", f"POST {MY}/cart/removals/{removal['removal_id']}/undo")


async def to_favourites(scene: Scene) -> Ask:
    cup = show_id("sku", scene.floor.cup)
    return Ask("buyer", f"POST {MY}/favourites", {"sku_ids": [await _in_cart(scene, cup)]})


async def favourite_to_cart(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {MY}/favourites/{show_id('sku', scene.floor.cup)}/cart", is_keyed=True)


async def forget_favourites(scene: Scene) -> Ask:
    big = await _in_cart(scene, show_id("sku", scene.floor.big_tea))
    await scene.make("buyer", f"POST {MY}/favourites", {"sku_ids": [big]})
    return Ask("buyer", f"POST {MY}/favourites/removals", {"sku_ids": [big]})


async def add_address(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {MY}/addresses", HOME | {"recipient": scene.key("Li")})


async def change_address(scene: Scene) -> Ask:
    made = await scene.make("buyer", f"POST {MY}/addresses", HOME)
    return Ask("buyer", f"PUT {MY}/addresses/{made['address_id']}", HOME | {"city": "宁波"})


async def remove_address(scene: Scene) -> Ask:
    made = await scene.make("buyer", f"POST {MY}/addresses", HOME | {"street": scene.key("street")})
    return Ask("buyer", f"DELETE {MY}/addresses/{made['address_id']}")


async def check_out(scene: Scene) -> Ask:
    wish = await scene.market.wish(scene.buyer, (scene.floor.shop_id, scene.floor.tea, 2))
    goods = {"shop_id": show_id("shp", scene.floor.shop_id), "sku_id": scene.tea, "quantity": 2}
    form = {
        "key": scene.key(), "seen_token": wish.seen_token, "seen_minor": wish.seen_minor,
        "deliveries": [{"address_id": show_id("adr", wish.deliveries[0].address_id)}], "wanted": [goods],
    }  # fmt: skip
    return Ask("buyer", f"POST {MY}/checkouts", form)


async def order_in_the_hot_minute(scene: Scene) -> Ask:
    goods = {"shop_id": show_id("shp", scene.floor.shop_id), "sku_id": scene.tea}
    return Ask("buyer", f"POST {MY}/flash-orders", {"key": scene.key(), **goods})


async def order_a_presale(scene: Scene) -> Ask:
    _, deposit = await offer_a_presale(scene)
    form = {
        "key": scene.key(), "shop_id": show_id("shp", scene.floor.shop_id), "sku_id": show_id("sku", scene.floor.cup),
        "address_id": show_id("adr", await scene.market.address(scene.buyer)), "seen_minor": deposit,
    }  # fmt: skip
    return Ask("buyer", f"POST {MY}/presales", form)


def _checkout(placed) -> str:
    return f"{MY}/checkouts/{show_id('chk', placed.checkout_id)}"


async def start_payment(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {_checkout(await scene.placed())}/payment")


async def cancel_checkout(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {_checkout(await scene.placed())}/cancellation")


async def _payment(scene: Scene) -> str:
    placed = await scene.placed()
    return show_id("pay", (await scene.market.start(scene.buyer, placed.checkout_id)).payment_id)


async def open_charge(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {MY}/payments/{await _payment(scene)}/charge")


async def _charge(scene: Scene) -> tuple[str, str]:
    payment = await _payment(scene)
    return payment, (await scene.make("buyer", f"POST {MY}/payments/{payment}/charge"))["charge_id"]


async def decide_charge(scene: Scene) -> Ask:
    _, charge = await _charge(scene)
    return Ask("buyer", f"POST /v1/sandbox/charges/{charge}/decision", {"decision": "success"})


async def settle(scene: Scene) -> Ask:
    payment, charge = await _charge(scene)
    await scene.make("buyer", f"POST /v1/sandbox/charges/{charge}/decision", {"decision": "success"})
    await payments.sandbox_of(scene.house).take_letters(10)  # and nobody brings them
    return Ask("buyer", f"POST {MY}/payments/{payment}/settlement")


async def call_back(scene: Scene) -> Ask:
    _, charge = await _charge(scene)
    await scene.make("buyer", f"POST /v1/sandbox/charges/{charge}/decision", {"decision": "success"})
    *_, (_, letter) = await payments.sandbox_of(scene.house).take_letters(10)
    more = {"content": letter.body, "headers": letter.headers}
    return Ask("nobody", "POST /v1/gateways/sandbox/callbacks", more=more)


def _order(pair) -> str:
    return f"{MY}/orders/{show_id('ord', pair[1])}"


async def receive(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {_order(await scene.shipped())}/receipt")


async def cancel_order(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {_order(await scene.paid())}/cancellation")


async def ask_refund(scene: Scene) -> Ask:
    form = {"key": scene.key(), "line_no": 1, "pieces": 1, "reason": "torn"}
    return Ask("buyer", f"POST {_order(await scene.paid(2))}/refunds", form)


async def asked_back(scene: Scene, *, with_goods=False):
    """A refund that waits for the shop, and its order."""
    order = await (scene.shipped() if with_goods else scene.paid(2))
    kind = RefundKind.RETURN_GOODS if with_goods else RefundKind.REFUND_ONLY
    wish = RefundWish(order_id=order[1], line_no=1, key=scene.key(), reason="torn", kind=kind, pieces=1)
    return order, await scene.do(orders.ask_refund, scene.buyer, wish)


async def withdraw(scene: Scene) -> Ask:
    order, refund = await asked_back(scene)
    return Ask("buyer", f"POST {_order(order)}/refunds/{show_id('rfd', refund.refund_id)}/withdrawal")


async def send_parcel(scene: Scene) -> Ask:
    order, refund = await asked_back(scene, with_goods=True)
    await scene.do(orders.approve_refund, scene.floor.owner, *order[:1], refund.refund_id)
    return Ask("buyer", f"POST {_order(order)}/refunds/{show_id('rfd', refund.refund_id)}/parcel", PARCEL)


async def ask_protection(scene: Scene) -> Ask:
    await orders.protect_round(scene.house)  # which has taken note of everybody else's deals
    return Ask("buyer", f"POST {_order(await scene.paid())}/lines/1/protection")


async def ask_invoice(scene: Scene) -> Ask:
    return Ask("buyer", f"POST {_order(await scene.paid())}/invoice", {"kind": "personal", "title": "Li Lei"})


async def claim_card(scene: Scene) -> Ask:
    shown, now = await scene.live(scene.floor.shop_id, scene.floor.owner, Kind.SHOP_COUPON), scene.now
    claiming = Claiming(
        instrument_id=read_id("ins", shown), shop_id=scene.floor.shop_id, who=Claimers.EVERYBODY, per_buyer=5,
        claim_from=now - timedelta(hours=1),
    )  # fmt: skip
    await scene.do(promotions.open_claiming, scene.floor.owner, claiming, now)
    return Ask("buyer", f"POST {MY}/cards", {"instrument_id": shown, "key": scene.key()})


ROWS: dict[str, Row] = {
    f"POST {MY}/cart/lines": add_line,
    f"POST {MY}/cart/look": look,
    f"PATCH {MY}/cart/lines/{{sku_id}}": change_line,
    f"POST {MY}/cart/selection": select,
    f"POST {MY}/cart/removals": remove,
    f"POST {MY}/cart/removals/{{removal_id}}/undo": undo_removal,
    f"POST {MY}/favourites": to_favourites,
    f"POST {MY}/favourites/{{sku_id}}/cart": favourite_to_cart,
    f"POST {MY}/favourites/removals": forget_favourites,
    f"POST {MY}/addresses": add_address,
    f"PUT {MY}/addresses/{{address_id}}": change_address,
    f"DELETE {MY}/addresses/{{address_id}}": remove_address,
    f"POST {MY}/checkouts": check_out,
    f"POST {MY}/flash-orders": order_in_the_hot_minute,
    f"POST {MY}/presales": order_a_presale,
    f"POST {MY}/checkouts/{{checkout_id}}/payment": start_payment,
    f"POST {MY}/checkouts/{{checkout_id}}/cancellation": cancel_checkout,
    f"POST {MY}/payments/{{payment_id}}/charge": open_charge,
    "POST /v1/sandbox/charges/{charge_id}/decision": decide_charge,
    f"POST {MY}/payments/{{payment_id}}/settlement": settle,
    "POST /v1/gateways/{name}/callbacks": call_back,
    f"POST {MY}/orders/{{order_id}}/receipt": receive,
    f"POST {MY}/orders/{{order_id}}/cancellation": cancel_order,
    f"POST {MY}/orders/{{order_id}}/refunds": ask_refund,
    f"POST {MY}/orders/{{order_id}}/refunds/{{refund_id}}/withdrawal": withdraw,
    f"POST {MY}/orders/{{order_id}}/refunds/{{refund_id}}/parcel": send_parcel,
    f"POST {MY}/orders/{{order_id}}/lines/{{line_no}}/protection": ask_protection,
    f"POST {MY}/orders/{{order_id}}/invoice": ask_invoice,
    f"POST {MY}/cards": claim_card,
}
