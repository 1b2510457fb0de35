"""With which request do shops and the platform's staff knock at each door that changes something? One row a door."""

from collections.abc import Mapping
from datetime import timedelta

from peakday.kernel.ids import show_id
from peakday.kernel.messages import Message, send
from peakday.kernel.text import Text
from peakday.trade.orders import api as orders
from peakday.trade.orders.stories import InvoiceKind
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Kind
from peakday.trade.sale_events import api as sale_events
from tests.apps.http.replayed_by_shoppers import PARCEL, asked_back
from tests.apps.http.replaying import STAFF, Ask, Row, Scene, deposit_paid, offer_a_presale
from tests.trade.orders.market import PLATFORM_FUNDS
from tests.trade.promotions.shop_floor import a_finding
from tests.trade.sale_events.builders import a_wish, enrol, join, list_goods, plan_2026

SHOP, PLATFORM = "/v1/shops/{shop_id}", "/v1/platform"
WHY = {"reason": "drill"}
TIERS = {"type": "tiers", "tiers": [{"at": 10_000, "off": 1_000}]}
COUPON = {"kind": "shop_coupon", "name_zh": "券", "name_en": "Coupon", "benefit": TIERS}
PLATFORM_COUPON = COUPON | {"kind": "platform_coupon", "funding": [{"funder": "platform"}]}
TRACK = "wave_1_spot"


def _order(scene: Scene, pair) -> str:
    return f"{scene.shop}/orders/{show_id('ord', pair[1])}"


async def ship(scene: Scene) -> Ask:
    return Ask("shop", f"POST {_order(scene, await scene.paid())}/shipment", PARCEL)


async def cancel_order(scene: Scene) -> Ask:
    return Ask("shop", f"POST {_order(scene, await scene.paid())}/cancellation")


async def return_deposit(scene: Scene) -> Ask:
    return Ask("shop", f"POST {_order(scene, await deposit_paid(scene))}/deposit-return", {"on_good_terms": True})


async def hold(scene: Scene) -> Ask:
    return Ask("shop", f"POST {_order(scene, await scene.paid())}/hold", {"reason_zh": "核对", "reason_en": "check"})


async def lift_hold(scene: Scene) -> Ask:
    order = await scene.paid()
    await scene.do(orders.hold_order, scene.floor.owner, order, Text("核对", "check"))
    return Ask("shop", f"DELETE {_order(scene, order)}/hold")


def _refund(scene: Scene, refund) -> str:
    return f"{scene.shop}/refunds/{show_id('rfd', refund.refund_id)}"


async def approve_refund(scene: Scene) -> Ask:
    _, refund = await asked_back(scene)
    return Ask("shop", f"POST {_refund(scene, refund)}/approval")


async def decline_refund(scene: Scene) -> Ask:
    _, refund = await asked_back(scene)
    return Ask("shop", f"POST {_refund(scene, refund)}/refusal", {"note": "worn"})


async def take_goods(scene: Scene) -> Ask:
    order, refund = await asked_back(scene, with_goods=True)
    await scene.do(orders.approve_refund, scene.floor.owner, order[0], refund.refund_id)
    await scene.do(orders.send_return, scene.buyer, order[1], refund.refund_id, ("simulated", "T1111111"))
    return Ask("shop", f"POST {_refund(scene, refund)}/goods")


async def _invoice(scene: Scene) -> str:
    _, order_id = await scene.paid()
    wish = orders.InvoiceWish(order_id, InvoiceKind.PERSONAL, "Li Lei")
    invoice = await scene.do(orders.ask_invoice, scene.buyer, wish)
    return f"{scene.shop}/invoices/{show_id('inv', invoice.invoice_id)}"


async def issue_invoice(scene: Scene) -> Ask:
    return Ask("shop", f"POST {await _invoice(scene)}/issue")


async def decline_invoice(scene: Scene) -> Ask:
    return Ask("shop", f"POST {await _invoice(scene)}/refusal", {"note": "no such title"})


async def adjust_stock(scene: Scene) -> Ask:
    form = {"delta": 5, "reason": "counted", "key": scene.key()}
    return Ask("shop", f"POST {scene.shop}/stock/{scene.tea}/adjustments", form)


async def set_aside(scene: Scene) -> Ask:
    form = {"event_ref": "a-sale", "units": 5, "key": scene.key()}
    return Ask("shop", f"POST {scene.shop}/stock/{scene.tea}/set-aside", form)


async def set_terms(scene: Scene) -> Ask:
    return Ask("shop", f"PUT {scene.shop}/stock/{scene.tea}/terms", {"low_mark": 3})


