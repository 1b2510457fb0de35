"""Which JSON doors does the price history have? Low price, price proof, price protection, prior price; and to offer.

Callers without the right to see figures get offered prices only; doors that rest on deals refuse them.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from peakday.kernel.ids import read_id
from peakday.kernel.money import AMOUNT_MINOR_MAX
from peakday.kernel.refusal import Invalid, NotFound, Problem
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside
from peakday.trade.price_history import api
from peakday.trade.price_history.model import (
    Asked,
    LowPriceQuestion,
    Offer,
    PriceClaim,
    ProtectionAsk,
)
from peakday.trade.price_history.web.bodies import (
    ITEM_PREFIX,
    ORDER_PREFIX,
    SHOP_PREFIX,
    SKU_PREFIX,
    LowPriceBody,
    OfferForm,
    OffersBody,
    OffersForm,
    PriorPriceBody,
    ProofBody,
    ProtectionBody,
    low_price_body,
    prior_price_body,
    proof_body,
    protection_body,
)

router = APIRouter(prefix="/v1", tags=["prices"])

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2100, 1, 1)
ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]
ItemRef = Annotated[UUID, ShownId(ITEM_PREFIX)]
OrderRef = Annotated[UUID, ShownId(ORDER_PREFIX)]
SkuRef = Annotated[str | None, Query(max_length=60, pattern=LINE_PATTERN)]
Line = Annotated[str | None, Query(max_length=200, pattern=LINE_PATTERN)]
Day = Annotated[date, Query(ge=FIRST_DAY, le=LAST_DAY)]
Cursor = Annotated[str | None, Query(max_length=9, pattern="^[0-9]+$")]


_answers = answers_beside(401, 429)


@dataclass(frozen=True, slots=True)
class LowPriceQuery:
    """Which days (both included), which SKU, of which event the median."""

    first_day: Day
    last_day: Day
    sku_id: SkuRef = None
    event_ref: Line = None


@router.get("/shops/{shop_id}/items/{item_id}/low-price", responses=_answers(403, 404, 422))
async def read_low_price(
    request: Request, shop_id: ShopRef, item_id: ItemRef, wanted: Annotated[LowPriceQuery, Depends()],
    cursor: Cursor = None, limit: PageLimit = 50,
) -> LowPriceBody:  # fmt: skip
    """The lowest asked and paid price and the median in a window, and why each candidate counts or not."""
    actor = actor_of(request)
    sku_id = read_shown(SKU_PREFIX, wanted.sku_id) if wanted.sku_id else None
    question = LowPriceQuestion(shop_id, item_id, wanted.first_day, wanted.last_day, sku_id, wanted.event_ref)
    async with house_of(request).database.read() as connection:
        low = await api.lowest_price(connection, actor, question)
    shows_deals = actor.can(api.SEE_DEALS)
    return low_price_body(item_id, low, (int(cursor or 0), limit), shows_deals=shows_deals)


@router.get("/shops/{shop_id}/items/{item_id}/price-proof", responses=_answers(403, 404, 422))
async def read_price_proof(
    request: Request, shop_id: ShopRef, item_id: ItemRef,
    claimed_minor: Annotated[int, Query(ge=0, le=AMOUNT_MINOR_MAX)], on: Day, sku_id: SkuRef = None,
) -> ProofBody:  # fmt: skip
    """Whether the item may be enrolled at a price on a market day, by the rule of that day."""
    sku = read_shown(SKU_PREFIX, sku_id) if sku_id else None
    claim = PriceClaim(shop_id, item_id, claimed_minor, on, sku)
    async with house_of(request).database.read() as connection:
        return proof_body(await api.prove_price(connection, actor_of(request), claim))


@router.get("/shops/{shop_id}/orders/{order_id}/lines/{line_no}/price-protection", responses=_answers(403, 404, 422))
async def read_protection(
    request: Request, shop_id: ShopRef, order_id: OrderRef, line_no: Annotated[int, Field(ge=0, le=10**6)]
) -> ProtectionBody:  # fmt: skip
    """What the buyer of a line is due now because the price fell; nothing is given."""
    house, ask = house_of(request), ProtectionAsk(shop_id, order_id, line_no, Asked.ON_REQUEST)
    async with house.database.read() as connection:
        return protection_body(await api.find_protection(connection, actor_of(request), ask, house.clock.now()))


@router.get("/shops/{shop_id}/offers/{offer_no}/prior-price", responses=_answers(403, 404, 422))
async def read_prior_price(
    request: Request, shop_id: ShopRef, offer_no: Annotated[int, Field(ge=0, lt=2**63)], *, progressive: bool = False
) -> PriorPriceBody:  # fmt: skip
    """The thirty-day low that a reduced price is announced against in the European Union."""
    async with house_of(request).database.read() as connection:
        prior = await api.find_prior_price(
            connection, actor_of(request), shop_id, offer_no, is_progressive=progressive
        )  # fmt: skip
    return prior_price_body(prior)


@router.post("/shops/{shop_id}/items/{item_id}/offers", status_code=201, responses=_answers(403, 404, 409, 422))
async def offer_prices(request: Request, shop_id: ShopRef, item_id: ItemRef, form: OffersForm) -> OffersBody:
    """Offer prices from now or later on; each ends the one of its kind that holds then."""
    house = house_of(request)
    offers = [_offer(shop_id, item_id, one) for one in form.offers]
    async with house.database.transaction() as tx:
        added = await api.offer_prices(tx, actor_of(request), shop_id, item_id, offers, house.clock.now())
    return OffersBody(added=added)


def read_shown(prefix: str, text: str) -> UUID:
    """The id in a query or a body; what is no such id is `NotFound`, as one that names nothing would be."""
    try:
        return read_id(prefix, text)
    except ValueError:
        raise NotFound from None


def _offer(shop_id: UUID, item_id: UUID, form: OfferForm) -> Offer:
    valid_until = _utc("valid_until", form.valid_until) if form.valid_until else None
    return Offer(
        shop_id, item_id, read_shown(SKU_PREFIX, form.sku_id), form.kind, form.price_minor, form.currency,
        _utc("valid_from", form.valid_from), valid_until, "merchant", form.event_ref,
    )  # fmt: skip


def _utc(field: str, at: datetime) -> datetime:
    if at.tzinfo is None:
        message = Text("时间没有时区", "the time has no zone")
        remedy = Text("写成 2026-11-10T20:00:00+08:00", "Write 2026-11-10T20:00:00+08:00")
        raise Invalid(Problem(field, "zone_missing", message, remedy, value=str(at)))
    try:
        return at.astimezone(UTC)
    except OverflowError:
        message = Text("时间超出范围", "the time is out of range")
        raise Invalid(Problem(field, "out_of_range", message, Text("请修改", "Change it"), value=str(at))) from None
