"""Do the doors of orders show a shop its orders, hide money from who may not see it, and other shops from all?"""

from datetime import timedelta

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.trade.orders.api import copy_orders
from peakday.trade.orders.model import Discount, OrderStatus
from peakday.trade.orders.web import merchant, v1
from tests.market.doors import put_behind_the_door, signed_in
from tests.market.people import open_account, open_shop_with_owner
from tests.trade.orders.builders import AT, SOURCE, a_line, an_order


@pytest.fixture(autouse=True)
def _orders_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, merchant)


@pytest.fixture
async def shown(house, clock):
    """A shop with 52 orders, the newest with a discount above its price, a refund, and its own number."""
    shop_id, _ = await open_shop_with_owner(house.database, "one", clock.now())
    await open_shop_with_owner(house.database, "two", clock.now())
    odd = a_line(1, 91_827, discounts=(Discount("manufacturer_coupon", "item", "merchant", 1_827, 2_500),),
                 paid_minor=90_000, refund_minor=45_013)  # fmt: skip
    batch = [an_order(f"N-{n}", shop_id=shop_id, at=AT - timedelta(hours=n)) for n in range(1, 52)]
    newest = an_order("=N-0", [odd], shop_id, flags=("coupon_exceeds_price",))
    async with house.database.transaction() as tx:
        await open_account(tx, shop_id, "shipper", clock.now(), Role.CUSTOM, {"trade:view"})
        await open_account(tx, shop_id, "designer", clock.now(), Role.CUSTOM, {"items:view"})
        await copy_orders(tx, SOURCE, [*batch, newest], AT)
    return show_id("shp", shop_id), show_id("ord", newest.order.order_id)


async def test_the_json_list_pages_through_all_orders_once(house, shown):
    async with signed_in(house, "owner-one") as client:
        seen, cursor = [], None
        while True:
            query = {"limit": 20} | ({"cursor": cursor} if cursor else {})
            body = (await client.get(f"/v1/shops/{shown[0]}/orders", params=query)).json()
            seen += [order["source_ref"] for order in body["items"]]
            cursor = body["next_cursor"]
            if cursor is None:
                break
    assert seen == ["=N-0", *[f"N-{n}" for n in range(1, 52)]]


async def test_one_order_has_its_lines_discounts_and_refunds(house, shown):
    async with signed_in(house, "owner-one") as client:
        body = (await client.get(f"/v1/shops/{shown[0]}/orders/{shown[1]}")).json()
    assert body["money"] == {
        "list_minor": 91_827, "discount_minor": 1_827, "postage_minor": 0, "paid_minor": 90_000, "refund_minor": 45_013,
    }  # fmt: skip
    assert body["lines"][0]["money"]["discounts"] == [
        {"instrument": "manufacturer_coupon", "level": "item", "funder": "merchant", "minor": 1_827, "raw_minor": 2_500}
    ]
    assert [refund["amount_minor"] for refund in body["refunds"]] == [45_013]


async def test_filters_of_the_json_list_pick(house, shown):
    async with signed_in(house, "owner-one") as client:
        for query in ("flag=coupon_exceeds_price", "has_refund=true", "search=%3DN-0", f"search={shown[1]}"):
            body = (await client.get(f"/v1/shops/{shown[0]}/orders?{query}")).json()
            assert [order["source_ref"] for order in body["items"]] == ["=N-0"], query
        assert (await client.get(f"/v1/shops/{shown[0]}/orders?status={OrderStatus.CLOSED}")).json()["items"] == []


@pytest.mark.parametrize("query", ["status=lost", "limit=0", "limit=201", "cursor=ord_x", "first_day=1970-01-01"])
async def test_a_wrong_query_is_refused_as_invalid(house, shown, query):
    async with signed_in(house, "owner-one") as client:
        answer = await client.get(f"/v1/shops/{shown[0]}/orders?{query}")
    assert answer.status_code == 422, answer.text


@pytest.mark.capability("QN-08")
async def test_who_may_not_see_figures_gets_no_amount_by_any_door(house, shown):
    shop, order = shown
    doors = [f"/v1/shops/{shop}/orders", f"/v1/shops/{shop}/orders/{order}", f"/shop/{shop}/orders",
             f"/shop/{shop}/orders/{order}", f"/shop/{shop}/orders.csv"]  # fmt: skip
    amounts = ("91827", "918.27", "90000", "900.00", "1827", "18.27", "45013", "450.13", "2500", "25.00")
    async with signed_in(house, "shipper") as client:
        for door in doors:
            answer = await client.get(door)
            assert answer.status_code == 200, (door, answer.text)
            assert "=N-0" in answer.text
            assert [amount for amount in amounts if amount in answer.text] == [], door
    async with signed_in(house, "owner-one") as client:
        for door in doors:
            text = (await client.get(door)).text
            assert [amount for amount in amounts if amount in text], door


@pytest.mark.parametrize("login, status", [("owner-two", 404), ("designer", 403)])
async def test_other_shops_and_other_menus_stay_out(house, shown, login, status):
    shop, order = shown
    async with signed_in(house, login) as client:
        for door in (f"/v1/shops/{shop}/orders", f"/v1/shops/{shop}/orders/{order}", f"/shop/{shop}/orders",
                     f"/shop/{shop}/orders/{order}", f"/shop/{shop}/orders.csv"):  # fmt: skip
            assert (await client.get(door)).status_code == status, door


async def test_the_page_lists_fifty_and_leads_to_the_rest(house, shown):
    async with signed_in(house, "owner-one") as client:
        page = (await client.get(f"/shop/{shown[0]}/orders")).text
        assert "N-49<" in page
        assert "N-50<" not in page
        last = page.split("after=")[1].split('"')[0]
        rest = (await client.get(f"/shop/{shown[0]}/orders?after={last}")).text
    assert "N-50<" in rest
    assert "N-51<" in rest


async def test_the_page_says_what_is_odd_and_who_bears_a_discount(house, shown):
    async with signed_in(house, "owner-one") as client:
        page = (await client.get(f"/shop/{shown[0]}/orders/{shown[1]}")).text
    assert "The coupon is above the price" in page
    assert "borne by the merchant" in page
    assert "¥18.27" in page
    assert "¥25.00" in page


async def test_an_empty_shop_is_told_what_to_do_and_an_empty_search_how_to_leave(house, shown):
    async with signed_in(house, "owner-one") as client:
        assert "No order matches" in (await client.get(f"/shop/{shown[0]}/orders?q=nothing")).text
    async with signed_in(house, "owner-two") as client:
        home = (await client.get("/shops")).headers["location"]
        assert "No orders yet" in (await client.get(f"{home}orders")).text


async def test_the_export_holds_every_order_with_amounts_and_no_formula(house, shown):
    async with signed_in(house, "owner-one") as client:
        answer = await client.get(f"/shop/{shown[0]}/orders.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 53
    assert lines[0].endswith("flags,currency,list,discount,postage,paid,refund")
    assert f"{shown[1]},{SOURCE},'=N-0,,spot,pc,,completed,2026-11-10 20:00:00+08:00" in lines[1]
    assert lines[1].endswith("coupon_exceeds_price,CNY,918.27,18.27,0.00,900.00,450.13")
