"""Do the platform's staff list, build, publish and pause instruments across shops, two together, and no merchant?"""

import re
from contextlib import asynccontextmanager

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import show_id
from peakday.trade.promotions import api
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Funder, Kind
from peakday.trade.promotions.stored import InstrumentFilter
from tests.market.doors import csrf_in, signed_in
from tests.market.people import open_account
from tests.trade.promotions.shop_floor import a_finding, count_rows

pytestmark = pytest.mark.capability("TE-08", page="/platform/promotions")
COUPON = {
    "kind": "platform_coupon", "name": "平台券", "counts": "money", "gives": "reduction", "at1": "100", "off1": "10",
    "platform_share": "60", "budget": "5000", "issue_quantity": "10",
}  # fmt: skip


@pytest.fixture
async def staff(floor):
    async with floor.house.database.transaction() as tx:
        for login in ("xiao-er", "xiao-san"):
            await open_account(tx, None, login, floor.now)


class StaffDesk:
    def __init__(self, client, token):
        self.client, self.token = client, token

    async def get(self, path=""):
        return await self.client.get("/platform/promotions" + path)

    async def type(self, path="", **typed):
        return await self.client.post("/platform/promotions" + path, data=typed | {"csrf_token": self.token})

    async def send(self, path, body=None, method="POST"):
        headers = {"x-csrf-token": self.token}
        return await self.client.request(method, "/v1/platform" + path, json=body, headers=headers)


@asynccontextmanager
async def staff_desk(floor, login="xiao-er", language="zh"):
    async with signed_in(floor.house, login) as client:
        client.headers["accept-language"] = language
        yield StaffDesk(client, csrf_in(await client.get("/platform/promotions/new")))


async def instruments(floor):
    async with floor.house.database.read() as tx:
        rows = await api.list_instruments(tx, SYSTEM, None, InstrumentFilter())
    return [stored for stored, _ in rows]


async def test_an_empty_desk_says_what_can_be_built_there(floor, guard, staff):
    async with staff_desk(floor) as desk:
        page = (await desk.get()).text
        form = (await desk.get("/new")).text
    for words in ("平台优惠", "还没有优惠", "开启大促跨店满减", "天猫大促规则"):
        assert words in page, words
    for words in ("平台券", "品类券", "跨店满减", "红包", "参与店铺的编号", "平台出资百分比"):
        assert words in form, words
    assert "搭配宝" not in form


async def test_a_coupon_is_built_confirmed_and_approved_by_a_second_person_only(floor, guard, staff):
    guard.findings = (a_finding(Severity.HOLD, "platform_two_persons", None),)
    async with staff_desk(floor) as desk:
        seen = (await desk.type("/preview", **COUPON)).text
        assert "满100减10" in seen
        assert "样例购物车" in seen
        saved = await desk.type("", **COUPON)
        assert saved.status_code == 303, saved.text
        path = saved.headers["location"].split("?")[0].removeprefix("/platform/promotions")
        waiting = await desk.type(path + "/publish")
        token = re.search(r"name='confirmed' value='(\w+)'", (await desk.get(path)).text)[1]
        held = await desk.type(path + "/publish", confirmed=token)
        alone = await desk.type(path + "/approve", confirmed=token)
    assert "done=waiting_confirmation" in waiting.headers["location"]
    assert "done=held" in held.headers["location"]
    assert alone.status_code == 409
    async with staff_desk(floor, "xiao-san") as second:
        live = await second.type(path + "/approve", confirmed=token)
        assert "done=live" in live.headers["location"]
        page = (await second.get(path)).text
        assert "尚未开放" in page
        assert (await second.type(path + "/claiming", per_buyer="1")).status_code == 303
        paused = await second.type(path + "/pause", reason="查一下")
        assert "done=paused" in paused.headers["location"]
    (stored,) = await instruments(floor)
    funding = {each.funder: (each.weight, each.budget_left_minor) for each in stored.instrument.funding}
    assert funding == {Funder.PLATFORM: (6_000, 500_000), Funder.MERCHANT: (4_000, None)}
    assert (stored.shop_id, stored.instrument.scope.shop_ids) == (None, frozenset())


