"""Can somebody shop with plain forms, and is every change theirs alone?"""

import asyncio
import re

import pytest

from peakday.apps.storefront.web.entering import own_path
from peakday.kernel.ids import show_id
from peakday.trade.orders.flash.flash_order import REQUEST_HASH_BYTES
from peakday.trade.price_history import api as prices
from tests.apps.storefront.bazaar import PASSWORD, SALE_MINOR


def fields(mall, ref="tea", **more):
    bazaar = mall.bazaar
    return {"shop": show_id("shp", bazaar.shop_id), "sku": show_id("sku", bazaar.sku(ref)),
            "item": show_id("itm", bazaar.item(ref)), "quantity": "1", **more}  # fmt: skip


async def post(client, path, data=None, **kwargs):
    if "peakday_csrf" not in client.cookies:
        await client.get("/mall")
    return await client.post(path, data={"csrf_token": client.cookies["peakday_csrf"], **(data or {})}, **kwargs)


async def add(client, mall, ref="tea", **more):
    answer = await post(client, "/mall/cart/lines", fields(mall, ref, **more))
    assert answer.status_code == 303, answer.text
    return answer


async def enter(client, target="/mall"):
    answer = await post(client, "/mall/sign-in", {"login": "li.mei", "password": PASSWORD, "next": target})
    assert (answer.status_code, answer.headers["location"]) == (303, target)
    await client.get("/mall/me")  # the token of the forms is made anew


async def live_at_checkout(client, page):
    """The hidden fields of the checkout page."""
    return dict(re.findall(r'<input type="hidden" name="(key|seen_token|seen_minor)" value="([^"]*)"', page.text))


@pytest.mark.parametrize("at_once", [False, True])
async def test_a_form_that_is_sent_three_times_adds_once_and_the_next_page_is_a_new_wish(mall, at_once):
    async with mall.client() as client:
        await add(client, mall, "cup")
        for wanted in (1, 2):
            page = await client.get(f"/mall/items/{show_id('itm', mall.bazaar.item('tea'))}")
            (wish,) = re.findall(r'name="wish" value="([0-9a-f]{32})"', page.text)
            sent = [add(client, mall, wish=wish) for _ in range(3)]
            if at_once:
                await asyncio.gather(*sent)
            else:
                for one in sent:
                    await one
            async with mall.house.database.read() as connection:
                pieces = await connection.fetchval(
                    "select quantity from carts.line where sku_id = $1", mall.bazaar.sku("tea")
                )
            assert pieces == wanted


@pytest.mark.parametrize(
    "path", ["/mall", "/mall/categories", "/mall/search", "/mall/cart", "/mall/favourites", "/mall/me"]
)
@pytest.mark.parametrize("language", ["zh", "en"])
async def test_whoever_walks_in_sees_every_page_of_the_mall(mall, path, language):
    async with mall.client(language) as client:
        page = await client.get(path)
    assert page.status_code == 200
    assert f'<html lang="{"zh-CN" if language == "zh" else "en"}"' in page.text
    assert "peakday_buyer" not in str(page.headers.get_list("set-cookie"))  # looking makes nobody a guest


async def test_a_search_finds_in_both_languages_and_an_empty_one_suggests(mall):
    async with mall.client() as client:
        assert "西湖龙井" in (await client.get("/mall/search?q=龙井")).text
        assert "Bamboo Tray 12 in" in (await client.get("/mall/search?q=tray")).text  # nobody is shouted at
        nothing = (await client.get("/mall/search?q=龙井咖啡")).text
        assert "没有完全匹配的商品" in nothing
        assert "西湖龙井" in nothing
        assert (await client.get("/mall/search?q=tray%00")).status_code == 200
        narrow = (await client.get("/mall/search?min=50&max=60")).text
        assert ("西湖龙井" in narrow, "青瓷盖碗" in narrow) == (True, False)


