"""Do the doors of sale events answer with the room's facts, in both languages, and to whom they may?"""

import pytest

from peakday.kernel.ids import show_id
from peakday.kernel.jobs import run_due_jobs
from peakday.market.accounts.model import Role
from peakday.market.catalog.model import item_id_of, sku_id_of
from peakday.trade.sale_events.jobs import JOB_KINDS
from peakday.trade.sale_events.web import operator_v1, pages, v1
from tests.market.doors import csrf_in, put_behind_the_door, signed_in, visitor
from tests.market.people import open_account, open_shop_with_owner
from tests.trade.sale_events.builders import OPENING, a_wish, at, enrol, offers_of
from tests.trade.sale_events.web.calendar_reader import read_calendar


@pytest.fixture(autouse=True)
def _events_behind_the_door(monkeypatch):
    put_behind_the_door(monkeypatch, v1, operator_v1, pages)


@pytest.fixture
async def shown(house, stand):
    """The shown ids of the shop, the event and tea."""
    await open_shop_with_owner(house.database, "two", OPENING)
    async with house.database.transaction() as tx:
        await open_account(tx, stand.shop_id, "reader", OPENING, Role.CUSTOM, {"marketing:view", "items:view"})
        await open_account(tx, None, "xiaoer", OPENING)
    item = show_id("itm", item_id_of(stand.shop_id, "tea"))
    return show_id("shp", stand.shop_id), show_id("sev", stand.event.event_id), item


async def token_of(client, shop):
    page = await client.get(f"/shop/{shop}/events")
    return {"x-csrf-token": page.text.split('name="csrf-token" content="')[1].split('"')[0]}


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
async def test_the_calendar_answers_with_phases_dates_and_the_next_deadline(house, shown):
    shop, event, _ = shown
    async with signed_in(house, "owner-one") as client:
        body = (await client.get(f"/v1/shops/{shop}/events")).json()
        one = (await client.get(f"/v1/shops/{shop}/events/{event}")).json()
    assert (body["items"], body["next_cursor"]) == ([one], None)
    assert (one["enrolment"], one["can_join"]) == ("enrolled", False)
    spot = one["tracks"][1]
    assert (spot["code"], spot["phase"], spot["milestones"][1]["depends_on"]) == (
        "wave_1_spot",
        "enrolling",
        "enrolment",
    )
    assert body["next_deadline"]["track"] == "wave_1_presale"
    assert body["next_deadline"]["seconds_left"] == (at(10, 11, 0) - OPENING).total_seconds()


async def test_an_item_is_enrolled_changed_and_listed_over_the_door(house, stand, shown):
    shop, event, item = shown
    sku = show_id("sku", sku_id_of(stand.shop_id, "tea", "tea"))
    door = f"/v1/shops/{shop}/events/{event}"
    wish = {"item_id": item, "sku_id": sku, "price_minor": 9_000, "stock": 10}
    async with signed_in(house, "owner-one") as client:
        headers = await token_of(client, shop)
        form = {"track": "wave_1_spot", "entries": [wish]}
        answer = await client.post(f"{door}/entries", json=form, headers=headers)
        assert (answer.status_code, answer.json()["items"][0]["proof"]["verdict"]) == (201, "proven")
        bad = await client.post(
            f"{door}/entries", json={**form, "entries": [{**wish, "price_minor": 10_001}]}, headers=headers
        )
        assert (bad.status_code, bad.json()["problems"][0]["row"]) == (422, 1)
        stock = {"track": "wave_1_spot", "sku_id": sku, "stock": 7}
        assert (await client.post(f"{door}/stock", json=stock, headers=headers)).status_code == 204
        other = {"track": "wave_1_presale", "entries": [{**wish, "deposit_minor": 1_000}]}
        assert (await client.post(f"{door}/entries", json=other, headers=headers)).status_code == 201
        first = (await client.get(f"{door}/entries?limit=1")).json()
        second = (await client.get(f"{door}/entries?limit=1&cursor={first['next_cursor']}")).json()
        assert (await client.get(f"{door}/entries?cursor=x")).status_code == 422
    rows = [*first["items"], *second["items"]]
    assert [(row["track"], row["stock"]) for row in rows] == [("wave_1_presale", 10), ("wave_1_spot", 7)]
    assert second["next_cursor"] is None


