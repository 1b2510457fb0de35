"""How do many viewers watch one board? One process reads the rounds once, draws one frame, and hands it to all.

While somebody watches, the hall looks for new rounds five times a second. A frame is drawn when its board moved, and
once a second for the clock; it is the same bytes for every viewer. Who joins, who missed a frame, and who comes back
after a break gets a whole frame; who is up to date gets the minutes that moved. When nobody watches it sleeps.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import msgspec

from peakday.insight.advisor.board.model import BoardKey, Window
from peakday.insight.advisor.board.names import Names
from peakday.insight.advisor.board.record import before_of, read_record
from peakday.insight.advisor.board.rules.board_frame import Before, Frame, Sold, curve_of, draw_frame
from peakday.insight.advisor.board.state import (
    CHANGES_A_LOOK,
    BoardState,
    follow,
    last_change,
    list_changes,
    list_milestones,
    load_board,
)
from peakday.insight.advisor.board.windows import a_year_before
from peakday.insight.metrics.api import FactStore
from peakday.kernel.house import House
from peakday.kernel.ids import new_id

LOOK_SECONDS = 0.2
CLOCK_SECONDS = 1.0
HEARTBEAT_SECONDS = 10.0
STREAM_SECONDS_MAX = 600.0  # then the browser comes back by itself, and is asked again who it is
MILESTONE_SECONDS = 1.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Channel:
    """One board that is watched: its state, last year's side, and the last frame."""

    key: BoardKey
    window: Window
    state: BoardState
    before: Before | None = None
    viewers: int = 0
    number: int = 0  # of frames
    step: bytes = b""
    frame: Frame | None = None
    drawn_at: float = 0.0
    marked_at: float = 0.0
    moved: asyncio.Event = field(default_factory=asyncio.Event)

    def whole(self) -> bytes:
        """The last frame with the whole curve, for one who joins."""
        assert self.frame is not None
        frame = msgspec.structs.replace(
            self.frame, whole=True, curve=curve_of(self.state.minutes, self.state.minutes, self.window),
            before=sorted(self.before.minutes.items()) if self.before else None,
        )  # fmt: skip
        return event_of(frame, f"{self.frame.change}")


