"""Do the doors of the price history answer with the room's figures, in both languages, and to whom they may?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.trade.price_history.api import record_deals, record_offers
from peakday.trade.price_history.model import DealKind, OfferKind
from peakday.trade.price_history.web import merchant, v1
from tests.market.doors import put_behind_the_door, signed_in
from tests.market.people import open_account, open_shop_with_owner
from tests.trade.price_history.builders import DAY, HOUR, a_deal, an_offer, list_tea


@pytest.fixture(autouse=True)
def _prices_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, merchant)


@pytest.fixture
async def shown(house, clock):
    """A shop with an item: asked 100.00 then 80.00 in an event; paid 95.00, 3 for 100.00, and a presale of 1.00."""
    now = clock.now()
    shop_id, _ = await open_shop_with_owner(house.database, "one", now)
    await open_shop_with_owner(house.database, "two", now)
    async with house.database.transaction() as tx:
        await open_account(tx, shop_id, "marketer", now, Role.CUSTOM, {"marketing:view", "items:view"})
        await open_account(tx, shop_id, "designer", now, Role.CUSTOM, {"items:view"})
        item_id, sku_id, _ = await list_tea(tx, shop_id, now)
        own = {"shop_id": shop_id, "item_id": item_id, "sku_id": sku_id}
        offers = [an_offer(10_000, now - 40 * DAY, **own),
                  an_offer(8_000, now - 5 * DAY, now - 4 * DAY, kind=OfferKind.EVENT, **own)]  # fmt: skip
        deals = [a_deal(9_500, now - 3 * DAY, ref=str(n), **own) for n in range(2)]
        deals += [a_deal(10_000, now - 2 * DAY, ref="three", quantity=3, **own),
                  a_deal(100, now - 2 * DAY, ref="presale", kind=DealKind.PRESALE, **own)]  # fmt: skip
        await record_offers(tx, offers, now)
        await record_deals(tx, deals)
    return show_id("shp", shop_id), show_id("itm", item_id), show_id("sku", sku_id)


WINDOW = "first_day=2026-11-01&last_day=2026-11-11"


async def test_the_json_answer_is_exact_and_pages_through_the_candidates(house, shown):
    shop, item, sku = shown
    door = f"/v1/shops/{shop}/items/{item}/low-price?{WINDOW}&sku_id={sku}"
    async with signed_in(house, "owner-one") as client:
        body = (await client.get(f"{door}&limit=2")).json()
        rest = (await client.get(f"{door}&limit=200&cursor={body['next_cursor']}")).json()
    assert (body["lowest_list"], body["lowest_deal"], body["median"]) == (
        {"minor": 8_000, "pieces": 1}, {"minor": 10_000, "pieces": 3}, {"minor": 9_500, "pieces": 1},
    )  # fmt: skip
    rows = [*body["items"], *rest["items"]]
    assert [(row["price"]["minor"], row["what"], row["deals"], row["reasons"]) for row in rows] == [
        (100, "deal", 1, ["presale"]), (10_000, "deal", 1, []), (8_000, "offer", None, []), (9_500, "deal", 2, []),
        (10_000, "offer", None, []),
    ]  # fmt: skip
    assert rest["next_cursor"] is None


@pytest.mark.parametrize("query", [
    "first_day=2026-11-11&last_day=2026-11-01", "first_day=2020-01-01&last_day=2026-11-01", "first_day=x&last_day=y",
    f"{WINDOW}&cursor=-1", f"{WINDOW}&limit=0",
])  # fmt: skip
async def test_a_wrong_window_is_refused_as_invalid(house, shown, query):
    async with signed_in(house, "owner-one") as client:
        answer = await client.get(f"/v1/shops/{shown[0]}/items/{shown[1]}/low-price?{query}")
    assert answer.status_code == 422, answer.text


async def test_a_price_is_proven_over_the_door(house, shown):
    shop, item, _ = shown
    async with signed_in(house, "owner-one") as client:
        door = f"/v1/shops/{shop}/items/{item}/price-proof?on=2026-11-11"
        good, bad = [(await client.get(f"{door}&claimed_minor={minor}")).json() for minor in (8_000, 8_001)]
    assert (good["verdict"], good["permitted_minor"], good["rule_versions"]) == (
        "proven",
        8_000,
        ["tmall-sale", "2009"],
    )
    assert bad["verdict"] == "too_high"


async def test_a_price_is_offered_and_its_prior_price_read(house, shown, clock):
    shop, item, sku = shown
    form = {"sku_id": sku, "kind": "event", "price_minor": 7_000, "currency": "CNY",
            "valid_from": (clock.now() + HOUR).isoformat()}  # fmt: skip
    async with signed_in(house, "owner-one") as client:
        page = await client.get(f"/shop/{shop}/low-price")
        token = page.text.split('name="csrf-token" content="')[1].split('"')[0]
        door, headers = f"/v1/shops/{shop}/items/{item}/offers", {"x-csrf-token": token}
        answer = await client.post(door, json={"offers": [form]}, headers=headers)
        assert (answer.status_code, answer.json()) == (201, {"added": 1})
        past = await client.post(
            door, json={"offers": [form | {"valid_from": "2026-01-01T00:00:00Z"}]}, headers=headers
        )
        assert (past.status_code, past.json()["problems"][0]["field"]) == (422, "valid_from")
        naive = await client.post(
            door, json={"offers": [form | {"valid_from": "2026-12-01T00:00:00"}]}, headers=headers
        )
        assert naive.status_code == 422
        clash = await client.post(door, json={"offers": [form | {"price_minor": 6_000}]}, headers=headers)
        assert (clash.status_code, clash.json()["code"]) == (409, "price_overlaps")
        async with house.database.read() as tx:
            number = await tx.fetchval("select offer_no from price_history.offer where price_minor = 7000")
        prior = (await client.get(f"/v1/shops/{shop}/offers/{number}/prior-price")).json()
    assert (prior["cut_percent"], prior["lowest"]["price"]["minor"]) == (12, 8_000)


async def test_a_lines_protection_is_read(house, shown):
    shop, _, _ = shown
    async with house.database.read() as tx:
        order_id = await tx.fetchval("select order_id from price_history.deal where paid_minor = 9500 limit 1")
    async with signed_in(house, "owner-one") as client:
        door = f"/v1/shops/{shop}/orders/{show_id('ord', order_id)}/lines"
        body = (await client.get(f"{door}/1/price-protection")).json()
        assert (await client.get(f"{door}/9/price-protection")).status_code == 404
    assert (body["verdict"], body["amount_minor"], body["rule_version"]) == ("due", 6_167, "15-days-again")


@pytest.mark.capability("SH-03", page="/shop/{shop_id}/low-price")
async def test_the_page_finds_an_item_and_shows_figures_chart_and_reasons_in_both_languages(house, shown):
    shop, item, _ = shown
    async with signed_in(house, "owner-one") as client:
        search = (await client.get(f"/shop/{shop}/low-price?q=Longjing")).text
        assert f"/shop/{shop}/low-price?item={item}" in search
        page = (await client.get(f"/shop/{shop}/low-price?item={item}")).text
        chinese = (await client.get(f"/shop/{shop}/low-price?item={item}&lang=zh")).text
    for word in ("Lowest deal", "CN¥33.33 (CN¥100.00 / 3)", ">CN¥100.00 / 3<", "¥80.00", "¥95.00", "no: a presale",
                 "data-chart", "A sale enrolled today: at most"):  # fmt: skip
        assert word in page
    assert "最低成交价" in chinese
    assert "不计入:预售" in chinese


async def test_a_window_that_cannot_be_is_said_on_the_page_and_an_empty_search_how_to_leave(house, shown):
    shop, item, _ = shown
    async with signed_in(house, "owner-one") as client:
        page = await client.get(f"/shop/{shop}/low-price?item={item}&start=2020-01-01&end=2026-11-11")
        assert (page.status_code, "A window spans 1 to 400 days" in page.text) == (200, True)
        empty = await client.get(f"/shop/{shop}/low-price?item={item}&start=2026-01-01&end=2026-01-02&sku=")
        assert empty.status_code == 200, empty.text
        assert "No price is known in this window" in empty.text
        assert "No item matches" in (await client.get(f"/shop/{shop}/low-price?q=nothing")).text
        assert (await client.get(f"/shop/{shop}/low-price?item=itm_x")).status_code == 404


async def test_who_may_not_see_figures_sees_no_paid_price_by_any_door(house, shown):
    shop, item, _ = shown
    async with signed_in(house, "marketer") as client:
        body = (await client.get(f"/v1/shops/{shop}/items/{item}/low-price?{WINDOW}")).text
        page = (await client.get(f"/shop/{shop}/low-price?item={item}")).text
    assert "9500" not in body
    assert "95.00" not in page
    assert "¥33.33" not in page
    assert "¥80.00" in page


@pytest.mark.parametrize("login, status", [("owner-two", 404), ("designer", 403)])
async def test_other_shops_and_other_menus_stay_out(house, shown, login, status):
    shop, item, _ = shown
    async with signed_in(house, login) as client:
        for door in (f"/v1/shops/{shop}/items/{item}/low-price?{WINDOW}", f"/shop/{shop}/low-price",
                     f"/shop/{shop}/low-price?item={item}",
                     f"/v1/shops/{shop}/items/{item}/price-proof?on=2026-11-11&claimed_minor=1"):  # fmt: skip
            assert (await client.get(door)).status_code == status, door
