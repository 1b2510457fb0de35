"""How does the Python client speak to the doors? One call, typed answers, safe retries.

A change carries an `Idempotency-Key`, so a retry after a lost answer cannot happen twice. Reads and keyed changes are
tried again on connection faults, on 429/503 and while the first try still runs, with growing pauses. A refusal is
raised as `ApiRefusal` with its code.
"""

import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, TypeAdapter

T = TypeVar("T")

ATTEMPTS_MAX = 4
PAUSE_SECONDS_FIRST = 0.2
RETRIED_STATUSES = {429, 502, 503, 504}
STILL_RUNNING = "idempotency_in_progress"


class ApiRefusal(Exception):  # noqa: N818 - a refusal is not an error of ours
    """A problem+json answer: `status`, stable `code`, and the whole `body`."""

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code')}: {body.get('title')}")
        self.status = status
        self.code = str(body.get("code"))
        self.body = body


class Transport:
    """One shop's line to Peakday: an address and an API key."""

    def __init__(self, address: str, key: str, *, http: httpx.Client | None = None) -> None:
        self._http = http or httpx.Client(base_url=address, timeout=30)
        self._http.headers["authorization"] = f"Bearer {key}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def ask(
        self, method: str, path: str, answer: type[T], query: Mapping[str, Any] | None = None, body: object = None
    ) -> T:
        """Call a door and read its answer as `answer`; raises ApiRefusal on every refusal."""
        raw = self.ask_bytes(method, path, query, body)
        if answer is bytes:
            return raw  # type: ignore[return-value]
        return TypeAdapter(answer).validate_json(raw) if raw else None  # type: ignore[return-value]

    def ask_bytes(self, method: str, path: str, query: Mapping[str, Any] | None = None, body: object = None) -> bytes:
        """Call a door and give its answer as it is. Bytes are sent as a CSV file, all else as JSON."""
        headers = {} if method == "GET" else {"idempotency-key": uuid4().hex}
        if isinstance(body, bytes):
            headers["content-type"] = "text/csv"
        sent: dict[str, Any] = {"content": body} if isinstance(body, bytes) else {"json": _plain(body)}
        asked = {name: value for name, value in (query or {}).items() if value is not None}
        for attempt in range(ATTEMPTS_MAX):
            is_last = attempt == ATTEMPTS_MAX - 1
            try:
                answer = self._http.request(method, path, params=asked, headers=headers, **sent)
            except httpx.TransportError:
                if is_last:
                    raise
            else:
                if answer.status_code < 400:
                    return answer.content
                refusal = ApiRefusal(answer.status_code, _problem(answer))
                if is_last or not (answer.status_code in RETRIED_STATUSES or refusal.code == STILL_RUNNING):
                    raise refusal
            time.sleep(PAUSE_SECONDS_FIRST * 2**attempt)
        raise AssertionError("unreachable")


def _plain(body: object) -> Any:
    return body.model_dump(mode="json", exclude_unset=True) if isinstance(body, BaseModel) else body


def _problem(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {"code": "unreadable_answer", "title": answer.text[:200]}
    return body if isinstance(body, dict) else {"code": "unreadable_answer"}
