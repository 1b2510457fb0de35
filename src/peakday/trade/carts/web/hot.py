"""How does a SKU come into the cart a thousand times a second? `POST /v1/my/cart/lines`.

A hot door: the body goes to the decoder as bytes, the wish to the writer that commits for many at once. The route is
still an APIRoute, so it stands in the OpenAPI document. Adding is additive, so each wish carries an `Idempotency-Key`
and a retry adds nothing more: `apps/http/shopper_doors` gives the key to the writer, which keeps it in its own batch.
"""

from collections.abc import Callable, Coroutine
from functools import lru_cache
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from peakday.kernel.ids import read_id
from peakday.kernel.kept_answers import Answer
from peakday.kernel.refusal import Invalid, Problem, Refusal, TooLarge
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.problems import PROBLEM_RESPONSES, PROBLEM_TYPE, problem_body, status_of
from peakday.market.accounts.api import require_buyer
from peakday.market.catalog.model import SHOP_PREFIX, SKU_PREFIX
from peakday.trade.carts.api import Added, CartWriter, Wish
from peakday.trade.carts.errors import SkuNotSold
from peakday.trade.carts.web.bodies import AddedBody
from peakday.trade.carts.web.written import write_added

BODY_BYTES_MAX = 2_000
ANSWERS_BEYOND = (401, 403, 404, 409, 413, 422, 429, 503)
_Number = Annotated[int, msgspec.Meta(ge=-(2**31), le=2**31)]
_Name = Annotated[str, msgspec.Meta(max_length=100, pattern=r"^[^\x00-\x1f]*$")]


class AddBody(msgspec.Struct, forbid_unknown_fields=True):
    """Pieces of a SKU to add; from which live room, where from one."""

    shop_id: str
    sku_id: str
    quantity: _Number = 1
    live_room_id: _Name | None = None


class _PlainRoute(APIRoute):
    """A route whose endpoint takes the request and gives the response, with nothing in between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        return self.endpoint


router = APIRouter(prefix="/v1/my", tags=["cart"], route_class=_PlainRoute)
_decoder = msgspec.json.Decoder(AddBody)


def _body_schema() -> dict[str, Any]:
    """The request body for OpenAPI, from the shape that the decoder enforces."""
    _, components = msgspec.json.schema_components([AddBody], ref_template="#/components/schemas/{name}")
    return dict(components["AddBody"])


@router.post(
    "/cart/lines",
    status_code=201,
    response_model=AddedBody,
    responses={status: PROBLEM_RESPONSES[status] for status in ANSWERS_BEYOND},
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema()}}}},
    summary="Add to the cart",
)
async def add_to_cart(request: Request) -> Response:
    """Add pieces of a SKU to the own cart, a guest's too; durable when answered.

    Refused are line 301 (`cart_full`, with what can be done), more pieces than can be bought (`not_enough_stock`) or
    than a line may have (`too_many_pieces`), and what is not on sale (`sku_not_sold`).
    """
    buyer_id = require_buyer(actor_of(request))
    wish = read_wish(buyer_id, await request.body())
    answer = told(await house_of(request).get(CartWriter).add(wish))
    return Response(answer.body, answer.status, media_type=answer.kind)


def told(found: Added | Refusal) -> Answer:
    """What is answered to a wish."""
    if isinstance(found, Refusal):
        return Answer(status_of(found), PROBLEM_TYPE, msgspec.json.encode(problem_body(found)))
    return Answer(201, "application/json", msgspec.json.encode(write_added(found)))


def read_wish(buyer_id: UUID, body: bytes) -> Wish:
    """The wish in a body. Refuses `TooLarge`, `Invalid`, and `SkuNotSold` for what is no id of ours."""
    if len(body) > BODY_BYTES_MAX:
        raise TooLarge(limit=f"{BODY_BYTES_MAX} bytes")
    try:
        asked = _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        message = Text("请求内容有误", "The body is not as it should be")
        remedy = Text("按接口文档填写 shop_id、sku_id、quantity", "Send shop_id, sku_id and quantity as documented")
        raise Invalid(Problem("body", "malformed", message, remedy, value=str(error)[:200])) from None
    try:
        shop_id, sku_id = _read_id(SHOP_PREFIX, asked.shop_id), _read_id(SKU_PREFIX, asked.sku_id)
    except ValueError:
        raise SkuNotSold from None
    return Wish(buyer_id, shop_id, sku_id, asked.quantity, asked.live_room_id)


@lru_cache(maxsize=100_000)
def _read_id(prefix: str, shown: str) -> UUID:
    return read_id(prefix, shown)
