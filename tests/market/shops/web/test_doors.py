"""Do the doors of shops show and change a profile, hide its figures, and let staff choose a shop?"""

import re

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.market.shops.api import ensure_shops
from tests.market.doors import csrf_in, signed_in
from tests.market.people import a_shop, open_account, open_shop_with_owner


@pytest.fixture
async def shown(house, clock):
    shop_id, _ = await open_shop_with_owner(house.database, "one", clock.now())
    async with house.database.transaction() as tx:
        await open_account(tx, shop_id, "designer", clock.now(), Role.DESIGNER)
        await open_account(tx, None, "xiaoer", clock.now())
        await tx.execute(
            "update shops.shop set level = 17, violation_points = 36, dsr_description = 4.87, dsr_service = 4.79,"
            " dsr_shipping = 4.68, experience_score = 4.91, rating = 'crown', rating_marks = 3"
        )
    return show_id("shp", shop_id)


async def test_the_form_changes_the_profile_and_keeps_what_was_typed_when_refused(house, shown):
    address = f"/shop/{shown}/profile"
    async with signed_in(house, "owner-one") as client:
        page = await client.get(address)
        version = re.search(r'name="version" value="(\d+)"', page.text).group(1)
        form = {"name": "林家茶铺", "city": "杭州", "csrf_token": csrf_in(page), "version": version}
        refused = await client.post(address, data={**form, "service_email": "at home"})
        assert refused.status_code == 422
        assert "Service e-mail: The form is wrong" in refused.text
        assert 'value="at home"' in refused.text
        saved = await client.post(address, data={**form, "is_domestic_brand": "yes"})
        assert saved.headers["location"] == f"{address}?done=saved"
        page = await client.get(address)
        assert 'value="林家茶铺"' in page.text
        late = await client.post(address, data={**form, "name": "Too late"})
        assert late.status_code == 409
        assert "Too late" not in (await client.get(address)).text


@pytest.mark.capability("QN-08")
async def test_the_figures_of_a_profile_are_for_who_may_see_figures(house, shown):
    figures = ("4.87", "4.79", "4.68", "4.91", ">36<", ">17<", "3 crown")
    async with signed_in(house, "owner-one") as client:
        page = (await client.get(f"/shop/{shown}/profile")).text
        standing = (await client.get(f"/v1/shops/{shown}")).json()["standing"]
    assert [figure for figure in figures if figure not in page] == []
    assert (standing["level"], standing["dsr_service"], standing["rating"]) == (17, "4.79", "crown")
    async with signed_in(house, "designer") as client:
        page = (await client.get(f"/shop/{shown}/profile")).text
        body = (await client.get(f"/v1/shops/{shown}")).json()
        listed = (await client.get("/v1/shops")).text
    assert [figure for figure in figures if figure in page] == []
    assert body["standing"] is None
    assert [figure for figure in figures[:4] if figure in str(body) + listed] == []


async def test_staff_choose_among_all_shops_and_a_merchant_is_led_to_the_own_one(house, shown, clock):
    async with house.database.transaction() as tx:
        await ensure_shops(tx, [a_shop(f"n{number}", clock.now()) for number in range(60)])
    async with signed_in(house, "xiaoer") as client:
        first = await client.get("/shops")
        assert first.text.count('href="/shop/shp_') == 50
        more = re.search(r'rel="next" href="([^"]+)"', first.text).group(1).replace("&amp;", "&")
        assert (await client.get(more)).text.count('href="/shop/shp_') == 11
        assert (await client.get("/shops?q=shop+n59")).text.count('href="/shop/shp_') == 1
        assert "No shop matches" in (await client.get("/shops?q=%25")).text
    async with signed_in(house, "owner-one") as client:
        assert (await client.get("/shops")).headers["location"] == f"/shop/{shown}/"


async def test_the_list_of_the_api_is_paged_and_searched(house, shown, clock):
    async with house.database.transaction() as tx:
        await ensure_shops(tx, [a_shop(f"n{number}", clock.now()) for number in range(6)])
    async with signed_in(house, "xiaoer") as client:
        first = (await client.get("/v1/shops?limit=4")).json()
        rest = (await client.get(f"/v1/shops?limit=4&cursor={first['next_cursor']}")).json()
        found = (await client.get("/v1/shops?search=n5")).json()
        assert (await client.get("/v1/shops?search=%00")).status_code == 422
    assert (len(first["items"]), len(rest["items"]), rest["next_cursor"]) == (4, 3, None)
    assert [row["name"] for row in found["items"]] == ["Shop n5"]
    async with signed_in(house, "owner-one") as client:
        assert [row["shop_id"] for row in (await client.get("/v1/shops")).json()["items"]] == [shown]


async def test_an_edit_over_the_api_needs_the_present_version_and_good_values(house, shown):
    async with signed_in(house, "owner-one") as client:
        headers = {"x-csrf-token": csrf_in(await client.get("/account"))}
        edited = await client.patch(f"/v1/shops/{shown}", json={"city": "杭州", "version": 1}, headers=headers)
        assert (edited.json()["city"], edited.json()["version"]) == ("杭州", 2)
        stale = await client.patch(f"/v1/shops/{shown}", json={"city": "义乌", "version": 1}, headers=headers)
        assert (stale.status_code, stale.json()["code"]) == (409, "profile_moved")
        bad = await client.patch(f"/v1/shops/{shown}", json={"service_phone": "call me"}, headers=headers)
        assert (bad.status_code, bad.json()["problems"][0]["field"]) == (422, "service_phone")
        assert (await client.get(f"/v1/shops/{shown}")).json()["city"] == "杭州"
