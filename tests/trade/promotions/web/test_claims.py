"""Can a merchant open and close the claiming of a coupon, on its page and through the API?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.trade.promotions import api
from peakday.trade.promotions.claiming import Claimers
from peakday.trade.promotions.model import Kind
from tests.trade.promotions.shop_floor import QUIET, count_rows
from tests.trade.promotions.web.doors import at_desk

pytestmark = pytest.mark.capability("TE-08")


async def live(floor, kind=Kind.SHOP_COUPON):
    async with floor.house.database.transaction() as tx:
        stored = await api.save_draft(tx, floor.owner, floor.shop_id, floor.instrument(kind), floor.now)
        await api.publish(tx, floor.owner, api.Wish(floor.shop_id, stored.instrument_id), QUIET, floor.now)
    return stored.instrument_id


async def claiming_of(floor, instrument_id):
    async with floor.house.database.read() as tx:
        return await api.find_claiming(tx, floor.owner, floor.shop_id, instrument_id)


async def test_the_page_opens_changes_and_closes_the_claiming(floor, guard):
    coupon = await live(floor)
    path = f"/{show_id('ins', coupon)}"
    async with at_desk(floor, language="zh") as desk:
        assert "尚未开放" in (await desk.get(desk.page + path)).text
        opened = await desk.type(path + "/claiming", who="registered", per_buyer="2", claim_until="2030-01-01T00:00")
        assert opened.status_code == 303, opened.text
        shown = (await desk.get(opened.headers["location"])).text
        for words in ("已开放领取", "领取中", "登录用户,每人限领 2 张", "关闭领取"):
            assert words in shown, words
        assert (await claiming_of(floor, coupon)).who is Claimers.REGISTERED
        closed = await desk.type(path + "/claiming/close")
        assert "已关闭领取" in (await desk.get(closed.headers["location"])).text
    assert (await claiming_of(floor, coupon)).closed_at is not None


async def test_what_cannot_be_read_is_told_on_the_page_and_nothing_opens(floor, guard):
    coupon = await live(floor)
    before = await count_rows(floor.house)
    async with at_desk(floor, language="zh") as desk:
        wrong = await desk.type(
            f"/{show_id('ins', coupon)}/claiming",
            who="x",
            per_buyer="many",
            claim_from="soon",
            claim_until="2020-01-01",
        )
        over = await desk.type(f"/{show_id('ins', coupon)}/claiming", per_buyer="0", claim_until="2020-01-01")
    assert (wrong.status_code, over.status_code) == (422, 422)
    for words in ("领取开始:不是有效的时间", "每人限用:不是整数"):
        assert words in wrong.text, words
    for words in ("每人限领 1 至 100 张", "领取的结束时间须在开始之后且未过"):
        assert words in over.text, words
    assert await count_rows(floor.house) == before


async def test_an_offer_has_no_claiming_on_its_page(floor, guard):
    offer = await live(floor, Kind.TIERED_REDUCTION)
    async with at_desk(floor, language="zh") as desk:
        assert "开放领取" not in (await desk.get(f"{desk.page}/{show_id('ins', offer)}")).text


async def test_the_api_opens_reads_and_closes_it(floor, guard):
    coupon = await live(floor)
    path = f"/instruments/{show_id('ins', coupon)}/claiming"
    async with at_desk(floor) as desk:
        assert (await desk.get(desk.door + path)).status_code == 404
        body = {"who": "new_here", "per_buyer": 3, "claim_until": "2030-01-01T00:00:00+08:00"}
        opened = await desk.send(path, body, "PUT")
        assert opened.status_code == 200, opened.text
        assert opened.json()["claim_until"] == "2029-12-31T16:00:00Z"
        assert (await desk.get(desk.door + path)).json() == opened.json()
        assert (opened.json()["per_buyer"], opened.json()["claimed"]) == (3, 0)
        assert (await desk.send(path, {"per_buyer": 0}, "PUT")).status_code == 422
        assert (await desk.send(path, None, "DELETE")).status_code == 204
        assert (await desk.send(path, None, "DELETE")).status_code == 404