@pytest.mark.capability("SH-04", page="/shop/{shop_id}/events")
async def test_an_item_leaves_and_comes_back_over_the_door(house, stand, shown):
    shop, event, item = shown
    await enrol(house.database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    door = f"/v1/shops/{shop}/events/{event}"
    async with signed_in(house, "owner-one") as client:
        headers = await token_of(client, shop)
        told = (await client.get(f"{door}/exit?item_id={item}")).json()
        assert (told["points"], told["is_allowed"], told["lost"][0]["stock"], told["orders"]["orders"]) == (
            0,
            True,
            10,
            0,
        )
        form = {"item_id": item, "reason": "no_stock", "note": "sold out", "seen": told["seen"]}
        stale = await client.post(f"{door}/exits", json={**form, "seen": "x"}, headers=headers)
        assert (stale.status_code, stale.json()["code"]) == (409, "something_else_seen")
        left = (await client.post(f"{door}/exits", json=form, headers=headers)).json()
        again = (await client.post(f"{door}/exits", json=form, headers=headers)).json()
        assert left == again
        assert await offers_of(house.database, stand.shop_id) == []
        undo = f"/v1/shops/{shop}/events/exits/{left['exit_id']}/undo"
        assert (await client.post(undo, headers=headers)).json()["undone_at"] is not None
        assert len(await offers_of(house.database, stand.shop_id)) == 1
        assert len((await client.get(f"{door}/exits")).json()["items"]) == 1


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
async def test_a_file_is_sent_on_the_page_carried_by_the_worker_and_its_errors_downloaded(house, stand, shown):
    shop, event, _ = shown
    content = "商品编号,活动价,活动库存\ntea,90,10\ncup,101,10\nnone,1,1\n".encode("gbk")
    async with signed_in(house, "owner-one") as client:
        page = await client.get(f"/shop/{shop}/events/{event}/upload?track=wave_1_spot")
        assert "Wave 1 spot" in page.text
        sent = await client.post(
            f"/shop/{shop}/events/{event}/upload?track=wave_1_spot", files={"file": ("a.csv", content)},
            headers={"sec-fetch-site": "same-origin"},
        )  # fmt: skip
        assert sent.status_code == 303, sent.text[:300]
        waiting = await client.get(sent.headers["location"])
        assert "Enrolling…" in waiting.text
        assert await run_due_jobs(house, JOB_KINDS) == 1
        done = await client.get(f"{sent.headers['location']}?part=1")
        assert "The file is done" in done.text
        errors = (await client.get(f"{sent.headers['location']}/errors.csv")).content.decode("utf-8-sig")
        number = sent.headers["location"].rsplit("/", 1)[1]
        body = (await client.get(f"/v1/shops/{shop}/events/imports/{number}")).json()
        wrong = await client.post(
            f"/shop/{shop}/events/{event}/upload?track=wave_1_spot", files={"file": ("b.csv", b"a,b\n1,2\n")},
            headers={"sec-fetch-site": "same-origin"},
        )  # fmt: skip
    assert (body["rows_accepted"], body["rows_refused"]) == (1, 2)
    assert [line.split(",")[:2] for line in errors.splitlines()[1:]] == [
        ["3", "price"], ["3", "price"], ["4", "item_ref"],
    ]  # fmt: skip
    assert (wrong.status_code, "the file lacks the column price" in wrong.text) == (422, True)
    assert list((house.settings.uploads_dir / shop).glob("*.csv")) == []


async def test_pages_speak_both_languages_and_enrol_by_a_form(house, stand, shown):
    shop, event, item = shown
    base = f"/shop/{shop}/events"
    key = sku_id_of(stand.shop_id, "tea", "tea").hex
    async with signed_in(house, "owner-one") as client:
        calendar = (await client.get(base)).text
        for word in ("Double 11 2026", "The next date", "in 14 d 11 h", "<svg", "Wave 2 spot", "Make a new address"):
            assert word in calendar, word
        assert "还有 14 天 11 小时" in (await client.get(f"{base}?lang=zh&part=1")).text
        await client.get(f"{base}?lang=en")
        found = (await client.get(f"{base}/{event}/enrol?track=wave_1_spot&q=tea")).text
        assert f"item={item}" in found
        form_page = await client.get(f"{base}/{event}/enrol?track=wave_1_spot&item={item}")
        form = {"csrf_token": csrf_in(form_page), f"price_{key}": "101", f"stock_{key}": "x"}
        address = f"{base}/{event}/enrol?track=wave_1_spot&item={item}"
        refused = await client.post(address, data=form)
        assert (refused.status_code, "it is not a number" in refused.text) == (422, True)
        refused = await client.post(address, data={**form, f"stock_{key}": "5"})
        assert (refused.status_code, "above the list price" in refused.text, 'value="101"' in refused.text) == (
            422, True, True,
        )  # fmt: skip
        sent = await client.post(address, data={**form, f"price_{key}": "90", f"stock_{key}": "5"})
        assert sent.headers["location"] == f"{base}/{event}?done=enrolled"
        page = (await client.get(sent.headers["location"])).text
        for word in ("Enrolled.", "Title of tea", "CN¥90.00", "Depends on", "Leave…"):
            assert word in page, word
        entries = (await client.get(f"{base}/{event}/entries?track=wave_1_spot")).text
        assert "price proven" in entries
        assert "No entry matches" in (await client.get(f"{base}/{event}/entries?status=exited")).text
        exported = (await client.get(f"{base}/{event}/entries.csv")).content.decode("utf-8-sig")
        assert exported.splitlines()[1].startswith("tea,tea,90.00,5,,,wave_1_spot,enrolled,100.00,CNY,proven,100.00")
        assert 'value="90.00"' in (await client.get(address)).text  # the form shows what is enrolled


@pytest.mark.capability("SH-04", page="/shop/{shop_id}/events")
async def test_the_page_shows_consequences_before_the_click_and_a_way_back(house, stand, shown, clock):
    shop, event, item = shown
    await enrol(house.database, stand.owner, stand.shop_id, stand.event, [a_wish(stand.shop_id)])
    base = f"/shop/{shop}/events/{event}"
    async with signed_in(house, "owner-one") as client:
        page = await client.get(f"{base}/exit?item={item}")
        for word in ("Title of tea", "Leave now", "Orders already placed are honoured", "Sale lost", "3 d 4 h"):
            assert word in page.text, word
        form = {"csrf_token": csrf_in(page), "seen": page.text.split('name="seen" value="')[1].split('"')[0],
                "reason": "quality", "note": "bad batch"}  # fmt: skip
        stale = await client.post(f"{base}/exit?item={item}", data={**form, "seen": "x"})
        assert (stale.status_code, "The consequences have changed" in stale.text) == (409, True)
        left = await client.post(f"{base}/exit?item={item}", data=form)
        assert left.headers["location"] == f"{base}?done=left"
        after = await client.get(left.headers["location"])
        assert "Take back" in after.text
        assert "bad batch" in after.text
        undo = after.text.split('action="')[1:]
        address = next(part.split('"')[0] for part in undo if "/undo" in part)
        back = await client.post(address, data={"csrf_token": csrf_in(after)})
        assert back.headers["location"] == f"{base}?done=undone"
    clock.at = at(11, 5)
    async with signed_in(house, "owner-one") as client:
        late = await client.get(f"{base}/exit?item={item}")
        assert "It can no longer leave" in late.text


async def test_a_reader_sees_but_cannot_change_and_a_stranger_finds_nothing(house, stand, shown):
    shop, event, item = shown
    base = f"/shop/{shop}/events"
    async with signed_in(house, "reader") as client:
        page = await client.get(f"{base}/{event}")
        assert "Enrol items" not in page.text
        headers = await token_of(client, shop)
        door = f"/v1/shops/{shop}/events"
        form = {"track": "wave_1_spot", "entries": [{"item_id": item, "price_minor": 1, "stock": 1}]}
        assert (await client.post(f"{door}/{event}/entries", json=form, headers=headers)).status_code == 403
        assert (await client.post(f"{door}/feed", headers=headers)).status_code == 403
        assert (await client.get(f"{door}/{event}/exit")).json()["orders"] is None
        assert (await client.get("/events")).status_code == 403
    async with signed_in(house, "owner-two") as client:
        for path in (base, f"{base}/{event}", f"{base}/{event}/entries.csv", f"{base}/{event}/exit", f"{base}.ics",
                     f"/v1/shops/{shop}/events", f"/v1/shops/{shop}/events/{event}/entries"):  # fmt: skip
            assert (await client.get(path)).status_code == 404, path
        assert (await client.get("/v1/sale-events")).status_code == 403


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
async def test_the_feed_opens_without_a_session_by_its_secret_until_renewed(house, shown):
    shop, _, _ = shown
    async with signed_in(house, "owner-one") as client:
        headers = await token_of(client, shop)
        first = (
            await client.post(f"/v1/shops/{shop}/events/feed", headers=headers | {"idempotency-key": "feed"})
        ).json()["path"]
        async with visitor(house) as stranger:
            answer = await stranger.get(first)
            assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
            assert len(read_calendar(answer.content)) == 20
            assert (await stranger.get(f"/shop/{shop}/events.ics?token=guess")).status_code in {303, 401}
            page = await client.post(f"/shop/{shop}/events/feed", data={"csrf_token": headers["x-csrf-token"]})
            assert f"/shop/{shop}/events.ics?token=" in page.text
            assert (await stranger.get(first)).status_code in {303, 401}
            assert (await stranger.get(f"/shop/{shop}/events")).status_code in {303, 401}


async def test_staff_copy_publish_and_call_off_an_event_on_the_page_and_over_the_door(house, shown):
    async with signed_in(house, "xiaoer") as client:
        page = await client.get("/events")
        assert "A new event" in page.text
        form = {"csrf_token": csrf_in(page), "source": "", "code": "double-12", "zh": "双12", "en": "Double 12",
                "last_day": "2026-12-12"}  # fmt: skip
        refused = await client.post("/events", data={**form, "code": "双12", "last_day": ""})
        assert (refused.status_code, "choose the last day" in refused.text) == (422, True)
        made = await client.post("/events", data=form)
        address = made.headers["location"]
        draft = await client.get(address)
        assert "Publish" in draft.text
        assert (await client.post("/events", data=form)).status_code == 409
        await client.post(f"{address}/publish", data={"csrf_token": csrf_in(draft)})
        body = (await client.get(f"/v1/sale-events/{address.rsplit('/', 1)[1]}")).json()
        assert (body["status"], body["ends_at"]) == ("published", "2026-12-12T16:00:00Z")
        headers = {"x-csrf-token": form["csrf_token"]}
        copy = {
            "code": "again",
            "name": {"zh": "再来", "en": "Again"},
            "last_day": "2027-01-01",
            "event_id": body["event_id"],
        }
        second = (await client.post("/v1/sale-events/copies", json=copy, headers=headers)).json()
        assert (second["status"], second["ends_at"]) == ("draft", "2027-01-01T16:00:00Z")
        gone = await client.post(f"/v1/sale-events/{second['event_id']}/cancel", headers=headers)
        assert gone.json()["status"] == "cancelled"
        wave = {"kind": "spot", "name": {"zh": "开卖", "en": "Sale"}, "starts_at": "2027-02-01T20:00:00+08:00",
                "ends_at": "2027-02-02T00:00:00+08:00"}  # fmt: skip
        track = {"code": "spot", "name": {"zh": "现货", "en": "Spot"}, "kind": "spot", "waves": [wave],
                 "enrols_from": "2027-01-01T12:00:00+08:00", "enrols_until": "2027-01-20T00:00:00+08:00"}  # fmt: skip
        plan = {"code": "own", "name": {"zh": "自办", "en": "Own"}, "tracks": [track],
                "enrols_from": "2027-01-01T12:00:00+08:00", "enrols_until": "2027-01-10T00:00:00+08:00"}  # fmt: skip
        own = await client.post("/v1/sale-events", json=plan, headers=headers)
        assert (own.status_code, own.json()["tracks"]) == (201, ["spot"])
        track["enrols_until"] = "2027-02-01T21:00:00+08:00"
        faulty = await client.post("/v1/sale-events", json={**plan, "code": "own-2"}, headers=headers)
        assert (faulty.status_code, faulty.json()["problems"][0]["code"]) == (422, "enrols_too_long")