async def test_the_item_page_explains_its_price(mall):
    async with mall.client() as client:
        page = (await client.get(mall.bazaar.path("tea"))).text
    assert "¥59.00" in page
    assert "店铺满减:未使用,未达门槛,还差 ¥41.00" in page
    assert 'aria-label="西湖龙井 250克"' in page


async def test_what_is_not_sold_is_told_with_something_else_to_see(mall):
    async with mall.client() as client:
        page = await client.get(f"/mall/items/{show_id('itm', mall.bazaar.shop_id)}")
    assert page.status_code == 404
    assert "这件商品找不到了" in page.text
    assert "西湖龙井" in page.text


@pytest.mark.capability("TE-02", page="/mall/cart")
async def test_a_visitor_becomes_a_guest_with_the_first_line_and_the_cart_prices_it(mall):
    async with mall.client() as client:
        answer = await add(client, mall, quantity="2")
        assert answer.headers["location"].startswith(mall.bazaar.path("tea"))
        assert client.cookies["peakday_buyer"].startswith("pkb1.")
        cart = (await client.get("/mall/cart")).text
    assert '<dd id="total" class="m-price">¥108.00</dd>' in cart  # 118 less 10 at 100
    assert "店铺满减" in cart


async def test_lines_change_go_and_come_back_with_plain_forms(mall):
    async with mall.client() as client:
        await add(client, mall)
        sku = fields(mall)["sku"]
        changed = await post(client, "/mall/cart/change", {"sku": sku, "quantity": "3", "selected": "1"})
        assert changed.headers["location"] == "/mall/cart"
        assert "¥167.00" in (await client.get("/mall/cart")).text
        gone = await post(client, "/mall/cart/remove", {"sku": sku})
        undo = gone.headers["location"].removeprefix("/mall/cart?undo=")
        assert "购物车是空的" in (await client.get("/mall/cart")).text
        await post(client, "/mall/cart/undo", {"removal": undo})
        assert "¥167.00" in (await client.get("/mall/cart")).text


async def test_scripts_get_the_new_body_of_the_cart_alone(mall):
    async with mall.client() as client:
        await add(client, mall)
        data = {"sku": fields(mall)["sku"], "quantity": "2", "selected": "1"}
        part = await post(client, "/mall/cart/change", data, headers={"hx-request": "true"})
    assert part.status_code == 200
    assert part.text.lstrip().startswith('<div id="cart"')
    assert "¥108.00" in part.text


async def test_a_refusal_is_said_in_the_cart_and_changes_nothing(mall):
    async with mall.client() as client:
        await add(client, mall)
        data = {"sku": fields(mall)["sku"], "quantity": "999999", "selected": "1"}
        refused = await post(client, "/mall/cart/change", data)
        assert refused.status_code == 409
        assert 'role="alert"' in refused.text
        assert "¥59.00" in (await client.get("/mall/cart")).text


