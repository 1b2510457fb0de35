"""Can a merchant offer presales line by line, see what buyers pay when, take them out, and withdraw one?"""

import re
from datetime import timedelta

import pytest

from peakday.kernel.clock import MARKET_ZONE
from peakday.market.accounts.model import Role
from peakday.trade.promotions import api
from peakday.trade.promotions.model import PresaleKind, PresaleTerms
from tests.market.people import open_account
from tests.trade.promotions.shop_floor import count_rows
from tests.trade.promotions.web.doors import at_desk

pytestmark = pytest.mark.capability("TE-09", page="/shop/{shop_id}/presales")


def typed(floor, lines, kind="cut", **changes):
    def wall(days):
        return (floor.now + timedelta(days=days)).astimezone(MARKET_ZONE).strftime("%Y-%m-%dT%H:%M:%S")

    wanted = {
        "kind": kind, "lines": lines, "deposit_from": wall(0), "deposit_until": wall(1), "tail_from": wall(1),
        "tail_until": wall(2),
    }  # fmt: skip
    return wanted | changes


def page_of(desk):
    return desk.page.replace("/promotions", "/presales")


async def send(desk, path="", **fields):
    return await desk.client.post(page_of(desk) + path, data=fields | {"csrf_token": desk.token})


async def presales(floor):
    async with floor.house.database.read() as tx:
        return await api.list_presales(tx, floor.owner, floor.shop_id)


async def test_an_empty_list_says_what_a_presale_is_and_shows_the_rules(floor):
    async with at_desk(floor, language="zh") as desk:
        page = (await desk.get(page_of(desk))).text
    for words in ("还没有预售", "预售规则", "定金为预售价的 10% 至 50%", "下单后 30 分钟内未付定金", "平时优惠规则"):
        assert words in page, words


async def test_lines_become_presales_once_however_often_the_form_is_sent(floor):
    async with at_desk(floor, language="zh") as desk:
        form = (await desk.get(page_of(desk) + "/new")).text
        key = re.search(r'name="key" value="(prs_\w+)"', form)[1]
        lines = "tea/big 1000.00 100.00 200.00\n\ncup,500,50,20"
        for _ in range(2):
            answer = await send(desk, **typed(floor, lines), key=key)
            assert answer.status_code == 303, answer.text
        shown = (await desk.get(answer.headers["location"])).text
    kept = {offer.sku_id: offer.terms for offer in await presales(floor)}
    assert kept == {
        floor.big_tea: PresaleTerms(PresaleKind.CUT, 100_000, 10_000, 20_000),
        floor.cup: PresaleTerms(PresaleKind.CUT, 50_000, 5_000, 2_000),
    }
    for words in ("预售已发布", "付定金中", "立减 ¥200.00", "¥700.00", "实付 ¥800.00", "Longjing tea"):
        assert words in shown, words


async def test_an_inflating_deposit_is_typed_as_what_it_counts_as(floor):
    async with at_desk(floor) as desk:
        assert (await send(desk, **typed(floor, "cup 500 50 120", "inflation"))).status_code == 303
        shown = (await desk.get(page_of(desk))).text
    (offer,) = await presales(floor)
    assert offer.terms == PresaleTerms(PresaleKind.INFLATION, 50_000, 5_000, 7_000)
    assert "counts as CN¥120.00" in shown
    assert "CN¥380.00" in shown


async def test_one_bad_line_offers_none_and_every_fault_is_told_with_its_line(floor):
    before = await count_rows(floor.house)
    async with at_desk(floor, language="zh") as desk:
        deposits = await send(desk, **typed(floor, "cup 500 50 20\ntea/big 1000 1 0\ntea 100 60 0"))
        unread = await send(desk, **typed(floor, "cup 500\nx", deposit_from="soon", tail_until=""))
        unknown = await send(desk, **typed(floor, "no-such 500 50 20"))
        windows = await send(desk, **typed(floor, "cup 500 50 20", tail_until=typed(floor, "")["tail_from"]))
        twice = await send(desk, **typed(floor, "cup 500 50 20\ncup 500 50 20"))
    assert [a.status_code for a in (deposits, unread, unknown, windows, twice)] == [422, 422, 422, 422, 409]
    for words in ("第 2 行:定金超出允许的比例", "第 3 行:定金超出允许的比例"):
        assert words in deposits.text
    assert "cup 500 50 20" in deposits.text  # what was typed is still there
    for words in ("第 1 行看不懂:“cup 500”", "第 2 行看不懂", "付定金开始:不是有效的时间", "付尾款结束:请填写"):
        assert words in unread.text, words
    assert "第 1 行:没有商品 no-such" in unknown.text
    assert windows.text.count("付尾款须在付定金之后") == 1
    assert await count_rows(floor.house) == before


async def test_a_withdrawn_presale_takes_no_deposit_and_cannot_be_withdrawn_twice(floor):
    async with at_desk(floor, language="zh") as desk:
        await send(desk, **typed(floor, "cup 500 50 20"))
        path = re.search(r'/presales(/prs_\w+/end)"', (await desk.get(page_of(desk))).text)[1]
        assert (await send(desk, path)).status_code == 303
        assert "已撤回" in (await desk.get(page_of(desk))).text
        assert (await send(desk, path)).status_code == 404
    async with floor.house.database.read() as tx:
        assert await api.presales_at(tx, floor.shop_id, [floor.cup], floor.now + timedelta(hours=1)) == {}


async def test_the_csv_says_what_the_page_says(floor):
    async with at_desk(floor) as desk:
        await send(desk, **typed(floor, "cup 500 50 120", "inflation"))
        answer = await desk.get(page_of(desk) + "/export")
    header, row = answer.text.lstrip("\ufeff").splitlines()
    assert header.startswith("id,item,sku,title,kind,price,deposit,off,tail,total,currency,deposit_from")
    assert ",cup,cup,Cup,inflation,500.00,50.00,70.00,380.00,430.00,CNY," in row
    assert row.endswith(",deposits")


async def test_who_may_not_edit_sees_the_list_without_its_buttons(floor, house):
    async with house.database.transaction() as tx:
        await open_account(tx, floor.shop_id, "viewer", floor.now, Role.FINANCE)
    async with at_desk(floor) as desk:
        await send(desk, **typed(floor, "cup 500 50 20"))
    before = await count_rows(house)
    async with at_desk(floor, "viewer") as desk:
        page = await desk.get(page_of(desk))
        if page.status_code == 200:
            assert "/end" not in page.text
        refused = await send(desk, **typed(floor, "tea 100 10 5"))
    assert refused.status_code == 403
    assert await count_rows(house) == before
