"""What are the nouns of crowds: tags, conditions, expressions, saved crowds?

An expression is a tree of conditions. Its leaves are asked of the facts; each answer is a set of person numbers, and
the tree is set algebra over them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from peakday.kernel.text import Text

BOUGHT = "buy"  # a full payment, from the record of orders; all other acts are events
ACTS = (
    "impression", "click", "pv", "search", "fav", "cart", "follow", "join", "comment", "like", "share", "inquiry",
    BOUGHT,
)  # fmt: skip


class Privacy(StrEnum):
    """How near to the person a tag comes, the mildest first: our definition."""

    AGGREGATE = "aggregate"  # where and by what device
    BEHAVIOUR = "behaviour"  # what the person did in this shop
    VALUE = "value"  # what the person spends

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _PRIVACY_TITLES[self]


_PRIVACY_TITLES = {
    Privacy.AGGREGATE: Text("粗粒度", "coarse"),
    Privacy.BEHAVIOUR: Text("店内行为", "behaviour in the shop"),
    Privacy.VALUE: Text("消费价值", "spending"),
}


@dataclass(frozen=True, slots=True)
class Tag:
    """A named property of a shop's people, asked of the facts by one select of their ids."""

    name: str
    title: Text
    definition: Text
    privacy: Privacy
    sql: str
    days: int  # that it looks back, today included


@dataclass(frozen=True, slots=True)
class HasTag:
    """The people who have a tag."""

    tag: str


@dataclass(frozen=True, slots=True)
class Did:
    """The people who did something so often in the last days, today included; perhaps to one item."""

    act: str
    times: int
    days: int
    item_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class DidInOrder:
    """The people who did one thing after the other in the last days, other acts between them allowed."""

    acts: tuple[str, ...]
    days: int


@dataclass(frozen=True, slots=True)
class InCrowd:
    """The people of a saved crowd."""

    crowd_id: UUID


@dataclass(frozen=True, slots=True)
class AllOf:
    """Whoever meets every one of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Whoever meets at least one of them."""

    nodes: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class NotOf:
    """Whoever of the universe does not meet it."""

    node: "Node"


Leaf: TypeAlias = HasTag | Did | DidInOrder | InCrowd
Node: TypeAlias = Leaf | AllOf | AnyOf | NotOf


class Origin(StrEnum):
    """Where a crowd came from."""

    BUILT = "built"
    FLOW = "flow"  # a cell of the consumers' flow
    UPLOADED = "uploaded"
    LOOKALIKE = "lookalike"
    CAMPAIGN = "campaign"  # whom a campaign reached (AD-09)

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _ORIGIN_TITLES[self]


_ORIGIN_TITLES = {
    Origin.BUILT: Text("圈选", "built"),
    Origin.FLOW: Text("流转格", "flow cell"),
    Origin.UPLOADED: Text("上传", "uploaded"),
    Origin.LOOKALIKE: Text("相似人群", "look-alike"),
    Origin.CAMPAIGN: Text("投放沉淀", "campaign"),
}


@dataclass(frozen=True, slots=True)
class Crowd:
    """A saved crowd. With an expression it is read anew at every look; without, it stays as it was written."""

    shop_id: UUID
    crowd_id: UUID
    name: str
    origin: Origin
    expression: Mapping[str, Any] | None
    note: str
    people: int  # when it was written, or last refreshed
    refreshed_at: datetime
    created_at: datetime

    @property
    def is_static(self) -> bool:
        """Whether it stays as it was written."""
        return self.expression is None


@dataclass(frozen=True, slots=True)
class Size:
    """How many people: told exactly, or only that they are too few to tell (`people` is None)."""

    people: int | None
    can_be_used: bool


@dataclass(frozen=True, slots=True)
class TagState:
    """A tag in one shop: how many people have it, and their share of the universe."""

    tag: Tag
    people: int | None
    coverage: float | None
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Contrast:
    """How a crowd differs from the universe in one tag."""

    tag: Tag
    share: float
    base_share: float
    index: float  # TGI: 100 × share in the crowd / share in the universe
    p_value: float
    is_significant: bool


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two crowds share, and whether that is more or less than chance; None where one is too small to tell.

    `index` is 100 × the people of both / those that two crowds of these sizes share by chance.
    """

    first: int | None
    second: int | None
    both: int | None
    index: float | None
    p_value: float | None
    is_significant: bool


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of an uploaded list."""

    crowd_id: UUID
    rows: int
    accepted: int
    matched: int
    refused: int
