"""Does a merchant build a crowd by hand, see its size at once and hand it on, in both languages?"""

import hashlib
import re
from datetime import timedelta

import pytest

from peakday.insight.audiences import api
from peakday.insight.behaviour.api import BehaviourLog, Event, record_events
from peakday.kernel.actor import SYSTEM
from peakday.kernel.ids import show_id

FORM = {
    "join0": "and", "what0": "did:cart", "times0": "2", "days0": "7", "join1": "not", "what1": "did:buy",
    "times1": "1", "days1": "7",
}  # fmt: skip


@pytest.fixture
async def carts(market):
    """A hundred and twenty people who added twice, and thirty who added once."""
    now = market.house.clock.now()
    place = market.places["north"]
    events = [
        Event(f"{number}-{turn}", now - timedelta(days=turn + 1), f"p{number}", "cart", shop_id=str(place.shop_id))
        for number in range(150)
        for turn in range(2 if number < 120 else 1)
    ]
    await record_events(market.house.get(BehaviourLog), SYSTEM, events, now)
    return place


def csrf_in(text: str) -> str:
    return re.search(r'name="csrf-token" content="([^"]+)"', text).group(1)


@pytest.mark.capability("AD-06", page="/shop/{shop_id}/data/crowds")
@pytest.mark.parametrize(("language", "words"), [("zh", "圈选"), ("en", "Build")])
async def test_a_crowd_is_built_sized_kept_and_taken_away(market, carts, language, words):
    base = f"/shop/{carts.shown}/data/crowds"
    async with market.signed_in("north-main") as client:
        page = await client.get(f"{base}?lang={language}")
        assert page.status_code == 200
        assert words in page.text
        token = {"csrf_token": csrf_in(page.text)}
        size = await client.post(f"{base}/size", data={**FORM, **token})
        assert 'id="crowd-size">120<' in size.text
        fault = await client.post(f"{base}/size", data={**FORM, "days1": "999", **token})
        assert "expression.and[1].not.days" in fault.text
        made = await client.post(base, data={**FORM, "name": "Twice, not bought", **token})
        assert made.status_code == 303
        crowd = await client.get(made.headers["location"])
        assert 'id="crowd-size">120<' in crowd.text
        assert "TGI" in crowd.text
        file = await client.get(f"{made.headers['location']}/people.csv")
        assert sorted(file.text.removeprefix("\ufeff").split()[1:]) == sorted(f"p{number}" for number in range(120))
        again = await client.post(base, data={**FORM, "name": "Twice, not bought", **token})
        assert (again.status_code, "Twice, not bought" in again.text) == (422, True)


@pytest.mark.capability("AD-06")
async def test_the_json_doors_say_the_same(market, carts):
    base = f"/v1/shops/{carts.shown}"
    expression = {"and": [{"did": "cart", "times": 2, "days": 7}, {"not": {"did": "buy", "days": 7}}]}
    async with market.signed_in("north-main") as client:
        token = {"x-csrf-token": csrf_in((await client.get("/account")).text)}
        size = await client.post(f"{base}/crowd-sizes", json={"expression": expression}, headers=token)
        assert size.json() == {"people": 120, "can_be_used": True}
        fault = await client.post(f"{base}/crowd-sizes", json={"expression": {"and": [{"tag": "x"}]}}, headers=token)
        assert (fault.status_code, fault.json()["problems"][0]["field"]) == (422, "expression.and[0].tag")
        body = {"name": "twice", "expression": expression}
        crowd = (await client.post(f"{base}/crowds", json=body, headers=token)).json()["crowd_id"]
        first = (await client.get(f"{base}/crowds/{crowd}/people?limit=70")).json()
        rest = (await client.get(f"{base}/crowds/{crowd}/people?limit=70&cursor={first['next_cursor']}")).json()
        assert (len({*first["items"], *rest["items"]}), rest["next_cursor"]) == (120, None)
        assert (await client.put(f"{base}/crowd-withdrawals/p5", headers=token)).status_code == 204
        assert (await client.get(f"{base}/crowds/{crowd}")).json()["size"]["people"] == 119
        tags = {one["name"]: one for one in (await client.get(f"{base}/crowd-tags")).json()["items"]}
        assert tags["carted"]["people"] == 149
        assert (await client.get(f"{base}/crowds/{crowd}/contrasts")).json()["items"][0]["tag"]
        assert (await client.get(f"{base}/crowds/{crowd}/overlaps/{crowd}")).json()["both"] == 119
        wish = {"name": "like", "size": 30, "without_seed": False}
        like = await client.post(f"{base}/crowds/{crowd}/look-alikes", json=wish, headers=token)
        assert (like.status_code, like.json()["size"]["people"]) == (201, 30), like.text
        assert (await client.delete(f"{base}/crowds/{like.json()['crowd_id']}", headers=token)).status_code == 204
        assert (await client.delete(f"{base}/crowds/{crowd}", headers=token)).status_code == 204
        assert (await client.get(f"{base}/crowds")).json()["items"] == []


