"""How is the collection door loaded by a client that leaves most of the machine to the server?

Lanes are keep-alive HTTP/1.1 connections in one event loop; each sends a batch, waits for the answer, sends the next. A
lane whose server dies gives its batch back and connects again: the batch is sent again as a real sender would. Bodies
are templates of a hundred events in which only the batch's number is filled in.
"""

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

import msgspec

from peakday.kernel.ids import show_id

BATCH = 100
TEMPLATES = 400
BUYERS = 50_000
ITEMS = 5_000
RECONNECT_SECONDS = 0.05
MARK = b"#######"


@dataclass
class Tally:
    """What the senders know: which batches were acknowledged, how long each answer took, what was refused."""

    todo: deque[int]
    acknowledged: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    failed_answers: list[bytes] = field(default_factory=list)
    answered_at: float = 0.0
    longest_silence: float = 0.0

    def note(self, batch: int, sent_at: float) -> None:
        """A batch was acknowledged."""
        now = time.perf_counter()
        self.longest_silence = max(self.longest_silence, now - (self.answered_at or now))
        self.answered_at = now
        self.acknowledged.append(batch)
        self.seconds.append(now - sent_at)


@dataclass(frozen=True)
class Target:
    """Where to send, as whom, how many at once and how many events a body."""

    port: int
    secret: str
    lanes: int
    templates: list[bytes]
    events_a_body: int


def make_templates(events_a_body: int = BATCH, count: int = TEMPLATES, seed: int = 11) -> list[bytes]:
    """Bodies with realistic fields: buyers and items drawn from many, the ids that our own pages send."""
    draw = random.Random(seed)  # noqa: S311 - a load, not a secret
    now = datetime.now(UTC)
    buyers = [show_id("byr", UUID(int=draw.getrandbits(128))) for _ in range(BUYERS)]
    items = [show_id("itm", UUID(int=draw.getrandbits(128))) for _ in range(ITEMS)]
    bodies = []
    for number in range(count):
        events = [
            {
                "event_id": f"web-{MARK.decode()}-{number:03}-{place:03}",
                "ts": now.isoformat(timespec="milliseconds"),
                "user_id": draw.choice(buyers),
                "type": draw.choice(["impression", "impression", "click", "pv", "search", "cart", "fav"]),
                "item_id": draw.choice(items),
                "channel": draw.choice(["search", "feed", "live", "shop"]),
                "terminal": draw.choice(["app", "app", "wap", "pc"]),
                "source_path": ["home", draw.choice(["search", "feed"])],
                "page": "/item",
            }
            for place in range(events_a_body)
        ]
        bodies.append(msgspec.json.encode({"events": events} if events_a_body > 1 else events[0]))
    return bodies


def event_ids(batch: int, templates: list[bytes], events_a_body: int) -> list[str]:
    """The ids in a batch."""
    template = batch % len(templates)
    return [f"web-{batch:07}-{template:03}-{place:03}" for place in range(events_a_body)]


async def send_all(target: Target, tally: Tally) -> None:
    """Send every batch of the tally until all are acknowledged."""
    await asyncio.gather(*[_drive(target, tally) for _ in range(target.lanes)])


async def _drive(target: Target, tally: Tally) -> None:
    loop = asyncio.get_running_loop()
    while tally.todo:
        lane = _Lane(target, tally, loop.create_future())
        try:
            await loop.create_connection(lambda lane=lane: lane, "127.0.0.1", target.port)  # type: ignore[misc]
        except OSError:
            await asyncio.sleep(RECONNECT_SECONDS)
            continue
        await lane.closed


class _Lane(asyncio.Protocol):
    def __init__(self, target: Target, tally: Tally, closed: "asyncio.Future[None]") -> None:
        self.closed = closed
        self._target = target
        self._tally = tally
        self._batch: int | None = None
        self._sent_at = 0.0
        self._answer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same shape
        self._send_next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, gap, body = self._answer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length_of(head):
            return
        batch, self._batch, self._answer = self._batch, None, b""
        assert batch is not None
        if head.startswith(b"HTTP/1.1 202") and b'"refused":[]' in body.replace(b" ", b""):
            self._tally.note(batch, self._sent_at)
        else:
            self._tally.failed_answers.append(head.split(b"\r\n")[0] + body[:200])
            self._tally.todo.append(batch)
        self._send_next()

    def connection_lost(self, _: Exception | None) -> None:
        if self._batch is not None:
            self._tally.todo.append(self._batch)
        self.closed.set_result(None)

    def _send_next(self) -> None:
        if not self._tally.todo:
            self._transport.close()
            return
        self._batch = batch = self._tally.todo.popleft()
        templates = self._target.templates
        body = templates[batch % len(templates)].replace(MARK, b"%07d" % batch)
        self._sent_at = time.perf_counter()
        self._transport.write(
            b"POST /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            b"authorization: Bearer %s\r\ncontent-length: %d\r\n\r\n" % (self._target.secret.encode(), len(body)) + body
        )


def _length_of(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length: ")
    return int(rest.partition(b"\r\n")[0] or 0)
