"""How does a process ask the facts, fresh within a second and exact?

`FactStore` keeps one in-memory DuckDB over the extract's Parquet files. At most once a second it looks whether
anything changed (the record's snapshot, the manifest, the event log, the exposures); only then it pulls the rows that
changed since the watermark and lays them over the files. Answers are kept until a change that touches them; a shop
that is asked about has its facts in memory (`hot`). Statements run on threads of their own, so the event loop stays
free.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import lru_cache
from pathlib import Path

import duckdb

from peakday.insight.metrics.facts.answers import ALL, ANSWERS_MAX, Answers, Reach, Rows, relations_of
from peakday.insight.metrics.facts.changes import EVERYTHING
from peakday.insight.metrics.facts.events import EventSource, EventTail, Stamp
from peakday.insight.metrics.facts.extract import Extracted, extract_facts
from peakday.insight.metrics.facts.hot import HELD
from peakday.insight.metrics.facts.manifest import FactFolder, Manifest
from peakday.insight.metrics.facts.overlay import Base, Overlay
from peakday.insight.metrics.facts.pull import Providers, pull_rows, read_snapshot
from peakday.insight.metrics.facts.relations import RELATIONS
from peakday.insight.metrics.facts.scratch import Scratch
from peakday.kernel.clock import Clock
from peakday.kernel.database import Database

LOOK_SECONDS = 1.0
AHEAD_SECONDS = 0.7
DELTA_ROWS_MAX = 200_000  # more than this is no delta: extract
READERS = 4
WARM_SHOPS = 3
WARM_LINES = 600_000  # of order lines, of all warm shops together: less than the tables of shops may hold

_HELD = frozenset(relation.name for relation in HELD)
_LARGEST = "select shop_id, count(*) from order_lines group by shop_id order by count(*) desc, shop_id limit $most"
_PARAMETER = re.compile(r"\$([a-z_]+)")


class FactStore:
    """The facts of one process, as an engine of the house."""

    def __init__(
        self, database: Database, clock: Clock, folder: Path, providers: Providers, events: EventSource | None = None
    ) -> None:
        self._database = database
        self._clock = clock
        self._facts = FactFolder(folder)
        self._providers = providers
        self._own = Scratch(folder / ".readers")
        self._scratch = self._own.path
        self._overlay = Overlay(self._scratch)
        self._tail = EventTail(events, self._scratch) if events else None
        self._threads = ThreadPoolExecutor(READERS, thread_name_prefix="facts")
        self._refreshing = asyncio.Lock()
        self._looked_at = float("-inf")
        self._ahead: asyncio.Task[None] | None = None
        self._seen: Stamp | None = None
        self._manifest: Manifest | None = None
        self._watermark = 0
        self._answers = Answers()
        self._holding: dict[str, asyncio.Future[None]] = {}
        self.keeps = True  # False: every question is put to the files, as a yardstick for what keeping brings
        self.asked = 0  # statements that were run: the others were answered by what is kept
        self.as_of: datetime = clock.now()

    @property
    def folder(self) -> Path:
        """Where the extract lies."""
        return self._facts.path

    async def identify(self) -> str:
        """Which database the facts are of."""
        await self.refresh()
        assert self._manifest is not None
        return self._manifest.identity

    @property
    def relations(self) -> frozenset[str]:
        """The relations of the record that some room streams."""
        return frozenset(self._providers)

    async def fetch(self, sql: str, parameters: Mapping[str, object], reach: Reach = ALL) -> Rows:
        """The rows of one select over the relations; parameters it does not name are left out.

        `reach` is a promise: a statement of one shop runs on the tables of that shop, and its answer is kept until a
        row of its days changes.
        """
        await self.refresh()
        named = {name: parameters[name] for name in _parameters_of(sql)}
        if not self.keeps:
            return await self._ask(sql, named, None)
        key = (sql, reach.own_shop, *(repr(value) for value in named.values()))
        answer: asyncio.Future[Rows] | None = self._answers.find(key)
        if answer is None:
            answer = asyncio.ensure_future(self._ask(sql, named, reach.own_shop))
            self._answers.keep(key, answer, relations_of(sql), reach)
        return await asyncio.shield(answer)

    async def _ask(self, sql: str, named: Mapping[str, object], own_shop: str | None) -> Rows:
        if own_shop and not self._overlay.is_settled(own_shop) and relations_of(sql) & _HELD:
            await self._hold(own_shop)
        self.asked += 1
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._overlay.read, sql, named, own_shop)

    async def _hold(self, shop_id: str) -> None:
        """Bring a shop into memory, once for all who wait for it."""
        if shop_id not in self._holding:
            loop = asyncio.get_running_loop()
            holding = loop.run_in_executor(self._threads, self._overlay.hold, shop_id)
            self._holding[shop_id] = holding
            holding.add_done_callback(lambda _: self._holding.pop(shop_id))
        await asyncio.shield(self._holding[shop_id])

    async def hold_largest(self) -> list[str]:
        """Bring the largest shops into memory before somebody asks for them; returns them, the largest first."""
        held, rows = list[str](), 0
        await self.refresh()
        for shop_id, lines in await self._ask(_LARGEST, {"most": WARM_SHOPS}, None):
            rows += int(str(lines))
            if rows <= WARM_LINES:
                await self._hold(str(shop_id))
                held.append(str(shop_id))
        return held

    async def refresh(self, *, at_once: bool = False) -> None:
        """See what changed since the last look; `at_once` also when that was less than a second ago.

        Shortly before the second is over, a look begins for which nobody waits.
        """
        age = time.monotonic() - self._looked_at
        if not at_once and age < LOOK_SECONDS:
            if age > AHEAD_SECONDS and (self._ahead is None or self._ahead.done()):
                self._ahead = asyncio.create_task(self.refresh(at_once=True))
                self._ahead.add_done_callback(_take_note)
            return
        asked_at = time.monotonic()
        async with self._refreshing:
            if self._looked_at >= asked_at:  # somebody else has just looked
                return
            looked_at, as_of = time.monotonic(), self._clock.now()
            await self._look()
            self._looked_at, self.as_of = looked_at, as_of

    async def extract(self, *, anew: bool = False) -> Extracted:
        """Bring the Parquet files up to the record: the worker's duty, and after an import; `anew` from all rows."""
        return await extract_facts(self._database, self._providers, self._facts.path, self._clock.now(), anew=anew)

    async def export(self, folder: Path) -> dict[str, Path]:
        """Write every relation as it stands to one Parquet file each, for another engine."""
        await self.refresh(at_once=True)
        folder.mkdir(parents=True, exist_ok=True)
        files = {name: folder / f"{name}.parquet" for name in RELATIONS}
        for name, path in files.items():
            await self.fetch(f"copy {name} to '{path}' (format parquet, compression zstd)", {})
        self._answers.drop(EVERYTHING)
        return files

    async def count_files(self) -> list[tuple[str, int, int]]:
        """Each file of the manifest, the rows it should hold and the rows it holds (-1: it cannot be read)."""
        manifest = self._facts.load()
        files = [file for found in manifest.files.values() for file in found] if manifest else []
        return [(file.path, file.rows, await self._count(self._facts.path / file.path)) for file in files]

    async def _count(self, path: Path) -> int:
        sql = f"select count(*) from read_parquet('{path}')"
        try:
            rows = await asyncio.to_thread(self._overlay.read, sql, {})
        except duckdb.Error:
            return -1
        return int(str(rows[0][0]))

    def close(self) -> None:
        """Let go of threads, memory and scratch files."""
        if self._ahead:
            self._ahead.cancel()
        self._threads.shutdown()
        self._overlay.close()
        self._own.close()

    async def _look(self) -> None:
        """Take in what changed, and let go of the answers that it touches."""
        async with self._database.read() as connection:
            snapshot = await read_snapshot(connection)
        exposures = tuple(sorted((self._facts.path / "exposures").glob("*.parquet")))
        events = self._tail.look() if self._tail else ()
        stamp = (snapshot, _stamp(self._facts.manifest_path), exposures, events)
        if stamp == self._seen:
            return
        await self._take_in(exposures)
        self._seen = stamp

    async def _take_in(self, exposures: tuple[Path, ...]) -> None:
        manifest = self._facts.load()
        if manifest is None:
            await self.extract()
            manifest = self._facts.load()
        assert manifest is not None
        known = self._manifest
        is_other = known is None or not manifest.has_facts_of(known)
        is_new = known is None or not manifest.has_files_of(known)
        since = self._watermark
        if is_new:
            since = manifest.watermark if is_other else min(since, manifest.watermark)
        pulled = await pull_rows(self._database, self._providers, self._scratch, since, manifest.identity)
        if pulled.since is None:  # the files are of another database
            await self.extract()
            return await self._take_in(exposures)
        base = Base({name: self._facts.paths(manifest, name) for name in RELATIONS}, is_new, is_other)
        updated = await asyncio.to_thread(self._overlay.update, base, pulled, self._tail, exposures)
        self._manifest, self._watermark = manifest, pulled.watermark
        self._answers.drop(updated.changes)
        if updated.held > DELTA_ROWS_MAX:
            await self.extract()
            return await self._take_in(exposures)
        return None


def _take_note(look: asyncio.Task[None]) -> None:
    """A look that nobody waits for fails in silence: the next one is waited for, and tells."""
    if not look.cancelled():
        look.exception()


@lru_cache(maxsize=ANSWERS_MAX)
def _parameters_of(sql: str) -> tuple[str, ...]:
    return tuple(sorted(set(_PARAMETER.findall(sql))))


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    return status.st_mtime_ns, status.st_ino