async def test_what_was_saved_is_shown_again_in_the_form(floor, guard, staff):
    shop = show_id("shp", floor.shop_id)
    async with staff_desk(floor) as desk:
        saved = await desk.type("", **COUPON, shops=shop, currency="CNY")
        path = saved.headers["location"].split("?")[0].removeprefix("/platform/promotions")
        form = (await desk.get(path + "/edit")).text
        versions = await desk.get(path + "/versions")
    assert f">{shop}</textarea>" in form
    assert 'name="platform_share" maxlength="30" inputmode="decimal" value="60"' in form
    assert versions.status_code == 200


async def test_shops_that_are_not_there_are_told_and_nothing_is_kept(floor, guard, staff):
    before = await count_rows(floor.house)
    async with staff_desk(floor) as desk:
        ghost = await desk.type("", **COUPON, shops="shp_" + "0" * 26)
        share = await desk.type("", **(COUPON | {"platform_share": "120"}))
    assert (ghost.status_code, share.status_code) == (422, 422)
    assert "出资方:不是百分比" in share.text
    assert await count_rows(floor.house) == before


async def test_the_tier_of_a_sale_is_opened_within_its_rules_days_only(floor, guard, staff):
    async with staff_desk(floor) as desk:
        typed = {"rules_name": "tmall_promotions", "valid_from": "2022-11-10T20:00", "valid_until": "2022-11-12T00:00"}
        over = await desk.type("/sale-tier", **typed)
        none = await desk.type(
            "/sale-tier", **(typed | {"valid_from": "2031-01-01T00:00", "valid_until": "2031-01-02T00:00"})
        )
        wrong = await desk.type("/sale-tier", rules_name="x", valid_from="soon")
    assert (over.status_code, none.status_code, wrong.status_code) == (422, 422, 422)
    assert "没有生效的大促规则" in none.text
    assert "没有这种规则" in wrong.text
    assert await instruments(floor) == []


async def test_a_merchant_learns_nothing_of_the_platforms_instruments(floor, guard):
    async with signed_in(floor.house, "owner-one") as client:
        for path in ("/platform/promotions", "/platform/promotions/new", "/platform/promotions/export",
                     "/v1/platform/instruments"):  # fmt: skip
            assert (await client.get(path)).status_code == 403, path


async def test_the_api_walks_the_same_way(floor, guard, staff):
    terms = {
        "kind": "platform_coupon", "name_zh": "平台券", "currency": "CNY",
        "benefit": {"type": "tiers", "tiers": [{"at": 10_000, "off": 1_000}]},
    }  # fmt: skip
    async with staff_desk(floor, language="en") as desk:
        made = await desk.send("/instruments", {"terms": terms, "client_key": "k1"})
        assert made.status_code == 201, made.text
        path = f"/instruments/{made.json()['instrument_id']}"
        live = await desk.send(path + "/publish", {})
        assert live.json()["instrument"]["status"] == "live", live.text
        listed = (await desk.client.get("/v1/platform/instruments")).json()
        assert [each["instrument_id"] for each in listed["items"]] == [made.json()["instrument_id"]]
        claiming = await desk.send(path + "/claiming", {"per_buyer": 1}, "PUT")
        assert claiming.json()["per_buyer"] == 1
        assert (await desk.send(path + "/claiming", None, "DELETE")).status_code == 204
        paused = await desk.send(path + "/pause", {})
        assert paused.json()["status"] == "paused"
        assert (await desk.send(path + "/end", {})).json()["status"] == "ended"
        assert (await desk.client.get("/v1/platform" + path)).json()["status"] == "ended"
        assert (await desk.send("/instruments/inspect", terms)).status_code == 200
    (stored,) = await instruments(floor)
    assert stored.instrument.kind is Kind.PLATFORM_COUPON
