"""How are rows that must never be lost written fast and read as columns?

Rows go to a log that only grows: `append` answers when they are durable, and not before. Two engines keep one protocol,
local segment files and a NATS JetStream cluster. A worker compacts what was written into Parquet by market day;
readers see the parts and the segments that are not yet in a part as one consistent set.
"""

from peakday.kernel.eventlog.compaction import Compacted, compact_log
from peakday.kernel.eventlog.inspection import inspect_log
from peakday.kernel.eventlog.model import Appended, EventLog, EventLogUnavailable, LogFiles, LogShape, Part, Rows
from peakday.kernel.eventlog.opening import open_event_log
from peakday.kernel.eventlog.reading import log_files, relation_sql

__all__ = [
    "Appended",
    "Compacted",
    "EventLog",
    "EventLogUnavailable",
    "LogFiles",
    "LogShape",
    "Part",
    "Rows",
    "compact_log",
    "inspect_log",
    "log_files",
    "open_event_log",
    "relation_sql",
]
