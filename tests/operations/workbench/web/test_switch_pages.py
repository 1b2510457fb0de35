"""Can staff turn switches, carry plans out and overrule a freeze on the page and by JSON, and nobody else?"""

import re
from datetime import timedelta

import pytest

from peakday.kernel.switches import api as switches
from peakday.operations.workbench.web import merchant, switches_v1
from tests.market.doors import csrf_in, put_behind_the_door, signed_in
from tests.market.people import open_account, open_shop_with_owner

PAGE = "/platform/switches"


@pytest.fixture(autouse=True)
def _board_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, switches_v1, merchant)


@pytest.fixture
async def staffed(house, clock):
    """A house with two of the platform's staff and a merchant."""
    await open_shop_with_owner(house.database, "one", clock.now())
    async with house.database.transaction() as tx:
        for login in ("li", "wang"):
            await open_account(tx, None, login, clock.now())
    return house


async def percent_of(house, name):
    async with house.database.read() as connection:
        return await connection.fetchval("select percent from kernel.switch where name = $1", name)


async def post(client, path, **form):
    page = await client.get(PAGE)
    return await client.post(f"{PAGE}{path}", data={**form, "csrf_token": csrf_in(page)})


@pytest.mark.capability("TE-04", page="/platform/switches")
async def test_staff_turn_a_switch_and_take_it_back_with_one_click(staffed):
    async with signed_in(staffed, "li") as client:
        form = {"name": "cart.next_tier", "percent": "10", "version": "0"}
        answer = await post(client, "/turn", **form, reason="grey")
        assert answer.status_code == 303
        assert await percent_of(staffed, "cart.next_tier") == 10
        answer = await post(client, "/turn", **form, reason="again")
        assert (answer.status_code, "turned cart.next_tier to 10%" in answer.text) == (409, True)
        answer = await post(client, "/rollback", name="cart.next_tier")
        assert await percent_of(staffed, "cart.next_tier") == 100
        page = await client.get(PAGE)
        assert "grey" in page.text
        assert "one-click rollback" in page.text
        assert "封网与紧急放行" in (await client.get(f"{PAGE}?lang=zh")).text


@pytest.mark.capability("TE-04", page="/platform/switches")
async def test_staff_carry_a_plan_out_and_undo_it(staffed):
    async with signed_in(staffed, "li") as client:
        plan = re.search(r"/platform/switches(/plans/pln_[^/]+/run)", (await client.get(PAGE)).text).group(1)
        assert (await post(client, plan, reason="")).status_code == 422
        assert await percent_of(staffed, "cart.next_tier") == 100
        await post(client, plan, reason="load")
        assert await percent_of(staffed, "cart.next_tier") == 0
        run = re.search(r"/platform/switches(/runs/run_[^/]+/undo)", (await client.get(PAGE)).text).group(1)
        await post(client, run)
        assert await percent_of(staffed, "cart.next_tier") == 100


@pytest.mark.capability("TE-05", page="/platform/switches")
async def test_in_a_freeze_one_asks_and_another_agrees(staffed, clock):
    async with signed_in(staffed, "li") as li, signed_in(staffed, "wang") as wang:
        made = await li.post(
            "/v1/platform/switches",
            json={"name": "tests.new", "title": {"zh": "新功能", "en": "New"}},
            headers={"x-csrf-token": csrf_in(await li.get(PAGE))},
        )
        assert made.status_code == 201
        start = clock.now() + timedelta(hours=8)  # as Shanghai's clock shows it
        times = {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{start + timedelta(days=1):%Y-%m-%dT%H:%M}"}
        assert (await post(li, "/freezes", **times, reason="Double 11")).status_code == 303
        form = {"name": "tests.new", "percent": "100", "version": "0", "reason": "sells below cost"}
        assert "no green rehearsal" in (await post(li, "/turn", **form)).text
        assert (await post(li, "/turn", **form, override="1")).status_code == 303
        page = (await li.get(PAGE)).text
        assert "waits for another person" in page
        assert "Agree and turn" not in page
        agree = re.search(r"/platform/switches(/overrides/ovr_[^/]+/agree)", (await wang.get(PAGE)).text).group(1)
        assert (await post(li, agree)).status_code == 409
        assert await percent_of(staffed, "tests.new") == 0
        await post(wang, agree)
        assert await percent_of(staffed, "tests.new") == 100


async def test_a_merchant_finds_neither_page_nor_doors(staffed):
    async with signed_in(staffed, "owner-one") as client:
        assert (await client.get(PAGE)).status_code == 403
        for path in ("switches", "switch-changes", "switch-plans", "freezes", "rehearsals"):
            assert (await client.get(f"/v1/platform/{path}")).status_code == 403


async def test_the_json_doors_turn_plan_and_tell(staffed, clock):
    async with signed_in(staffed, "li") as client:
        client.headers["x-csrf-token"] = csrf_in(await client.get(PAGE))
        doors = "/v1/platform"
        turned = await client.put(
            f"{doors}/switches/cart.next_tier", json={"percent": 5, "seen_version": 0, "reason": "grey"}
        )
        assert (turned.status_code, turned.json()["percent"]) == (200, 5)
        back = await client.post(
            f"{doors}/switches/cart.next_tier/rollback", json={"reason": "enough"}, headers={"idempotency-key": "1"}
        )
        assert back.json()["percent"] == 100
        changes = (await client.get(f"{doors}/switch-changes?limit=1")).json()
        assert [each["kind"] for each in changes["items"]] == ["rollback"]
        older = (await client.get(f"{doors}/switch-changes?cursor={changes['next_cursor']}")).json()
        assert [(each["kind"], each["is_undone"]) for each in older["items"]] == [("set", True)]
        plan = (
            await client.put(
                f"{doors}/switch-plans", json={"name": "p", "steps": [{"name": "cart.best_price_live", "percent": 50}]}
            )
        ).json()
        run = await client.post(f"{doors}/switch-plans/{plan['plan_id']}/runs", json={"reason": "drill"})
        assert (run.status_code, await percent_of(staffed, "cart.best_price_live")) == (201, 50)
        undone = await client.post(f"{doors}/switch-plan-runs/{run.json()['run_id']}/undo", json={"reason": "drill"})
        assert (undone.status_code, await percent_of(staffed, "cart.best_price_live")) == (200, 100)
        assert (await client.get(f"{doors}/switches")).json()["items"][0]["name"] == "cart.best_price_live"
        async with staffed.database.transaction() as tx:
            rehearsal_id = await switches.open_rehearsal(tx, ["kill-web"], clock.now())
            figures = {"baskets": 7, "orders": 6, "report": "r.html"}
            await switches.close_rehearsal(tx, rehearsal_id, figures, clock.now(), is_green=True)
        (rehearsal,) = (await client.get(f"{doors}/rehearsals")).json()["items"]
        assert (rehearsal["is_green"], rehearsal["baskets"], rehearsal["switches"]["cart.best_price_live"]) == (
            True,
            7,
            100,
        )
        (staffed.settings.home / "rehearsals").mkdir()
        (staffed.settings.home / "rehearsals" / f"{rehearsal_id}.html").write_text("<h1>It held</h1>")
        report = await client.get(f"{PAGE}/rehearsals/{rehearsal['rehearsal_id']}")
        assert report.text == "<h1>It held</h1>"
