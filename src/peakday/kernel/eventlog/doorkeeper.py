"""Has the log seen this row before?

The doorkeeper remembers the keys of the last rows that became durable, and of the rows that are being written now. A
row that is durable is answered `doubled` at once. A row that is still being written is answered only when that write
is durable: else a retry could be told "we have it" about a row that is then lost. The memory is bounded, so
the answer is a courtesy; compaction is what removes every double.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from peakday.kernel.eventlog.model import Appended, Rows

RECENT_KEYS_MAX = 400_000  # a generation; two are kept, about 100 bytes a key

Write = Callable[[Rows], "asyncio.Future[bool]"]


class RecentKeys:
    """The last keys, in two generations: when the young one is full it becomes the old one."""

    def __init__(self, limit: int = RECENT_KEYS_MAX) -> None:
        self._limit = limit
        self._young: set[str] = set()
        self._old: set[str] = set()

    def __contains__(self, key: str) -> bool:
        return key in self._young or key in self._old

    def is_disjoint(self, keys: set[str]) -> bool:
        """Whether none of the keys is remembered."""
        return self._young.isdisjoint(keys) and self._old.isdisjoint(keys)

    def add(self, keys: Iterable[str]) -> None:
        """Remember keys."""
        self._young.update(keys)
        if len(self._young) >= self._limit:
            self._old, self._young = self._young, set()


class Doorkeeper:
    """Lets new rows through to `write`, whose future tells True when it stored them, False when it had the batch."""

    def __init__(self, write: Write, recent: RecentKeys) -> None:
        self._write = write
        self._recent = recent
        self._in_flight: dict[str, asyncio.Future[bool]] = {}

    async def admit(self, rows: Rows) -> Appended:
        """Write the rows that are new; returns when those and their doubles are durable."""
        fresh, awaited = self._divide(rows)
        if not fresh.keys:
            await _all_durable(awaited)
            return Appended(0, len(rows.keys))
        future = self._write(fresh)
        self._in_flight.update(dict.fromkeys(fresh.keys, future))
        future.add_done_callback(partial(self._settle, fresh.keys))
        is_stored = await asyncio.shield(future)
        await _all_durable(awaited)
        accepted = len(fresh.keys) if is_stored else 0
        return Appended(accepted, len(rows.keys) - accepted)

    def _divide(self, rows: Rows) -> "tuple[Rows, set[asyncio.Future[bool]]]":
        """The rows that are new, and the writes that hold a double of one of the others."""
        distinct = set(rows.keys)
        is_all_new = len(distinct) == len(rows.keys) and self._recent.is_disjoint(distinct)
        if is_all_new and self._in_flight.keys().isdisjoint(distinct):
            return rows, set()
        awaited: set[asyncio.Future[bool]] = set()
        keys: dict[str, bytes] = {}
        for key, line in zip(rows.keys, rows.data.splitlines(keepends=True), strict=True):
            if key in self._in_flight:
                awaited.add(self._in_flight[key])
            elif key not in self._recent:
                keys.setdefault(key, line)
        return Rows(list(keys), b"".join(keys.values())), awaited

    def _settle(self, keys: Sequence[str], future: "asyncio.Future[bool]") -> None:
        for key in keys:
            self._in_flight.pop(key, None)
        if not future.cancelled() and future.exception() is None:
            self._recent.add(keys)


async def _all_durable(futures: "set[asyncio.Future[bool]]") -> None:
    for future in futures:
        await asyncio.shield(future)
