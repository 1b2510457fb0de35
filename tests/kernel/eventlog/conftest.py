"""What does every test of the event log need? A shape, rows made of a few words, and both engines to open."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import msgspec
import pytest

from peakday.kernel.clock import SystemClock
from peakday.kernel.eventlog import EventLog, LogShape, Rows, compact_log, log_files, open_event_log, relation_sql
from peakday.kernel.eventlog.nodes import LocalNodes

NOON = datetime(2026, 11, 11, 4, tzinfo=UTC)  # noon of the market's 11 November

SHAPE = LogShape(
    columns={"name": "VARCHAR", "happened_at": "TIMESTAMP", "written_at": "TIMESTAMP", "words": "VARCHAR[]"},
    key=("name",),
    instant="happened_at",
    written="written_at",
    cluster=("name",),
)


@pytest.fixture
def shape() -> LogShape:
    return SHAPE


@pytest.fixture
def make_rows() -> Callable[..., Rows]:
    def make(*names: str, at: datetime = NOON, written_at: datetime = NOON, words: tuple[str, ...] = ()) -> Rows:
        lines = [{"name": name, "happened_at": at, "written_at": written_at, "words": words} for name in names]
        return Rows(names, msgspec.json.Encoder().encode_lines(lines))

    return make


@pytest.fixture(scope="session")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalNodes]:
    cluster = LocalNodes(tmp_path_factory.mktemp("nodes"))
    cluster.start()
    yield cluster
    cluster.stop()


@dataclass
class Engine:
    """One engine under test: opens the log at its place, compacts it, reads it back."""

    address: str
    folder: Path

    async def open(self) -> EventLog:
        return await open_event_log(self.address, self.folder, SHAPE, SystemClock())

    def compact(self, now: datetime = NOON, grace: timedelta = timedelta(0)):
        return compact_log(self.folder, SHAPE, now, grace)

    def read(self, columns: str = "name") -> list[tuple[object, ...]]:
        sql = relation_sql(log_files(self.folder), SHAPE)
        return duckdb.execute(f"select {columns} from ({sql}) order by all").fetchall()

    def names(self) -> list[str]:
        return [str(row[0]) for row in self.read()]


@pytest.fixture
def files_engine(tmp_path: Path) -> Engine:
    return Engine("files", tmp_path / "events")


@pytest.fixture(params=["files", "jetstream"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    """Every test that takes it runs on both engines; JetStream gets an empty stream on three nodes."""
    if request.param == "files":
        yield Engine("files", tmp_path / "events")
        return
    nodes: LocalNodes = request.getfixturevalue("nodes")
    nodes.start()
    yield Engine(nodes.address, tmp_path / "events")
    await _drop_stream(nodes)


async def _drop_stream(nodes: LocalNodes) -> None:
    import nats

    from peakday.kernel.eventlog.jetstream import STREAM

    nodes.start()
    client = await nats.connect(nodes.address.removeprefix("nats://").split(","))
    await client.jetstream(timeout=10).delete_stream(STREAM)
    await client.close()
