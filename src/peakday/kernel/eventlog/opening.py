"""Which engine does an installation use? `files`, or the JetStream cluster whose addresses begin with `nats://`."""

from pathlib import Path

from peakday.kernel.clock import Clock
from peakday.kernel.eventlog.files import FilesLog
from peakday.kernel.eventlog.model import EventLog, LogShape


async def open_event_log(address: str, folder: Path, shape: LogShape, clock: Clock) -> EventLog:
    """The log at `address` ("files" or "nats://host:port[,host:port…]"), kept in `folder` once compacted."""
    folder.mkdir(parents=True, exist_ok=True)
    if address == "files":
        return FilesLog(folder, shape, clock)
    if not address.startswith("nats://"):
        raise ValueError(f"PEAKDAY_EVENTLOG is {address!r}: give 'files' or nats://host:port[,host:port…]")
    from peakday.kernel.eventlog.jetstream import open_jetstream  # noqa: PLC0415 - nats-py is an extra

    return await open_jetstream(address, folder, shape, clock)
