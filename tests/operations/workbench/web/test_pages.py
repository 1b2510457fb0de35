"""Do the pages and doors of the workbench show each visitor what is theirs, in both languages, and nothing else?"""

import re
from datetime import timedelta
from uuid import UUID

import pytest

from peakday.apps.http.unread import UnreadDoor
from peakday.kernel.ids import show_id
from peakday.kernel.messages import Message, send
from peakday.kernel.money import Money
from peakday.kernel.text import Text
from peakday.market.accounts.model import Role
from peakday.operations.workbench import api
from peakday.operations.workbench.model import Todo
from peakday.operations.workbench.web import merchant, v1
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Kind, Tier, Tiers
from tests.market.doors import csrf_in, put_behind_the_door, signed_in
from tests.market.people import open_account
from tests.trade.promotions.shop_floor import QUIET, open_floor


@pytest.fixture(autouse=True)
def _workbench_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, merchant, inside=UnreadDoor)


@pytest.fixture
async def floor(house, clock):
    """A shop with a tiered reduction, a price risk as to-do and message, a packer, and another shop."""
    floor = await open_floor(house)
    await open_floor(house, "two")
    now = floor.now
    async with house.database.transaction() as tx:
        await open_account(tx, floor.shop_id, "packer", now, Role.SHIPPING)
        tiers = floor.instrument(
            Kind.TIERED_REDUCTION, Tiers((Tier(20_000, 2_000), Tier(30_000, 4_000))), name=Text("满减", "Tiers")
        )
        await promotions.save_draft(tx, floor.owner, floor.shop_id, tiers, now)
        await promotions.publish(tx, floor.owner, promotions.Wish(floor.shop_id, tiers.instrument_id), QUIET, now)
        risk = Money(31_700, "CNY")
        base = f"/shop/{show_id('shp', floor.shop_id)}"
        message = Message(
            floor.shop_id, "price_risk", Text("跌破红线价", "Below the red line"), Text("亏 ¥317", "Loses ¥317"),
            f"{base}/items", "risk:1", risk, now + timedelta(hours=5), needs_answer=True,
        )  # fmt: skip
        await api.route_message(tx, floor.shop_id, await send(tx, message, now), now)
        todo = Todo(
            key="risk:1", kind="price_risk", title=Text("价格风险", "Price risk"), path="items", at_risk=risk,
            permission="marketing:view", deadline=now + timedelta(hours=5),
        )  # fmt: skip
        await api.push_todo(tx, floor.shop_id, todo, now)
    return floor


def shown(floor) -> str:
    """The shop in an address."""
    return show_id("shp", floor.shop_id)


@pytest.mark.capability("QN-01", page="/shop/{shop_id}/workbench")
async def test_a_to_do_is_done_and_the_page_offers_to_undo_it(house, floor):
    page_at = f"/shop/{shown(floor)}/workbench"
    async with signed_in(house, "owner-one") as client:
        page = await client.get(page_at)
        assert "Price risk" in page.text
        assert "CN¥317.00" in page.text
        assert "5 h 0 min left" in page.text
        form = {"csrf_token": csrf_in(page), "key": "risk:1"}
        done = await client.post(f"{page_at}/finish", data=form, follow_redirects=True)
        assert done.status_code == 200
        assert 'data-key="risk:1"' not in done.text
        assert "Undo" in done.text
        back = await client.post(f"{page_at}/reopen", data=form, follow_redirects=True)
        assert 'data-key="risk:1"' in back.text
        later = await client.post(f"{page_at}/snooze", data=form | {"span": "1h"}, follow_redirects=True)
        assert "Bring back" in later.text
        chinese = await client.get(f"{page_at}?lang=zh", headers={"accept-language": "zh"})
    assert "本平台定义" in chinese.text or "Our definition" in chinese.text


@pytest.mark.capability("QN-04", page="/shop/{shop_id}/messages")
async def test_a_message_is_read_acknowledged_searched_and_exported(house, floor):
    base = f"/shop/{shown(floor)}/messages"
    async with signed_in(house, "owner-one") as client:
        first = await client.get(base)
        assert 'data-unread="1"' in first.text
        assert "Below the red line" in first.text
        [href] = set(re.findall(rf'href="({base}/msg_\w+)"', first.text))
        detail = await client.get(href)
        assert 'data-unread="0"' in detail.text
        assert "Loses ¥317" in detail.text
        assert "simulated" in (await client.get(f"{base}/subscriptions")).text
        answer = await client.post(f"{href}/acknowledge", data={"csrf_token": csrf_in(detail)}, follow_redirects=True)
        assert "you are reminded once a day" in answer.text
        assert "Below the red line" in (await client.get(f"{base}?q=loses")).text
        assert "No message matches" in (await client.get(f"{base}?q=nothing+such")).text
        export = (await client.get(f"{base}.csv")).text.splitlines()
    assert export[0].lstrip("\ufeff").startswith("sent_at,topic,status")
    assert [line.split(",")[1:6] for line in export[1:]] == [
        ["price_risk", "acknowledged", "Below the red line", "Loses ¥317", "317.00"]
    ]