async def limit_event(scene: Scene) -> Ask:
    return Ask("shop", f"PUT {scene.shop}/stock-event-limits", {"event_ref": "a-sale", "buyer_limit": 2})


async def offer_price(scene: Scene) -> Ask:
    floor, begins = scene.floor, scene.now + timedelta(days=60)
    offer = {"sku_id": scene.tea, "kind": "event", "price_minor": 7_000, "currency": "CNY",
             "valid_from": begins.isoformat()}  # fmt: skip
    return Ask("shop", f"POST {scene.shop}/items/{show_id('itm', floor.tea_item)}/offers", {"offers": [offer]})


class Instruments:
    """The doors of instruments: a shop's, and the same ones of the platform."""

    def __init__(self, *, is_platform: bool) -> None:
        self.is_platform = is_platform
        self.who, self.other = ("staff", "second") if is_platform else ("shop", "shop_second")
        self.terms = PLATFORM_COUPON if is_platform else COUPON

    def door(self, scene: Scene) -> str:
        return f"{PLATFORM if self.is_platform else scene.shop}/instruments"

    async def _draft(self, scene: Scene, *, is_live=False) -> str:
        make = scene.live if is_live else scene.draft
        if self.is_platform:
            shown = await make(None, STAFF, Kind.PLATFORM_COUPON, funding=PLATFORM_FUNDS)
        else:
            shown = await make(scene.floor.shop_id, scene.floor.owner)
        return f"{self.door(scene)}/{shown}"

    async def create(self, scene: Scene) -> Ask:
        return Ask(self.who, f"POST {self.door(scene)}", {"terms": self.terms}, is_keyed=True)

    async def create_by_client_key(self, scene: Scene) -> Ask:
        return Ask(self.who, f"POST {self.door(scene)}", {"terms": self.terms, "client_key": scene.key()})

    async def inspect(self, scene: Scene) -> Ask:
        return Ask(self.who, f"POST {self.door(scene)}/inspect", self.terms)

    async def edit(self, scene: Scene) -> Ask:
        form = {"terms": self.terms | {"name_en": "Other"}, "since_version": 1}
        return Ask(self.who, f"PUT {await self._draft(scene)}", form)

    async def publish(self, scene: Scene) -> Ask:
        return Ask(self.who, f"POST {await self._draft(scene)}/publish", {})

    async def pause(self, scene: Scene) -> Ask:
        return Ask(self.who, f"POST {await self._draft(scene, is_live=True)}/pause", WHY)

    async def resume(self, scene: Scene) -> Ask:
        one = await self._draft(scene, is_live=True)
        await scene.make(self.who, f"POST {one}/pause", WHY)
        return Ask(self.who, f"POST {one}/resume", {})

    async def approve(self, scene: Scene) -> Ask:
        one = await self._draft(scene)
        scene.guard.findings = (a_finding(Severity.HOLD, "platform_two_persons", None),)
        seen = await scene.make(self.who, f"POST {one}/publish", {})
        token = seen["inspection"]["token"]
        await scene.make(self.who, f"POST {one}/publish", {"confirmed": token, "reason": "for the sale"})
        return Ask(self.other, f"POST {one}/approve", {"confirmed": token})

    async def end(self, scene: Scene) -> Ask:
        scene.guard.findings = ()
        return Ask(self.who, f"POST {await self._draft(scene, is_live=True)}/end", WHY)

    async def copy(self, scene: Scene) -> Ask:
        return Ask(self.who, f"POST {await self._draft(scene)}/copy", is_keyed=True)

    async def roll_back(self, scene: Scene) -> Ask:
        one = await self._draft(scene)
        await scene.make(self.who, f"PUT {one}", {"terms": self.terms | {"name_en": "Other"}})
        return Ask(self.who, f"POST {one}/roll-back", {"version": 1})

    async def claiming(self, scene: Scene) -> Ask:
        return Ask(self.who, f"PUT {await self._draft(scene, is_live=True)}/claiming", {"per_buyer": 2})

    async def close_claiming(self, scene: Scene) -> Ask:
        one = await self._draft(scene, is_live=True)
        await scene.make(self.who, f"PUT {one}/claiming", {"per_buyer": 2})
        return Ask(self.who, f"DELETE {one}/claiming")

    def rows(self, prefix: str) -> Mapping[str, Row]:
        one = f"{prefix}/instruments/{{instrument_id}}"
        return {
            f"POST {prefix}/instruments": self.create,
            f"POST {prefix}/instruments#client_key": self.create_by_client_key,
            f"POST {prefix}/instruments/inspect": self.inspect,
            f"PUT {one}": self.edit,
            f"POST {one}/publish": self.publish,
            f"POST {one}/pause": self.pause,
            f"POST {one}/resume": self.resume,
            f"POST {one}/approve": self.approve,
            f"POST {one}/end": self.end,
            f"PUT {one}/claiming": self.claiming,
            f"DELETE {one}/claiming": self.close_claiming,
        }


