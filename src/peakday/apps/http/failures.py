"""What does a visitor see of a fault of ours? That it is ours, and a number to quote; the log has the rest.

An exception that nobody expected is logged with the request's id and answered as problem+json or as a page, without a
word of what it was. When an answer has begun already, the line is closed instead.
"""

import logging

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.kernel.house import House
from peakday.kernel.refusal import Refusal
from peakday.kernel.text import Text
from peakday.kernel.web.pages import Pages
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body

_log = logging.getLogger(__name__)


class OurFault(Refusal):
    """Something went wrong on our side; what is told is where to look for it."""

    code = "internal_error"
    message = Text(
        "系统出错了,请稍后重试;如需帮助请提供编号 {request_id}",
        "Something went wrong on our side; try again later. Should it persist, quote the number {request_id}",
    )


class FailureDoor:
    """ASGI middleware: the last resort for exceptions."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on; log and answer what nobody expected."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        has_begun = False

        async def send_watched(message: Message) -> None:
            nonlocal has_begun
            has_begun = True
            await send(message)

        try:
            await self.app(scope, receive, send_watched)
        except Exception:
            request_id = str(scope.get("state", {}).get("request_id", ""))
            _log.exception("request %s: %s %.200r failed", request_id, scope["method"], scope["path"])
            if has_begun:
                raise
            await _answer(scope, request_id)(scope, receive, send)


def _answer(scope: Scope, request_id: str) -> Response:
    fault = OurFault(request_id=request_id)
    if scope["path"].startswith("/v1/"):
        return JSONResponse(problem_body(fault) | {"status": 500}, 500, media_type=PROBLEM_TYPE)
    house: House = scope["app"].state.house
    try:
        return house.get(Pages).refuse(Request(scope), fault, 500)
    except Exception:  # noqa: BLE001 - must outlive any fault of a template: logged, and answered in plain text
        _log.exception("request %s: nor could the page of the fault be drawn", request_id)
        return PlainTextResponse(fault.message.of("en", **fault.data), 500)
