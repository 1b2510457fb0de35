"""Which JSON doors have buyers? A guest's pass, registering, who one is, leaving; and for staff simulated shoppers.

Signing in is a door of the storefront (`POST /v1/buyers/sessions`), which also merges the guest's cart.
"""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from peakday.kernel.ids import show_id
from peakday.kernel.web.context import actor_of, house_of, visit_of
from peakday.kernel.web.problems import answers_beside
from peakday.market.accounts import api
from peakday.market.accounts.model import BUYER_PREFIX, BuyerEntered, NewBuyerAccount, Shopper
from peakday.market.accounts.web.buyer_cookies import shown_token

router = APIRouter(prefix="/v1", tags=["buyers"])


_answers = answers_beside(429)


class PassBody(BaseModel):
    """A buyer's pass: `Authorization: Bearer <token>` at the doors under /v1/my."""

    token: str
    buyer_id: str
    is_guest: bool
    is_simulated: bool
    expires_at: datetime


class NewBuyerBody(BaseModel):
    """Who registers."""

    login: str = Field(max_length=64)
    name: str = Field(max_length=60)
    password: str = Field(max_length=1000)


class BuyerBody(BaseModel):
    """Who one is as a buyer."""

    buyer_id: str
    is_guest: bool
    is_simulated: bool
    login: str | None
    name: str | None


class ShoppersBody(BaseModel):
    """Simulated shoppers to make or to meet again, by what their source calls them."""

    source: str = Field("rehearsal", max_length=64)
    source_refs: Annotated[list[Annotated[str, Field(max_length=64)]], Field(min_length=1, max_length=1000)]


class ShopperList(BaseModel):
    """Their passes, in the order asked."""

    items: list[PassBody]


@router.post("/buyers/guests", status_code=201, responses=_answers(), openapi_extra={"security": []})
async def make_guest(request: Request) -> PassBody:
    """A pass for a guest: a buyer without a login."""
    house, visit = house_of(request), visit_of(request)
    secret = api.buyer_secret(house.settings)
    return pass_body(await api.make_guest(house.database, secret, visit.remote_address, house.clock.now()))


@router.post("/buyers", status_code=201, responses=_answers(409, 422), openapi_extra={"security": []})
async def register_buyer(request: Request, body: NewBuyerBody) -> PassBody:
    """Give the guest whose pass is shown, or a new buyer, a login. Passes made before open nothing any more."""
    house, visit = house_of(request), visit_of(request)
    secret = api.buyer_secret(house.settings)
    wanted = NewBuyerAccount(body.login, body.name, body.password)
    entered = await api.register_buyer(
        house.database, secret, visit.actor, wanted, visit.remote_address, house.clock.now()
    )
    return pass_body(entered)


@router.delete("/buyers/sessions", status_code=204, responses=_answers(401))
async def sign_out_buyer(request: Request) -> Response:
    """Revoke the pass that is shown."""
    house = house_of(request)
    api.require_buyer(actor_of(request))
    secret = api.buyer_secret(house.settings)
    await api.sign_out_buyer(house.database, secret, shown_token(request), house.clock.now())
    return Response(status_code=204)


@router.get("/my/account", responses=_answers(401, 403))
async def read_my_account(request: Request) -> BuyerBody:
    """Who one is as a buyer."""
    actor = actor_of(request)
    buyer_id = api.require_buyer(actor)
    async with house_of(request).database.read() as connection:
        account = await api.find_buyer_account(connection, buyer_id)
    return BuyerBody(
        buyer_id=show_id(BUYER_PREFIX, buyer_id),
        is_guest=actor.can("guest"),
        is_simulated=actor.can("simulated"),
        login=account.login if account else None,
        name=account.name if account else None,
    )


@router.post("/platform/shoppers", status_code=201, responses=_answers(401, 403, 422))
async def make_shoppers(request: Request, body: ShoppersBody) -> ShopperList:
    """Up to 1,000 simulated shoppers with passes, for a rehearsal; the platform's staff only."""
    house, actor = house_of(request), actor_of(request)
    rows = [Shopper(body.source, ref) for ref in body.source_refs]
    async with house.database.transaction() as tx:
        made = await api.make_shoppers(tx, actor, api.buyer_secret(house.settings), rows, house.clock.now())
    return ShopperList(items=[pass_body(one) for one in made])


def pass_body(entered: BuyerEntered) -> PassBody:
    """A pass as it goes on the wire."""
    shown = entered.buyer_pass
    return PassBody(
        token=entered.token,
        buyer_id=show_id(BUYER_PREFIX, shown.buyer_id),
        is_guest=shown.is_guest,
        is_simulated=shown.is_simulated,
        expires_at=shown.expires_at,
    )
