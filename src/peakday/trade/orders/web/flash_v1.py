"""How is a flash order asked for over HTTP? `POST /v1/my/flash-orders`: one SKU, a key of the client, no cart.

This is a hot door: bytes in, bytes out. Requests with a buyer's pass in their header come straight from the front of
the app (`apps/http/hot_doors.py`); all others take the usual way through every door to the route below. Both end in
`answer_flash`. The route is still an APIRoute, so it stands in the OpenAPI document.
"""

from collections.abc import Callable, Coroutine
from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec
from fastapi import APIRouter
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from peakday.kernel.database.arrays import quick_id
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import Invalid, Problem, Refusal, TooLarge
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.problems import PROBLEM_RESPONSES, PROBLEM_TYPE, problem_body, status_of
from peakday.market.accounts import api as accounts
from peakday.trade.orders.checkouts import KEY_LENGTH_MAX, Placed
from peakday.trade.orders.flash.flash_desk import FlashDesk, FlashWish
from peakday.trade.orders.model import CHECKOUT_PREFIX, ORDER_PREFIX, Terminal
from peakday.trade.stock.errors import SoldOut

PATH = "/v1/my/flash-orders"
BODY_BYTES_MAX = 2_000
AMOUNT_MAX = 10**15
ANSWERS_BEYOND = (401, 403, 409, 413, 422, 429, 503)
SHOP_PREFIX, SKU_PREFIX = "shp", "sku"


class FlashForm(msgspec.Struct, forbid_unknown_fields=True):
    """What the client sends. The same key again is the same order; `seen_minor` is what the buyer was told to pay."""

    key: Annotated[str, msgspec.Meta(min_length=1, max_length=KEY_LENGTH_MAX, pattern="^[ -~]+$")]
    shop_id: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    sku_id: Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
    quantity: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)] = 1
    seen_minor: Annotated[int, msgspec.Meta(ge=0, le=AMOUNT_MAX)] | None = None
    terminal: Literal["app", "pc", "wap"] = "app"


class FlashBody(BaseModel):
    """The order that stands: at once durable, unpaid, its units held until `pay_until`."""

    checkout_id: str
    order_id: str
    currency: str
    payable_minor: int
    created_at: datetime
    pay_until: datetime
    is_repeated: bool


class _PlainRoute(APIRoute):
    """A route whose endpoint takes the request and gives the response, with nothing in between."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The endpoint itself."""
        return self.endpoint


def _body_schema() -> dict[str, Any]:
    """The request body for OpenAPI, from the shape that the decoder enforces."""
    _, components = msgspec.json.schema_components([FlashForm], ref_template="#/components/schemas/{name}")
    return dict(components["FlashForm"])


router = APIRouter(prefix="/v1", tags=["my"], route_class=_PlainRoute)
_ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"model": FlashBody, "description": "It stood already"},
    **{status: PROBLEM_RESPONSES[status] for status in ANSWERS_BEYOND},
}


@router.post(
    "/my/flash-orders",
    status_code=201,
    response_model=FlashBody,
    responses=_ANSWERS,
    openapi_extra={"requestBody": {"required": True, "content": {"application/json": {"schema": _body_schema()}}}},
    summary="Order one SKU in the hot minute",
)
async def place_flash_order(request: Request) -> Response:
    """Order pieces of one SKU at once, without a cart and without cards.

    201 means that the order is durable and its units are held; the same `key` again answers 200 with the same order.
    Needs a buyer's pass.
    """
    actor = actor_of(request)
    buyer_id = accounts.require_buyer(actor)
    body = await request.body()
    is_simulated = "simulated" in actor.permissions
    status, answer = await answer_flash(house_of(request).get(FlashDesk), buyer_id, body, is_simulated=is_simulated)
    return Response(answer, status, media_type="application/json" if status < 300 else PROBLEM_TYPE)


async def answer_flash(desk: FlashDesk, buyer_id: UUID, body: bytes, *, is_simulated: bool) -> tuple[int, bytes]:
    """Status and body for a buyer's wish; a refusal is an answer too."""
    try:
        return told(await desk.place(buyer_id, read_wish(body), is_simulated=is_simulated))
    except Refusal as refusal:
        return refused(refusal)


def told(answer: Placed | BaseException) -> tuple[int, bytes]:
    """Status and body of what the desk told; raises what is no refusal."""
    if isinstance(answer, Placed):
        return (200 if answer.is_repeated else 201), _placed(answer)
    if isinstance(answer, Refusal):
        return refused(answer)
    raise answer


def read_wish(body: bytes) -> FlashWish:
    """The wish in a body. Refuses `TooLarge` and `Invalid`."""
    if len(body) > BODY_BYTES_MAX:
        raise TooLarge(limit=f"{BODY_BYTES_MAX} bytes")
    try:
        form = _DECODER.decode(body)
    except msgspec.MsgspecError as error:
        raise Invalid(_problem("body", "body_not_valid", str(error))) from None
    except UnicodeDecodeError:
        raise Invalid(_problem("body", "body_not_valid", "not UTF-8")) from None
    return FlashWish(
        form.key, _read(SHOP_PREFIX, form.shop_id), _read(SKU_PREFIX, form.sku_id), form.quantity,
        _TERMINALS[form.terminal], form.seen_minor,
    )  # fmt: skip


def refused(refusal: Refusal) -> tuple[int, bytes]:
    """Status and problem+json of a refusal; that it is sold out is said a thousand times a second."""
    if type(refusal) is SoldOut:
        return _SOLD_OUT
    return status_of(refusal), msgspec.json.encode(problem_body(refusal))


def _placed(placed: Placed) -> bytes:
    order = show_id(ORDER_PREFIX, placed.orders[0].order_id)
    checkout = show_id(CHECKOUT_PREFIX, placed.checkout_id)
    return (
        f'{{"checkout_id":"{checkout}","order_id":"{order}","currency":"{placed.currency}"'
        f',"payable_minor":{placed.payable_minor},{_times(placed.created_at, placed.pay_until)}'
        f',"is_repeated":{"true" if placed.is_repeated else "false"}}}'
    ).encode()


@lru_cache(maxsize=64)
def _times(created_at: datetime, pay_until: datetime) -> str:
    """Written once a batch: its orders share their instant."""
    return f'"created_at":"{created_at.isoformat()}","pay_until":"{pay_until.isoformat()}"'


@lru_cache(maxsize=20_000)
def _read(prefix: str, shown: str) -> UUID:
    """The id that is meant; the hot minute names few."""
    try:
        return quick_id(read_id(prefix, shown).bytes)
    except ValueError:
        raise Invalid(_problem(f"{prefix}_id", "id_not_valid", f"not an id of kind {prefix}")) from None


def _problem(field: str, code: str, reason: str) -> Problem:
    return Problem(
        field,
        code,
        Text(f"格式不正确({reason})", reason),
        Text("按接口文档改正", "Correct it as the API description says"),
    )


_DECODER = msgspec.json.Decoder(FlashForm)
_TERMINALS = {terminal.value: terminal for terminal in (Terminal.APP, Terminal.PC, Terminal.WAP)}
_SOLD_OUT = status_of(SoldOut()), msgspec.json.encode(problem_body(SoldOut()))
