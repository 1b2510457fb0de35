"""Can a buyer order, pay, get and give back over HTTP, and has every act one effect however often it is sent?"""

import asyncio
from contextlib import asynccontextmanager

import pytest

from peakday.kernel.ids import read_id, show_id
from peakday.market.accounts.web import buyers_v1
from peakday.trade.carts.api import Wanted, quote
from peakday.trade.orders.audit import audit
from peakday.trade.orders.web import doors
from peakday.trade.payments import api as payments
from peakday.trade.payments.web import v1 as payments_v1
from tests.market.doors import csrf_in, put_behind_the_door, signed_in, visitor
from tests.trade.orders.market import open_market

HOME = {"recipient": "Li Lei", "phone": "13800000000", "city": "杭州", "street": "文三路 1 号"}


@pytest.fixture(autouse=True)
def _orders_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, buyers_v1, payments_v1, doors)


@pytest.fixture
async def market(house):
    return await open_market(house)


@asynccontextmanager
async def a_buyer(market):
    async with visitor(market.house) as client:
        body = (await client.post("/v1/buyers/guests")).json()
        client.headers["authorization"] = f"Bearer {body['token']}"
        address = (await client.post("/v1/my/addresses", json=HOME)).json()
        yield client, read_id("byr", body["buyer_id"]), address["address_id"]


async def a_form(market, buyer_id, address_id, pieces=1, key="k1"):
    async with market.database.read() as tx:
        seen = await quote(tx, buyer_id, [Wanted(market.one.shop_id, market.one.tea, pieces)])
    return {
        "key": key, "seen_token": seen.token, "seen_minor": seen.payable_minor,
        "deliveries": [{"address_id": address_id}],
        "wanted": [{"shop_id": show_id("shp", market.one.shop_id), "sku_id": show_id("sku", market.one.tea),
                    "quantity": pieces}],
    }  # fmt: skip


async def replayed(client, path, body=None):
    """Three times one after the other, then three at once: what each answered."""
    answers = [await client.post(path, json=body) for _ in range(3)]
    return answers + list(await asyncio.gather(*[client.post(path, json=body) for _ in range(3)]))


