"""Which door answers before all others? The one that thousands knock at in the same second.

A request for a hot door with a buyer's pass in its header is answered here, in front of the chain of doors, under the
same law: the pass is verified and its revocation looked up, the body has a limit, so have the visitor's and the
address's rates, and the answer carries the same security headers, written once. No cookie has any power here, so no
forged form can use it. Whatever is not exactly that (a cookie, another method) takes the usual way. `HotDoors` stands
in any ASGI server; `hot_protocol` asks the same gate without even a task a request.
"""

import asyncio
import itertools
import logging
import secrets
import time
from collections.abc import Callable, Iterable
from functools import partial

import msgspec
from starlette.types import ASGIApp, Receive, Scope, Send

from peakday.apps.http.failures import OurFault
from peakday.apps.http.manners import SECURITY_HEADERS, TRANSPORT_HEADER, BodyTooLarge, Buckets
from peakday.kernel.house import House
from peakday.kernel.refusal import NotSignedIn, Refusal, TooMany
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body
from peakday.market.accounts import api as accounts
from peakday.market.accounts.model import BuyerPass
from peakday.trade.orders.checkouts import Placed
from peakday.trade.orders.flash.flash_desk import FlashDesk, FlashWish
from peakday.trade.orders.web.flash_v1 import BODY_BYTES_MAX, PATH, read_wish, refused, told

BUYER_PER_SECOND = 5.0  # wishes of one buyer; nobody taps faster
BUYER_BURST = 30.0
PASSES_KEPT_MAX = 50_000  # passes whose signature was verified here: a buyer's next wishes need not prove it again
ADDRESS_PER_SECOND = 50_000.0  # as many as the door of events takes of one address
Headers = list[tuple[bytes, bytes]]
Answer = Callable[[int, bytes, Headers], None]
_BEARER = b"Bearer " + accounts.BUYER_TOKEN_MARK.encode()
_SKIP = len(b"Bearer ")
FIXED: Headers = [(name.encode(), value.encode()) for name, value in SECURITY_HEADERS.items()] + [
    (b"cache-control", b"no-store")
]
TRANSPORT = (b"strict-transport-security", TRANSPORT_HEADER.encode())
_log = logging.getLogger(__name__)


class HotGate:
    """Who may come in, and how fast; one a process."""

    def __init__(self) -> None:
        self._buyers = Buckets(BUYER_PER_SECOND, BUYER_BURST)
        self._addresses = Buckets(ADDRESS_PER_SECOND, ADDRESS_PER_SECOND)
        self._numbers = itertools.count()
        self._process = secrets.token_hex(6)
        self._looking: asyncio.Task[None] | None = None
        self._verified: dict[tuple[bytes, str], BuyerPass] = {}  # by secret and token: none of them is looked at twice

    def knock(self, house: House, who: tuple[str, str], body: bytes, answer: Answer) -> None:
        """A buyer's wish (`who`: token and address); `answer` is called with status, body and headers of its own."""
        request_id = f"{self._process}{next(self._numbers):x}"
        headers: Headers = [(b"x-request-id", request_id.encode())]
        try:
            shown = self._admit(house, *who)
            tell = partial(_tell, answer, headers, request_id)
            house.get(FlashDesk).ask(shown.buyer_id, _wish(body), tell, is_simulated=shown.is_simulated)
        except TooMany as refusal:
            answer(*refused(refusal), [*headers, (b"retry-after", b"%d" % refusal.retry_after_seconds)])
        except Exception as error:  # noqa: BLE001 - no room may fail into the visitor's face: logged, told as our fault
            _tell(answer, headers, request_id, error)

    def _admit(self, house: House, token: str, address: str) -> BuyerPass:
        """The pass, where it holds and is not asked with too often. Refuses `NotSignedIn`, `TooMany`."""
        now = time.monotonic()
        wait = self._addresses.take(address, now)
        if not wait:
            shown = self._read_pass(house, token)
            if shown is None or self._is_revoked(house, shown):
                raise NotSignedIn
            wait = self._buyers.take(shown.buyer_id.hex, now)
            if not wait:
                return shown
        raise TooMany(retry_after_seconds=max(1, round(wait)))

    def _read_pass(self, house: House, token: str) -> BuyerPass | None:
        """The pass in a token; its signature is verified once, that it has not expired each time."""
        key, now = (accounts.buyer_secret(house.settings), token), house.clock.now()
        shown = self._verified.get(key)
        if shown is None:
            shown = accounts.read_buyer_token(*key, now)
            if shown is not None:
                if len(self._verified) >= PASSES_KEPT_MAX:
                    self._verified = {}
                self._verified[key] = shown
        return shown if shown is not None and now < shown.expires_at else None

    def _is_revoked(self, house: House, shown: BuyerPass) -> bool:
        """By what this process knows; when it is time, it looks again beside the work."""
        revoked = accounts.revoked_passes(house.database)
        if revoked.is_due and (self._looking is None or self._looking.done()):
            self._looking = asyncio.create_task(revoked.look(house.database))
            self._looking.add_done_callback(_note)
        return revoked.covers(shown)


