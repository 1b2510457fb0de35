"""How does the hot minute reach its gate without a task, a scope and two writes for every request?

Uvicorn's own protocol reads the line; a request for the hot door with a buyer's pass goes from the parser straight to
the gate (`hot_doors.HotGate`, the same law), and its answer leaves in one piece. Everything else, also such a request
behind another one on the same line, takes uvicorn's usual way into the app.
"""

from functools import partial
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from peakday.apps.http.hot_doors import FIXED, TRANSPORT, Headers, HotGate, kind_of, pass_in
from peakday.kernel.house import House
from peakday.market.accounts import api as accounts
from peakday.trade.orders.web.flash_v1 import BODY_BYTES_MAX, PATH

_PATH = PATH.encode()
_REQUEST = b"POST %s HTTP/1.1\r\n" % _PATH
_PLAIN = frozenset({
    b"host", b"authorization", b"content-type", b"content-length", b"user-agent", b"accept", b"accept-encoding",
    b"accept-language", b"idempotency-key", b"x-request-id", b"origin", b"referer",
})  # fmt: skip
DIGITS_MAX = 6
PLAIN_KEPT_MAX = 30_000  # heads of requests that were read, about 400 bytes each
_FIXED = b"".join(b"%s: %s\r\n" % header for header in FIXED)
_TRANSPORT = b"%s: %s\r\n" % TRANSPORT
_STATUS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_gate = HotGate()  # of this process


class _Knock:
    """A hot request on its way; to uvicorn it looks like one of its own cycles."""

    __slots__ = ("blocks", "disconnected", "keep_alive", "message_event", "response_complete", "size", "token")

    def __init__(self, token: str, *, keep_alive: bool) -> None:
        self.token = token
        self.keep_alive = keep_alive
        self.blocks: list[bytes] = []
        self.size = 0
        self.response_complete = False
        self.disconnected = False
        self.message_event = _NOTHING


class _Nothing:
    def set(self) -> None:
        """Nobody waits for it."""


_NOTHING = _Nothing()


class HotProtocol(HttpToolsProtocol):
    """Uvicorn's protocol with a short way to the hot door."""

    cycle: Any
    _house: House | None = None
    _is_within = False  # whether the parser is in the middle of a request
    _answered_at = 0.0  # when a hot request was last answered here, by the loop's clock

    def data_received(self, data: bytes) -> None:
        """Answer a whole plain hot request without the parser, or let it read."""
        found = None if self._is_within or self._is_busy() else read_plain(data)
        if found is not None and self._open_house():
            self.cycle = knock = _Knock(found[0], keep_alive=True)
            self._knock(knock, found[1])
            return
        super().data_received(data)

    def on_message_begin(self) -> None:
        """A request begins."""
        self._is_within = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Take a hot request, or let uvicorn go on."""
        if self.url == _PATH and self._takes():
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Collect a hot request's body, little more of it than the limit."""
        knock = self.cycle
        if type(knock) is not _Knock:
            super().on_body(body)
        elif knock.size <= BODY_BYTES_MAX:
            knock.blocks.append(body)
            knock.size += len(body)

    def on_message_complete(self) -> None:
        """Knock."""
        self._is_within = False
        knock = self.cycle
        if type(knock) is _Knock:
            self._knock(knock, b"".join(knock.blocks))
        else:
            super().on_message_complete()

    def _takes(self) -> bool:
        """Whether this is a plain hot request that nothing on this line is in front of."""
        parser = self.parser
        if self._is_busy() or self.expect_100_continue:
            return False
        if parser.get_method() != b"POST" or parser.get_http_version() != "1.1" or parser.should_upgrade():
            return False
        token = pass_in(self.headers)
        if token is None or not self._open_house():
            return False
        self.cycle = _Knock(token, keep_alive=parser.should_keep_alive())
        return True

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _open_house(self) -> bool:
        """Whether the house stands open, and revoked passes are known: else the usual way waits for both."""
        if self._house is None:
            self._house = _house_behind(self.app)
        return self._house is not None and accounts.revoked_passes(self._house.database).is_known

    def _knock(self, knock: _Knock, body: bytes) -> None:
        assert self._house is not None
        who = knock.token, self.client[0] if self.client else ""
        _gate.knock(self._house, who, body, partial(self._answer, knock))

    def _answer(self, knock: _Knock, status: int, body: bytes, extra: Headers) -> None:
        knock.response_complete = True
        if knock.disconnected or self.transport.is_closing():
            return
        parts = [_head(status, self.server_state.default_headers)]
        if self.scheme == "https":
            parts.append(_TRANSPORT)
        parts += [b"%s: %s\r\n" % header for header in extra]
        if not knock.keep_alive:
            parts.append(b"connection: close\r\n")
        parts.append(b"content-length: %d\r\n\r\n" % len(body))
        parts.append(body)
        self.transport.write(b"".join(parts))
        if not knock.keep_alive:
            self.transport.close()
        if not knock.keep_alive or self.pipeline or self.flow.read_paused:
            self.on_response_complete()
        else:
            self.server_state.total_requests += 1
            self._wait_for_more()

    def _wait_for_more(self) -> None:
        """Uvicorn sets a clock for each answer and takes it back with the next request; here one goes on."""
        self._answered_at = self.loop.time()
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def timeout_keep_alive_handler(self) -> None:
        """Hang up on who was quiet for long; who was not gets the rest of the time."""
        self.timeout_keep_alive_task = None
        if self._is_busy():
            return  # the answer sets the clock again
        left = self._answered_at + self.timeout_keep_alive - self.loop.time()
        if left > 0:
            self.timeout_keep_alive_task = self.loop.call_later(left, self.timeout_keep_alive_handler)
        else:
            super().timeout_keep_alive_handler()


