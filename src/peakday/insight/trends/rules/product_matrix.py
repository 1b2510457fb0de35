"""Which part does each item of a shop play, where does the shop have nothing, and which of its items eat each other?

Roles (names of SYSTEMS 8; how they are told is our definition), the first that holds:

    new      listed within the new days of the rules
    hero     one of the fewest items that bring HERO_SHARE of the money
    traffic  brings newcomers: its share of them is TRAFFIC_TIMES its share of the money, and NEWCOMERS_MIN of them
    image    its price is above 90 of 100 items', and it sells less than the usual item
    profit   is sold nearer to its list price than the usual item
    plain    none of these

A hole is a third of a leaf's prices where the market sells HOLE_SHARE of its pieces and the shop has no item. Two items
of one leaf and band overlap when buyers of the one who came back bought the other instead far more often than chance
has it, while the one lost and the other won.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from peakday.kernel.text import Text

HERO_SHARE, TRAFFIC_TIMES, NEWCOMERS_MIN, IMAGE_RANK, HOLE_SHARE = 0.5, 2.0, 3, 0.9, 0.2
SWITCHERS_MIN, SURE_Z = 5, 3.0


class Role(StrEnum):
    """The part that an item plays."""

    NEW = "new"
    HERO = "hero"
    TRAFFIC = "traffic"
    IMAGE = "image"
    PROFIT = "profit"
    PLAIN = "plain"

    @property
    def label(self) -> Text:
        """What readers call it."""
        return _LABELS[self]


_LABELS = {
    Role.NEW: Text("新品", "New"),
    Role.HERO: Text("爆款", "Hero"),
    Role.TRAFFIC: Text("引流款", "Traffic"),
    Role.IMAGE: Text("形象款", "Image"),
    Role.PROFIT: Text("利润款", "Profit"),
    Role.PLAIN: Text("常规款", "Plain"),
}


@dataclass(frozen=True, slots=True)
class Sold:
    """What an item came to in the span; whole minor units. `band` is the third of its leaf's prices, 0 to 2."""

    item_id: UUID
    title: str
    leaf: str
    band: int
    paid_minor: int
    list_minor: int
    pieces: int
    buyers: int
    returning: int  # of the buyers, those that bought in the shop before the span
    newcomers: int  # whose first order in the shop had it
    is_new: bool

    @property
    def price_minor(self) -> float:
        """The mean price of a piece."""
        return self.paid_minor / self.pieces if self.pieces else 0.0


@dataclass(frozen=True, slots=True)
class Hole:
    """A third of a leaf's prices where the shop has nothing, and the market's share of pieces there."""

    leaf: str
    band: int
    share: float


@dataclass(frozen=True, slots=True)
class Overlap:
    """So many who bought the one before bought the other of its leaf and band instead; chance has `usual`."""

    lost: UUID
    won: UUID
    switchers: int
    usual: float


def roles_of(items: Sequence[Sold]) -> dict[UUID, Role]:
    """The role of each item that sold something."""
    sold = [one for one in items if one.pieces]
    if not sold:
        return {}
    money, newcomers = sum(one.paid_minor for one in sold), sum(one.newcomers for one in sold)
    heroes = _heroes(sold, money)
    prices = sorted(one.price_minor for one in sold)
    dear = prices[min(len(prices) - 1, int(IMAGE_RANK * len(prices)))]
    usual_minor = sorted(one.paid_minor for one in sold)[len(sold) // 2]
    usual_rate = sorted(_rate(one) for one in sold)[len(sold) // 2]
    roles = {}
    for one in sold:
        brings = one.newcomers >= NEWCOMERS_MIN and one.newcomers * money >= TRAFFIC_TIMES * one.paid_minor * newcomers
        checks = (
            (one.is_new, Role.NEW), (one.item_id in heroes, Role.HERO), (brings, Role.TRAFFIC),
            (one.price_minor >= dear and one.paid_minor < usual_minor, Role.IMAGE),
            (_rate(one) > usual_rate, Role.PROFIT),
        )  # fmt: skip
        roles[one.item_id] = next((role for holds, role in checks if holds), Role.PLAIN)
    return roles


def find_holes(items: Sequence[Sold], market: Mapping[str, Sequence[int]]) -> list[Hole]:
    """The holes in the leaves where the shop sells; `market`: a leaf's pieces by band. The largest share first."""
    held = {(one.leaf, one.band) for one in items}
    holes = [
        Hole(leaf, band, pieces / sum(market[leaf]))
        for leaf in sorted({one.leaf for one in items if one.leaf in market})
        for band, pieces in enumerate(market[leaf])
        if (leaf, band) not in held and pieces and pieces >= HOLE_SHARE * sum(market[leaf])
    ]
    return sorted(holes, key=lambda hole: (-hole.share, hole.leaf, hole.band))


def find_overlaps(
    items: Sequence[Sold], growth: Mapping[UUID, int], switched: Mapping[tuple[UUID, UUID], int]
) -> list[Overlap]:  # fmt: skip
    """Pairs that eat each other; `switched`: how many bought the first before, and not it but the second after.

    By chance a leaver takes an item of the leaf and band in proportion to its buyers; SURE_Z deviations above it tell.
    """
    by_cell: dict[tuple[str, int], list[Sold]] = {}
    for one in items:
        by_cell.setdefault((one.leaf, one.band), []).append(one)
    found = []
    for cell in by_cell.values():
        for lost in (one for one in cell if growth.get(one.item_id, 0) < 0):
            others = [one for one in cell if one.item_id != lost.item_id]
            buyers = sum(one.buyers for one in others)
            taken = sum(switched.get((lost.item_id, one.item_id), 0) for one in others)
            for won in (one for one in others if growth.get(one.item_id, 0) > 0 and buyers > one.buyers):
                switchers, share = switched.get((lost.item_id, won.item_id), 0), won.buyers / buyers
                usual = taken * share
                spread = math.sqrt(max(usual * (1 - share), 1e-9))
                if switchers >= SWITCHERS_MIN and switchers - usual >= SURE_Z * spread:
                    found.append(Overlap(lost.item_id, won.item_id, switchers, usual))
    return sorted(found, key=lambda one: (-(one.switchers - one.usual), str(one.lost), str(one.won)))


def _heroes(sold: Sequence[Sold], money: int) -> set[UUID]:
    heroes: set[UUID] = set()
    brought = 0
    for one in sorted(sold, key=lambda one: (-one.paid_minor, str(one.item_id))):
        if brought >= HERO_SHARE * money:
            break
        heroes.add(one.item_id)
        brought += one.paid_minor
    return heroes


def _rate(one: Sold) -> float:
    """How near to its list price an item is sold; 1: at it."""
    return one.paid_minor / one.list_minor if one.list_minor else 1.0
