"""How does every kind of "no" reach its reader? As problem+json at API doors, as a page in their language elsewhere."""

import re
from typing import Any

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from peakday.kernel.refusal import Invalid, NotFound, Problem, Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.context import house_of
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import answer_refusal, status_of

VALUE_LENGTH_MAX = 200
_SECRET = re.compile("password|secret|token", re.IGNORECASE)
_REMEDY = Text("按接口文档改正该字段", "Correct this field as the API description says")


class MethodNotAllowed(Refusal):
    """This address does not know the method."""

    code = "method_not_allowed"
    message = Text("此地址不支持该方法", "This address does not support the method")


class Unreadable(Refusal):
    """The request could not be read at all."""

    code = "unreadable_request"
    message = Text("无法读取请求", "The request could not be read")


def add_error_handlers(app: FastAPI) -> None:
    """Register the handlers on the app."""
    app.add_exception_handler(Refusal, _on_refusal)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)


async def _on_refusal(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    if request.url.path.startswith("/v1/"):
        return await answer_refusal(request, error)
    return house_of(request).get(Pages).refuse(request, error, status_of(error))


async def _on_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    return await _on_refusal(request, Invalid(*[_problem(fault) for fault in error.errors()]))


def _problem(fault: dict[str, Any]) -> Problem:
    place = ".".join(str(part) for part in fault["loc"] if part not in {"body", "query", "path"})
    reason = str(fault["msg"])
    return Problem(
        field=place or "body",
        code=str(fault["type"]),
        message=Text(f"格式不正确({reason})", reason),  # the library's own words stand in brackets
        remedy=_REMEDY,
        value=_shown(place, fault.get("input")),
    )


def _shown(place: str, typed: object) -> str | None:
    """What was typed, where that helps: never a secret, never a whole body, only characters that UTF-8 has."""
    if isinstance(typed, dict | list | bytes) or _SECRET.search(place):
        return None
    return str(typed)[:VALUE_LENGTH_MAX].encode("utf-8", "replace").decode()


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    kinds: dict[int, Refusal] = {404: NotFound(), 405: MethodNotAllowed()}
    refusal = kinds.get(error.status_code, Unreadable())
    if not request.url.path.startswith("/v1/"):
        return house_of(request).get(Pages).refuse(request, refusal, error.status_code)
    answer = await answer_refusal(request, refusal)
    answer.status_code = error.status_code
    for name, value in (error.headers or {}).items():
        answer.headers[name] = value
    return answer