def read_plain(data: bytes) -> tuple[str, bytes] | None:
    """Token and body of a hot request that came whole and plain; None: the parser must look.

    Plain is only what can be read in one way: known headers, each at most once, one length that is exactly the rest, no
    other line breaks. Everything else, good or bad, is the parser's to judge.
    """
    if not data.startswith(_REQUEST):
        return None
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, body = data[len(_REQUEST) : end], data[end + 4 :]
    known = _plain.get(head)  # a buyer who asks again sends the same head
    if known is None:
        known = _read_head(head)
        if known is None:
            return None
        if len(_plain) >= PLAIN_KEPT_MAX:
            _plain.clear()
        _plain[head] = known
    token, length = known
    return (token, body) if length == len(body) else None


_plain: dict[bytes, tuple[str, int]] = {}  # heads that were read: token and length of the body


def _read_head(head: bytes) -> tuple[str, int] | None:
    lines = head.split(b"\r\n")
    if head.count(b"\n") != len(lines) - 1 or head.count(b"\r") != len(lines) - 1 or b"\0" in head:
        return None
    found: dict[bytes, bytes] = {}
    for line in lines:
        name, _, value = line.partition(b":")
        name = name.lower()
        if name not in _PLAIN or name in found:
            return None
        found[name] = value.strip(b" \t")
    length = found.get(b"content-length", b"")
    token = pass_in(((b"authorization", found.get(b"authorization", b"")),))
    if token is None or not length.isdigit() or len(length) > DIGITS_MAX:
        return None
    return token, int(length)


_heads: dict[int, tuple[object, bytes]] = {}  # by status: uvicorn's own headers it was made with, and the bytes


def _head(status: int, default_headers: Headers) -> bytes:
    """The first lines of an answer up to its kind; uvicorn's own headers (the date) are new once a second."""
    known = _heads.get(status)
    if known is not None and known[0] is default_headers:
        return known[1]
    lines = [_STATUS[status], _FIXED, *(b"%s: %s\r\n" % header for header in default_headers)]
    made = b"".join([*lines, b"content-type: %s\r\n" % kind_of(status)])
    _heads[status] = default_headers, made
    return made


def _house_behind(app: Any) -> House | None:
    """The house of the app that stands behind uvicorn's own wrappers, once it is open."""
    while app is not None:
        house = getattr(getattr(app, "state", None), "house", None)
        if isinstance(house, House):
            return house
        app = getattr(app, "app", None)
    return None
