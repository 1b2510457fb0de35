"""Which doors of a shopper have a short way? Those that everybody knocks at all evening: add, look, change, order.

A plain request of the own cart or a checkout with a buyer's pass in its header is answered here, in front of the chain
of doors, under the same law as there: the pass is verified and its revocation looked up, body and rates have the same
limits, the answer carries the same headers, and a fault of ours is logged and told as such. No cookie has any power
here, so no forged form can use it. Whatever is not exactly that (a cookie, a search in the cart, a body that is not as
it should be, a key where the room keeps none) takes the usual way, and is answered as if this were not here.

An addition carries `Idempotency-Key`: the writer of carts keeps it in its own batch.
"""

import logging
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import msgspec
from pydantic import ValidationError
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from peakday.apps.http.failures import OurFault
from peakday.apps.http.hot_doors import FIXED, TRANSPORT, pass_in
from peakday.apps.http.idempotency import digest
from peakday.apps.http.manners import REQUESTS_BURST, REQUESTS_PER_SECOND, VISITORS_AN_ADDRESS, Buckets, request_id_of
from peakday.kernel.actor import Actor
from peakday.kernel.house import House
from peakday.kernel.ids import read_id
from peakday.kernel.kept_answers import Answer, Once, key_needed, owner_of, require_key
from peakday.kernel.refusal import NotSignedIn, Refusal, TooMany
from peakday.kernel.web.problems import PROBLEM_TYPE, problem_body, status_of
from peakday.market.accounts import api as accounts
from peakday.market.catalog.model import SKU_PREFIX
from peakday.trade.carts import api as carts
from peakday.trade.carts.viewed import PAGE_MAX
from peakday.trade.carts.web import hot
from peakday.trade.carts.web import v1 as cart_doors
from peakday.trade.carts.web.bodies import ChangeBody
from peakday.trade.carts.web.written import Json
from peakday.trade.orders.checkouts import CheckoutWish
from peakday.trade.orders.web import checkout_door

BODY_BYTES_MAX = 100_000  # a checkout that names 300 goods is 60,000; what is larger takes the usual way
CART, LINES = "/v1/my/cart", "/v1/my/cart/lines"
JSON = "application/json"
REPLAYED = (b"idempotent-replay", b"true")
Headers = list[tuple[bytes, bytes]]
_LIMIT = re.compile(rb"limit=([1-9][0-9]{0,2})")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """A plain request of a buyer."""

    scope: Scope
    headers: dict[bytes, bytes]
    house: House
    actor: Actor
    body: bytes

    @property
    def key(self) -> bytes | None:
        """The client's key."""
        return self.headers.get(b"idempotency-key")

    @property
    def is_json(self) -> bool:
        """Whether the body says that it is JSON."""
        return self.headers.get(b"content-type", b"").partition(b";")[0].strip() == JSON.encode()


Answered = Awaitable[tuple[Answer, bool]]  # the answer, and whether it was given before
Door = Callable[[Asked], Answered | None]  # None: the usual way; refuses as its room does


