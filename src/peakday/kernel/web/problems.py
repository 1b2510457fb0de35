"""How does a refusal look on the wire? RFC 9457 problem+json with a stable code.

{"type": "https://peakday.dev/problems/not_found", "title": "…", "status": 404, "code": "not_found",
 "title_zh": "…", "problems": [{"row", "field", "code", "message", "message_zh", "remedy", "remedy_zh", "value"}]}
"""

from collections.abc import Callable
from typing import Any

from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from peakday.kernel.refusal import (
    Conflict,
    Invalid,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    Refusal,
    TooLarge,
    TooMany,
    Unavailable,
)

STATUS_OF: tuple[tuple[type[Refusal], int], ...] = (
    (NotFound, 404),
    (NotAllowed, 403),
    (NotSignedIn, 401),
    (Invalid, 422),
    (Conflict, 409),
    (TooLarge, 413),
    (TooMany, 429),
    (Unavailable, 503),
    (Refusal, 400),
)
PROBLEM_TYPE = "application/problem+json"


class FieldProblem(BaseModel):
    """One fault in the input, as answered."""

    row: int | None = None
    field: str
    code: str
    message: str
    message_zh: str
    remedy: str
    remedy_zh: str
    value: str | None = None


class ProblemBody(BaseModel):
    """The body of every refusal (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    title_zh: str
    status: int
    code: str
    problems: list[FieldProblem] = []


PROBLEM_RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemBody, "content": {PROBLEM_TYPE: {}}, "description": name}
    for status, name in [
        (400, "Refused"), (401, "Not signed in"), (403, "Not allowed"), (404, "Not found"),
        (409, "Conflict"), (413, "Too large"), (422, "Invalid input"), (429, "Too many requests"),
        (503, "Not available at the moment"),
    ]
}  # fmt: skip


def answers_beside(*usual: int) -> Callable[..., dict[int | str, dict[str, Any]]]:
    """Of a router whose doors may all answer `usual`: the `responses` of a door that may answer more."""

    def answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
        return {status: PROBLEM_RESPONSES[status] for status in (*usual, *statuses)}

    return answers


def status_of(refusal: Refusal) -> int:
    """The HTTP status of a refusal's kind."""
    return next(status for kind, status in STATUS_OF if isinstance(refusal, kind))


def field_problem(problem: Problem) -> dict[str, object]:
    """One fault as it goes on the wire."""
    return {
        "row": problem.row, "field": problem.field, "code": problem.code, "value": problem.value,
        "message": problem.message.en, "message_zh": problem.message.zh,
        "remedy": problem.remedy.en, "remedy_zh": problem.remedy.zh,
    }  # fmt: skip


def problem_body(refusal: Refusal) -> dict[str, object]:
    """The problem+json body of a refusal."""
    body: dict[str, object] = {
        "type": f"https://peakday.dev/problems/{refusal.code}",
        "title": refusal.message.of("en", **refusal.data),
        "title_zh": refusal.message.of("zh", **refusal.data),
        "status": status_of(refusal),
        "code": refusal.code,
    }
    if isinstance(refusal, Invalid):
        body["problems"] = [field_problem(problem) for problem in refusal.problems]
    return body


async def answer_refusal(request: Request, refusal: Exception) -> Response:
    """Starlette's exception handler for refusals at API doors."""
    assert isinstance(refusal, Refusal), request.url
    headers = {"Retry-After": str(refusal.retry_after_seconds)} if isinstance(refusal, TooMany) else None
    return JSONResponse(problem_body(refusal), status_of(refusal), headers, media_type=PROBLEM_TYPE)