async def price_basket(scene: Scene) -> Ask:
    form = {"pieces": [{"sku_id": scene.tea, "quantity": 2}]}
    return Ask("shop", f"POST {scene.shop}/price-baskets", form)


async def offer_presale(scene: Scene) -> Ask:
    floor, now = scene.floor, scene.now
    after = {"deposit_from": 90, "deposit_until": 91, "tail_from": 91, "tail_until": 92}
    days = {name: (now + timedelta(days=n)).isoformat() for name, n in after.items()}
    form = {"item_id": show_id("itm", floor.tea_item), "sku_id": scene.tea, "kind": "cut", "currency": "CNY",
            "price_minor": 100_000, "deposit_minor": 10_000, "off_minor": 5_000, **days}  # fmt: skip
    return Ask("shop", f"POST {scene.shop}/presales", form, is_keyed=True)


async def end_presale(scene: Scene) -> Ask:
    presale_id, _ = await offer_a_presale(scene)
    return Ask("shop", f"POST {scene.shop}/presales/{show_id('prs', presale_id)}/end")


async def acknowledge(scene: Scene) -> Ask:
    message = Message(
        scene.floor.shop_id, "price_risk", Text("跌破红线价", "Below the red line"), Text("亏", "Loses"),
        "/shop/x/health", scene.key(), needs_answer=True,
    )  # fmt: skip
    message_id = await scene.do(send, message, scene.now)
    return Ask("shop", f"POST {scene.shop}/messages/{show_id('msg', message_id)}/acknowledgement")


async def explain_price(scene: Scene) -> Ask:
    return Ask(
        "shop", f"POST {scene.shop}/service/price-explanations", {"lines": [{"sku_id": scene.tea, "quantity": 2}]}
    )


def _event(scene: Scene) -> str:
    return f"{scene.shop}/events/{show_id('sev', scene.event.event_id)}"


async def renew_feed(scene: Scene) -> Ask:
    return Ask("shop", f"POST {scene.shop}/events/feed", is_keyed=True)


async def enrol_shop(scene: Scene) -> Ask:
    return Ask("shop", f"POST {_event(scene)}/enrolment")


async def _goods(scene: Scene) -> str:
    ref = scene.key("goods")
    await join(scene.house.database, scene.floor.owner, scene.floor.shop_id, scene.event, scene.now)
    async with scene.house.database.transaction() as tx:
        await list_goods(tx, scene.floor.shop_id, scene.now, (ref,))
    return ref


async def enrol_items(scene: Scene) -> Ask:
    wish = a_wish(scene.floor.shop_id, await _goods(scene))
    entry = {"item_id": show_id("itm", wish.item_id), "sku_id": show_id("sku", wish.sku_id),
             "price_minor": wish.price_minor, "stock": wish.stock}  # fmt: skip
    # enrolled again is said again: the same price for the same days, written and told anew
    anew = frozenset({"price_history.offer", "kernel.outbox"})
    return Ask("shop", f"POST {_event(scene)}/entries", {"track": TRACK, "entries": [entry]}, anew=anew)


async def _enrolled(scene: Scene):
    wish = a_wish(scene.floor.shop_id, await _goods(scene))
    await enrol(scene.house.database, scene.floor.owner, scene.floor.shop_id, scene.event, [wish], now=scene.now)
    return wish


async def set_event_stock(scene: Scene) -> Ask:
    wish = await _enrolled(scene)
    form = {"track": TRACK, "sku_id": show_id("sku", wish.sku_id), "stock": 7}
    return Ask("shop", f"POST {_event(scene)}/stock", form)


async def _exit_form(scene: Scene) -> dict[str, str]:
    item = show_id("itm", (await _enrolled(scene)).item_id)
    told = (await scene.clients["shop"].get(f"{_event(scene)}/exit?item_id={item}")).json()
    return {"item_id": item, "reason": "no_stock", "note": "", "seen": told["seen"]}


async def leave_event(scene: Scene) -> Ask:
    return Ask("shop", f"POST {_event(scene)}/exits", await _exit_form(scene))


async def come_back(scene: Scene) -> Ask:
    left = await scene.make("shop", f"POST {_event(scene)}/exits", await _exit_form(scene))
    return Ask("shop", f"POST {scene.shop}/events/exits/{left['exit_id']}/undo")


