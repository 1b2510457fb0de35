"""What is a row of the log, and what does a log promise?

A row is one line of JSON with a key that names it for ever. The log promises three things: what it acknowledged is on
disk; of two rows with one key the first stays; readers never see half of a compaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Protocol

from peakday.kernel.refusal import Unavailable
from peakday.kernel.text import Text

KEY_SEPARATOR = "\x1f"


class EventLogUnavailable(Unavailable):
    """Nothing was acknowledged: the disk is full or broken, or the cluster has no quorum. Send the same rows again."""

    code = "event_log_unavailable"
    message = Text(
        "事件日志暂不可用，请稍后重发同一批事件", "The event log is unavailable; send the same events again later"
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """A batch: `data` holds one line of JSON, ended by a newline, for each key and in the order of the keys."""

    keys: Sequence[str]
    data: bytes


@dataclass(frozen=True, slots=True)
class Appended:
    """How many rows were new and are now durable, and how many the log already had."""

    accepted: int
    doubled: int


@dataclass(frozen=True, slots=True)
class LogShape:
    """What the lines hold: columns with their DuckDB types, and which of them carry key, time and order.

    `day` (the market day of `instant`) and `key_hash` are added when lines become Parquet.
    """

    columns: Mapping[str, str]
    key: tuple[str, ...]  # together they name a row for ever
    instant: str  # TIMESTAMP in UTC: decides the day
    written: str  # TIMESTAMP in UTC: of two rows with one key the earlier written stays
    cluster: tuple[str, ...]  # parts are sorted by these, so that a reader of one value skips the rest
    filled: Mapping[str, str] = field(default_factory=dict)  # SQL value of a column that a line leaves out

    @property
    def stored(self) -> tuple[str, ...]:
        """The columns of a part, in order."""
        return (*self.columns, "day", "key_hash")


def key_text(*values: str | None) -> str:
    """The key of a row from the values of its key columns."""
    return KEY_SEPARATOR.join(value or "" for value in values)


@dataclass(frozen=True, slots=True)
class Part:
    """One Parquet file: rows of one market day."""

    path: Path
    day: date
    rows: int


@dataclass(frozen=True, slots=True)
class LogFiles:
    """A consistent view: every acknowledged row lies in one of the parts or segments.

    A segment's row may be doubled in another segment or a part until compaction: read through `relation_sql`.
    """

    parts: tuple[Part, ...]
    segments: tuple[Path, ...]


class EventLog(Protocol):
    """A log that only grows."""

    folder: Path
    shape: LogShape

    async def append(self, rows: Rows) -> Appended:
        """Write rows; returns when they are durable. Raises EventLogUnavailable, and then nothing was acknowledged."""
        ...

    async def settle(self) -> None:
        """Bring everything acknowledged so far into closed local segments, ready to be compacted."""
        ...

    async def close(self) -> None:
        """Finish what was begun and let go."""
        ...
