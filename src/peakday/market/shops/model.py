"""What are a shop, a region and a warehouse?"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import NewType
from uuid import UUID

from peakday.kernel.ids import derived_id
from peakday.kernel.text import Text

ShopId = NewType("ShopId", UUID)
WarehouseId = NewType("WarehouseId", UUID)

SHOP_PREFIX = "shp"


class ShopKind(StrEnum):
    """On which shelf of the market a shop stands."""

    TMALL = "tmall"
    TAOBAO = "taobao"
    TAOTE = "taote"
    INTL = "intl"


class Rating(StrEnum):
    """The credit that a shop has earned; each comes in 1 to 5 marks."""

    HEART = "heart"
    DIAMOND = "diamond"
    CROWN = "crown"
    GOLD_CROWN = "gold_crown"


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop's profile. Scores are None until somebody has rated the shop; DSR is 1 to 5."""

    shop_id: ShopId
    source: str
    source_ref: str
    name: str
    name_en: str
    kind: ShopKind
    level: int
    rating: Rating
    rating_marks: int
    city: str
    belt: str
    main_category: str
    brand_ids: tuple[UUID, ...]
    is_domestic_brand: bool
    violation_points: int
    dsr_description: Decimal | None
    dsr_service: Decimal | None
    dsr_shipping: Decimal | None
    experience_score: Decimal | None
    currency: str
    introduction: str
    service_phone: str
    service_email: str
    opened_at: datetime
    updated_at: datetime
    version: int


@dataclass(frozen=True, slots=True)
class Violation:
    """Points that a shop is given for breaking a rule, once for each key: why, and when."""

    shop_id: UUID
    key: str
    points: int
    reason: Text
    noted_at: datetime


@dataclass(frozen=True, slots=True)
class ShopFront:
    """What a shopper's cart says of a shop, and what it is priced by."""

    shop_id: ShopId
    name: str
    name_en: str
    kind: ShopKind
    currency: str
    is_domestic_brand: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures in a profile: only for who may see figures."""

    level: int
    rating: Rating
    rating_marks: int
    violation_points: int
    dsr_description: Decimal | None
    dsr_service: Decimal | None
    dsr_shipping: Decimal | None
    experience_score: Decimal | None


@dataclass(frozen=True, slots=True)
class NewShop:
    """A shop as a source knows it. The same (source, source_ref) is the same shop."""

    source: str
    source_ref: str
    name: str
    currency: str
    opened_at: datetime
    name_en: str = ""
    kind: ShopKind = ShopKind.TMALL
    city: str = ""
    belt: str = ""
    main_category: str = ""
    is_domestic_brand: bool = False


@dataclass(frozen=True, slots=True)
class ProfileChanges:
    """What a merchant may set; None leaves a field as it is. Scores, level and points are the platform's."""

    name: str | None = None
    name_en: str | None = None
    city: str | None = None
    belt: str | None = None
    main_category: str | None = None
    is_domestic_brand: bool | None = None
    introduction: str | None = None
    service_phone: str | None = None
    service_email: str | None = None


@dataclass(frozen=True, slots=True)
class NewRegion:
    """A part of the country (or a store's district) that orders come from or goods lie in."""

    region_id: str
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class NewWarehouse:
    """A warehouse as a source knows it; its region must exist."""

    source: str
    source_ref: str
    region_id: str
    name: str


def shop_id_of(source: str, source_ref: str) -> ShopId:
    """The id of an imported shop, known without asking the database."""
    return ShopId(derived_id(None, source, "shop", source_ref))


def warehouse_id_of(source: str, source_ref: str) -> WarehouseId:
    """The id of an imported warehouse, known without asking the database."""
    return WarehouseId(derived_id(None, source, "warehouse", source_ref))
