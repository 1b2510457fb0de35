"""How do the records become Parquet?

One extractor at a time (a file lock, which a killed process releases). It pulls what changed since the last
watermark, rewrites only the files (months, buckets) that the changed rows touch, sorted by shop and time in small row
groups so that a shop's window skips the rest, and then replaces the manifest. Killed before that, the old state stands.
"""

import asyncio
import fcntl
import logging
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import duckdb

from peakday.insight.metrics.facts.manifest import FactFolder, Manifest, PartFile
from peakday.insight.metrics.facts.pull import Providers, Pulled, pull_rows
from peakday.insight.metrics.facts.relations import RECORDS, Relation, csv_select
from peakday.kernel.database import Database

ROW_GROUP_ROWS = 16_384
MEMORY_LIMIT = "1GB"
THREADS = 2
GRACE_SECONDS = 900  # a file that no manifest names may still be under a reader's eyes this long
_LOCK_WAIT_SECONDS = 0.2

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Extracted:
    """What one extraction did: rows that changed and files rewritten, by relation."""

    generation: int
    rows: dict[str, int]
    files: dict[str, int]


async def extract_facts(
    database: Database, providers: Providers, folder: Path, now: datetime, *, anew: bool = False
) -> Extracted:
    """Bring the Parquet files up to the record. Waits for an extraction that is under way in another process.

    `anew` reads all rows instead of the changed ones: what was deleted from the record behind our back goes too.
    """
    facts = FactFolder(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "extract.lock").open("w") as lock:
        await _take(lock.fileno())
        before = facts.load()
        with _scratch(folder) as scratch:
            since = (before.watermark, before.identity) if before and not anew else (None, None)
            pulled = await pull_rows(database, providers, scratch, *since)
            return await asyncio.to_thread(_rewrite, facts, before, pulled, scratch, now)


async def _take(lock: int) -> None:
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            await asyncio.sleep(_LOCK_WAIT_SECONDS)
        else:
            return


@contextmanager
def _scratch(folder: Path) -> Iterator[Path]:
    """An empty folder for one extraction; what a killed one left is removed first."""
    path = folder / ".scratch"
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def _rewrite(facts: FactFolder, before: Manifest | None, pulled: Pulled, scratch: Path, now: datetime) -> Extracted:
    generation = before.generation + 1 if before else 1
    kept, root = (before.files, before.root) if before and pulled.since is not None else ({}, uuid4().hex)
    files, rows, written = dict(kept), {}, {}
    with duckdb.connect(str(scratch / "work.duckdb")) as work:
        work.execute(f"set memory_limit='{MEMORY_LIMIT}'; set threads={THREADS}; set temp_directory='{scratch}'")
        for relation in RECORDS:
            if relation.name not in pulled.files:
                continue
            path, header = pulled.files[relation.name]
            work.execute(
                f"create table delta as select *, {relation.part} as part_of_row"
                f" from ({csv_select(relation, str(path), header)})"
            )
            path.unlink()
            rows[relation.name] = _count(work, "select count(*) from delta")
            fresh = _write_parts(work, facts, relation, kept.get(relation.name, []), generation)
            untouched = [file for file in kept.get(relation.name, []) if file.part not in fresh]
            files[relation.name] = [*untouched, *(file for file in fresh.values() if file.rows)]
            written[relation.name] = len(fresh)
            work.execute("drop table delta")
    if before is None or pulled.since is None or written or pulled.watermark != before.watermark:
        facts.save(Manifest(generation, pulled.identity, pulled.watermark, now.isoformat(), files, root=root))
    _sweep(facts)
    return Extracted(generation, rows, written)


def _write_parts(
    work: duckdb.DuckDBPyConnection, facts: FactFolder, relation: Relation, kept: list[PartFile], generation: int
) -> dict[str, PartFile]:
    """Rewrite each part that the delta touches: where its rows belong now, and where they lay before."""
    old = {file.part: str(facts.path / file.path) for file in kept}
    touched = {str(part) for (part,) in work.execute("select distinct part_of_row from delta").fetchall()}
    if old:
        found = work.execute(
            f"select distinct filename from read_parquet(?, filename=true) semi join delta using ({_key(relation)})",
            [list(old.values())],
        ).fetchall()
        paths = {path for (path,) in found}
        touched |= {part for part, path in old.items() if path in paths}
    return {part: _write_part(work, facts, relation, part, old.get(part), generation) for part in sorted(touched)}


def _write_part(
    work: duckdb.DuckDBPyConnection, facts: FactFolder, relation: Relation, part: str, old: str | None, generation: int
) -> PartFile:
    name = f"{relation.name}/{part}-{generation:08d}.parquet"
    target = facts.path / name
    target.parent.mkdir(exist_ok=True)
    rows = f"select {relation.column_list} from delta where part_of_row = '{part}'"
    if old:
        still = f"select {relation.column_list} from read_parquet('{old}') anti join delta using ({_key(relation)})"
        rows = f"{still} union all {rows}"
    work.execute(
        f"copy (select * from ({rows}) order by {relation.order}) to '{target}'"
        f" (format parquet, compression zstd, row_group_size {ROW_GROUP_ROWS})"
    )
    with target.open("rb") as file:
        os.fsync(file.fileno())
    return PartFile(part, name, _count(work, f"select count(*) from read_parquet('{target}')"))


def _key(relation: Relation) -> str:
    return ", ".join(relation.key)


def _count(work: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = work.execute(sql).fetchone()
    assert row is not None
    return int(row[0])


def _sweep(facts: FactFolder) -> None:
    """Remove files that no manifest names, once no reader can still be on them."""
    manifest = facts.load()
    assert manifest is not None
    named = {facts.path / file.path for files in manifest.files.values() for file in files}
    oldest = time.time() - GRACE_SECONDS
    for relation in RECORDS:
        for path in (facts.path / relation.name).glob("*.parquet"):
            if path not in named and path.stat().st_mtime < oldest:
                path.unlink()
                _log.info("removed %s, which no manifest names", path.name)