@pytest.mark.parametrize("headers", [{}, {"x-csrf-token": "guess"}, {"sec-fetch-site": "cross-site"}])
async def test_a_form_of_the_mall_without_our_token_changes_nothing(mall, headers):
    async with mall.client() as client:
        await add(client, mall)
        answer = await client.post("/mall/cart/remove", data={"sku": fields(mall)["sku"]}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf_failed")
        assert "¥59.00" in (await client.get("/mall/cart")).text


async def test_a_guests_cart_comes_along_when_they_sign_in(mall):
    async with mall.client() as client:
        await add(client, mall, "cup")
        before = client.cookies["peakday_csrf"]
        await enter(client, "/mall/cart")
        assert client.cookies["peakday_csrf"] != before
        assert "青瓷盖碗" in (await client.get("/mall/cart")).text


async def test_a_guest_who_registers_keeps_the_cart_and_goes_on_to_check_out(mall):
    async with mall.client() as client:
        await add(client, mall)
        asked = await client.get("/mall/checkout")
        assert asked.headers["location"] == "/mall/sign-in?next=%2Fmall%2Fcheckout"
        form = {"login": "han.mei", "name": "韩梅", "password": PASSWORD, "next": "/mall/checkout"}
        answer = await post(client, "/mall/register", form)
        assert answer.headers["location"] == "/mall/checkout"
        page = await client.get("/mall/checkout")
        assert "西湖龙井" in page.text
        assert 'name="recipient"' in page.text  # no address yet


async def test_an_order_is_paid_at_the_sandbox_and_a_second_press_is_the_same_order(mall):
    async with mall.client() as client:
        await enter(client)
        await add(client, mall, quantity="2")
        address = {
            "recipient": "李梅",
            "phone": "13800000000",
            "city": "杭州",
            "street": "文三路 1 号",
            "next": "/mall/checkout",
        }
        assert (await post(client, "/mall/addresses", address)).headers["location"] == "/mall/checkout"
        page = await client.get("/mall/checkout")
        chosen = re.search(r'name="address" value="(adr_[a-z0-9]+)"', page.text).group(1)
        form = {**await live_at_checkout(client, page), "address": chosen}
        first = await post(client, "/mall/checkout", form)
        second = await post(client, "/mall/checkout", form)
        assert first.headers["location"] == second.headers["location"]
        paying = first.headers["location"]
        assert "模拟银行" in (await client.get(paying)).text
        declined = await post(client, paying, {"decision": "decline"})
        assert "银行拒绝了这次付款" in (await client.get(declined.headers["location"])).text
        paid = await post(client, paying, {"decision": "success"})
        assert "付款成功" in (await client.get(paid.headers["location"])).text
        orders = (await client.get("/mall/orders")).text
        assert orders.count("<article") == 1
        assert "¥108.00" in orders


async def test_a_price_that_changed_meanwhile_is_shown_and_orders_nothing(mall):
    async with mall.client() as client:
        await enter(client)
        await add(client, mall)
        address = {"recipient": "李梅", "phone": "13800000000", "city": "杭州", "street": "文三路 1 号"}
        await post(client, "/mall/addresses", address)
        page = await client.get("/mall/checkout")
        chosen = re.search(r'name="address" value="(adr_[a-z0-9]+)"', page.text).group(1)
        await mall.bazaar.begin_sale(0, "tea")
        form = {**await live_at_checkout(client, page), "address": chosen}
        told = await post(client, "/mall/checkout", form)
        assert told.status_code == 409
        assert "<b>¥59.00</b>,现在 <b>¥39.00</b>" in told.text
        assert "还没有订单" in (await client.get("/mall/orders")).text


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/mall\\evil", "/shops", "/mallory", "", None, "/mall/\n", "x" * 2000],
)
def test_one_never_leaves_the_mall_by_signing_in(wanted):
    assert own_path(wanted) == "/mall"


@pytest.mark.parametrize("is_called_off", [True, False])
async def test_who_waits_for_a_sale_price_never_pays_another(mall, is_called_off):
    bazaar, path = mall.bazaar, f"/mall/wait/{show_id('itm', mall.bazaar.item('tea'))}"
    async with mall.client() as client:
        await enter(client)
        home = {"recipient": "李梅", "phone": "13800000000", "street": "文三路 1 号", "city": "杭州"}
        await post(client, "/mall/addresses", home)
        await bazaar.begin_sale(1, "tea")
        page = await client.get(path)
        form = dict(re.findall(r'name="(sku|key|sale_minor|address)" value="([^"]*)"', page.text))
        if is_called_off:
            async with bazaar.database.transaction() as tx:
                at = await tx.fetchval("select clock_timestamp()")
                await prices.end_offers(tx, bazaar.shop_id, ["double-11/spot"], None, None, at)
        answer = await post(client, path, form)
    async with bazaar.database.read() as connection:
        paid = await connection.fetch("select paid_minor from orders.customer_order where source = 'peakday'")
    if is_called_off:
        assert (answer.status_code, answer.json()["code"], paid) == (409, "price_changed", [])
    else:
        assert (answer.status_code, [row["paid_minor"] for row in paid]) == (303, [SALE_MINOR])
        async with bazaar.database.read() as connection:  # it went through the flash door, and has the address
            row = await connection.fetchrow("select length(request_hash) as hash, address from orders.checkout")
        assert (row["hash"], "文三路" in str(row["address"])) == (REQUEST_HASH_BYTES, True)


