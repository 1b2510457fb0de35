"""Can a shop ship, answer refunds and issue invoices on the page of an order, and is what is refused told?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.market.catalog.web import merchant as catalog_pages
from peakday.trade.orders import api
from peakday.trade.orders.refunds import RefundWish
from peakday.trade.orders.stories import InvoiceKind
from peakday.trade.orders.web import merchant
from tests.market.doors import csrf_in, put_behind_the_door, signed_in
from tests.trade.orders.market import open_market


@pytest.fixture(autouse=True)
def _orders_pages(monkeypatch):
    put_behind_the_door(monkeypatch, merchant, catalog_pages)


@pytest.fixture
async def market(house):
    return await open_market(house)


async def paid(market, pieces=2):
    placed = await market.place(market.buyer, (market.one.shop_id, market.one.tea, pieces))
    await market.pay(market.buyer, placed.checkout_id)
    order_id = placed.orders[0].order_id
    return order_id, f"/shop/{show_id('shp', market.one.shop_id)}/orders/{show_id('ord', order_id)}"


async def press(client, address, button, **typed):
    token = csrf_in(await client.get(address))
    return await client.post(f"{address}/{button}", data={"csrf_token": token, **typed})


async def test_a_shop_ships_by_the_page(market):
    _, address = await paid(market)
    async with signed_in(market.house, "owner-one") as client:
        wrong = await press(client, address, "ship", carrier="sf", tracking_no="?")
        right = await press(client, address, "ship", carrier="simulated", tracking_no="SIM-0001")
        page = (await client.get(address)).text
        chinese = (await client.get(f"{address}?lang=zh")).text
    assert (wrong.status_code, right.status_code) == (422, 303)
    assert "A tracking number has 4 to 40" in wrong.text
    assert "Shipped" in page
    assert "simulated: there is no parcel" in page
    assert "模拟承运" in chinese
    assert "Li Lei" in page


async def test_refunds_are_decided_on_the_page(market):
    order_id, address = await paid(market)
    wish = RefundWish(order_id=order_id, line_no=1, key="a", reason="One is <enough>", pieces=1)
    refund = await market.do(api.ask_refund, market.buyer, wish)
    shown = f"refunds/{show_id('rfd', refund.refund_id)}"
    async with signed_in(market.house, "owner-one") as client:
        page = (await client.get(address)).text
        assert "One is &lt;enough&gt;" in page
        assert (await press(client, address, f"{shown}/decline", note="")).status_code == 422
        assert (await press(client, address, f"{shown}/burn")).status_code == 404
        assert (await press(client, address, f"{shown}/approve")).status_code == 303
        page = (await client.get(address)).text
    assert "Completed" in page
    assert "¥100.00" in page


async def test_an_invoice_is_issued_and_printed(market):
    order_id, address = await paid(market)
    asked = await market.do(api.ask_invoice, market.buyer, api.InvoiceWish(order_id, InvoiceKind.PERSONAL, "Li Lei"))
    async with signed_in(market.house, "owner-one") as client:
        assert (await client.get(f"{address}/invoice")).status_code == 404
        shown = f"invoices/{show_id('inv', asked.invoice_id)}"
        for _ in range(2):
            assert (await press(client, address, f"{shown}/issue")).status_code == 303
        printed = (await client.get(f"{address}/invoice")).text
    assert "Li Lei" in printed
    assert "¥200.00" in printed
    assert "no tax office was told" in printed


async def test_hold_and_lift_and_cancel(market):
    _, address = await paid(market)
    async with signed_in(market.house, "owner-one") as client:
        assert (await press(client, address, "hold", reason="checking")).status_code == 303
        assert "The order is held" in (await client.get(address)).text
        assert (await press(client, address, "cancel")).status_code == 409
        assert (await press(client, address, "lift")).status_code == 303
        assert (await press(client, address, "cancel")).status_code == 303
        page = (await client.get(address)).text
    assert "Closed: wholly refunded" in page


async def test_another_shops_order_is_not_found(market):
    _, address = await paid(market)
    async with signed_in(market.house, "owner-two") as client:
        assert (await client.get(address)).status_code == 404