async def pay(market, client, checkout_id):
    """Pay at the sandbox, and let its letter come in three times."""
    due = (await client.post(f"/v1/my/checkouts/{checkout_id}/payment")).json()
    charge = (await client.post(f"/v1/my/payments/{due['payment_id']}/charge")).json()
    await client.post(f"/v1/sandbox/charges/{charge['charge_id']}/decision", json={"decision": "success"})
    ((_, letter),) = await payments.sandbox_of(market.house).take_letters(10)
    async with visitor(market.house) as bank:
        door = "/v1/gateways/sandbox/callbacks"
        answers = [await bank.post(door, content=letter.body, headers=letter.headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}, answers[0].text
    return [answer.json()["effect"] for answer in answers]


async def test_every_act_of_an_order_sent_six_times_has_one_effect(market):
    async with a_buyer(market) as (client, buyer_id, address_id):
        placed = await replayed(client, "/v1/my/checkouts", await a_form(market, buyer_id, address_id, 2))
        assert {answer.status_code for answer in placed} == {201}
        assert len({answer.json()["checkout_id"] for answer in placed}) == 1
        checkout = placed[0].json()
        order_id = checkout["orders"][0]["order_id"]
        due = await replayed(client, f"/v1/my/checkouts/{checkout['checkout_id']}/payment")
        assert len({answer.json()["payment_id"] for answer in due}) == 1
        assert await pay(market, client, checkout["checkout_id"]) == ["captured", "repeated", "repeated"]
        refund_form = {"key": "r1", "line_no": 1, "pieces": 1, "reason": "one is enough"}
        refunds = await replayed(client, f"/v1/my/orders/{order_id}/refunds", refund_form)
        assert len({answer.json()["refund_id"] for answer in refunds}) == 1
        async with signed_in(market.house, "owner-one") as shop:
            page = await shop.get("/account")
            shop.headers["x-csrf-token"] = csrf_in(page)
            base = f"/v1/shops/{show_id('shp', market.one.shop_id)}"
            granted = await replayed(shop, f"{base}/refunds/{refunds[0].json()['refund_id']}/approval")
            assert {(each.status_code, each.json()["state"]) for each in granted} == {(200, "completed")}
            parcel = {"carrier": "simulated", "tracking_no": "SIM-0001"}
            sent = await replayed(shop, f"{base}/orders/{order_id}/shipment", parcel)
            assert {each.status_code for each in sent} == {204}
        got = await replayed(client, f"/v1/my/orders/{order_id}/receipt")
        assert {each.status_code for each in got} == {204}
        invoice_form = {"kind": "personal", "title": "Li Lei"}
        invoices = await replayed(client, f"/v1/my/orders/{order_id}/invoice", invoice_form)
        assert len({each.json()["invoice_id"] for each in invoices}) == 1
        assert {each.json()["amount_minor"] for each in invoices} == {10_000}
        shown = (await client.get(f"/v1/my/orders/{order_id}")).json()
        listed = (await client.get("/v1/my/orders")).json()
        whole = (await client.get(f"/v1/my/checkouts/{checkout['checkout_id']}")).json()
    assert (shown["status"], shown["paid_minor"], shown["refund_minor"]) == ("completed", 20_000, 10_000)
    assert [event["code"] for event in shown["timeline"]] == [
        "placed", "paid", "refund_asked", "refund_completed", "shipped", "received", "invoice_asked",
    ]  # fmt: skip
    assert shown["lines"][0]["title"] == "Longjing tea"
    assert shown["address"]["recipient"] == "Li Lei"
    assert [order["order_id"] for order in listed["items"]] == [order_id]
    assert whole["orders"][0]["order_id"] == order_id
    assert await market.available(market.one.shop_id, market.one.tea) == 99
    assert await audit(market.house) == []


async def test_a_changed_price_is_answered_with_old_and_new_and_the_new_token(market):
    async with a_buyer(market) as (client, buyer_id, address_id):
        form = await a_form(market, buyer_id, address_id)
        stale = await client.post("/v1/my/checkouts", json={**form, "seen_token": "0" * 32, "seen_minor": 9_000})
        fresh = await client.post("/v1/my/checkouts", json={**form, "seen_token": stale.json()["seen_token"]})
    body = stale.json()
    assert (stale.status_code, body["code"], body["old_minor"], body["new_minor"]) == (
        409,
        "price_changed",
        9_000,
        10_000,
    )
    assert fresh.status_code == 201


async def test_cancelling_gives_back_once(market):
    async with a_buyer(market) as (client, buyer_id, address_id):
        placed = (await client.post("/v1/my/checkouts", json=await a_form(market, buyer_id, address_id))).json()
        closed = await replayed(client, f"/v1/my/checkouts/{placed['checkout_id']}/cancellation")
        assert sorted(len(answer.json()["order_ids"]) for answer in closed) == [0, 0, 0, 0, 0, 1]
        second = (
            await client.post("/v1/my/checkouts", json=await a_form(market, buyer_id, address_id, key="k2"))
        ).json()
        await pay(market, client, second["checkout_id"])
        undone = await replayed(client, f"/v1/my/orders/{second['orders'][0]['order_id']}/cancellation")
        assert sorted(answer.json()["amount_minor"] for answer in undone) == [0, 0, 0, 0, 0, 10_000]
    assert await market.available(market.one.shop_id, market.one.tea) == 100
    assert await audit(market.house) == []


async def test_another_buyers_things_are_not_found(market):
    async with a_buyer(market) as (client, buyer_id, address_id):
        placed = (await client.post("/v1/my/checkouts", json=await a_form(market, buyer_id, address_id))).json()
        order_id = placed["orders"][0]["order_id"]
        async with a_buyer(market) as (stranger, *_):
            asked = [
                await stranger.get(f"/v1/my/orders/{order_id}"),
                await stranger.get(f"/v1/my/checkouts/{placed['checkout_id']}"),
                await stranger.post(f"/v1/my/checkouts/{placed['checkout_id']}/payment"),
                await stranger.post(f"/v1/my/orders/{order_id}/cancellation"),
                await stranger.delete(f"/v1/my/addresses/{address_id}"),
            ]
            assert {answer.status_code for answer in asked} == {404}
            assert (await stranger.get("/v1/my/orders")).json()["items"] == []
        addresses = (await client.get("/v1/my/addresses")).json()["items"]
    assert [each["address_id"] for each in addresses] == [address_id]


@pytest.mark.parametrize(
    "change",
    [{"key": ""}, {"deliveries": []}, {"wanted": []}, {"wanted": [{"shop_id": "x", "sku_id": "y", "quantity": 1}]},
     {"seen_minor": -1}, {"terminal": "fridge"}],
)  # fmt: skip
async def test_bad_input_is_answered_and_orders_nothing(market, change):
    async with a_buyer(market) as (client, buyer_id, address_id):
        form = await a_form(market, buyer_id, address_id)
        answer = await client.post("/v1/my/checkouts", json={**form, **change})
        assert answer.status_code in {404, 422}
        assert (await client.get("/v1/my/orders")).json()["items"] == []


async def test_letters_that_no_gateway_signed_are_refused(market):
    async with visitor(market.house) as client:
        unsigned = await client.post("/v1/gateways/sandbox/callbacks", content=b"{}")
        unknown = await client.post("/v1/gateways/nobody/callbacks", content=b"{}")
    assert (unsigned.status_code, unknown.status_code) == (400, 404)
