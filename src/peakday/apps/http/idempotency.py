"""How is a retry of the same change kept from happening twice?

A change under /v1 may carry `Idempotency-Key`. The first request claims (actor, key) with a hash of what it asks;
its answer is kept. The same key with the same request gets that answer again (`Idempotent-Replay: true`); with
another request it is refused; while the first is still running, refused as in progress. A claim whose process died
is free again after CLAIM_SECONDS. Answers of failures (5xx) are not kept.
"""

import hashlib
from datetime import timedelta

import msgspec
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.kernel.house import House
from peakday.kernel.refusal import Conflict, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body, status_of

CLAIM_SECONDS = 60
KEY_LENGTH_MAX = 128
KEPT_BYTES_MAX = 1_000_000


class KeyReused(Conflict):
    """The same key with another request."""

    code = "idempotency_key_reused"
    message = Text("该幂等键已用于另一个请求", "This idempotency key was used for a different request")


class KeyInProgress(Conflict):
    """The first request with this key still runs."""

    code = "idempotency_in_progress"
    message = Text("相同请求正在处理", "The same request is still being processed")


class IdempotencyDoor:
    """ASGI middleware for changes under /v1 that carry a key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, replay or refuse."""
        key = Headers(scope=scope).get("idempotency-key") if scope["type"] == "http" else None
        if not key or scope["method"] in {"GET", "HEAD", "OPTIONS"} or not scope["path"].startswith("/v1/"):
            await self.app(scope, receive, send)
            return
        body = await _read(receive)
        visit = scope["state"]["visit"]
        owner = str(visit.actor.account_id or visit.actor.via_key) if visit.actor else visit.remote_address
        digest = hashlib.sha256(b"\0".join([scope["method"].encode(), scope["path"].encode(), body])).digest()
        house: House = scope["app"].state.house
        try:
            kept = await _claim(house, owner, key[:KEY_LENGTH_MAX], digest)
        except Refusal as refusal:
            answer = JSONResponse(problem_body(refusal), status_of(refusal), media_type=PROBLEM_TYPE)
            await answer(scope, receive, send)
            return
        if kept is not None:
            await kept(scope, receive, send)
            return
        answer_of = _Recorder(send)
        await self.app(scope, _replaying(body), answer_of)
        await _keep(house, owner, key[:KEY_LENGTH_MAX], answer_of)


class _Recorder:
    """Passes an answer on and remembers it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 500
        self.body = b""
        self.kind = ""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.kind = Headers(raw=message["headers"]).get("content-type", "")
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
        await self._send(message)


async def _read(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
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
    return Response(
        kept["body"].encode(), row["status"], {"idempotent-replay": "true"}, media_type=kept["kind"] or None
    )


async def _keep(house: House, owner: str, key: str, answer: _Recorder) -> None:
    async with house.database.transaction() as tx:
        if answer.status >= 500 or len(answer.body) > KEPT_BYTES_MAX:
            await tx.execute("delete from kernel.idempotency where actor_key = $1 and key = $2", owner, key)
            return
        await tx.execute(
            "update kernel.idempotency set status = $3, response = $4 where actor_key = $1 and key = $2",
            owner, key, answer.status,
            msgspec.to_builtins({"kind": answer.kind, "body": answer.body.decode("utf-8", "replace")}),
        )  # fmt: skip
