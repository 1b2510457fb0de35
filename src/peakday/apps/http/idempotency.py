"""How is a retry of the same change kept from happening twice?

A change under /v1 may carry `Idempotency-Key`. The first request claims (actor, key) with a hash of what it asks;
its answer is kept. The same key with the same request gets that answer again (`Idempotent-Replay: true`); with
another request it is refused; while the first is still running, refused as in progress. A claim whose process died
is free again after CLAIM_SECONDS. Answers that ask to try again (5xx, 429) are not kept.

Doors of credentials are remembered without what went in or out: no secret, and no hash from which a password could be
guessed, lies in the record. Their retry is refused, and so is one whose answer was too large to keep. An upload needs
no key, for the same file again is the same import; its key is not looked at.

Doors that write for many at once keep their answers in their own batch (`shopper_doors`), in the same record.
"""

import hashlib
import re
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.apps.http.keyed_doors import needs_key
from peakday.kernel.house import House
from peakday.kernel.kept_answers import (
    CLAIM_SECONDS,
    AnswerNotKept,
    KeyInProgress,
    KeyReused,
    key_needed,
    owner_of,
    require_key,
)
from peakday.kernel.refusal import Refusal
from peakday.kernel.web.context import Visit
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body, status_of

KEPT_BYTES_MAX = 1_000_000
ASK_AGAIN = {408, 425, 429}
CREDENTIAL_DOORS = re.compile(
    r"POST /v1/shops/[^/]+/(keys|staff)|PUT /v1/shops/[^/]+/staff/[^/]+/password"
    r"|POST /v1/buyers(/guests|/sessions)?|POST /v1/platform/shoppers"
)


class IdempotencyDoor:
    """ASGI middleware for changes under /v1 that carry a key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, replay or refuse."""
        if scope["type"] != "http" or not _is_change(scope):
            await self.app(scope, receive, send)
            return
        key = Headers(scope=scope).get("idempotency-key")
        is_needed = needs_key(scope["method"], scope["path"])
        if key is None and not is_needed:
            await self.app(scope, receive, send)
            return
        house: House = scope["app"].state.house
        try:
            if key is None:
                raise key_needed()
            require_key(key)
            body = await _read(receive)
            claim = (_owner(scope["state"]["visit"]), key, digest(scope, body))
            kept = await _claim(house, *claim)
        except Refusal as refusal:
            answer = JSONResponse(problem_body(refusal), status_of(refusal), media_type=PROBLEM_TYPE)
            await answer(scope, receive, send)
            return
        except ClientDisconnect:
            return  # half a body asks for nothing
        if kept is not None:
            await kept(scope, receive, send)
            return
        recorder = _Recorder(send)
        try:
            await self.app(scope, _replaying(body), recorder)
        finally:
            await _keep(house, *claim[:2], recorder, is_secret=_is_credential_door(scope))


def _is_change(scope: Scope) -> bool:
    path = scope["path"]
    return (
        scope["method"] not in {"GET", "HEAD", "OPTIONS"} and path.startswith("/v1/") and not path.endswith("/imports")
    )


def _is_credential_door(scope: Scope) -> bool:
    return CREDENTIAL_DOORS.fullmatch(f"{scope['method']} {scope['path'].rstrip('/')}") is not None


def _owner(visit: Visit) -> str:
    """Whose key it is: one account or one API key, in one shop. Two of them never meet in one answer."""
    actor = visit.actor
    if actor is None:
        return f"address:{visit.remote_address}"
    return owner_of(actor)


def digest(scope: Scope, body: bytes) -> bytes:
    """The hash of what is asked; of a door of credentials the address only."""
    parts = [scope["method"].encode(), scope["path"].encode("utf-8", "surrogateescape"), scope["query_string"]]
    if not _is_credential_door(scope):
        parts += [Headers(scope=scope).get("content-type", "").encode("latin-1"), body]
    return hashlib.sha256(b"".join(len(part).to_bytes(8, "big") + part for part in parts)).digest()


class _Recorder:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.body = b""  # at most a little more than is kept
        self.kind = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.kind = Headers(raw=message["headers"]).get("content-type", "")
        elif message["type"] == "http.response.body" and len(self.body) <= KEPT_BYTES_MAX:
            self.body += message.get("body", b"")
        await self._send(message)


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replaying(body: bytes) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


async def _claim(house: House, owner: str, key: str, digest: bytes) -> Response | None:
    """None when the request is ours to carry out, else the answer that was kept. Refuses reuse and overlap."""
    now = house.clock.now()
    async with house.database.transaction() as tx:
        claimed = await tx.fetchval(
            "insert into kernel.idempotency as k (actor_key, key, request_hash, created_at) values ($1, $2, $3, $4)"
            " on conflict (actor_key, key) do update set created_at = $4"
            " where k.status is null and k.request_hash = $3 and k.created_at < $5 returning true",
            owner, key, digest, now, now - timedelta(seconds=CLAIM_SECONDS),
        )  # fmt: skip
        if claimed:
            return None
        row = await tx.fetchrow(
            "select request_hash, status, response from kernel.idempotency where actor_key = $1 and key = $2",
            owner,
            key,
        )
    assert row is not None
    if row["request_hash"] != digest:
        raise KeyReused
    if row["status"] is None:
        raise KeyInProgress
    kept = row["response"]
    if kept is None:
        raise AnswerNotKept
    return Response(
        kept["body"].encode(), row["status"], {"idempotent-replay": "true"}, media_type=kept["kind"] or None
    )


async def _keep(house: House, owner: str, key: str, answer: _Recorder, *, is_secret: bool) -> None:
    """Keep the answer, or that there was one; what did not happen leaves the key free."""
    is_refused = answer.status >= 400
    async with house.database.transaction() as tx:
        if answer.status >= 500 or answer.status in ASK_AGAIN or (is_refused and is_secret):
            await tx.execute("delete from kernel.idempotency where actor_key = $1 and key = $2", owner, key)
            return
        is_kept = not is_secret and len(answer.body) <= KEPT_BYTES_MAX
        await tx.execute(
            "update kernel.idempotency set status = $3, response = $4 where actor_key = $1 and key = $2",
            owner, key, answer.status,
            {"kind": answer.kind, "body": answer.body.decode("utf-8", "replace")} if is_kept else None,
        )  # fmt: skip
