"""Who is in a crowd right now, and how is that told from the facts within seconds?

A leaf is one select over the fresh facts; its people become a bitmap of their numbers. The fact store keeps an answer
until a row that it reads changes, and hands out the very same list: as long as it does, the bitmap is kept too. People
who withdrew their consent leave the universe at every read, so they are in no result from that moment on.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from typing import Any, Protocol
from uuid import UUID

from pyroaring import BitMap

from peakday.insight.audiences import store
from peakday.insight.audiences.errors import CrowdLoop, CrowdNotFound
from peakday.insight.audiences.model import Contrast, Crowd, Did, DidInOrder, HasTag, InCrowd, Leaf, Node, Tag
from peakday.insight.audiences.rules.crowd_contrast import contrasts_of
from peakday.insight.audiences.rules.crowd_count import clip_leaves, count_members, find_members
from peakday.insight.audiences.rules.crowd_expression import leaves_of, parse_expression
from peakday.insight.audiences.rules.crowd_size import size_of
from peakday.insight.audiences.tags import EVERYBODY, KNOWN_DAYS, TAGS, did_sql, order_sql
from peakday.insight.metrics.api import Reach
from peakday.kernel.database import Database

SHOPS_MAX = 8  # whose people a process keeps in memory: some 150 bytes a person
LEAVES_MAX = 400
NESTED_MAX = 5  # crowds inside crowds
Rows = list[tuple[object, ...]]


class Facts(Protocol):
    """What a leaf is asked of: the fact store, or a table in memory."""

    async def fetch(self, sql: str, parameters: Mapping[str, object], reach: Reach = ...) -> Rows:
        """The rows of one select."""
        ...


class People:
    """The numbers of one shop's people, as far as this process has read them."""

    def __init__(self, database: Database, shop_id: UUID) -> None:
        self._database, self._shop_id = database, shop_id
        self._numbers: dict[str, int] = {}
        self._reading = asyncio.Lock()

    async def numbers_of(self, people: Collection[str]) -> BitMap:
        """The numbers of people; whoever has none gets the next."""
        known = await self.read(people)
        return BitMap([known[one] for one in people])

    async def read(self, people: Collection[str]) -> Mapping[str, int]:
        """The numbers by person, of all whom this process knows; whoever of `people` has none gets the next."""
        missing = [one for one in people if one not in self._numbers]
        if missing:
            await self._learn(missing)
        return self._numbers

    async def _learn(self, missing: Collection[str]) -> None:
        async with self._reading:
            await self._read_on()
            left = [one for one in missing if one not in self._numbers]
            if left:
                async with self._database.transaction() as tx:
                    await store.add_people(tx, self._shop_id, left)
                await self._read_on()

    async def _read_on(self) -> None:
        async with self._database.read() as connection:
            rows = await store.fetch_people(connection, self._shop_id, len(self._numbers))
        self._numbers.update((person, number) for number, person in rows)


