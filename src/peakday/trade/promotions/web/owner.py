"""Whose instruments does a page show: a shop's, or the platform's own?

One page serves both: `/shop/{shop_id}/promotions…` for a shop, `/platform/promotions…` for the platform's staff. What
the platform may set up are cards and tiers across shops; its goods are named by shops and categories.
"""

from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text
from peakday.kernel.web.context import visit_of
from peakday.market.shops import api as shops
from peakday.market.shops.model import Shop
from peakday.trade.promotions import api
from peakday.trade.promotions.model import Instrument, Kind
from peakday.trade.promotions.web.bodies import SHOP_PREFIX

PLATFORM_KINDS = (Kind.PLATFORM_COUPON, Kind.CATEGORY_COUPON, Kind.CROSS_SHOP_TIER, Kind.RED_PACKET, Kind.COINS)
TIER_RULES = MappingProxyType({
    "tmall_promotions": Text("天猫大促规则", "Tmall sale rules"),
    "taobao_promotions": Text("淘宝大促规则", "Taobao sale rules"),
})  # fmt: skip
PLATFORM_CURRENCY = "CNY"  # of a market without shops


@dataclass(frozen=True, slots=True)
class Platform:
    """The platform where a page wants a shop: what it is called there, and its first choice of a currency."""

    name: str
    currency: str = PLATFORM_CURRENCY


def owner_of(request: Request) -> UUID | None:
    """The shop of the address; None: the platform."""
    shown = request.path_params.get("shop_id")
    try:
        return None if shown is None else read_id(SHOP_PREFIX, shown)
    except ValueError:
        raise NotFound from None


OwnerRef = Annotated[UUID | None, Depends(owner_of)]


async def find_owner(request: Request, tx: Tx, actor: Actor, shop_id: UUID | None) -> Shop | Platform:
    """Who owns the instruments; of the platform only its staff learns anything. Refuses `NotFound`, `NotAllowed`."""
    if shop_id is None:
        api.require_owner(actor, api.VIEW, None)
        first = await shops.list_shops(tx, actor, limit=1)
        name = "平台" if visit_of(request).language == "zh" else "The platform"
        return Platform(name, first[0].currency if first else PLATFORM_CURRENCY)
    return await shops.get_shop(tx, actor, shop_id)


async def sample_shop(tx: Tx, actor: Actor, shop_id: UUID | None, instrument: Instrument) -> UUID | None:
    """The shop whose goods show what an instrument does: the owner, or one of those it holds for in its currency."""
    if shop_id is not None:
        return shop_id
    named = sorted((each for each in instrument.scope.shop_ids if isinstance(each, UUID)), key=str)[:1]
    if named:
        return named[0]
    found = await shops.list_shops(tx, actor, limit=SAMPLED_FROM)
    return next((shop.shop_id for shop in found if shop.currency == instrument.currency), None)


def base_of(shop_id: UUID | None) -> str:
    """Where the pages of an owner begin."""
    return "/platform" if shop_id is None else f"/shop/{show_id(SHOP_PREFIX, shop_id)}"


SAMPLED_FROM = 50
