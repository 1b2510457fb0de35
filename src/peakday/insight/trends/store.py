"""Where does what was found of a week stay? Two files a week beside the facts, written whole or not at all."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from peakday.insight.consumers.api import KeptFacts
from peakday.insight.trends.model import Card, Rise
from peakday.kernel.text import Text

FOLDER = "trends"


async def week_path(facts: KeptFacts, end_day: date, name: str) -> Path:
    """Where a file of the weeks until `end_day` is, once it is written."""
    return facts.folder / FOLDER / await facts.identify() / f"{end_day}-{name}"


async def keep_rows(facts: KeptFacts, path: Path, select: str, parameters: Mapping[str, object]) -> None:
    """Write the rows of a select as a Parquet file."""
    fresh = path.with_suffix(".fresh")
    await asyncio.to_thread(path.parent.mkdir, parents=True, exist_ok=True)
    await facts.fetch(f"copy ({select}) to '{quoted(fresh)}' (format parquet, compression zstd)", parameters)
    await asyncio.to_thread(fresh.replace, path)


def write_cards(path: Path, cards: Sequence[Card]) -> None:
    """Write cards down."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".fresh")
    fresh.write_text(json.dumps([asdict(card) for card in cards], default=str), encoding="utf-8")
    fresh.replace(path)


def read_cards(path: Path) -> list[Card] | None:
    """The cards of a week; None: they are not worked out yet."""
    if not path.exists():
        return None
    return [
        Card(
            one["category_id"], Text(**one["name"]), Rise(one["rise"]), one["ratio"], one["chance"], one["shops"],
            tuple(date.fromisoformat(week) for week in one["weeks"]), tuple(one["index"]),
            one["is_season_known"],
        )
        for one in json.loads(path.read_text(encoding="utf-8"))
    ]  # fmt: skip


def quoted(path: Path) -> str:
    """A path inside a quoted SQL text."""
    return str(path).replace("'", "''")
