"""Which door answers before all others? The one that thousands knock at in the same second.

A request for a hot door with a buyer's pass in its header is answered here, in front of the chain of doors, under the
same law: the pass is verified and its revocation looked up, the body has a limit, so have the visitor's and the
address's rates, and the answer carries the same security headers, written once. No cookie has any power here, so no
forged form can use it. Whatever is not exactly that (a cookie, another method, a fault of ours) takes the usual way.
"""

import itertools
import logging
import secrets
import time

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from peakday.apps.http.failures import OurFault
from peakday.apps.http.manners import SECURITY_HEADERS, TRANSPORT_HEADER, BodyTooLarge, Buckets
from peakday.kernel.house import House
from peakday.kernel.refusal import NotSignedIn, TooMany
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body
from peakday.market.accounts import api as accounts
from peakday.trade.orders.flash.flash_desk import FlashDesk
from peakday.trade.orders.web.flash_v1 import BODY_BYTES_MAX, PATH, answer_flash, refused

BUYER_PER_SECOND = 5.0  # wishes of one buyer; nobody taps faster
BUYER_BURST = 30.0
ADDRESS_PER_SECOND = 50_000.0  # as many as the door of events takes of one address
_BEARER = b"Bearer " + accounts.BUYER_TOKEN_MARK.encode()
_SKIP = len(b"Bearer ")
_log = logging.getLogger(__name__)
_FIXED = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()] + [
    (b"cache-control", b"no-store")
]
_TRANSPORT = (b"strict-transport-security", TRANSPORT_HEADER.encode())


class HotDoors:
    """ASGI middleware, the outermost: answers the hot paths, passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._buyers = Buckets(BUYER_PER_SECOND, BUYER_BURST)
        self._addresses = Buckets(ADDRESS_PER_SECOND, ADDRESS_PER_SECOND)
        self._numbers = itertools.count()
        self._process = secrets.token_hex(6)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        token = _pass_in(scope)
        if token is None:
            await self.app(scope, receive, send)
            return
        request_id = f"{self._process}{next(self._numbers):x}"
        try:
            status, answer, extra = await self._answer(scope, receive, token)
        except Exception:  # noqa: BLE001 - no room may fail into the visitor's face: logged, told as our fault
            _log.exception("request %s: a flash order failed", request_id)
            fault = problem_body(OurFault(request_id=request_id))
            status, answer, extra = 500, msgspec.json.encode({**fault, "status": 500}), []
        kind = b"application/json" if status < 300 else PROBLEM_TYPE.encode()
        headers = [
            *_FIXED, (b"content-type", kind), (b"content-length", b"%d" % len(answer)),
            (b"x-request-id", request_id.encode()), *extra,
        ]  # fmt: skip
        if scope.get("scheme") == "https":
            headers.append(_TRANSPORT)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    async def _answer(
        self, scope: Scope, receive: Receive, token: str
    ) -> tuple[int, bytes, list[tuple[bytes, bytes]]]:  # fmt: skip
        house: House = scope["app"].state.house
        client = scope.get("client")
        now = time.monotonic()
        wait = self._addresses.take(client[0] if client else "", now)
        shown = None
        if not wait:
            secret = accounts.buyer_secret(house.settings)
            shown = await accounts.find_pass(house.database, secret, token, house.clock.now())
            if shown is None:
                return *refused(NotSignedIn()), []
            wait = self._buyers.take(shown.buyer_id.hex, now)
        if wait or shown is None:
            seconds = max(1, round(wait))
            return *refused(TooMany(retry_after_seconds=seconds)), [(b"retry-after", b"%d" % seconds)]
        body = await _read(receive)
        if body is None:
            return *refused(BodyTooLarge(limit=f"{BODY_BYTES_MAX} bytes")), []
        desk = house.get(FlashDesk)
        return *await answer_flash(desk, shown.buyer_id, body, is_simulated=shown.is_simulated), []


def _pass_in(scope: Scope) -> str | None:
    """The buyer's pass that the request shows in its header."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return value[_SKIP:].decode("latin-1") if value.startswith(_BEARER) else None
    return None


async def _read(receive: Receive) -> bytes | None:
    """The body; None when it is larger than the limit."""
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body if len(body) <= BODY_BYTES_MAX else None
    blocks, size = [body], len(body)
    while message.get("more_body") and size <= BODY_BYTES_MAX:
        message = await receive()
        blocks.append(message.get("body", b""))
        size += len(blocks[-1])
    return b"".join(blocks) if size <= BODY_BYTES_MAX else None
