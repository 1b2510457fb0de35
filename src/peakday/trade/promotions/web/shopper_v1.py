"""Which JSON doors have shoppers to their cards? What may be taken, taking one, and the wallet."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from peakday.kernel.database.record_clock import record_now
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.market.accounts import api as accounts
from peakday.trade.promotions import api
from peakday.trade.promotions.stored import CARD_PREFIX, PREFIX
from peakday.trade.promotions.web.bodies import SHOP_PREFIX
from peakday.trade.promotions.web.claim_bodies import (
    CardList,
    ClaimableList,
    ClaimedBody,
    ClaimForm,
    card_body,
    claimable_body,
)

router = APIRouter(prefix="/v1/my", tags=["cards"])

SHOPS_MAX = 50
GUEST = "guest"
ShopRefs = Annotated[list[Annotated[UUID, ShownId(SHOP_PREFIX)]], Query(max_length=SHOPS_MAX)]


_answers = answers_beside(401, 403, 422, 429)


@router.get("/cards", responses=_answers())
async def list_my_cards(request: Request, cursor: str | None = None, limit: PageLimit = 50) -> CardList:
    """The wallet: unused cards, what expires first. Its first 500 cards are read."""
    buyer_id = accounts.require_buyer(actor_of(request))
    house, after = house_of(request), read_cursor(CARD_PREFIX, cursor)
    async with house.database.read() as connection:
        cards = await api.wallet_of(connection, buyer_id, None, house.clock.now())
    begins = next((place + 1 for place, card in enumerate(cards) if card.instrument_id == after), 0)
    page = [card_body(card) for card in cards[begins : begins + limit]]
    return CardList(items=page, next_cursor=page[-1].card_id if len(cards) > begins + limit else None)


@router.get("/claimable-cards", responses=_answers(404))
async def list_claimable_cards(request: Request, shop_id: ShopRefs = []) -> ClaimableList:  # noqa: B006 - FastAPI copies it
    """What these shops and the platform give out now or soon."""
    actor = actor_of(request)
    buyer_id, house = accounts.require_buyer(actor), house_of(request)
    async with house.database.read() as connection:
        now = await record_now(house.clock, connection)
        found = await api.claimable_of(connection, shop_id, buyer_id, now, is_guest=GUEST in actor.permissions)
    return ClaimableList(items=[claimable_body(one) for one in found])


@router.post("/cards", status_code=201, responses=_answers(404, 409))
async def claim_card(request: Request, form: ClaimForm, response: Response) -> ClaimedBody:
    """Take one; 200 when this key took it before."""
    actor, house = actor_of(request), house_of(request)
    buyer_id, is_guest = accounts.require_buyer(actor), GUEST in actor.permissions
    try:
        wanted = read_id(PREFIX, form.instrument_id)
    except ValueError:
        raise NotFound from None
    async with house.database.transaction() as tx:
        now = await record_now(house.clock, tx)
        taken = await api.claim_card(tx, buyer_id, wanted, form.key, now, is_guest=is_guest)
    response.status_code = 200 if taken.is_repeated else 201
    return ClaimedBody(
        card_id=show_id(CARD_PREFIX, taken.card_id), instrument_id=form.instrument_id, is_repeated=taken.is_repeated
    )