class HotDoors:
    """ASGI middleware, the outermost: answers the hot paths, passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._gate = HotGate()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "POST":
            await self.app(scope, receive, send)
            return
        token = pass_in(scope["headers"])
        if token is None:
            await self.app(scope, receive, send)
            return
        house: House = scope["app"].state.house
        revoked = accounts.revoked_passes(house.database)
        if not revoked.is_known:
            await revoked.look(house.database)  # nobody passes before the first reading
        client = scope.get("client")
        body = await _read(receive)
        answered: asyncio.Future[tuple[int, bytes, Headers]] = asyncio.get_running_loop().create_future()
        self._gate.knock(house, (token, client[0] if client else ""), body, partial(_resolve, answered))
        status, answer, extra = await answered
        headers = [*FIXED, (b"content-type", kind_of(status)), (b"content-length", b"%d" % len(answer)), *extra]
        if scope.get("scheme") == "https":
            headers.append(TRANSPORT)
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})


def kind_of(status: int) -> bytes:
    """The media type of an answer."""
    return b"application/json" if status < 300 else PROBLEM_TYPE.encode()


def pass_in(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    """The buyer's pass that a request shows in its header."""
    for name, value in headers:
        if name == b"authorization":
            return value[_SKIP:].decode("latin-1") if value.startswith(_BEARER) else None
    return None


def _wish(body: bytes) -> FlashWish:
    if len(body) > BODY_BYTES_MAX:
        raise BodyTooLarge(limit=f"{BODY_BYTES_MAX} bytes")
    return read_wish(body)


def _tell(answer: Answer, headers: Headers, request_id: str, found: Placed | BaseException) -> None:
    if isinstance(found, Placed | Refusal):
        answer(*told(found), headers)
        return
    _log.error("request %s: a flash order failed", request_id, exc_info=found)
    fault = problem_body(OurFault(request_id=request_id))
    answer(500, msgspec.json.encode({**fault, "status": 500}), headers)


def _resolve(answered: "asyncio.Future[tuple[int, bytes, Headers]]", *answer: object) -> None:
    if not answered.done():  # the visitor may have gone away
        answered.set_result(answer)  # type: ignore[arg-type]


def _note(look: asyncio.Task[None]) -> None:
    if not look.cancelled() and look.exception() is not None:
        _log.warning("revoked passes could not be read: %r", look.exception())


async def _read(receive: Receive) -> bytes:
    """The body, little more of it than the limit."""
    message = await receive()
    blocks, size = [message.get("body", b"")], len(message.get("body", b""))
    while message.get("more_body") and size <= BODY_BYTES_MAX:
        message = await receive()
        blocks.append(message.get("body", b""))
        size += len(blocks[-1])
    return b"".join(blocks)
