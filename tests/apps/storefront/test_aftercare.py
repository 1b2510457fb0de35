"""Can a shopper buy in advance, get the difference back and keep an invoice, on the pages of the mall?"""

import re
from datetime import timedelta

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import new_id, read_id, show_id
from peakday.trade.orders import api as orders
from peakday.trade.price_history import api as prices
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from tests.apps.storefront.test_shopping import enter, fields, live_at_checkout, post

ADDRESS = {"recipient": "李梅", "phone": "13800000000", "street": "文三路 1 号", "city": "杭州", "is_default": "1"}


async def offer_presale(mall, tail_in=timedelta(days=2)):
    """Deposit 10.00 that counts as 20.00 on the tea at 59.00: tail 39.00."""
    bazaar = mall.bazaar
    async with bazaar.database.transaction() as tx:
        at = await tx.fetchval("select clock_timestamp()")
        offer = promotions.PresaleOffer(
            presale_id=new_id(at), shop_id=bazaar.shop_id, item_id=bazaar.item("tea"), sku_id=bazaar.sku("tea"),
            currency="CNY", terms=PresaleTerms(PresaleKind.INFLATION, 59_00, 10_00, 10_00),
            deposit_from=at - timedelta(days=1), deposit_until=at + timedelta(days=1),
            tail_from=at + tail_in, tail_until=at + timedelta(days=4),
        )  # fmt: skip
        await promotions.offer_presale(tx, SYSTEM, offer, mall.house.clock.now())


async def with_address(client):
    await enter(client)
    await post(client, "/mall/addresses", {**ADDRESS, "next": "/mall"})


async def pay_at(client, answer):
    assert answer.status_code == 303, answer.text
    path = answer.headers["location"]
    page = await client.get(path)
    await post(client, path, {"decision": "success"})
    return page.text


async def last_order(mall):
    async with mall.bazaar.database.read() as tx:
        row = await tx.fetchrow("select order_id, status from orders.customer_order order by order_id desc limit 1")
    return f"/mall/orders/{show_id('ord', row['order_id'])}", row["status"]


async def pay_deposit(client, mall):
    wanted = {key: fields(mall)[key] for key in ("shop", "sku")}
    page = await client.get("/mall/presale", params={**wanted, "quantity": "2"})
    [address] = re.findall(r'name="address" value="([^"]+)"', page.text)
    seen = await live_at_checkout(client, page)
    assert seen["seen_minor"] == "2000"
    form = {**wanted, **seen, "quantity": "2", "address": address}
    changed = await post(client, "/mall/presale", {**form, "seen_minor": "1"})
    assert (changed.status_code, "m-note-warn" in changed.text) == (409, True)
    first = await post(client, "/mall/presale", form)
    again = await post(client, "/mall/presale", form)
    assert again.headers["location"] == first.headers["location"]
    return await pay_at(client, first)


@pytest.mark.capability("TE-09", page="/mall/presale")
async def test_a_deposit_and_a_tail_are_paid_from_the_pages(mall):
    await offer_presale(mall)
    async with mall.client() as client:
        item = (await client.get(mall.bazaar.path("tea"))).text
        assert "抵 ¥20.00" in item
        assert "付定金" in item
        await with_address(client)
        assert "¥20.00" in await pay_deposit(client, mall)
        order, status = await last_order(mall)
        assert status == "awaiting_balance"
        tails = (await client.get("/mall/tails")).text
        assert "¥78.00" in tails
        assert "可付尾款还有" in tails
        early = await post(client, f"{order}/payment")
        assert early.status_code == 409
    assert (await last_order(mall))[1] == "awaiting_balance"


async def test_a_tail_that_is_due_is_paid_from_the_list(mall):
    await offer_presale(mall, timedelta(seconds=-1))
    async with mall.client("en") as client:
        await with_address(client)
        await pay_deposit(client, mall)
        order, _ = await last_order(mall)
        assert "ends in" in (await client.get("/mall/tails")).text
        await pay_at(client, await post(client, f"{order}/payment"))
        assert "No balance to pay" in (await client.get("/mall/tails")).text
    assert (await last_order(mall))[1] == "awaiting_shipment"


async def bought(client, mall):
    """A tea that is paid for: its order's page."""
    await with_address(client)
    wanted = {"shop": fields(mall)["shop"], "sku": fields(mall)["sku"], "n": "1"}
    page = await client.get("/mall/checkout", params=wanted)
    [address] = re.findall(r'name="address" value="([^"]+)"', page.text)
    seen = await live_at_checkout(client, page)
    await pay_at(client, await post(client, "/mall/checkout", {**wanted, **seen, "address": address}))
    return (await last_order(mall))[0]


@pytest.mark.capability("TE-10", page="/mall/orders/{order_id}")
async def test_the_difference_of_a_later_price_comes_back_once(mall):
    async with mall.client() as client:
        order = await bought(client, mall)
        told = await post(client, f"{order}/protection", {"line": "1"})
        assert "付款后没有更低的价格" in told.text
        async with mall.bazaar.database.transaction() as tx:
            now = await tx.fetchval("select clock_timestamp()")
            offer = Offer(mall.bazaar.shop_id, mall.bazaar.item("tea"), mall.bazaar.sku("tea"), OfferKind.EVENT, 39_00,
                          "CNY", now, now + timedelta(hours=1), "event", "double-11/spot")  # fmt: skip
            await prices.record_offers(tx, [offer], now)
        told = await post(client, f"{order}/protection", {"line": "1"})
        assert "已为您退还差价" in told.text
        assert "价保 · 已退款 ¥20.00" in told.text
        told = await post(client, f"{order}/protection", {"line": "1"})
        assert "差价已经退过了" in told.text
        assert (await post(client, f"{order}/protection", {"line": "7x"})).status_code == 404
    async with mall.bazaar.database.read() as tx:
        assert await tx.fetchval("select sum(refund_minor) from orders.customer_order") == 20_00


async def test_an_invoice_is_asked_for_seen_and_kept(mall):
    async with mall.client() as client:
        order = await bought(client, mall)
        assert (await client.get(f"{order}/invoice")).status_code == 404
        bad = await post(client, f"{order}/invoice", {"kind": "company", "title": "某公司", "tax_no": "1"})
        assert (bad.status_code, "税号" in bad.text) == (422, True)
        form = {"kind": "company", "title": "某公司", "tax_no": "91330100ma2ab12345"}
        assert (await post(client, f"{order}/invoice", form)).status_code == 303
        assert "等待商家开具" in (await client.get(order)).text
        async with mall.bazaar.database.transaction() as tx:
            story_id = read_id("ord", order.rpartition("/")[2])
            invoice_id = await tx.fetchval("select invoice_id from orders.invoice where order_id = $1", story_id)
            await orders.issue_invoice(tx, SYSTEM, mall.bazaar.shop_id, invoice_id)
        assert "¥59.00" in (await client.get(f"{order}/invoice")).text
        kept = await client.get(f"{order}/invoice/file")
    assert kept.headers["content-disposition"] == 'attachment; filename="peakday-invoice-1.html"'
    assert "91330100MA2AB12345" in kept.text
