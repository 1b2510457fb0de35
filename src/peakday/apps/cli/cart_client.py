"""How do shoppers ask over HTTP in a bench, leaving most of the machine to the server?

One keep-alive connection a shopper in one event loop, each from a loopback address of its own: the house limits what
one address may ask, and a bench on one machine stands for many. Answers are read as bytes; who asks decides what to
parse.
"""

import asyncio
import time
from dataclasses import dataclass, field
from itertools import count
from typing import cast

import msgspec

CONNECT_SECONDS_MAX = 20.0
ADDITIONS = "/v1/my/cart/lines"
_wishes = count(1)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer: its status, its body, and how long it took."""

    status: int
    body: bytes
    seconds: float

    def read(self) -> dict[str, object]:
        """The body as values."""
        values: dict[str, object] = msgspec.json.decode(self.body)
        return values


@dataclass
class Clock:
    """How long answers of one kind took."""

    seconds: list[float] = field(default_factory=list)
    refused: list[bytes] = field(default_factory=list)

    def note(self, reply: Reply, wanted: int) -> bool:
        """Whether the answer is the wanted one; its time counts then."""
        if reply.status == wanted:
            self.seconds.append(reply.seconds)
            return True
        self.refused.append(b"%d " % reply.status + reply.body[:300])
        return False

    def rank_ms(self, share: float) -> float:
        """The time in milliseconds that this share of the answers does not exceed."""
        if not self.seconds:
            return 0.0
        ordered = sorted(self.seconds)
        return round(1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)], 2)


class ShopperLine(asyncio.Protocol):
    """One connection: a question at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._answered: asyncio.Future[tuple[int, bytes]] | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line stands."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class, of the same shape

    def data_received(self, data: bytes) -> None:
        """A part of an answer."""
        self._buffer += data
        head, gap, body = self._buffer.partition(b"\r\n\r\n")
        if not gap or len(body) < _length_of(head):
            return
        self._buffer = b""
        answered, self._answered = self._answered, None
        assert answered is not None
        answered.set_result((int(head[9:12]), body))

    def connection_lost(self, _: Exception | None) -> None:
        """The server went away."""
        if self._answered is not None and not self._answered.done():
            self._answered.set_exception(ConnectionError("the server closed the line"))

    async def ask(self, method: str, path: str, token: str, values: object = None) -> Reply:
        """Send a question with a buyer's pass, each addition under a key of its own; the whole answer."""
        body = b"" if values is None else msgspec.json.encode(values)
        key = f"idempotency-key: {next(_wishes)}-{time.time_ns()}\r\n" if path == ADDITIONS and method == "POST" else ""
        head = (
            f"{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: Bearer {token}\r\n{key}"
            f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        begun = time.perf_counter()
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(head.encode() + body)
        status, answer = await self._answered
        return Reply(status, answer, time.perf_counter() - begun)

    def close(self) -> None:
        """Hang up."""
        self._transport.close()


async def open_line(port: int, number: int) -> ShopperLine:
    """A connection from the loopback address of this number."""
    loop = asyncio.get_running_loop()
    address = f"127.0.{1 + number // 250}.{1 + number % 250}"
    _, line = await loop.create_connection(ShopperLine, "127.0.0.1", port, local_addr=(address, 0))
    return line


def _length_of(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"content-length: ")
    return int(rest.partition(b"\r\n")[0] or 0)
