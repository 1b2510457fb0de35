"""Which answers still hold after a change?

An answer names the relations that its statement reads and, when it reads one shop's facts only, that shop. A change
names the shops whose rows changed, by relation. Only answers that a change touches are let go.
"""

import asyncio
import re
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from peakday.insight.metrics.facts.relations import RELATIONS

Rows = list[tuple[object, ...]]
Key = tuple[object, ...]
Changes = Mapping[str, frozenset[str] | None]  # relation to the shops whose rows changed; None: any row may have
EVERYTHING: Changes = dict.fromkeys(RELATIONS)

ANSWERS_MAX = 4_000
_RELATION = re.compile(rf"\b({'|'.join(RELATIONS)})\b")


@lru_cache(maxsize=ANSWERS_MAX)
def relations_of(sql: str) -> frozenset[str]:
    """The relations that a statement may read: every name of one that stands in it."""
    return frozenset(_RELATION.findall(sql))


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, or one that is on its way, so that the same question is put once."""

    rows: asyncio.Future[Rows]
    relations: frozenset[str]
    own_shop: str | None

    def is_touched(self, changes: Changes) -> bool:
        """Whether it may read otherwise after the changes."""
        for relation in self.relations & changes.keys():
            shops = changes[relation]
            if shops is None or self.own_shop is None or self.own_shop in shops:
                return True
        return False

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

    def keep(self, key: Key, rows: asyncio.Future[Rows], relations: Iterable[str], own_shop: str | None) -> None:
        """Keep an answer; the one asked for longest ago makes room."""
        self._kept[key] = Kept(rows, frozenset(relations), own_shop)
        if len(self._kept) > ANSWERS_MAX:
            self._kept.popitem(last=False)

    def drop(self, changes: Changes) -> None:
        """Let go of what the changes touch."""
        for key in [key for key, kept in self._kept.items() if kept.is_touched(changes)]:
            del self._kept[key]
