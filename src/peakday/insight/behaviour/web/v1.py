"""How do events come in? `POST /v1/events`: one event, an array, or {"events": […]}.

This is a hot door: the body goes to the decoder as bytes, without FastAPI's own reading of parameters, and the answer
is bytes. The route is still an APIRoute, so it stands in the OpenAPI document, with the schema of `Event`.
"""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from peakday.insight.behaviour.api import BODY_BYTES_MAX, BehaviourLog, BodyTooLarge, Collected, Event, collect
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.problems import PROBLEM_RESPONSES, FieldProblem, field_problem

ANSWERS_BEYOND = (401, 403, 413, 422, 503)


class CollectedBody(BaseModel):
    """What became of the events: `row` in `refused` is the place in the request, from 0."""

    accepted: int
    doubled: int
    refused: list[FieldProblem]


class _PlainRoute(APIRoute):
    """A route whose endpoint takes the request and gives the response, with nothing in between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        return self.endpoint


router = APIRouter(prefix="/v1", tags=["events"], route_class=_PlainRoute)


def _body_schema() -> dict[str, Any]:
    """The request body for OpenAPI, from the shape that the decoder enforces."""
    _, components = msgspec.json.schema_components([Event], ref_template="#/components/schemas/{name}")
    event = dict(components["Event"])
    event["properties"] = {name: spec for name, spec in event["properties"].items() if name != "received_at"}
    event["properties"]["ts"] = {**event["properties"]["ts"], "examples": ["2026-11-11T20:00:00+08:00"]}
    batch = {"type": "array", "items": event, "maxItems": 1000}
    envelope = {
        "type": "object",
        "required": ["events"],
        "properties": {"events": batch},
        "additionalProperties": False,
    }
    return {"oneOf": [event, batch, envelope]}


@router.post(
    "/events",
    status_code=202,
    response_model=CollectedBody,
    responses={status: PROBLEM_RESPONSES[status] for status in ANSWERS_BEYOND},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema()}}}},
    summary="Collect events",
)
async def collect_events(request: Request) -> Response:
    """Store events durably.

    `accepted` events are new and on disk; `doubled` ones the log already had; `refused` ones carry row, field, code
    and remedy. Needs the scope `events:write`; a shop's key writes for that shop only.
    """
    actor = actor_of(request)
    house = house_of(request)
    done = await collect(house.get(BehaviourLog), actor, await _read_body(request), house.clock.now())
    return Response(_answer(done), 202, media_type="application/json")


async def _read_body(request: Request) -> bytes:
    """The body, never more of it than the limit."""
    length = request.headers.get("content-length")
    if length is not None and length.isdigit() and int(length) > BODY_BYTES_MAX:
        raise BodyTooLarge
    blocks: list[bytes] = []
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > BODY_BYTES_MAX:
            raise BodyTooLarge
        blocks.append(block)
    return b"".join(blocks)


def _answer(done: Collected) -> bytes:
    if not done.refused:
        return b'{"accepted":%d,"doubled":%d,"refused":[]}' % (done.accepted, done.doubled)
    refused = [field_problem(problem) for problem in done.refused]
    return msgspec.json.encode({"accepted": done.accepted, "doubled": done.doubled, "refused": refused})