async def import_entries(scene: Scene) -> Ask:
    content = f"商品编号,活动价,活动库存\n{await _goods(scene)},90,10\n".encode("gbk")
    # the same file is the same run; whoever takes it up a second time finds its rows done
    files, anew = {"files": {"file": ("a.csv", content)}}, frozenset({"kernel.import_run", "kernel.job"})
    return Ask("shop", f"POST {_event(scene)}/imports?track={TRACK}", more=files, anew=anew)


async def create_event(scene: Scene) -> Ask:
    wave = {"kind": "spot", "name": {"zh": "开卖", "en": "Sale"}, "starts_at": "2027-02-01T20:00:00+08:00",
            "ends_at": "2027-02-02T00:00:00+08:00"}  # fmt: skip
    track = {"code": "spot", "name": {"zh": "现货", "en": "Spot"}, "kind": "spot", "waves": [wave],
             "enrols_from": "2027-01-01T12:00:00+08:00", "enrols_until": "2027-01-20T00:00:00+08:00"}  # fmt: skip
    plan = {"code": scene.key("own"), "name": {"zh": "自办", "en": "Own"}, "tracks": [track],
            "enrols_from": "2027-01-01T12:00:00+08:00", "enrols_until": "2027-01-10T00:00:00+08:00"}  # fmt: skip
    return Ask("staff", "POST /v1/sale-events", plan)


async def copy_event(scene: Scene) -> Ask:
    form = {"code": scene.key("copy"), "name": {"zh": "复制", "en": "Copy"}, "last_day": "2027-11-11"}
    return Ask("staff", "POST /v1/sale-events/copies", form)


async def _drafted_event(scene: Scene) -> str:
    event = await scene.do(sale_events.create_event, STAFF, plan_2026(scene.key("plan")), scene.now)
    return f"/v1/sale-events/{show_id('sev', event.event_id)}"


async def publish_event(scene: Scene) -> Ask:
    return Ask("staff", f"POST {await _drafted_event(scene)}/publish")


async def cancel_event(scene: Scene) -> Ask:
    return Ask("staff", f"POST {await _drafted_event(scene)}/cancel")


async def _switch(scene: Scene, percent=0) -> str:
    name = f"tests.{scene.key('new').replace('-', '_')}"
    await scene.make("staff", f"POST {PLATFORM}/switches", {"name": name, "title": {"zh": "新", "en": "New"}})
    if percent:
        await scene.make("staff", f"PUT {PLATFORM}/switches/{name}", WHY | {"percent": percent})
    return name


async def create_switch(scene: Scene) -> Ask:
    form = {"name": f"tests.{scene.key('made').replace('-', '_')}", "title": {"zh": "新", "en": "New"}}
    return Ask("staff", f"POST {PLATFORM}/switches", form)


async def turn_switch(scene: Scene) -> Ask:
    return Ask("staff", f"PUT {PLATFORM}/switches/{await _switch(scene)}", WHY | {"percent": 30})


async def roll_switch_back(scene: Scene) -> Ask:
    name = await _switch(scene, 20)
    await scene.make("staff", f"PUT {PLATFORM}/switches/{name}", WHY | {"percent": 40})
    return Ask("staff", f"POST {PLATFORM}/switches/{name}/rollback", WHY, is_keyed=True)


async def save_plan(scene: Scene) -> Ask:
    form = {"name": scene.key("plan"), "steps": [{"name": await _switch(scene), "percent": 50}]}
    return Ask("staff", f"PUT {PLATFORM}/switch-plans", form)


async def run_plan(scene: Scene) -> Ask:
    saved = await save_plan(scene)
    plan = await scene.make("staff", saved.path, saved.json)
    return Ask("staff", f"POST {PLATFORM}/switch-plans/{plan['plan_id']}/runs", WHY)


async def undo_plan(scene: Scene) -> Ask:
    running = await run_plan(scene)
    run = await scene.make("staff", running.path, running.json)
    return Ask("staff", f"POST {PLATFORM}/switch-plan-runs/{run['run_id']}/undo", WHY)


async def freeze(scene: Scene) -> Ask:
    starts = scene.now + timedelta(days=50)
    form = WHY | {"starts_at": starts.isoformat(), "ends_at": (starts + timedelta(days=1)).isoformat()}
    return Ask("staff", f"POST {PLATFORM}/freezes", form)


async def cancel_freeze(scene: Scene) -> Ask:
    asked = await freeze(scene)
    made = await scene.make("staff", asked.path, asked.json)
    return Ask("staff", f"DELETE {PLATFORM}/freezes/{made['freeze_id']}")


