"""What does every answer carry, and how much may one visitor ask?

Security headers (OWASP ASVS 14.4), a request id, a limit on the body, and a limit on the rate: a token bucket per
API key, account or address. The buckets are this process's own; limits that must hold across processes (signing
in) are kept in the database by their room.
"""

import time
from collections import OrderedDict
from uuid import uuid4

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.kernel.refusal import Refusal, TooMany
from peakday.kernel.text import Text
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body

BODY_BYTES_MAX = 4_000_000
UPLOAD_BYTES_MAX = 4_000_000_000
REQUESTS_PER_SECOND = 100.0  # sustained, for one visitor
REQUESTS_BURST = 400.0
EVENTS_PER_SECOND = 5_000.0  # batches a second at the collection door
VISITORS_MAX = 50_000

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


class BodyTooLarge(Refusal):
    """More than this door takes."""

    code = "body_too_large"
    message = Text("请求体超过 {limit_bytes} 字节", "The body is larger than {limit_bytes} bytes")


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

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._pages = Buckets(REQUESTS_PER_SECOND, REQUESTS_BURST)
        self._events = Buckets(EVENTS_PER_SECOND, EVENTS_PER_SECOND)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with manners, or refuse what is too much."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        send = _with_headers(send, headers.get("x-request-id") or uuid4().hex, scope)
        client = scope.get("client")
        visitor = headers.get("authorization") or headers.get("cookie") or (client[0] if client else "")
        buckets = self._events if scope["path"] == "/v1/events" else self._pages
        wait = 0.0 if scope["path"].startswith("/static/") else buckets.take(visitor, time.monotonic())
        if wait:
            await _answer(TooMany(retry_after_seconds=max(1, round(wait))), 429, scope, receive, send)
            return
        limit = UPLOAD_BYTES_MAX if scope["path"].endswith("/imports") else BODY_BYTES_MAX
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > limit:
            await _answer(BodyTooLarge(limit_bytes=limit), 413, scope, receive, send)
            return
        await self.app(scope, _bounded(receive, limit), send)


def _with_headers(send: Send, request_id: str, scope: Scope) -> Send:
    is_static = scope["path"].startswith("/static/")

    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers[name] = value
            headers["x-request-id"] = request_id[:64] if request_id[:64].isalnum() else "unnamed"
            headers.setdefault("cache-control", "public, max-age=3600" if is_static else "no-store")
        await send(message)

    return send_with_headers


def _bounded(receive: Receive, limit: int) -> Receive:
    """A body without a declared length is counted while it flows; past the limit the line is closed."""
    size = 0

    async def receive_bounded() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        return message if size <= limit else {"type": "http.disconnect"}

    return receive_bounded


async def _answer(refusal: Refusal, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    retry = {"retry-after": str(refusal.retry_after_seconds)} if isinstance(refusal, TooMany) else None
    body = {**problem_body(refusal), "status": status}
    await JSONResponse(body, status, retry, media_type=PROBLEM_TYPE)(scope, receive, send)
