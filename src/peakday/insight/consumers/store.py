"""Where do the stages of a day stay, so that what happens later does not change them?

A person has one stage a day, told once, on the night after it (SYSTEMS 4.2): a late fact moves the next day, never a
past one. A snapshot is one Parquet file of all shops, written whole or not at all and never again. Days from before
the first snapshot are told from the facts as they stand.
"""

import asyncio
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Protocol

FOLDER = "stages"


class KeptFacts(Protocol):
    """Facts that have a place for files beside them."""

    @property
    def folder(self) -> Path:
        """Where the facts lie."""
        ...

    async def identify(self) -> str:
        """Which database the facts are of: another market's snapshots are never read."""
        ...

    async def fetch(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        """The rows of one select."""
        ...


async def snapshot_path(facts: KeptFacts, day: date) -> Path:
    """Where the stages of a day are, once they are told."""
    return facts.folder / FOLDER / await facts.identify() / f"{day}.parquet"


async def take_snapshot(facts: KeptFacts, day: date, stages: str, parameters: Mapping[str, object]) -> bool:
    """Write the rows of `stages` down as those of the day; False when they were told before."""
    path = await snapshot_path(facts, day)
    if await asyncio.to_thread(path.exists):
        return False
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    by_shop = f"select * from ({stages}) as told order by shop_id"  # a reader skips the other shops' rows
    await facts.fetch(f"copy ({by_shop}) to '{_quoted(fresh)}' (format parquet, compression zstd)", parameters)
    await asyncio.to_thread(fresh.replace, path)
    return True


def snapshot_select(path: Path) -> str:
    """The stages of one shop (`$shop_id`) in a snapshot, as a select."""
    return f"select shop_id, buyer_id, stage from read_parquet('{_quoted(path)}') where shop_id = $shop_id"


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
