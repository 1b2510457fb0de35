"""Do a shopper's programs fill, change and read the own cart over HTTP, and nobody else's?"""

import asyncio
from datetime import timedelta
from itertools import count

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import BuyerId, BuyerPass
from peakday.trade.carts.web.bodies import AddedBody, CartBody, ChangedBody, FavouritesBody
from peakday.trade.promotions.model import Kind, Tier
from tests.market.doors import visitor

pytestmark = pytest.mark.capability("TE-02")


def shopper(aisle, buyer=None, is_guest=False):
    shown = BuyerPass(BuyerId(buyer or aisle.buyer), is_guest, False, aisle.now + timedelta(hours=1), aisle.now)
    token = accounts.make_buyer_token(accounts.buyer_secret(aisle.house.settings), shown)
    return visitor(aisle.house, authorization=f"Bearer {token}")


_wishes = count(1)


def anew():
    """A key that no wish had before."""
    return {"idempotency-key": f"wish-{next(_wishes)}"}


def wish(aisle, number, quantity=1):
    shop, sku = show_id("shp", aisle.shop_of(number)), show_id("sku", aisle.sku(number))
    return {"shop_id": shop, "sku_id": sku, "quantity": quantity}


def sku(aisle, number):
    return show_id("sku", aisle.sku(number))


async def test_a_guest_fills_a_cart_and_reads_it_as_documented(aisle):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    async with shopper(aisle, aisle.guest, is_guest=True) as client:
        for number in (0, 1):
            added = await client.post("/v1/my/cart/lines", json=wish(aisle, number), headers=anew())
            assert added.status_code == 201, added.text
            AddedBody(**added.json())
        cart = CartBody(**(await client.get("/v1/my/cart")).json())
    assert (cart.lines, cart.selected, cart.found) == (2, 2, 2)
    assert [group.name for group in cart.groups] == ["Shop 1", "Shop 0"]
    (till,) = cart.tills
    assert (till.list_minor, till.payable_minor, till.gap_minor) == (20_000, 20_000, 0)
    assert [(each.missing, each.off) for each in till.advice] == [(10_000, 5_000)]


async def test_a_change_answers_with_the_line_and_the_new_best_price(aisle):
    await aisle.promote(Kind.CROSS_SHOP_TIER, Tier(30_000, 5_000))
    await aisle.add(1)
    async with shopper(aisle) as client:
        changed = await client.patch(f"/v1/my/cart/lines/{sku(aisle, 1)}", json={"quantity": 3})
        body = ChangedBody(**changed.json())
        assert (body.line.quantity, body.line.payable_minor, body.tills[0].payable_minor) == (3, 25_000, 25_000)
        refused = await client.patch(f"/v1/my/cart/lines/{sku(aisle, 2)}", json={"quantity": 3})
        assert (refused.status_code, refused.json()["code"]) == (404, "cart_line_not_found")
        summary = (await client.post("/v1/my/cart/selection", json={"is_selected": False})).json()
        assert (summary["selected"], summary["tills"]) == (0, [])
    assert await aisle.pieces() == {1: 3}


async def test_removing_undoing_favourites_and_looks_over_http(aisle):
    await aisle.fill([1, 2, 3])
    async with shopper(aisle) as client:
        removal = (await client.post("/v1/my/cart/removals", json={"sku_ids": [sku(aisle, 1)]})).json()
        undone = await client.post(f"/v1/my/cart/removals/{removal['removal_id']}/undo")
        assert (removal["lines"], undone.json()) == (1, {"count": 1})
        assert (await client.post("/v1/my/cart/removals", json={})).json() == {"removal_id": None, "lines": 0}
        assert (await client.post("/v1/my/favourites", json={"sku_ids": [sku(aisle, 2)]})).json() == {"count": 1}
        kept = FavouritesBody(**(await client.get("/v1/my/favourites")).json())
        assert [line.title for line in kept.items] == ["Goods 2"]
        assert (await client.post(f"/v1/my/favourites/{sku(aisle, 2)}/cart", headers=anew())).json()["lines"] == 3
        assert (await client.post("/v1/my/favourites/removals", json={"sku_ids": [sku(aisle, 2)]})).json()["count"] == 0
        await aisle.price(3, 9_000)
        cart = (await client.get("/v1/my/cart", params={"show": "cheaper"})).json()
        assert [line["changes"] for group in cart["groups"] for line in group["lines"]] == [["cheaper"]]
        assert (await client.post("/v1/my/cart/look")).json() == {"count": 1}
        assert (await client.get("/v1/my/cart/additions")).json() == {"items": []}