@pytest.mark.capability("QN-08", page="/shop/{shop_id}/messages")
async def test_a_packer_reads_no_message_of_marketing_and_a_stranger_no_page(house, floor):
    async with signed_in(house, "packer") as client:
        page = await client.get(f"/shop/{shown(floor)}/messages")
        todos = (await client.get(f"/v1/shops/{shown(floor)}/todos")).json()
        explainer = await client.get(f"/shop/{shown(floor)}/service/stacking")
    assert "No messages yet" in page.text
    assert todos["items"] == []
    assert explainer.status_code == 403
    async with signed_in(house, "owner-two") as client:
        for path in ("workbench", "messages", "messages.csv", "messages/subscriptions", "service", "service/stacking"):
            assert (await client.get(f"/shop/{shown(floor)}/{path}")).status_code == 404, path
        for path in ("todos", "messages"):
            assert (await client.get(f"/v1/shops/{shown(floor)}/{path}")).status_code == 404, path


async def test_settings_are_saved_and_a_wrong_address_is_told_beside_the_form(house, floor):
    base = f"/shop/{shown(floor)}/messages/subscriptions"
    async with signed_in(house, "owner-one") as client:
        csrf = csrf_in(await client.get(base))
        form = {
            "csrf_token": csrf, "language": "en", "urgent": "2,000", "quiet_from": "22:00", "quiet_until": "08:00",
            "webhook_address": "https://example.org/hook", "price_risk.desk": "1", "price_risk.webhook": "1",
        }  # fmt: skip
        saved = await client.post(base, data=form)
        wrong = await client.post(base, data=form | {"mail_address": "nobody", "urgent": "much"})
        again = await client.get(base)
    assert re.search(r'id="webhook-secret">[\w-]{40,}<', saved.text)
    assert (wrong.status_code, "it is not an amount of money" in wrong.text) == (422, True)
    assert 'value="nobody"' in wrong.text
    assert "webhook-secret" not in again.text
    assert 'value="22:00"' in again.text
    async with house.database.read() as connection:
        desk = await api.get_desk(connection, floor.owner)
    assert (desk.urgent_minor, desk.quiet.from_minute, desk.quiet.until_minute) == (200_000, 1320, 480)


@pytest.mark.capability("SH-02", page="/shop/{shop_id}/service/stacking")
async def test_a_basket_is_built_by_links_and_shared(house, floor):
    base = f"/shop/{shown(floor)}/service/stacking"
    async with signed_in(house, "owner-one") as client:
        found = await client.get(f"{base}?q=Longjing")
        sku = show_id("sku", floor.tea)
        add = re.search(rf'href="([^"]+\?sku={sku}[^"]*)"', found.text).group(1).replace("&amp;", "&")
        one = await client.get(add)
        assert 'id="payable">CN¥100.00' in one.text
        two = await client.get(f"{base}?sku={sku}&n=2")
        assert 'id="payable">CN¥180.00' in two.text
        assert "Tiers: CN¥100.00 more to the next tier" in two.text
        assert "everyday_promotions" not in two.text
        assert "Everyday rules" in two.text
        [link] = re.findall(r'readonly value="([^"]+)"', two.text)
        again = await client.get(link.replace("&amp;", "&"))
        assert 'id="payable">CN¥180.00' in again.text
        bad = await client.get(f"{base}?sku={sku}&n=-1")
        assert (bad.status_code, "pieces are 0 to" in bad.text) == (422, True)
        other = await client.get(f"{base}?sku={show_id('sku', UUID(int=9))}")
        assert other.status_code == 404
    async with signed_in(house, "owner-two") as client:
        assert (await client.get(link.replace("&amp;", "&"))).status_code == 404


@pytest.mark.capability("SH-02", page="/v1/shops/{shop_id}/service/price-explanations")
async def test_the_json_explanation_adds_up(house, floor):
    door = f"/v1/shops/{shown(floor)}/service/price-explanations"
    async with signed_in(house, "owner-one") as client:
        csrf = {"x-csrf-token": csrf_in(await client.get(f"/shop/{shown(floor)}/messages"))}
        basket = {"lines": [{"sku_id": show_id("sku", floor.tea), "quantity": 2}]}
        body = (await client.post(door, json=basket, headers=csrf)).json()
        wrong = await client.post(door, json=basket | {"at": "9999-12-31T00:00:00Z"}, headers=csrf)
    [line] = body["lines"]
    assert (body["list_minor"], body["discount_minor"], body["payable_minor"]) == (20_000, 2_000, 18_000)
    assert line["list_minor"] - sum(share["minor"] for share in line["shares"]) == line["payable_minor"] == 18_000
    assert [(step["threshold"], step["given_minor"]) for step in body["steps"]] == [(20_000, 2_000)]
    assert [(one["missing"], one["counts"]) for one in body["next_tiers"]] == [(10_000, "money")]
    assert (body["addition"]["value_minor"], body["addition"]["extra_minor"]) == (20_000, 18_000)
    assert body["rule"]["name"] == "everyday_promotions"
    assert wrong.status_code == 422


@pytest.mark.capability("SH-06", page="/shop/{shop_id}/service")
async def test_the_hall_opens_its_tools_and_tells_of_cases(house, floor):
    async with signed_in(house, "owner-one") as client:
        page = await client.get(f"/shop/{shown(floor)}/service")
    assert page.status_code == 200
    base = f"/shop/{shown(floor)}"
    for path in ("events", "service/stacking", "low-price", "service#cases"):
        assert f'href="{base}/{path}"' in page.text
    assert "No cases" in page.text
