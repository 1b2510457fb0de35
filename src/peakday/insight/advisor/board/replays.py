"""How is a past window played again, at any speed, from the record?

The record is read once and kept for a few windows; each viewer has a place in it of the own: an instant and a speed.
Going back means beginning again from the opening, which takes milliseconds.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from peakday.insight.advisor.board.hall import event_of, sold_of
from peakday.insight.advisor.board.model import BoardKey, Dimension, Window
from peakday.insight.advisor.board.names import Name, Names
from peakday.insight.advisor.board.record import Record, before_of, read_record, title_items
from peakday.insight.advisor.board.rules.board_frame import Before, Frame, curve_of, draw_frame
from peakday.insight.advisor.board.state import BoardState
from peakday.insight.advisor.board.windows import a_year_before
from peakday.insight.metrics.api import FactStore
from peakday.kernel.house import House

SPEED_MAX = 3_600
FRAME_SECONDS = 0.25
RECORDS_KEPT = 4
KEPT_SECONDS = 120  # a late correction shows after that


class Replays:
    """The records that were played lately, in this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._kept: OrderedDict[BoardKey, tuple[float, Record, Before | None]] = OrderedDict()
        self._names = Names(house.database)
        self._reading = asyncio.Lock()

    async def frame_at(self, key: BoardKey, window: Window, instant: datetime) -> Frame:
        """The board as it stood then, whole."""
        record, before = await self._record_of(key, window)
        return await self._draw(record, record.state_at(instant), instant, before, is_whole=True)

    async def play(self, key: BoardKey, window: Window, at_second: int, speed: int) -> AsyncIterator[bytes]:
        """Server-sent frames from a second of the window on; `over` is told at its end."""
        record, before = await self._record_of(key, window)
        instant = window.opens_at + timedelta(seconds=at_second)
        state, is_whole = record.state_at(instant), True
        last = time.monotonic()
        while True:
            frame = await self._draw(record, state, instant, before, is_whole=is_whole)
            yield event_of(frame, str(frame.elapsed))
            if instant >= window.closes_at:
                yield b"event: over\ndata: {}\n\n"
                return
            is_whole = False
            await asyncio.sleep(FRAME_SECONDS)
            now = time.monotonic()
            instant, last = min(instant + timedelta(seconds=(now - last) * speed), window.closes_at), now
            record.play(state, instant)

    async def _record_of(self, key: BoardKey, window: Window) -> tuple[Record, Before | None]:
        async with self._reading:
            found = self._kept.get(key)
            if found is None or time.monotonic() - found[0] > KEPT_SECONDS:
                facts = self._house.get(FactStore)
                record = await read_record(facts, self._house.database, key, window)
                then = await read_record(
                    facts, self._house.database, key._replace(simulated=False), a_year_before(window)
                )
                for item, title in (await title_items(facts, record)).items():
                    self._names.know(Dimension.ITEM, item, Name(title, title))
                found = time.monotonic(), record, before_of(then) if then.minutes else None
                self._kept[key] = found
                while len(self._kept) > RECORDS_KEPT:
                    self._kept.popitem(last=False)
            return found[1:]

    async def _draw(
        self, record: Record, state: BoardState, instant: datetime, before: Before | None, *, is_whole: bool
    ) -> Frame:
        frame = draw_frame(
            sold_of(state, await self._names.departments()), record.window, record.currency, instant, before
        )
        minutes = list(state.minutes) if is_whole else state.touched
        frame.curve, frame.whole = curve_of(state.minutes, minutes, record.window), is_whole
        if is_whole and before:
            frame.before = sorted(before.minutes.items())
        state.touched = set()
        await self._names.put_on(frame)
        return frame
