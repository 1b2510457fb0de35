"""Does the collection door keep every good event, and say of every bad one what is wrong?"""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from peakday.kernel.actor import Actor, ActorKind
from peakday.kernel.ids import show_id

SHOP = UUID("01930000-0000-7000-8000-000000000001")
OTHER_SHOP = UUID("01930000-0000-7000-8000-000000000002")
SENT_STORED = datetime(2026, 11, 11, 11, 59, tzinfo=UTC).replace(tzinfo=None)
NOW_STORED = datetime(2026, 11, 11, 12, tzinfo=UTC).replace(tzinfo=None)


async def test_one_event_an_array_and_an_envelope_are_all_taken(send, make_event, read_events):
    for body in (make_event("a"), [make_event("b")], {"events": [make_event("c"), make_event("d")]}):
        assert (await send(body)).status_code == 202
    assert read_events("event_id, shop_id") == [(name, str(SHOP)) for name in "abcd"]


async def test_every_field_is_stored_with_plain_ids_and_utc_time(send, make_event, read_events, compact):
    item, buyer = UUID(int=1 << 70), UUID(int=1 << 71)
    event = make_event(
        "a", user_id=show_id("byr", buyer), item_id=show_id("itm", item), shop_id=show_id("shp", SHOP), terminal="app",
        source_path=["首页", "搜索"], search_query="羽绒服", dwell_seconds=12.5, page="/item", simulated=True,
    )  # fmt: skip
    answer = await send(event)
    assert (answer.status_code, answer.json()) == (202, {"accepted": 1, "doubled": 0, "refused": []})
    columns = (
        "event_id, ts, day::varchar, user_id, item_id, shop_id, terminal, source_path, search_query, dwell_seconds,"
        " page, simulated, received_at, order_id"
    )
    expected = [(
        "a", SENT_STORED, "2026-11-11", str(buyer), str(item), str(SHOP), "app", ["首页", "搜索"],
        "羽绒服", 12.5, "/item", True, NOW_STORED, None,
    )]  # fmt: skip
    assert read_events(columns) == expected
    await compact()
    assert read_events(columns) == expected


async def test_an_event_without_the_simulated_mark_is_real(send, make_event, read_events):
    await send(make_event())
    assert read_events("simulated") == [(False,)]


async def test_a_bad_row_is_refused_with_reason_and_remedy_and_the_others_are_stored(send, make_event, read_events):
    bad = make_event("bad", ts="2026-11-11T19:59:00")
    answer = await send({"events": [make_event("a"), bad, make_event("b")]})
    assert answer.status_code == 202
    body = answer.json()
    assert (body["accepted"], body["doubled"]) == (2, 0)
    assert body["refused"] == [{
        "row": 1, "field": "ts", "code": "time_without_zone", "value": "2026-11-11T19:59:00",
        "message": "The time has no zone", "message_zh": "时间没有时区",
        "remedy": "Add the zone, for example 2026-11-11T20:00:00+08:00",
        "remedy_zh": "请附上时区，例如 2026-11-11T20:00:00+08:00",
    }]  # fmt: skip
    assert read_events("event_id") == [("a",), ("b",)]


@pytest.mark.parametrize(
    "fields, field, code",
    [
        ({"ts": "yesterday"}, "ts", "bad_time"),
        ({"ts": 1762862400}, "ts", "bad_time"),
        ({"ts": "2026-11-11T20:06:00+08:00"}, "ts", "time_in_future"),
        ({"ts": "2025-10-01T20:00:00+08:00"}, "ts", "time_too_old"),
        ({"ts": "0001-01-01T00:00:00+14:00"}, "ts", "time_too_old"),
        ({"ts": "9999-12-31T23:59:59-12:00"}, "ts", "time_in_future"),
        ({"type": "buy"}, "type", "unknown_type"),
        ({"type": 3}, "type", "bad_value"),
        ({"terminal": "fridge"}, "terminal", "unknown_terminal"),
        ({"user_id": ""}, "user_id", "bad_value"),
        ({"user_id": None}, "user_id", "bad_value"),
        ({"user_id": "x" * 129}, "user_id", "too_long"),
        ({"event_id": 5}, "event_id", "bad_value"),
        ({"item_id": "itm_nonsense"}, "item_id", "bad_id"),
        ({"search_query": "长" * 513}, "search_query", "too_long"),
        ({"source_path": "home"}, "source_path", "bad_value"),
        ({"source_path": ["home", 1]}, "source_path[1]", "bad_value"),
        ({"dwell_seconds": -1}, "dwell_seconds", "bad_value"),
        ({"dwell_seconds": "12"}, "dwell_seconds", "bad_value"),
        ({"simulated": "yes"}, "simulated", "bad_value"),
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"received_at": "2026-11-11T19:59:00+08:00"}, "received_at", "field_is_ours"),
        ({"shop_id": str(OTHER_SHOP)}, "shop_id", "other_shop"),
        ({"shop_id": show_id("shp", OTHER_SHOP)}, "shop_id", "other_shop"),
        ({"page": "a\x00b"}, "event", "nul_character"),
    ],
)
async def test_each_fault_has_its_own_code_and_nothing_of_the_row_is_stored(
    send, make_event, read_events, fields, field, code
):
    answer = await send([make_event("bad") | fields, make_event("good")])
    body = answer.json()
    assert (answer.status_code, body["accepted"]) == (202, 1)
    assert [(p["row"], p["field"], p["code"]) for p in body["refused"]] == [(0, field, code)]
    assert all(body["refused"][0][name] for name in ("message", "message_zh", "remedy", "remedy_zh"))
    assert read_events("event_id") == [("good",)]