class CrowdReader:
    """An engine of the house: the bitmaps of leaves, kept as long as the facts behind them are the same."""

    def __init__(self, database: Database, facts: Facts) -> None:
        self._database, self._facts = database, facts
        self._people: OrderedDict[UUID, People] = OrderedDict()
        self._kept: OrderedDict[tuple[UUID, Leaf | None, date], tuple[Rows, BitMap]] = OrderedDict()
        self._universes: dict[UUID, tuple[BitMap, BitMap, BitMap]] = {}  # everybody, the withdrawn, the others
        self._clipped: OrderedDict[tuple[UUID, Leaf], tuple[BitMap, BitMap, BitMap]] = OrderedDict()

    async def universe(self, shop_id: UUID, day: date) -> BitMap:
        """All people whom the shop knows and who did not withdraw."""
        everybody = await self._asked(shop_id, None, EVERYBODY, _window(shop_id, day, KNOWN_DAYS))
        async with self._database.read() as connection:
            withdrawn = await store.fetch_withdrawn(connection, shop_id)
        kept = self._universes.get(shop_id)
        if kept is None or kept[0] is not everybody or kept[1] != withdrawn:
            kept = self._universes[shop_id] = everybody, withdrawn, everybody - withdrawn
        return kept[2]

    async def members(self, shop_id: UUID, node: Node, day: date) -> BitMap:
        """The people who meet an expression on a day."""
        universe = await self.universe(shop_id, day)
        return find_members(node, await self._leaves(shop_id, node, day, (universe, NESTED_MAX)), universe)

    async def count(self, shop_id: UUID, node: Node, day: date) -> int:
        """How many people meet an expression on a day, exactly."""
        universe = await self.universe(shop_id, day)
        return count_members(node, await self._leaves(shop_id, node, day, (universe, NESTED_MAX)), universe)

    async def crowd_members(self, shop_id: UUID, crowd_id: UUID, day: date) -> tuple[Crowd, BitMap]:
        """A saved crowd with the people who are in it now; refuses CrowdNotFound, CrowdLoop."""
        return await self._crowd(shop_id, crowd_id, day, (await self.universe(shop_id, day), NESTED_MAX))

    async def tag_people(self, shop_id: UUID, day: date) -> dict[str, BitMap]:
        """The people of each tag."""
        leaves = await asyncio.gather(*(self._leaf(shop_id, HasTag(name), day) for name in TAGS))
        return dict(zip(TAGS, leaves, strict=True))

    async def contrasts(self, shop_id: UUID, members: BitMap, day: date) -> list[Contrast]:
        """In which tags a crowd differs from the universe; a tag of too few to tell is left out."""
        universe, tagged = await self.universe(shop_id, day), await self.tag_people(shop_id, day)
        rows: list[tuple[Tag, int, int]] = [
            (tag, members.intersection_cardinality(tagged[name]), universe.intersection_cardinality(tagged[name]))
            for name, tag in TAGS.items()
        ]
        told = [row for row in rows if None not in (size_of(row[1]).people, size_of(row[2]).people)]
        return contrasts_of(len(members), len(universe), told)

    async def ask(self, sql: str, parameters: dict[str, Any]) -> Rows:
        """The rows of one select over one shop's facts (`shop_id`, `first_day`, `last_day`)."""
        days = (parameters["first_day"], parameters["last_day"])
        return await self._facts.fetch(sql, parameters, Reach(parameters["shop_id"], days))

    async def number_by_person(self, shop_id: UUID, people: Collection[str]) -> Mapping[str, int]:
        """The number of each person; of others too."""
        return await self._people_of(shop_id).read(people)

    async def numbers_of(self, shop_id: UUID, people: Collection[str]) -> BitMap:
        """The numbers of people by their words."""
        return await self._people_of(shop_id).numbers_of(people)

    async def _crowd(
        self, shop_id: UUID, crowd_id: UUID, day: date, within: tuple[BitMap, int]
    ) -> tuple[Crowd, BitMap]:
        """`within`: the universe, and how many crowds inside crowds may follow."""
        universe, nested = within
        if not nested:
            raise CrowdLoop
        async with self._database.read() as connection:
            found = await store.fetch_crowd(connection, shop_id, crowd_id)
        if found is None:
            raise CrowdNotFound
        crowd, members = found
        if members is not None:
            return crowd, members & universe
        node = parse_expression(crowd.expression, TAGS)
        return crowd, find_members(node, await self._leaves(shop_id, node, day, (universe, nested - 1)), universe)

    async def _leaves(self, shop_id: UUID, node: Node, day: date, within: tuple[BitMap, int]) -> dict[Leaf, BitMap]:
        found = dict[Leaf, BitMap]()
        for leaf in dict.fromkeys(leaves_of(node)):
            if isinstance(leaf, InCrowd):
                found[leaf] = (await self._crowd(shop_id, leaf.crowd_id, day, within))[1]
            else:
                found[leaf] = self._clip(shop_id, leaf, await self._leaf(shop_id, leaf, day), within[0])
        return found

    def _clip(self, shop_id: UUID, leaf: Leaf, members: BitMap, universe: BitMap) -> BitMap:
        """The members inside the universe, kept while both are the same."""
        kept = self._clipped.get((shop_id, leaf))
        if kept is None or kept[0] is not members or kept[1] is not universe:
            kept = members, universe, clip_leaves({leaf: members}, universe)[leaf]
            self._clipped[shop_id, leaf] = kept
            while len(self._clipped) > LEAVES_MAX:
                self._clipped.popitem(last=False)
        self._clipped.move_to_end((shop_id, leaf))
        return kept[2]

    async def _leaf(self, shop_id: UUID, leaf: Leaf, day: date) -> BitMap:
        if isinstance(leaf, HasTag):
            tag = TAGS[leaf.tag]
            return await self._asked(shop_id, leaf, tag.sql, _window(shop_id, day, tag.days))
        assert isinstance(leaf, Did | DidInOrder)
        parameters = _window(shop_id, day, leaf.days)
        if isinstance(leaf, Did):
            parameters |= {"act": leaf.act, "times": leaf.times, "item_id": str(leaf.item_id)}
            return await self._asked(shop_id, leaf, did_sql(leaf), parameters)
        parameters |= {f"act_{act}": act for act in leaf.acts}
        return await self._asked(shop_id, leaf, order_sql(leaf), parameters)

    async def _asked(self, shop_id: UUID, leaf: Leaf | None, sql: str, parameters: dict[str, Any]) -> BitMap:
        rows = await self.ask(sql, parameters)
        key = (shop_id, leaf, parameters["last_day"])
        kept = self._kept.get(key)
        if kept is None or kept[0] is not rows:
            people = [str(row[0]) for row in rows if row[0]]
            kept = rows, await self._people_of(shop_id).numbers_of(people)
            self._kept[key] = kept
            while len(self._kept) > LEAVES_MAX:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        return kept[1]

    def _people_of(self, shop_id: UUID) -> People:
        people = self._people.setdefault(shop_id, People(self._database, shop_id))
        self._people.move_to_end(shop_id)
        while len(self._people) > SHOPS_MAX:
            self._people.popitem(last=False)
        return people


def _window(shop_id: UUID, day: date, days: int) -> dict[str, Any]:
    return {"shop_id": str(shop_id), "first_day": day - timedelta(days=days - 1), "last_day": day}
