"""At which door do payment gateways tell what became of a charge?

Signed by the gateway, not by a person. Taken once, with everything that follows for the orders, in one transaction; a
letter that comes twice is answered like the first.
"""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from peakday.kernel.web.context import house_of
from peakday.kernel.web.problems import PROBLEM_RESPONSES
from peakday.trade.orders import api
from peakday.trade.payments.model import Effect, Letter

router = APIRouter(prefix="/v1/gateways", tags=["payments"])


class TakenBody(BaseModel):
    """What the letter did; `repeated` and `stale` letters did nothing and need not be sent again."""

    effect: Effect


@router.post("/{name}/callbacks", responses={status: PROBLEM_RESPONSES[status] for status in (400, 404, 413, 422, 429)})
async def take_callback(
    request: Request, name: Annotated[str, Path(max_length=40, pattern="^[a-z0-9_]+$")]
) -> TakenBody:  # fmt: skip
    """Take a callback: raw body, signature in a header."""
    letter = Letter({key.lower(): value for key, value in request.headers.items()}, await request.body())
    taken = await api.settle_callback(house_of(request), name, letter)
    return TakenBody(effect=taken.effect)
