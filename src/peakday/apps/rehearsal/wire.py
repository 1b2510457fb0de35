"""How does a shopper ask, and ask again when the line breaks?

Keep-alive HTTP/1.1 lines in one event loop, small because client and shop share the machine. A shopper who gets no
answer, or is told to come back (429, 5xx), asks again with the same words and the same key, as an app does, until
`PATIENCE_SECONDS`; what is acknowledged only after three tries is acknowledged. Shoppers come from many addresses of
this machine, for the shop limits how much one address may ask.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, cast

import msgspec

from peakday.apps.rehearsal.measures import Measures

PATIENCE_SECONDS = 60.0
ANSWER_SECONDS_MAX = 30.0
PAUSE_SECONDS_FIRST, PAUSE_SECONDS_MAX = 0.05, 1.0
ADDRESSES = 200


@dataclass(frozen=True, slots=True)
class Answer:
    """A door's answer; status 0 means that nobody answered in time."""

    status: int
    body: bytes

    @property
    def is_yes(self) -> bool:
        """Whether it was done."""
        return 200 <= self.status < 300

    def json(self) -> Any:
        """The body."""
        return msgspec.json.decode(self.body)

    @property
    def code(self) -> str:
        """The stable reason of a refusal."""
        try:
            found = self.json()
            return str(found.get("code", self.status)) if isinstance(found, dict) else str(self.status)
        except msgspec.DecodeError:
            return str(self.status)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked at which door; `door` is the name under which it is measured."""

    door: str
    method: str
    path: str
    token: str = ""
    body: Any = None
    key: str = ""  # of a wish that must not be done twice and names nothing by itself


@dataclass
class Lookout:
    """When did the shop serve again? At the first change that it said yes to and that was asked after an instant."""

    since: float = float("inf")
    served_at: float | None = None

    def begin(self, since: float) -> None:
        """Look out for changes asked from then on."""
        self.since, self.served_at = since, None

    def note(self, asked_at: float, now: float) -> None:
        """A change was done."""
        if self.served_at is None and asked_at >= self.since:
            self.served_at = now


@dataclass
class Wire:
    """Lines to one web server, kept open, as many as are in use at once."""

    host: str
    port: int
    measures: Measures
    lookout: Lookout = field(default_factory=Lookout)
    began: float = field(default_factory=time.perf_counter)
    _idle: "deque[_Line]" = field(default_factory=deque)
    _made: int = 0

    async def ask(self, question: Question) -> Answer:
        """The answer, asked again until there is one or patience ends."""
        request = _write(question, self.host)
        deadline = time.perf_counter() + PATIENCE_SECONDS
        pause = PAUSE_SECONDS_FIRST
        while True:
            sent = time.perf_counter()
            answer = await self._ask_once(request)
            now = time.perf_counter()
            if answer.is_yes and question.method != "GET":
                self.lookout.note(sent, now)
            if answer.status and answer.status < 500 and answer.status != 429:
                self.measures.note(question.door, now - self.began, now - sent)
                if not answer.is_yes:
                    self.measures.refusals[question.door, answer.code] += 1
                return answer
            self.measures.asked_again[answer.code if answer.status else "no answer"] += 1
            if now > deadline:
                self.measures.given_up[question.door] += 1
                return answer
            await asyncio.sleep(pause)
            pause = min(2 * pause, PAUSE_SECONDS_MAX)

    def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().hang_up()

    async def _ask_once(self, request: bytes) -> Answer:
        line = await self._line()
        if line is None:
            return Answer(0, b"")
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                answer = await line.ask(request)
        except (TimeoutError, ConnectionError):
            line.hang_up()
            return Answer(0, b"")
        except asyncio.CancelledError:  # nobody waits for this answer any more
            line.hang_up()
            raise
        self._idle.append(line)
        return answer

    async def _line(self) -> "_Line | None":
        while self._idle:
            line = self._idle.pop()
            if line.is_open:
                return line
        self._made += 1
        source = (f"127.0.{1 + self._made % ADDRESSES}.1", 0) if self.host.startswith("127.") else None
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                _, line = await loop.create_connection(_Line, self.host, self.port, local_addr=source)
        except (OSError, TimeoutError):
            return None
        return line


class _Line(asyncio.Protocol):
    def __init__(self) -> None:
        self.is_open = False
        self._transport: asyncio.Transport
        self._answer: asyncio.Future[Answer] | None = None
        self._heard = b""

    async def ask(self, request: bytes) -> Answer:
        if not self.is_open:
            raise ConnectionResetError
        self._answer = asyncio.get_running_loop().create_future()
        self._heard = b""
        self._transport.write(request)
        return await self._answer

    def hang_up(self) -> None:
        self.is_open = False
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same shape
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, gap, body = self._heard.partition(b"\r\n\r\n")
        if not gap or len(body) < _length_of(head):
            return
        if b"connection: close" in head.lower():
            self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Answer(int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())


def _length_of(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length:")
    return int(rest.partition(b"\r\n")[0] or 0)


def _write(question: Question, host: str) -> bytes:
    body = b"" if question.body is None else msgspec.json.encode(question.body)
    lines = [f"{question.method} {question.path} HTTP/1.1", f"host: {host}", "accept-language: en"]
    if question.token:
        lines.append(f"authorization: Bearer {question.token}")
    if question.key:
        lines.append(f"idempotency-key: {question.key}")
    if question.body is not None:
        lines.append("content-type: application/json")
    if question.method != "GET":
        lines.append(f"content-length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body