async def test_a_missing_field_is_named(send, make_event, read_events):
    event = make_event()
    del event["user_id"]
    problem = (await send(event)).json()["refused"][0]
    assert (problem["row"], problem["field"], problem["code"]) == (0, "user_id", "missing_field")
    assert read_events("event_id") == []


async def test_a_row_that_is_no_object_is_refused_alone(send, make_event):
    body = (await send([make_event("a"), 7, "text", None, [1]])).json()
    assert body["accepted"] == 1
    assert [(p["row"], p["field"], p["code"]) for p in body["refused"]] == [
        (n, "event", "bad_value") for n in (1, 2, 3, 4)
    ]


@pytest.mark.parametrize(
    "body, code",
    [
        (b"", "malformed_json"),
        (b"[", "malformed_json"),
        (b'[{"event_id": "a"},', "malformed_json"),
        (b"event_id,ts\na,b\n", "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        ('[{"event_id": "订单"}]'.encode("gbk"), "not_utf8"),
        (b"\xff\xfe[\x00]\x00", "not_utf8"),
        (b'{"events": {"event_id": "a"}}', "malformed_json"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused_whole(send, read_events, body, code):
    answer = await send(body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["code"], problem["problems"][0]["code"]) == ("unreadable_body", code)
    assert read_events("event_id") == []


async def test_a_gbk_row_inside_sound_json_is_refused_whole_with_the_place(send, make_event, read_events):
    good = b'{"event_id":"a","ts":"2026-11-11T19:59:00+08:00","user_id":"u","type":"search"}'
    bad = good.replace(b'"u"', '"张三"'.encode("gbk"))
    answer = await send(b"[" + good + b"," + bad + b"]")
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "not_utf8")
    assert read_events("event_id") == []


async def test_a_byte_order_mark_does_no_harm(send, read_events):
    body = b'\xef\xbb\xbf{"event_id":"a","ts":"2026-11-11T19:59:00+08:00","user_id":"u","type":"pv"}'
    assert (await send(body)).json()["accepted"] == 1
    assert read_events("event_id") == [("a",)]


async def test_an_empty_batch_is_taken_as_nothing(send):
    assert (await send([])).json() == {"accepted": 0, "doubled": 0, "refused": []}


async def test_more_than_a_thousand_events_are_refused_whole(send, make_event, read_events):
    assert (await send([make_event(str(n)) for n in range(1000)])).json()["accepted"] == 1000
    answer = await send([make_event(f"x{n}") for n in range(1001)])
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (422, "too_many_events")
    assert read_events("count(*)") == [(1000,)]


async def test_more_than_two_megabytes_are_refused(send, read_events):
    answer = await send(b'{"event_id": "' + b"a" * (2 * 1024 * 1024) + b'"}')
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert read_events("event_id") == []


async def test_doubles_are_told_within_a_batch_and_across_batches(send, make_event, read_events):
    answer = await send([make_event("a"), make_event("b"), make_event("a", type="click")])
    assert answer.json() == {"accepted": 2, "doubled": 1, "refused": []}
    assert (await send([make_event("b"), make_event("c")])).json() == {"accepted": 1, "doubled": 1, "refused": []}
    assert read_events("event_id, type") == [("a", "pv"), ("b", "pv"), ("c", "pv")]


async def test_two_shops_may_use_the_same_event_id(send, make_event, read_events):
    other = Actor(ActorKind.MERCHANT, UUID(int=8), OTHER_SHOP, frozenset({"events:write"}))
    assert (await send(make_event("1"))).json()["accepted"] == 1
    assert (await send(make_event("1"), other)).json() == {"accepted": 1, "doubled": 0, "refused": []}
    assert read_events("event_id, shop_id") == [("1", str(SHOP)), ("1", str(OTHER_SHOP))]


async def test_staff_write_for_any_shop_and_for_none(send, make_event, read_events):
    staff = Actor(ActorKind.STAFF, UUID(int=9), None, frozenset({"events:write"}))
    answer = await send([make_event("a", shop_id=show_id("shp", OTHER_SHOP)), make_event("b", type="search")], staff)
    assert answer.json()["accepted"] == 2
    assert read_events("event_id, shop_id") == [("a", str(OTHER_SHOP)), ("b", None)]


async def test_without_a_key_and_without_the_scope_nothing_is_stored(send, make_event, read_events):
    reader = Actor(ActorKind.MERCHANT, UUID(int=8), SHOP, frozenset({"items:view"}))
    assert (await send(make_event(), None)).status_code == 401
    answer = await send(make_event(), reader)
    assert (answer.status_code, answer.json()["code"]) == (403, "not_allowed")
    assert read_events("event_id") == []


async def test_the_route_stands_in_the_openapi_document(send):
    spec = send.app.openapi()["paths"]["/v1/events"]["post"]
    event, batch, envelope = spec["requestBody"]["content"]["application/json"]["schema"]["oneOf"]
    assert event["required"] == ["event_id", "ts", "user_id", "type"]
    assert "received_at" not in event["properties"]
    assert batch["maxItems"] == 1000
    assert envelope["required"] == ["events"]
    assert {"202", "401", "403", "413", "422", "503"} <= set(spec["responses"])