async def test_what_is_seen_can_be_kept_and_forgotten_without_the_cart(mall):
    here = mall.bazaar.path("tea")
    async with mall.client() as client:
        kept = await post(client, "/mall/favourites", {**fields(mall), "act": "keep", "back": here})
        assert (kept.status_code, kept.headers["location"]) == (303, here)
        assert 'aria-pressed="true"' in (await client.get(here)).text
        assert "西湖龙井" in (await client.get("/mall/favourites")).text
        await post(client, "/mall/favourites", {**fields(mall), "act": "keep", "back": here})
        await post(client, "/mall/favourites", {**fields(mall), "act": "forget", "back": here})
        assert "还没有收藏" in (await client.get("/mall/favourites")).text
        odd = {**fields(mall), "act": "keep", "sku": show_id("sku", mall.bazaar.shop_id)}
        assert (await post(client, "/mall/favourites", odd)).status_code == 404


async def test_goods_are_read_as_json_by_everybody(mall):
    async with mall.client() as client:
        found = (await client.get("/v1/items", params={"q": "龙井"})).json()
        [good] = found["items"]
        assert (good["final_minor"], good["currency"], good["can_be_bought"]) == (59_00, "CNY", True)
        item = (await client.get(f"/v1/items/{good['item_id']}")).json()
        [sku] = item["skus"]
        assert (sku["final_minor"], sku["left"], sku["event"]) == (59_00, 5_000, None)
        assert sku["steps"][-1]["en"].endswith("to pay CN¥59.00")
        await mall.bazaar.begin_sale(0, "tea")
        item = (await client.get(f"/v1/items/{good['item_id']}")).json()
        assert (item["skus"][0]["final_minor"], item["skus"][0]["event"]) == (39_00, "double-11/spot")


async def test_json_pages_of_goods_follow_each_other(mall):
    seen, cursor = [], ""
    async with mall.client() as client:
        for _ in range(3):
            page = (await client.get("/v1/items", params={"limit": 1, "sort": "price_up", "cursor": cursor})).json()
            seen += [one["final_minor"] for one in page["items"]]
            cursor = page["next_cursor"]
    assert (seen, cursor) == ([45_00, 59_00, 80_00], None)


async def test_signing_in_over_json_brings_the_guests_cart(mall):
    async with mall.client() as client:
        await add(client, mall, "cup")
        guest = {"authorization": f"Bearer {client.cookies['peakday_buyer']}"}
        body = {"login": "li.mei", "password": PASSWORD}
        answer = await client.post("/v1/buyers/sessions", json=body, headers=guest)
        assert answer.status_code == 201, answer.text
        buyer = {"authorization": f"Bearer {answer.json()['token']}"}
        cart = (await client.get("/v1/my/cart", headers=buyer)).text
        wrong = await client.post("/v1/buyers/sessions", json={**body, "password": "wrong password 11"}, headers=guest)
    assert show_id("sku", mall.bazaar.sku("cup")) in cart
    assert (wrong.status_code, wrong.json()["code"]) == (401, "bad_credentials")


async def test_the_waiting_page_counts_to_the_databases_instant_and_a_press_too_early_orders_nothing(mall):
    await mall.bazaar.begin_sale(3600, "tea")
    path = mall.bazaar.path("tea").replace("/items/", "/wait/")
    async with mall.client() as client:
        await enter(client)
        page = (await client.get(path)).text
        assert "先填收货地址" in page
        early = await post(client, path, {"sku": fields(mall)["sku"], "key": "k", "address": "adr_x"})
        assert (early.status_code, early.json()["code"]) == (425, "too_early")
        assert "还没有订单" in (await client.get("/mall/orders")).text
        on_item = (await client.get(mall.bazaar.path("tea"))).text
    assert "即将降价" in on_item
    assert "¥39.00" in on_item
