"""Which answers still hold after a change?

An answer names the relations that its statement reads, the days of their facts and, when it reads one shop's facts
only, that shop. A change names the days of the shops whose rows changed, by relation. Only answers that a change
touches are let go: an order of today leaves last week's figures as they are.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from peakday.insight.metrics.facts.changes import Changes, Days
from peakday.insight.metrics.facts.relations import RELATIONS

Rows = list[tuple[object, ...]]
Key = tuple[object, ...]

ANSWERS_MAX = 4_000
_RELATION = re.compile(rf"\b({'|'.join(RELATIONS)})\b")


@lru_cache(maxsize=ANSWERS_MAX)
def relations_of(sql: str) -> frozenset[str]:
    """The relations that a statement may read: every name of one that stands in it."""
    return frozenset(_RELATION.findall(sql))


@dataclass(frozen=True, slots=True)
class Reach:
    """What a statement promises to read at most: one shop's facts, facts of the days from the first to the last."""

    own_shop: str | None = None
    days: tuple[date, date] | None = None


ALL = Reach()


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, or one that is on its way, so that the same question is put once."""

    rows: asyncio.Future[Rows]
    relations: frozenset[str]
    reach: Reach

    def is_touched(self, changes: Changes) -> bool:
        """Whether it may read otherwise after the changes."""
        for relation in self.relations & changes.keys():
            shops = changes[relation]
            mine = shops.keys() if self.reach.own_shop is None else {None, self.reach.own_shop} & shops.keys()
            if any(self._reads(shops[shop]) for shop in mine):
                return True
        return False

    def _reads(self, days: Days) -> bool:
        if days is None or self.reach.days is None:
            return True
        first, last = self.reach.days
        return any(first <= day <= last for day in days)

    def has_failed(self) -> bool:
        """Whether it ended without rows."""
        return self.rows.done() and (self.rows.cancelled() or self.rows.exception() is not None)


class Answers:
    """The answers asked for last."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def find(self, key: Key) -> asyncio.Future[Rows] | None:
        """The answer to a question, or none."""
        kept = self._kept.get(key)
        if kept is None or kept.has_failed():
            return None
        self._kept.move_to_end(key)
        return kept.rows

    def keep(self, key: Key, rows: asyncio.Future[Rows], relations: Iterable[str], reach: Reach) -> None:
        """Keep an answer; the one asked for longest ago makes room."""
        self._kept[key] = Kept(rows, frozenset(relations), reach)
        if len(self._kept) > ANSWERS_MAX:
            self._kept.popitem(last=False)

    def drop(self, changes: Changes) -> None:
        """Let go of what the changes touch."""
        for key in [key for key, kept in self._kept.items() if kept.is_touched(changes)]:
            del self._kept[key]
