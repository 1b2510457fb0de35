"""Which JSON doors do shops have? The list, one profile, and its change."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field

from peakday.kernel.actor import Actor
from peakday.kernel.ids import show_id
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId, read_cursor
from peakday.kernel.web.problems import answers_beside
from peakday.market.shops import api
from peakday.market.shops.model import SHOP_PREFIX, ProfileChanges, Rating, Shop, ShopKind

router = APIRouter(prefix="/v1", tags=["shops"])

ShopRef = Annotated[UUID, ShownId(SHOP_PREFIX)]


_answers = answers_beside(401, 429)


class StandingBody(BaseModel):
    """The figures in a profile. The three parts of the detailed seller rating are 1 to 5, null while nobody rated."""

    level: int
    rating: Rating
    rating_marks: int
    violation_points: int
    dsr_description: Decimal | None
    dsr_service: Decimal | None
    dsr_shipping: Decimal | None
    experience_score: Decimal | None


class ShopBody(BaseModel):
    """A shop's profile. `standing` is null for callers who may not see figures."""

    shop_id: str
    name: str
    name_en: str
    kind: ShopKind
    city: str
    belt: str
    main_category: str
    brand_ids: list[str]
    is_domestic_brand: bool
    currency: str
    introduction: str
    service_phone: str
    service_email: str
    opened_at: datetime
    updated_at: datetime
    version: int
    standing: StandingBody | None


class ShopRow(BaseModel):
    """A shop in the list."""

    shop_id: str
    name: str
    name_en: str
    kind: ShopKind
    city: str
    currency: str
    opened_at: datetime


class ShopList(BaseModel):
    """A page of shops."""

    items: list[ShopRow]
    next_cursor: str | None


class ProfileBody(BaseModel):
    """What an edit sets; what is absent stays. With `version`, the edit is refused when the profile moved on."""

    version: int | None = Field(None, ge=1, le=2**31 - 1)
    name: str | None = Field(None, max_length=60)
    name_en: str | None = Field(None, max_length=80)
    city: str | None = Field(None, max_length=40)
    belt: str | None = Field(None, max_length=40)
    main_category: str | None = Field(None, max_length=40)
    is_domestic_brand: bool | None = None
    introduction: str | None = Field(None, max_length=500)
    service_phone: str | None = Field(None, max_length=24)
    service_email: str | None = Field(None, max_length=254)


@router.get("/shops", responses=_answers(422))
async def list_shops(
    request: Request,
    cursor: str | None = None,
    limit: PageLimit = 50,
    search: Annotated[str | None, Query(max_length=100, pattern=LINE_PATTERN)] = None,
) -> ShopList:
    """The shops that the caller may enter: all for staff, the own one for a merchant."""
    after = read_cursor(SHOP_PREFIX, cursor)
    async with house_of(request).database.read() as connection:
        rows = await api.list_shops(connection, actor_of(request), search, after, limit + 1)
    page = [_row(shop) for shop in rows[:limit]]
    return ShopList(items=page, next_cursor=page[-1].shop_id if len(rows) > limit else None)


@router.get("/shops/{shop_id}", responses=_answers(403, 404))
async def read_shop(request: Request, shop_id: ShopRef) -> ShopBody:
    """One shop's profile."""
    actor = actor_of(request)
    async with house_of(request).database.read() as connection:
        return _body(actor, await api.get_profile(connection, actor, shop_id))


@router.patch("/shops/{shop_id}", responses=_answers(403, 404, 409, 422))
async def edit_shop(request: Request, shop_id: ShopRef, body: ProfileBody) -> ShopBody:
    """Change a shop's profile."""
    house, actor = house_of(request), actor_of(request)
    changes = ProfileChanges(**body.model_dump(exclude={"version"}))
    async with house.database.transaction() as tx:
        now = house.clock.now()
        return _body(actor, await api.edit_profile(tx, actor, shop_id, changes, now, body.version))


def _row(shop: Shop) -> ShopRow:
    return ShopRow(
        shop_id=show_id(SHOP_PREFIX, shop.shop_id),
        name=shop.name,
        name_en=shop.name_en,
        kind=shop.kind,
        city=shop.city,
        currency=shop.currency,
        opened_at=shop.opened_at,
    )


def _body(actor: Actor, shop: Shop) -> ShopBody:
    standing = api.standing_of(actor, shop)
    same = ShopBody.model_fields.keys() - {"shop_id", "brand_ids", "standing"}
    return ShopBody(
        shop_id=show_id(SHOP_PREFIX, shop.shop_id),
        brand_ids=[show_id("brd", brand_id) for brand_id in shop.brand_ids],
        standing=StandingBody(**asdict(standing)) if standing else None,
        **{name: getattr(shop, name) for name in same},
    )