class ShopperDoors:
    """ASGI middleware, the outermost: answers a shopper's plain requests, passes everything else on."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._buyers = Buckets(REQUESTS_PER_SECOND, REQUESTS_BURST)
        self._addresses = Buckets(REQUESTS_PER_SECOND * VISITORS_AN_ADDRESS, REQUESTS_BURST * VISITORS_AN_ADDRESS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        door = find_door(scope) if scope["type"] == "http" else None
        headers = plain_headers(scope) if door is not None else None
        token = pass_in(scope["headers"]) if headers is not None else None
        if door is None or headers is None or token is None:
            await self.app(scope, receive, send)
            return
        request_id = request_id_of(headers.get(b"x-request-id", b"").decode("latin-1"))
        extra: Headers = [(b"x-request-id", request_id.encode())]
        body = b""
        try:
            actor = await self._admit(scope, token)
            body = await _read(receive) if scope["method"] != "GET" else b""
            answering = door(Asked(scope, headers, scope["app"].state.house, actor, body))
            answer = None if answering is None else await _answer(answering, extra)
        except ClientDisconnect:
            return  # half a body asks for nothing
        except Refusal as refusal:
            answer = _refused(refusal, extra)
        except Exception:  # noqa: BLE001 - no room may fail into the visitor's face: logged, told as our fault
            _log.exception("request %s: %s %.200r failed", request_id, scope["method"], scope["path"])
            fault = problem_body(OurFault(request_id=request_id)) | {"status": 500}
            answer = Answer(500, PROBLEM_TYPE, msgspec.json.encode(fault))
        if answer is None:
            await self.app(scope, _replay(body, receive), send)
        else:
            await _send(scope, send, answer, extra)

    async def _admit(self, scope: Scope, token: str) -> Actor:
        """The buyer. Refuses `NotSignedIn`, and `TooMany` where this buyer or this address asks too often."""
        house: House = scope["app"].state.house
        client = scope.get("client")
        address = str(client[0]) if client else ""
        now = time.monotonic()
        wait = self._addresses.take(address, now)
        if not wait:
            secret = accounts.buyer_secret(house.settings)
            shown = await accounts.find_pass(house.database, secret, token, house.clock.now())
            if shown is None:
                raise NotSignedIn
            wait = self._buyers.take(shown.buyer_id.hex, now)
            if not wait:
                return accounts.actor_of_pass(shown, address)
        raise TooMany(retry_after_seconds=max(1, round(wait)))


def find_door(scope: Scope) -> Door | None:
    """The door that a request names; none for nearly all others."""
    path: str = scope["path"]
    if not path.startswith("/v1/my/c"):
        return None
    door = _DOORS.get((scope["method"], path))
    if door is None and scope["method"] == "PATCH" and path.startswith(LINES + "/"):
        return _change
    return door


def plain_headers(scope: Scope) -> dict[bytes, bytes] | None:
    """The headers, where each stands once, no cookie is among them, and the body has a length that is within bounds."""
    found: dict[bytes, bytes] = dict(scope["headers"])
    length = found.get(b"content-length", b"0")
    is_plain = (
        len(found) == len(scope["headers"])
        and b"cookie" not in found
        and b"transfer-encoding" not in found
        and length.isdigit()
        and len(length) <= len(str(BODY_BYTES_MAX))
        and int(length) <= BODY_BYTES_MAX
    )
    return found if is_plain else None


def _add(asked: Asked) -> Answered | None:
    if asked.scope["query_string"]:
        return None
    if asked.key is None:
        raise key_needed()
    require_key(asked.key.decode("latin-1"))
    wish = hot.read_wish(accounts.require_buyer(asked.actor), asked.body)
    return _added(asked, wish)


async def _added(asked: Asked, wish: carts.Wish) -> tuple[Answer, bool]:
    assert asked.key is not None, "looked at before"
    writer = asked.house.get(carts.CartWriter)
    once = Once(owner_of(asked.actor), asked.key.decode("latin-1"), digest(asked.scope, asked.body))
    told = await writer.add_once(wish, carts.OnceAsked(once, hot.told))
    return told.answer, told.is_repeated


def _look(asked: Asked) -> Answered | None:
    query: bytes = asked.scope["query_string"]
    found = _LIMIT.fullmatch(query)
    limit = int(found[1]) if found else cart_doors.LINES_SHOWN
    if (query and found is None) or limit > PAGE_MAX or asked.headers.get(b"content-length", b"0") != b"0":
        return None
    return _told(cart_doors.answer_cart(asked.house, asked.actor, carts.Look(limit=limit)))


def _change(asked: Asked) -> Answered | None:
    if asked.key is not None or asked.scope["query_string"] or not asked.is_json:
        return None
    try:
        sku_id: UUID = read_id(SKU_PREFIX, asked.scope["path"].removeprefix(LINES + "/"))
        change = ChangeBody.model_validate_json(asked.body)
    except (ValidationError, ValueError):
        return None
    return _told(cart_doors.answer_change(asked.house, asked.actor, sku_id, change))


def _order(asked: Asked) -> Answered | None:
    if asked.key is not None or asked.scope["query_string"] or not asked.is_json:
        return None
    wish = checkout_door.read_checkout(asked.body)
    return None if wish is None else _ordered(asked, wish)


async def _ordered(asked: Asked, wish: CheckoutWish) -> tuple[Answer, bool]:
    return await checkout_door.answer_checkout(asked.house, asked.actor, wish), False


async def _told(values: Awaitable[Json]) -> tuple[Answer, bool]:
    return Answer(200, JSON, msgspec.json.encode(await values)), False


async def _answer(answering: Answered, extra: Headers) -> Answer:
    answer, is_repeated = await answering
    if is_repeated:
        extra.append(REPLAYED)
    return answer


def _refused(refusal: Refusal, extra: Headers) -> Answer:
    if isinstance(refusal, TooMany):
        extra.append((b"retry-after", b"%d" % refusal.retry_after_seconds))
    return Answer(status_of(refusal), PROBLEM_TYPE, msgspec.json.encode(problem_body(refusal)))


async def _send(scope: Scope, send: Send, answer: Answer, extra: Headers) -> None:
    headers = [
        *FIXED, (b"content-type", answer.kind.encode()), (b"content-length", b"%d" % len(answer.body)), *extra,
    ]  # fmt: skip
    if scope.get("scheme") == "https":
        headers.append(TRANSPORT)
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": answer.body})


async def _read(receive: Receive) -> bytes:
    """The body; its length was looked at."""
    parts = []
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        parts.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    """What was read, then what else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return messages.pop() if messages else await receive()

    return receive_again


_DOORS: dict[tuple[str, str], Door] = {
    ("POST", LINES): _add,
    ("GET", CART): _look,
    ("POST", checkout_door.PATH): _order,
}
