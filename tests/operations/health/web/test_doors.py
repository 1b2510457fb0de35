"""Do the pages and doors of the health centre show risks with their proof, in both languages, and take the answers?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.market.accounts.model import Role
from peakday.operations.health import api
from peakday.operations.health.web import merchant, v1
from peakday.trade.promotions import api as promotions
from tests.market.doors import csrf_in, put_behind_the_door, signed_in
from tests.market.people import open_account
from tests.operations.health.desk import a_coupon, a_price, findings, go_live, look, open_tea_shop


@pytest.fixture(autouse=True)
def _health_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, merchant)


@pytest.fixture
async def floor(house):
    """A tea shop in which tomorrow's price and coupon meet below the red line; the shop was looked at."""
    floor = await open_tea_shop(house)
    await go_live(floor, a_price(floor, 8_000))
    await go_live(floor, a_coupon(floor, 5_000, 1_500))
    await look(floor)
    return floor


def at(floor, rest: str = "") -> str:
    return f"/shop/{show_id('shp', floor.shop_id)}/health{rest}"


def door(floor, rest: str) -> str:
    return f"/v1/shops/{show_id('shp', floor.shop_id)}/health{rest}"


@pytest.mark.capability("QN-02", page="/shop/{shop_id}/health")
async def test_the_page_lists_the_risk_with_a_and_b_in_both_languages(house, floor):
    async with signed_in(house, "owner-one") as client:
        page = await client.get(at(floor))
        assert "Discounts add up to less than the red line" in page.text
        assert "CN¥65.00" in page.text
        assert "CN¥70.00" in page.text
        zh = await client.get(at(floor), headers={"accept-language": "zh"})
        assert "优惠叠加后低于红线价" in zh.text


@pytest.mark.capability("QN-05", page="/shop/{shop_id}/health/findings/{finding_id}")
async def test_a_warning_shows_its_basket_and_is_accepted_with_a_reason(house, floor):
    [found] = await findings(floor)
    here = at(floor, f"/findings/{show_id('fnd', found.finding_id)}")
    async with signed_in(house, "owner-one") as client:
        page = await client.get(here)
        assert "Longjing tea" in page.text
        assert "October coupon" in page.text
        done = await client.post(f"{here}/accept", data={"csrf_token": csrf_in(page), "reason": "season's end"})
        assert done.status_code == 303
        assert "season&#39;s end" in (await client.get(here)).text
    assert await findings(floor) == []


@pytest.mark.capability("QN-05", page="/shop/{shop_id}/health/items/{item_id}")
async def test_a_red_line_is_changed_on_the_items_page(house, floor):
    here = at(floor, f"/items/{show_id('itm', floor.tea_item)}")
    async with signed_in(house, "owner-one") as client:
        page = await client.get(here)
        assert "below the red line" in page.text
        form = {"csrf_token": csrf_in(page), "price": "60"}
        assert (await client.post(f"{here}/red-line", data=form)).status_code == 303
        assert "below the red line</span>" not in (await client.get(here)).text
        wrong = await client.post(f"{here}/red-line", data={**form, "price": "abc"})
        assert wrong.status_code == 422
    await look(floor)
    assert await findings(floor) == []


async def test_an_item_is_exempted_and_the_exemption_ended(house, floor):
    here = at(floor, f"/items/{show_id('itm', floor.tea_item)}")
    async with signed_in(house, "owner-one") as client:
        token = csrf_in(await client.get(here))
        form = {
            "csrf_token": token,
            "reason": "clearance",
            "expires_on": "2026-12-01",
            "price_min": "50",
            "note": "out",
        }
        assert (await client.post(f"{here}/exempt", data=form)).status_code == 303
        assert "Clearance" in (await client.get(here)).text
        await look(floor)
        assert await findings(floor) == []
        await client.post(f"{here}/end-exemption", data={"csrf_token": token})
    await look(floor)
    assert len(await findings(floor)) == 1


