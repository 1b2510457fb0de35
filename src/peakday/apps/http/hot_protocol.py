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
_FIXED = b"".join(b"%s: %s\r\n" % header for header in FIXED)
_TRANSPORT = b"%s: %s\r\n" % TRANSPORT
_STATUS = {status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus}
_gate = HotGate()  # of this process


class _Knock:
    """A hot request on its way; to uvicorn it looks like one of its own cycles."""

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
        knock = self.cycle
        if type(knock) is not _Knock:
            super().on_message_complete()
            return
        assert self._house is not None
        who = knock.token, self.client[0] if self.client else ""
        _gate.knock(self._house, who, b"".join(knock.blocks), partial(self._answer, knock))

    def _takes(self) -> bool:
        """Whether this is a plain hot request that nothing on this line is in front of."""
        busy = self.cycle is not None and not self.cycle.response_complete
        parser = self.parser
        if busy or self.expect_100_continue or parser.get_method() != b"POST" or parser.get_http_version() != "1.1":
            return False
        token = pass_in(self.headers)
        if token is None or parser.should_upgrade():
            return False
        if self._house is None:
            self._house = _house_behind(self.app)
        if self._house is None or not accounts.revoked_passes(self._house.database).is_known:
            return False
        self.cycle = _Knock(token, keep_alive=parser.should_keep_alive())
        return True

    def _answer(self, knock: _Knock, status: int, body: bytes, extra: Headers) -> None:
        knock.response_complete = True
        if knock.disconnected or self.transport.is_closing():
            return
        parts = [_STATUS[status], _FIXED]
        if self.scheme == "https":
            parts.append(_TRANSPORT)
        parts += [b"%s: %s\r\n" % header for header in (*self.server_state.default_headers, *extra)]
        if not knock.keep_alive:
            parts.append(b"connection: close\r\n")
        parts.append(b"content-type: %s\r\ncontent-length: %d\r\n\r\n%s" % (kind_of(status), len(body), body))
        self.transport.write(b"".join(parts))
        if not knock.keep_alive:
            self.transport.close()
        self.on_response_complete()


def _house_behind(app: Any) -> House | None:
    """The house of the app that stands behind uvicorn's own wrappers, once it is open."""
    while app is not None:
        house = getattr(getattr(app, "state", None), "house", None)
        if isinstance(house, House):
            return house
        app = getattr(app, "app", None)
    return None