async def test_bad_wishes_get_a_clear_answer_and_change_nothing(aisle):
    await aisle.stock(1, 2)
    cases = [
        ({**wish(aisle, 1), "quantity": 3}, 409, "not_enough_stock"),
        ({**wish(aisle, 2), "quantity": 10_000}, 409, "too_many_pieces"),
        ({**wish(aisle, 2), "quantity": 0}, 422, "invalid"),
        ({**wish(aisle, 2), "quantity": 2**70}, 422, "invalid"),
        ({**wish(aisle, 2), "quantity": "2"}, 422, "invalid"),
        ({**wish(aisle, 2), "price_minor": 1}, 422, "invalid"),  # a forged price is no field of ours
        ({**wish(aisle, 2), "shop_id": wish(aisle, 1)["shop_id"]}, 404, "sku_not_sold"),
        ({**wish(aisle, 2), "sku_id": "sku_x"}, 404, "sku_not_sold"),
        ({**wish(aisle, 2), "live_room_id": "x" * 101}, 422, "invalid"),
        ([], 422, "invalid"),
    ]
    async with shopper(aisle) as client:
        for body, status, code in cases:
            answer = await client.post("/v1/my/cart/lines", json=body, headers=anew())
            assert (answer.status_code, answer.json()["code"]) == (status, code), body
        assert (await client.post("/v1/my/cart/lines", content=b"{" * 3_000, headers=anew())).status_code in {413, 422}
        assert (
            await client.post("/v1/my/cart/lines", content=b'{"shop_id": "\xff"}', headers=anew())
        ).status_code == 422
        assert (await client.get("/v1/my/cart", params={"cursor": sku(aisle, 1)})).status_code == 422
        assert (
            await client.post("/v1/my/cart/selection", json={"is_selected": True, "sku_ids": ["x"]})
        ).status_code == 404
    assert await aisle.pieces() == {}


async def test_line_301_is_refused_with_its_remedies_in_both_languages(aisle):
    await aisle.fill(range(300))
    async with shopper(aisle) as client:
        refused = await client.post("/v1/my/cart/lines", json=wish(aisle, 300), headers=anew())
    body = refused.json()
    assert (refused.status_code, body["code"]) == (409, "cart_full")
    assert "favourites" in body["title"]
    assert "收藏夹" in body["title_zh"]


async def test_buyers_see_their_own_cart_only_and_strangers_none(aisle):
    await aisle.fill([1, 2])
    async with shopper(aisle, aisle.guest) as client:
        assert (await client.get("/v1/my/cart")).json()["lines"] == 0
        for method, path, body in (
            ("PATCH", f"/v1/my/cart/lines/{sku(aisle, 1)}", {"quantity": 9}),
            ("POST", "/v1/my/cart/removals", {"sku_ids": [sku(aisle, 1)]}),
            ("POST", "/v1/my/favourites", {"sku_ids": [sku(aisle, 1)]}),
        ):
            assert (await client.request(method, path, json=body)).status_code == 404
        assert (await client.post("/v1/my/cart/selection", json={"is_selected": False})).status_code == 200
    assert await aisle.pieces() == {1: 1, 2: 1}
    assert (await aisle.cart()).selected == 2
    async with visitor(aisle.house) as nobody:
        assert (await nobody.get("/v1/my/cart")).status_code == 401
        assert (await nobody.post("/v1/my/cart/lines", json=wish(aisle, 1), headers=anew())).status_code == 401


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_wish_that_is_sent_three_times_with_its_key_adds_once(aisle, at_once):
    async with shopper(aisle) as client:

        def send():
            return client.post("/v1/my/cart/lines", json=wish(aisle, 1, 2), headers={"idempotency-key": "tap-1"})

        answers = await asyncio.gather(send(), send(), send()) if at_once else [await send() for _ in range(3)]
    assert 201 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await aisle.pieces() == {1: 2}


async def test_sixty_devices_that_edit_one_cart_lose_nothing(aisle):
    await aisle.add(0, 1)
    async with shopper(aisle) as client:
        adds = [client.post("/v1/my/cart/lines", json=wish(aisle, number % 20), headers=anew()) for number in range(60)]
        changes = [client.patch(f"/v1/my/cart/lines/{sku(aisle, 0)}", json={"is_selected": True}) for _ in range(5)]
        answers = await asyncio.gather(*adds, *changes)
    assert {answer.status_code for answer in answers} == {200, 201}
    assert await aisle.pieces() == {0: 4} | dict.fromkeys(range(1, 20), 3)