async def ask_override(scene: Scene) -> Ask:
    form = WHY | {"name": await _switch(scene), "percent": 100}
    return Ask("staff", f"POST {PLATFORM}/switch-overrides", form)


async def _override(scene: Scene) -> str:
    asked = await ask_override(scene)
    return (await scene.make("staff", asked.path, asked.json))["override_id"]


async def agree(scene: Scene) -> Ask:
    return Ask("second", f"POST {PLATFORM}/switch-overrides/{await _override(scene)}/agreement")


async def disagree(scene: Scene) -> Ask:
    return Ask("second", f"DELETE {PLATFORM}/switch-overrides/{await _override(scene)}")


# who cannot be granted anything today, and why that is no hole
UNGRANTED = {
    f"POST {PLATFORM}/sale-tiers": "its rules were last in force in 2022; its key is that of POST …/instruments",
}
_OWN, _STAFFS = Instruments(is_platform=False), Instruments(is_platform=True)
_EVENT, _ORDER, _REFUND = f"{SHOP}/events/{{event_id}}", f"{SHOP}/orders/{{order_id}}", f"{SHOP}/refunds/{{refund_id}}"
ROWS: dict[str, Row] = {
    f"POST {_ORDER}/shipment": ship,
    f"POST {_ORDER}/cancellation": cancel_order,
    f"POST {_ORDER}/deposit-return": return_deposit,
    f"POST {_ORDER}/hold": hold,
    f"DELETE {_ORDER}/hold": lift_hold,
    f"POST {_REFUND}/approval": approve_refund,
    f"POST {_REFUND}/refusal": decline_refund,
    f"POST {_REFUND}/goods": take_goods,
    f"POST {SHOP}/invoices/{{invoice_id}}/issue": issue_invoice,
    f"POST {SHOP}/invoices/{{invoice_id}}/refusal": decline_invoice,
    f"POST {SHOP}/stock/{{sku_id}}/adjustments": adjust_stock,
    f"POST {SHOP}/stock/{{sku_id}}/set-aside": set_aside,
    f"PUT {SHOP}/stock/{{sku_id}}/terms": set_terms,
    f"PUT {SHOP}/stock-event-limits": limit_event,
    f"POST {SHOP}/items/{{item_id}}/offers": offer_price,
    **_OWN.rows(SHOP),
    f"POST {SHOP}/instruments/{{instrument_id}}/copy": _OWN.copy,
    f"POST {SHOP}/instruments/{{instrument_id}}/roll-back": _OWN.roll_back,
    f"POST {SHOP}/price-baskets": price_basket,
    f"POST {SHOP}/presales": offer_presale,
    f"POST {SHOP}/presales/{{presale_id}}/end": end_presale,
    f"POST {SHOP}/messages/{{message_id}}/acknowledgement": acknowledge,
    f"POST {SHOP}/service/price-explanations": explain_price,
    f"POST {SHOP}/events/feed": renew_feed,
    f"POST {_EVENT}/enrolment": enrol_shop,
    f"POST {_EVENT}/entries": enrol_items,
    f"POST {_EVENT}/stock": set_event_stock,
    f"POST {_EVENT}/exits": leave_event,
    f"POST {SHOP}/events/exits/{{exit_id}}/undo": come_back,
    f"POST {_EVENT}/imports": import_entries,
    "POST /v1/sale-events": create_event,
    "POST /v1/sale-events/copies": copy_event,
    "POST /v1/sale-events/{event_id}/publish": publish_event,
    "POST /v1/sale-events/{event_id}/cancel": cancel_event,
    **_STAFFS.rows(PLATFORM),
    f"POST {PLATFORM}/switches": create_switch,
    f"PUT {PLATFORM}/switches/{{name}}": turn_switch,
    f"POST {PLATFORM}/switches/{{name}}/rollback": roll_switch_back,
    f"PUT {PLATFORM}/switch-plans": save_plan,
    f"POST {PLATFORM}/switch-plans/{{plan_id}}/runs": run_plan,
    f"POST {PLATFORM}/switch-plan-runs/{{run_id}}/undo": undo_plan,
    f"POST {PLATFORM}/freezes": freeze,
    f"DELETE {PLATFORM}/freezes/{{freeze_id}}": cancel_freeze,
    f"POST {PLATFORM}/switch-overrides": ask_override,
    f"POST {PLATFORM}/switch-overrides/{{override_id}}/agreement": agree,
    f"DELETE {PLATFORM}/switch-overrides/{{override_id}}": disagree,
}