@pytest.mark.capability("QN-05", page="/shop/{shop_id}/health/what-if")
async def test_what_if_of_a_draft_shows_before_and_after(house, floor):
    draft = a_coupon(floor, 5_000, 2_500)
    async with house.database.transaction() as tx:
        await promotions.save_draft(tx, floor.owner, floor.shop_id, draft, floor.now)
    ref = show_id("ins", draft.instrument_id)
    async with signed_in(house, "owner-one") as client:
        page = await client.get(at(floor, f"/what-if?instrument={ref}"))
        assert "CN¥55.00" in page.text
        assert (await client.get(at(floor, "/what-if"))).status_code == 200
        answer = await client.post(
            door(floor, "/what-if"), json={"instrument_id": ref}, headers={"X-CSRF-Token": csrf_in(page)}
        )
    tea = next(one for one in answer.json()["items"] if one["sku_id"] == show_id("sku", floor.tea))
    assert (tea["before_minor"], tea["after_minor"], tea["is_risk"]) == (6_500, 5_500, True)


async def test_the_file_of_risks_has_a_row_for_each(house, floor):
    async with signed_in(house, "owner-one") as client:
        file = await client.get(at(floor, "/export.csv"))
    head, row = file.text.strip().split("\r\n")
    assert head.startswith("\ufefffinding_id,kind,severity")
    assert ",65.00,70.00,typed_item," in row


@pytest.mark.capability("QN-02")
async def test_the_doors_answer_the_same_and_take_the_shops_rule(house, floor):
    [found] = await findings(floor)
    async with signed_in(house, "owner-one") as client:
        token = {"X-CSRF-Token": csrf_in(await client.get(at(floor)))}
        listed = (await client.get(door(floor, "/findings"))).json()
        assert [(one["reached_minor"], one["red_line"]["price_minor"]) for one in listed["items"]] == [(6_500, 7_000)]
        detail = (await client.get(door(floor, f"/findings/{show_id('fnd', found.finding_id)}"))).json()
        assert detail["witness"]["paid_minor"] == 6_500
        item = (await client.get(door(floor, f"/items/{show_id('itm', floor.tea_item)}"))).json()
        assert [sku["is_risk"] for sku in item["skus"]] == [False, True]
        assert (await client.put(door(floor, "/rule"), json={"red_line_bp": 5_000}, headers=token)).status_code == 204
        assert (await client.put(door(floor, "/rule"), json={"red_line_bp": 0}, headers=token)).status_code == 422
        state = (await client.get(door(floor, "/overview"))).json()
        assert (state["open"], state["red_line_bp"]) == (1, 5_000)
        red = door(floor, f"/items/{show_id('itm', floor.tea_item)}/red-line")
        body = {"price_minor": 100, "sku_id": show_id("sku", floor.tea)}
        assert (await client.put(red, json=body, headers=token)).status_code == 204
        assert (await client.post(door(floor, "/scan"), headers=token)).status_code == 202


async def test_pages_page_on_behind_the_last_warning(house, floor, monkeypatch):
    monkeypatch.setattr(merchant, "PAGE", 1)
    async with house.database.transaction() as tx:
        await api.set_red_line(tx, floor.owner, floor.shop_id, (floor.cup_item, None), 4_500, floor.now)
    await look(floor)
    assert len(await findings(floor)) == 2
    async with signed_in(house, "owner-one") as client:
        page = await client.get(at(floor))
        assert 'rel="next"' in page.text


async def test_without_the_right_to_figures_nothing_is_shown(house, floor):
    async with house.database.transaction() as tx:
        await open_account(tx, floor.shop_id, "packer", floor.now, Role.SHIPPING)
    async with signed_in(house, "packer") as client:
        for address in (at(floor), at(floor, "/export.csv"), door(floor, "/findings"), door(floor, "/overview")):
            assert (await client.get(address)).status_code == 403
