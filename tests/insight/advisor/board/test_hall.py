"""Do open pages follow the board: one frame for all, whole for who joins or missed one, a word while nothing moves?"""

import asyncio
import json
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from peakday.apps.opening import open_web_engines
from peakday.insight.advisor.board import hall as halls
from peakday.insight.advisor.board.counting import counting
from peakday.insight.advisor.board.hall import BoardHall
from peakday.insight.advisor.board.model import BoardKey
from peakday.insight.advisor.board.replays import Replays
from peakday.insight.advisor.board.windows import day_window
from peakday.kernel.clock import day_of
from peakday.kernel.outbox import deliver_in_bulk
from tests.insight.advisor.board.selling import open_selling

OPENS = datetime(2026, 11, 11, 2, 0, tzinfo=UTC)
DAY = day_window(day_of(OPENS))
MARKET = BoardKey(None, DAY.code, "CNY", simulated=False)


@pytest.fixture
async def selling(house):
    async with open_web_engines(house):
        async with house.database.transaction() as tx:
            made = await open_selling(tx, house.clock.now())
        yield made


@asynccontextmanager
async def viewer(house, key=MARKET, last_id=""):
    async with aclosing(house.get(BoardHall).watch(key, DAY, last_id)) as stream:

        async def frame(accept=lambda frame: True):
            async with asyncio.timeout(5):
                async for event in stream:
                    if b"event: frame" in event:
                        found = json.loads(event.partition(b"data: ")[2])
                        if accept(found):
                            return found
            raise AssertionError

        frame.stream = stream
        yield frame


async def sell_and_count(house, selling, **of):
    async with house.database.transaction() as tx:
        await selling.pay(tx, OPENS, **of)
    await deliver_in_bulk(house.database, [counting()], house.clock)


@pytest.mark.capability("TE-11")
async def test_a_viewer_sees_an_order_within_a_second_of_its_counting_with_names_and_first_places(house, selling):
    async with viewer(house) as frame:
        empty = await frame()
        assert (empty["whole"], empty["net"], empty["orders"], empty["domestic"]) == (True, 0, 0, None)
        await sell_and_count(house, selling, minor=1500, pieces=3)
        seen = await frame(lambda one: one["orders"] == 1)
    assert (seen["net"], seen["buyers"], seen["pieces"], seen["domestic"]) == (1500, 1, 3, 1.0)
    assert [(one["zh"], one["en"], one["net"]) for one in seen["tops"]["shop"]] == [("丝绸坊", "Silk", 1500)]
    assert [(one["zh"], one["count"]) for one in seen["tops"]["item"]] == [("silk 0", 3)]
    assert [one["en"] for one in seen["tops"]["brand"] + seen["tops"]["category"]] == ["Silk", "Tea"]
    assert seen["curve"] == [[600, 1500]]  # ten hours after the day's opening


async def test_many_viewers_share_one_frame_and_the_hall_sleeps_when_they_are_gone(house, selling):
    hall = house.get(BoardHall)
    async with viewer(house) as first, viewer(house) as second, viewer(house) as third:
        await asyncio.gather(first(), second(), third())
        drawn = hall.drawn
        await sell_and_count(house, selling, minor=900)
        seen = await asyncio.gather(*(one(lambda frame: frame["orders"] == 1) for one in (first, second, third)))
        assert seen[0] == seen[1] == seen[2]
        assert hall.drawn <= drawn + 3
    await asyncio.sleep(0.3)
    resting = hall.drawn
    await sell_and_count(house, selling, minor=900)
    await asyncio.sleep(0.5)
    assert hall.drawn == resting


async def test_who_comes_back_after_a_break_gets_what_was_missed(house, selling):
    await sell_and_count(house, selling, minor=100)
    async with viewer(house) as frame:
        last = (await frame())["change"]
    await sell_and_count(house, selling, minor=200)
    async with viewer(house, last_id=str(last)) as frame:
        back = await frame()
    assert (back["whole"], back["net"], back["change"]) == (True, 300, last + 1)


async def test_a_stream_says_that_it_lives_while_nothing_moves(house, selling, monkeypatch):
    monkeypatch.setattr(halls, "HEARTBEAT_SECONDS", 0.05)
    async with viewer(house) as frame:
        await frame()
        async with asyncio.timeout(5):
            said = [await anext(frame.stream) for _ in range(2)]
    assert said[0].startswith(b": still here")


async def test_a_merchants_board_holds_the_own_shop_only(house, selling):
    await sell_and_count(house, selling, minor=100)
    await sell_and_count(house, selling, minor=700, shop=1)
    own = await house.get(BoardHall).look_once(MARKET._replace(shop_id=selling.shop_ids[1]), DAY)
    assert (own.net, own.orders, [one.key for one in own.tops["item"]]) == (
        700, 1, [str(selling.items[selling.shop_ids[1]][0])]
    )  # fmt: skip


@pytest.mark.capability("TE-11")
async def test_a_day_that_is_played_again_ends_where_the_live_board_ended(house, selling):
    async with house.database.transaction() as tx:
        await selling.pay_at_random(tx, OPENS, 40)
    await deliver_in_bulk(house.database, [counting()], house.clock)
    live = await house.get(BoardHall).look_once(MARKET, DAY)
    house.clock.advance(timedelta(days=2))
    replays = house.get(Replays)
    end = await replays.frame_at(MARKET, DAY, DAY.closes_at)
    for name in ("net", "paid", "orders", "buyers", "pieces", "domestic", "tops", "curve"):
        assert getattr(end, name) == getattr(live, name), name
    half = await replays.frame_at(MARKET, DAY, OPENS + timedelta(minutes=5))
    assert 0 < half.orders < end.orders
    assert half.curve == [row for row in end.curve if row[0] < 605]
    async with aclosing(replays.play(MARKET, DAY, 10 * 3600, 3600)) as stream:
        async with asyncio.timeout(5):
            frames = [json.loads((await anext(stream)).partition(b"data: ")[2]) for _ in range(3)]
    assert frames[0]["orders"] == 0
    assert frames[-1]["orders"] == end.orders  # half a second is half an hour


@pytest.mark.capability("TE-13")
async def test_belts_are_held_beside_last_year_at_the_same_hour_since_the_opening(house, selling):
    async with house.database.transaction() as tx:
        last_year = OPENS.replace(year=2025)
        await selling.pay(tx, last_year, minor=1000)
        await selling.pay(tx, last_year + timedelta(hours=11), minor=5000)  # later in the day than now
        await selling.pay(tx, OPENS, minor=3000)
    await deliver_in_bulk(house.database, [counting()], house.clock)
    async with viewer(house) as frame:
        seen = await frame(lambda one: one["growth"] is not None)
    assert (seen["before_net"], seen["growth"]) == (1000, 2.0)
    assert [(one["key"], one["growth"]) for one in seen["tops"]["belt"]] == [("海宁皮革", 2.0)]
    assert [600, 1000] in seen["before"]