class BoardHall:
    """The boards that are watched in this process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._channels: dict[BoardKey, Channel] = {}
        self._names = Names(house.database)
        self._opening = asyncio.Lock()
        self._looking: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._seen = 0
        self.identity = str(new_id(house.clock.now()))
        self.drawn = 0  # frames, however many watch

    async def watch(self, key: BoardKey, window: Window, last_id: str = "") -> AsyncIterator[bytes]:
        """Server-sent events of a board, until the reader goes or `STREAM_SECONDS_MAX` are over."""
        channel = await self._join(key, window)
        try:
            seen = -1 if channel.frame is None or last_id != f"{channel.frame.change}" else channel.number
            until = time.monotonic() + STREAM_SECONDS_MAX
            yield b"retry: 1000\n\n"
            while time.monotonic() < until:
                if channel.frame is not None and seen < channel.number:
                    sent = channel.step if seen == channel.number - 1 else channel.whole()
                    seen = channel.number
                    yield sent
                    continue
                try:
                    await asyncio.wait_for(channel.moved.wait(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    yield b": still here\n\n"
        finally:
            channel.viewers -= 1
            if not channel.viewers:
                self._channels.pop(key, None)

    async def look_once(self, key: BoardKey, window: Window) -> Frame:
        """The board as it stands, for who asks once."""
        state = await load_board(self._house.database, key)
        frame = draw_frame(
            sold_of(state, await self._names.departments()), window, key.currency, self._house.clock.now(), None
        )
        frame.curve, frame.whole = curve_of(state.minutes, state.minutes, window), True
        await self._names.put_on(frame)
        return frame

    async def close(self) -> None:
        """Stop looking."""
        tasks = [*self._tasks, *([self._looking] if self._looking else [])]
        for task in tasks:
            task.cancel()
        for task in tasks:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _join(self, key: BoardKey, window: Window) -> Channel:
        async with self._opening:
            channel = self._channels.get(key)
            if channel is None:
                state = await load_board(self._house.database, key)
                channel = Channel(key, window, state)
                if not self._channels:
                    self._seen = state.change_no
                self._seen = min(self._seen, state.change_no)
                self._channels[key] = channel
                await self._draw(channel)
                task = asyncio.create_task(self._remember(channel))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            channel.viewers += 1
            if self._looking is None or self._looking.done():
                self._looking = asyncio.create_task(self._look())
            return channel

    async def _remember(self, channel: Channel) -> None:
        """Last year's side comes when it is read: the board does not wait for it."""
        before = a_year_before(channel.window)
        key = channel.key._replace(simulated=False)
        try:
            record = await read_record(self._house.get(FactStore), self._house.database, key, before)
        except Exception:  # noqa: BLE001 - a board without last year is still a board
            _log.exception("last year's side of %s could not be read", channel.window.code)
            return
        if record.minutes:
            async with self._opening:
                channel.before = before_of(record)
                await self._draw(channel, is_whole=True)

    async def _look(self) -> None:
        while self._channels:
            begun = time.monotonic()
            try:
                await self._look_at_rounds()
            except Exception:  # noqa: BLE001 - looking again is all that can be done
                _log.exception("the board's rounds could not be read; they will be looked for again")
            await asyncio.sleep(max(LOOK_SECONDS - (time.monotonic() - begun), 0.02))

    async def _look_at_rounds(self) -> None:
        async with self._opening:
            async with self._house.database.read() as connection:
                rounds = await list_changes(connection, self._seen)
                is_behind = bool(rounds) and rounds[0][0] != self._seen + 1
                is_behind = is_behind or (not rounds and await last_change(connection) < self._seen)
            moved: set[BoardKey] = set()
            if is_behind or len(rounds) == CHANGES_A_LOOK:
                moved = await self._read_anew()
            else:
                for number, changes in rounds:
                    self._seen = number
                    moved |= {key for key, one in self._channels.items() if follow(one.state, number, changes)}
                if rounds:
                    moved |= await self._open_new_boards()
            for channel in list(self._channels.values()):
                if channel.key in moved or time.monotonic() - channel.drawn_at >= CLOCK_SECONDS:
                    await self._draw(channel)

    async def _read_anew(self) -> set[BoardKey]:
        for channel in self._channels.values():
            channel.state = await load_board(self._house.database, channel.key)
            self._seen = channel.state.change_no
        self._seen = min(channel.state.change_no for channel in self._channels.values())
        return set(self._channels)

    async def _open_new_boards(self) -> set[BoardKey]:
        """A board that was watched before its first order has no number yet."""
        moved = set()
        for key, channel in self._channels.items():
            if not channel.state.board_nos:
                channel.state = await load_board(self._house.database, key)
                moved.add(key)
        return moved

    async def _draw(self, channel: Channel, *, is_whole: bool = False) -> None:
        now = time.monotonic()
        if channel.state.board_nos and now - channel.marked_at >= MILESTONE_SECONDS:
            async with self._house.database.read() as connection:
                channel.state.milestones = await list_milestones(connection, channel.state.board_nos)
            channel.marked_at = now
        departments = await self._names.departments()
        frame = draw_frame(
            sold_of(channel.state, departments), channel.window, channel.key.currency, self._house.clock.now(),
            channel.before,
        )  # fmt: skip
        frame.curve = curve_of(channel.state.minutes, channel.state.touched, channel.window)
        channel.state.touched = set()
        await self._names.put_on(frame)
        channel.frame, channel.drawn_at = frame, now
        channel.number += 2 if is_whole else 1  # a number that is left out makes every viewer ask for the whole
        channel.step = event_of(frame, f"{frame.change}")
        self.drawn += 1
        channel.moved.set()
        channel.moved = asyncio.Event()


def event_of(frame: Frame, name: str) -> bytes:
    """A frame as a server-sent event."""
    return b"id: " + name.encode() + b"\nevent: frame\ndata: " + msgspec.json.encode(frame) + b"\n\n"


def sold_of(state: BoardState, departments: Mapping[str, str]) -> Sold:
    """What a frame of this state is drawn of."""
    return Sold(
        state.change_no, state.paid_minor, state.refund_minor, state.orders, state.buyers, state.minutes, state.totals,
        state.milestones, departments,
    )  # fmt: skip
