"""How do thousands of buyers knock at the hot door, as cheaply as a machine can pretend it?

Raw connections kept open; a request is bytes put together from parts made before; of an answer only the status and the
length are read, its body is kept and looked at after the run. Each connection asks again as soon as it was answered.
"""

import asyncio
import itertools
import json
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.trade.orders.web.flash_v1 import PATH

KEY_DIGITS = 9
CONNECT_AT_ONCE = 64
ZIPF = 1.1


@dataclass
class Tally:
    """What was answered: seconds of each order and of each refusal, and the bodies of accepted ones."""

    accepted: list[bytes] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    finished: list[float] = field(default_factory=list)
    refused: dict[str, int] = field(default_factory=dict)
    refused_seconds: list[float] = field(default_factory=list)
    broken: int = 0


class _Buyer(asyncio.Protocol):
    """One connection: asks, waits for the whole answer, asks again, until there is nothing more to ask."""

    def __init__(self, load: "_Load") -> None:
        self._load = load
        self._data = b""
        self._asked_at = 0.0
        self._transport: asyncio.Transport

    def begin(self, transport: asyncio.Transport) -> None:
        """Ask the first time."""
        self._transport = transport
        self.ask()

    def ask(self) -> None:
        """Send the next request, or hang up."""
        request = next(self._load.requests, None)
        if request is None:
            self._transport.close()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """An answer, or a part of one."""
        data = self._data = self._data + data if self._data else data
        head = data.find(b"\r\n\r\n")
        if head < 0:
            return
        at = data.find(b"content-length: ") + 16
        if len(data) < head + 4 + int(data[at : data.find(b"\r", at)]):
            return
        self._data = b""
        self._load.note(data[9:12], data[head + 4 :], self._asked_at)
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count lines that broke; tell when all have hung up."""
        self._load.hang_up(exc)


class _Load:
    def __init__(self, requests: Iterator[bytes], connections: int) -> None:
        self.requests = requests
        self.tally = Tally()
        self._open = connections
        self._all_gone = asyncio.get_running_loop().create_future()

    def note(self, status: bytes, body: bytes, asked_at: float) -> None:
        now = time.perf_counter()
        tally = self.tally
        if status == b"201":
            tally.accepted.append(body)
            tally.seconds.append(now - asked_at)
            tally.finished.append(now)
            return
        code = "repeated" if status == b"200" else str(json.loads(body).get("code", status))
        tally.refused[code] = tally.refused.get(code, 0) + 1
        tally.refused_seconds.append(now - asked_at)

    def hang_up(self, error: Exception | None) -> None:
        self.tally.broken += error is not None
        self._open -= 1
        if not self._open:
            self._all_gone.set_result(None)

    async def finished(self) -> None:
        await self._all_gone


async def knock(ports: Sequence[int], connections: int, requests: Iterator[bytes]) -> tuple[Tally, float]:
    """Send all requests over so many connections; what was answered, and the seconds it took."""
    loop = asyncio.get_running_loop()
    load = _Load(requests, connections)
    lines: list[tuple[asyncio.Transport, _Buyer]] = []
    for block in _blocks(connections):
        lines += await asyncio.gather(
            *(loop.create_connection(lambda: _Buyer(load), "127.0.0.1", ports[n % len(ports)]) for n in block)
        )
    begun = time.perf_counter()
    for transport, buyer in lines:
        buyer.begin(transport)
    await load.finished()
    return load.tally, time.perf_counter() - begun


def _blocks(count: int) -> Iterator[range]:
    for first in range(0, count, CONNECT_AT_ONCE):
        yield range(first, min(first + CONNECT_AT_ONCE, count))


def make_requests(
    goods: Sequence[tuple[UUID, UUID]], tokens: Sequence[str], count: int, key: str = "k"
) -> Iterator[bytes]:  # fmt: skip
    """So many wishes of one piece, of SKUs by Zipf's law, of the buyers in turn, each with a key of its own."""
    build = [_builder(token) for token in tokens]
    tails = [_tail(shop_id, sku_id) for shop_id, sku_id in goods]
    if len(goods) == 1:
        chosen: Iterator[bytes] = itertools.repeat(tails[0], count)
    else:
        weights = [1 / (rank + 1) ** ZIPF for rank in range(len(goods))]
        draw = random.Random(20_261_111)  # noqa: S311 - a load, not a secret
        chosen = iter(draw.choices(tails, weights, k=count))
    for number, tail in enumerate(chosen):
        yield build[number % len(build)](b'{"key":"%s%09d"' % (key.encode(), number) + tail)


def _tail(shop_id: UUID, sku_id: UUID) -> bytes:
    return f',"shop_id":"{show_id("shp", shop_id)}","sku_id":"{show_id("sku", sku_id)}"}}'.encode()


def _builder(token: str) -> Callable[[bytes], bytes]:
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json\r\nContent-Length: "
    ).encode()

    def build(body: bytes) -> bytes:
        return b"%s%d\r\n\r\n%s" % (head, len(body), body)

    return build
