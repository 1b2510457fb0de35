"""Where do events lie, and how are they read?

In the event log of the kernel, not in PostgreSQL. `BehaviourLog` is the engine that a process keeps in its house.
"""

from dataclasses import dataclass
from datetime import date

from peakday.insight.behaviour.model import EVENTS_SHAPE, EventFiles
from peakday.kernel.clock import Clock
from peakday.kernel.eventlog import Appended, EventLog, LogFiles, Part, Rows, log_files, open_event_log, relation_sql
from peakday.kernel.settings import Settings


@dataclass
class BehaviourLog:
    """The log of events, on whichever engine the installation uses."""

    log: EventLog

    async def append(self, rows: Rows) -> Appended:
        """Write rows; they are durable on return. Raises EventLogUnavailable."""
        return await self.log.append(rows)

    async def settle(self) -> None:
        """Bring everything acknowledged into closed segments."""
        await self.log.settle()

    async def close(self) -> None:
        """Finish and let go."""
        await self.log.close()


async def open_log(settings: Settings, clock: Clock) -> BehaviourLog:
    """Open the log of an installation; one for each process."""
    return BehaviourLog(await open_event_log(settings.event_log, settings.events_dir, EVENTS_SHAPE, clock))


def event_files(settings: Settings) -> EventFiles:
    """The files that hold every acknowledged event, as they stand together."""
    files = log_files(settings.events_dir)
    by_day: dict[date, list[Part]] = {}
    for part in files.parts:
        by_day.setdefault(part.day, []).append(part)
    return EventFiles({day: tuple(part.path for part in parts) for day, parts in by_day.items()}, files.segments)


def events_sql(files: EventFiles, since: date | None = None, until: date | None = None) -> str:
    """A DuckDB query for the relation `events` (columns of EVENTS_SCHEMA), each event once.

    `since` and `until` are inclusive market days; other days' files are not opened.
    """
    parts = tuple(Part(path, day, 0) for day, paths in files.parquet.items() for path in paths)
    return relation_sql(LogFiles(parts, files.segments), EVENTS_SHAPE, since, until)