async def test_a_file_of_hashes_is_taken_and_its_bad_rows_come_back(market, carts):
    base = f"/shop/{carts.shown}/data/crowds"
    lines = [*(hashlib.sha256(f"p{number}".encode()).hexdigest() for number in range(30)), "bad row"]
    async with market.signed_in("north-main") as client:
        await client.get(base)
        made = await client.post(
            f"{base}/imports", data={"name": "list"}, files={"file": ("ids.csv", "\n".join(lines))},
            headers={"sec-fetch-site": "same-origin", "origin": "http://peakday.test"},
        )  # fmt: skip
        assert made.status_code == 303, made.text
        errors = await client.get(f"{made.headers['location']}/errors.csv")
        assert "31,bad_hash,bad row" in errors.text
        assert 'id="crowd-size">30<' in (await client.get(made.headers["location"])).text


@pytest.mark.capability("LY-05")
async def test_a_cell_of_the_flow_becomes_a_crowd(market, carts):
    base = f"/shop/{carts.shown}/data/crowds"
    day = market.house.clock.now().date() - timedelta(days=1)
    async with market.signed_in("north-main") as client:
        token = {"csrf_token": csrf_in((await client.get(base)).text)}
        cell = {"start": str(day - timedelta(days=5)), "end": str(day), "from": "none", "to": "I"}
        made = await client.post(f"{base}/cells", data={**cell, **token})
        assert made.status_code == 303, made.text
        assert 'id="crowd-size">150<' in (await client.get(made.headers["location"])).text
    (crowd,) = await api.list_crowds(market.house, SYSTEM, carts.shop_id)
    assert crowd.origin == "flow"
    assert show_id("crd", crowd.crowd_id) in made.headers["location"]


@pytest.mark.capability("AD-06", page="/shop/{shop_id}/data/crowds")
async def test_added_then_bought_or_saved_is_counted_of_the_real_facts(market, carts):
    now, base = market.house.clock.now(), f"/shop/{carts.shown}/data/crowds"
    saved = [
        Event(f"f{number}", now - timedelta(hours=1), f"p{number}", "fav", shop_id=str(carts.shop_id))
        for number in range(25)
    ]
    await record_events(market.house.get(BehaviourLog), SYSTEM, saved, now)
    async with market.signed_in("north-main") as client:
        token = {"csrf_token": csrf_in((await client.get(base)).text)}
        for name, people in (("cart>fav", ">25<"), ("fav>cart", ">0<"), ("cart>buy", ">0<"), ("cart>cart", ">120<")):
            told = await client.post(f"{base}/size", data={"what0": f"sequence:{name}", "days0": "7", **token})
            assert (told.status_code, people in told.text) == (200, True), (name, told.text)


@pytest.mark.capability("AD-07", page="/shop/{shop_id}/data/crowds/uplift")
@pytest.mark.parametrize(("language", "words"), [("zh", "好于随机"), ("en", "better than chance")])
async def test_a_trial_is_judged_from_a_file_and_a_bad_one_is_refused(market, language, words):
    place, now = market.places["north"], market.house.clock.now()
    events, lines = [], ["person_hash,arm,outcome"]
    for number in range(480):
        kind, at = ("fav" if number % 2 else "search"), now - timedelta(days=10)
        events.append(Event(f"t{number}", at, f"t{number}", kind, shop_id=str(place.shop_id)))
        is_treated, lot = number % 4 < 2, number // 4 % 10
        answered = lot < (8 if is_treated and number % 2 else 2)
        word = hashlib.sha256(f"t{number}".encode()).hexdigest()
        lines.append(f"{word},{'treated' if is_treated else 'control'},{int(answered)}")
    await record_events(market.house.get(BehaviourLog), SYSTEM, events, now)
    base = f"/shop/{place.shown}/data/crowds/uplift"
    async with market.signed_in("north-main") as client:
        page = await client.get(f"{base}?lang={language}")
        assert page.status_code == 200
        header, day = {"x-csrf-token": csrf_in(page.text)}, {"started_on": str((now - timedelta(days=5)).date())}
        for rows, status in ((lines, 200), (lines[:50], 409), (["hash", "x"], 422)):
            file = {"file": ("trial.csv", "\n".join(rows).encode())}
            told = await client.post(f"{base}/files", data=day, files=file, headers=header)
            assert (told.status_code, words in told.text, 'id="qini"' in told.text) == (
                status, status == 200, status == 200,
            )  # fmt: skip
    async with market.signed_in("south-main") as client:
        assert (await client.get(base)).status_code == 404
