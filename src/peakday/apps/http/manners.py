"""What does every answer carry, and how much may one visitor ask?

Security headers (OWASP ASVS 14.4), a request id, a limit on the body, and limits on the rate: a token bucket for each
API key or session, and a wider one for each address, so that nobody escapes by making up a new key for every request.
The buckets are this process's own; limits that must hold across processes (signing in) are kept in the database by
their room.
"""

import hashlib
import time
from collections import OrderedDict
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.kernel.refusal import Refusal, TooLarge, TooMany
from peakday.kernel.text import Text
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body
from peakday.market.accounts.api import buyer_cookie, session_cookie

BODY_BYTES_MAX = 4_000_000
UPLOAD_BYTES_MAX = 4_000_000_000
REQUESTS_PER_SECOND = 100.0  # sustained, for one visitor
REQUESTS_BURST = 400.0
EVENTS_PER_SECOND = 5_000.0  # batches a second at the collection door, and letters of a bank at a gateway's
GATEWAYS_DOORS = "/v1/gateways/"  # a bank tells of all its buyers from one address, and each letter is signed
VISITORS_AN_ADDRESS = 10  # an office or a campus shares an address
VISITORS_MAX = 50_000
REQUEST_ID_LENGTH_MAX = 64
DIGITS_MAX = 20

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
        "frame-ancestors 'none'; base-uri 'none'; form-action 'self'; object-src 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}


# only where the line is encrypted: elsewhere a browser must not heed it
TRANSPORT_HEADER = "max-age=31536000; includeSubDomains"


class BodyTooLarge(TooLarge):
    """More than this door takes."""

    code = "body_too_large"
    message = Text("请求体过大:上限 {limit}", "The body is too large: at most {limit}")


class Buckets:
    """Token buckets by visitor, the least recent forgotten first."""

    def __init__(self, per_second: float, burst: float) -> None:
        self._per_second = per_second
        self._burst = burst
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, visitor: str, now: float) -> float:
        """Take one token; returns 0, or the seconds to wait."""
        level, at = self._levels.pop(visitor, (self._burst, now))
        level = min(self._burst, level + (now - at) * self._per_second)
        wait = 0.0 if level >= 1 else (1 - level) / self._per_second
        self._levels[visitor] = (level - 1 if level >= 1 else level, now)
        if len(self._levels) > VISITORS_MAX:
            self._levels.popitem(last=False)
        return wait


class MannersDoor:
    """ASGI middleware: headers on every answer, limits on every question."""

    def __init__(self, app: ASGIApp, per_second: float = REQUESTS_PER_SECOND, burst: float = REQUESTS_BURST) -> None:
        self.app = app
        wide = VISITORS_AN_ADDRESS
        self._pages = (Buckets(per_second, burst), Buckets(per_second * wide, burst * wide))
        self._events = (
            Buckets(EVENTS_PER_SECOND, EVENTS_PER_SECOND),
            Buckets(EVENTS_PER_SECOND * wide, EVENTS_PER_SECOND * wide),
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with manners, or refuse what is too much."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = request_id_of(headers.get("x-request-id"))
        scope.setdefault("state", {})["request_id"] = request_id
        send = _with_headers(send, request_id, scope)
        wait = self._wait(scope, headers)
        if wait:
            await _answer(TooMany(retry_after_seconds=max(1, round(wait))), 429, scope, receive, send)
            return
        limit = UPLOAD_BYTES_MAX if scope["path"].endswith("/imports") else BODY_BYTES_MAX
        if not _is_within(headers.get("content-length", "0"), limit):
            await _answer(BodyTooLarge(limit=f"{limit} bytes"), 413, scope, receive, send)
            return
        await _Bounded(limit, scope, receive, send).run(self.app)

    def _wait(self, scope: Scope, headers: Headers) -> float:
        """Seconds until this visitor and this address may ask again; 0 is now."""
        if scope["path"].startswith("/static/"):
            return 0.0
        client = scope.get("client")
        address = client[0] if client else ""
        is_machine = scope["path"] == "/v1/events" or scope["path"].startswith(GATEWAYS_DOORS)
        by_visitor, by_address = self._events if is_machine else self._pages
        now = time.monotonic()
        return by_address.take(address, now) or by_visitor.take(_visitor(scope, headers) or address, now)


def _visitor(scope: Scope, headers: Headers) -> str:
    """The key, session or pass that a request shows, whether good or not; other cookies make no new visitor."""
    shown = headers.get("authorization")
    if not shown:
        is_encrypted = scope.get("scheme") == "https"
        cookies = cookie_parser(headers.get("cookie", ""))
        shown = cookies.get(session_cookie(is_encrypted)) or cookies.get(buyer_cookie(is_encrypted), "")
    return hashlib.sha256(shown.encode("utf-8", "surrogateescape")).hexdigest() if shown else ""


def request_id_of(given: str | None) -> str:
    """The caller's id of the request where it is a plain word, else a fresh one."""
    return (
        given if given and len(given) <= REQUEST_ID_LENGTH_MAX and given.isascii() and given.isalnum() else uuid4().hex
    )


def _is_within(length: str, limit: int) -> bool:
    """Whether a declared length is a number within the limit."""
    return length.isascii() and length.isdecimal() and len(length) < DIGITS_MAX and int(length) <= limit


def _with_headers(send: Send, request_id: str, scope: Scope) -> Send:
    is_static = scope["path"].startswith("/static/")

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            if scope.get("scheme") == "https":
                headers["strict-transport-security"] = TRANSPORT_HEADER
            headers["x-request-id"] = request_id
            headers.setdefault("cache-control", "public, max-age=3600" if is_static else "no-store")
        await send(message)

    return send_with_headers


class _Bounded:
    """One question whose body is counted while it flows; past the limit the line is closed and the answer is 413."""

    def __init__(self, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        self._limit, self._scope, self._inner_receive, self._inner_send = limit, scope, receive, send
        self._size = 0
        self._has_begun = False

    async def run(self, app: ASGIApp) -> None:
        """Let the app answer, unless the body is too large."""
        try:
            await app(self._scope, self._receive, self._send)
        except Exception:
            if not self._is_over or self._has_begun:
                raise
        if self._is_over and not self._has_begun:
            refusal = BodyTooLarge(limit=f"{self._limit} bytes")
            await _answer(refusal, 413, self._scope, self._inner_receive, self._inner_send)

    @property
    def _is_over(self) -> bool:
        return self._size > self._limit

    async def _receive(self) -> Message:
        message = await self._inner_receive()
        self._size += len(message.get("body", b""))
        return {"type": "http.disconnect"} if self._is_over else message

    async def _send(self, message: Message) -> None:
        if self._is_over and not self._has_begun:
            return  # what the room says about half a body
        self._has_begun = True
        await self._inner_send(message)


async def _answer(refusal: Refusal, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    retry = {"retry-after": str(refusal.retry_after_seconds)} if isinstance(refusal, TooMany) else None
    body = {**problem_body(refusal), "status": status}
    await JSONResponse(body, status, retry, media_type=PROBLEM_TYPE)(scope, receive, send)
