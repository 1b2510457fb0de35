"""What are a face, a verdict and a cluster of same products?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


@dataclass(frozen=True)
class Face:
    """What is publicly told of one item: what the matcher may look at, and nothing else."""

    key: str
    title: str
    category: str = ""
    department: str = ""
    brand: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)


class Outcome(StrEnum):
    """What is said of two items."""

    SAME = "same"
    UNCERTAIN = "uncertain"
    NOT_SAME = "not_same"


@dataclass(frozen=True, slots=True)
class Member:
    """One item in its cluster; what is told of it is public. The price is the list price in minor units."""

    shop_id: UUID
    item_id: UUID
    cluster_id: UUID
    category_id: UUID | None
    title: str
    brand: str
    attributes: Mapping[str, object]
    price_minor: int | None
    currency: str
    is_on_sale: bool
    first_listed_at: datetime | None

    @property
    def ref(self) -> "ItemRef":
        """What names the item."""
        return ItemRef(self.shop_id, self.item_id)

    @property
    def face(self) -> Face:
        """What the matcher looks at."""
        told = {key: str(value) for key, value in self.attributes.items() if isinstance(value, str | int | float)}
        return Face(f"{self.shop_id}/{self.item_id}", self.title, str(self.category_id), "", self.brand, told)


class ItemRef(NamedTuple):
    """An item of a shop."""

    shop_id: UUID
    item_id: UUID


class Verdict(StrEnum):
    """What a person said of a pair."""

    SAME = "same"
    NOT_SAME = "not_same"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Judged:
    """What the matcher says of a pair: `one` is the smaller reference."""

    one: ItemRef
    other: ItemRef
    probability: float
    veto: str | None


@dataclass(frozen=True, slots=True)
class Pair:
    """A pair that people look at, with both sides."""

    one: Member
    other: Member
    probability: float
    veto: str | None
    verdict: Verdict | None
    said_at: datetime | None


@dataclass(frozen=True, slots=True)
class Match:
    """An outside title's own item, with the probability that they are one product."""

    title: str
    item: ItemRef
    probability: float
    outcome: Outcome
