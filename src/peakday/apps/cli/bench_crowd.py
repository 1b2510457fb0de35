"""How fast is the size of a crowd known among 28 million people, and how old is a membership while events pour in?

Twelve tags, drawn: seven at random over all people (50 % down to 0.1 %) and five in clusters, as tags that follow the
order in which people were first seen (runs of 20 to 5,000 numbers). Five expressions of five tags, nested, with a
complement; the exact count of each by the room's own algebra and by DuckDB on one thread over boolean columns held
in memory, in the same run. Our tags lie inside the universe already, as the room keeps them (0.5 % of the people
withdrew); DuckDB looks at a thirteenth column. Both count processor time, the counts must be equal; `ms_5_tags` is the
slowest expression's median, `ratio` the smallest. `fresh_s`: ten thousand events a second go into a market's real log,
its fact store is asked for a behaviour, and the age of the oldest event not yet in the crowd is taken after every
answer; collecting and asking share one process.
"""

import asyncio
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import duckdb
import pyarrow as pa
import uvloop
from pyroaring import BitMap

from peakday.apps.cli.bench_home import bench_home
from peakday.apps.opening import open_house, open_web_engines
from peakday.insight.audiences.api import count_members, reader_of
from peakday.insight.audiences.model import AllOf, AnyOf, Did, HasTag, Leaf, Node, NotOf
from peakday.insight.behaviour.api import BehaviourLog, Event, record_events
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.market.shops import api as shops
from peakday.market.shops.model import NewShop

if TYPE_CHECKING:
    from numpy.typing import NDArray

USERS = 28_000_000
SECONDS = 15.0
EVENTS_PER_S = 10_000
BATCH = 1_000
ROUNDS = 15
DUCKDB_ROUNDS = 3
SEED = 5
WITHDRAWN = 0.005  # of the people, who are in no result
RANDOM = (0.5, 0.3, 0.2, 0.08, 0.02, 0.01, 0.001)
CLUSTERED = ((0.4, 5_000), (0.2, 500), (0.1, 50), (0.03, 20), (0.01, 200))  # share, length of a run
T = [HasTag(f"t{number}") for number in range(len(RANDOM) + len(CLUSTERED))]
EXPRESSIONS: tuple[Node, ...] = (
    AllOf((AnyOf((AllOf((T[0], T[2])), AllOf((T[7], T[8])))), NotOf(T[3]))),
    AllOf((AnyOf((T[1], T[9])), AnyOf((T[4], T[10])), NotOf(T[5]))),
    AnyOf((AllOf((T[0], NotOf(T[7]))), AllOf((T[6], T[11])), T[5])),
    NotOf(AnyOf((AllOf((T[1], T[2])), T[8], AllOf((T[9], NotOf(T[4])))))),
    AllOf((T[0], T[1], AnyOf((T[2], T[3])), NotOf(T[10]))),
)


def run(users: int = USERS, seconds: float = SECONDS) -> dict[str, object]:
    """Run the bench; returns what `peakday bench crowd --json` prints."""
    counting = _count(users)
    rate, fresh = _measure_freshness(seconds)
    return {
        "users": users, "tags": len(T), **counting, "fresh_s": round(fresh, 2), "events_per_s": round(rate),
    }  # fmt: skip


def _count(users: int) -> dict[str, object]:
    columns = _columns(users)
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    known = np.random.default_rng(SEED + 1).random(users, dtype=np.float32) >= WITHDRAWN
    universe = _bitmap(known)
    columns = [column & known for column in columns]
    leaves: dict[Leaf, BitMap] = {tag: _bitmap(column) for tag, column in zip(T, columns, strict=True)}
    connection = duckdb.connect()
    connection.execute("set threads = 1; set enable_progress_bar = false")
    rows = pa.table({"known": known, **{tag.tag: column for tag, column in zip(T, columns, strict=True)}})  # noqa: F841 - read below
    connection.execute("create table people as select * from rows")
    ours, theirs = [], []
    for node in EXPRESSIONS:
        sql = f"select count(*) from people where known and {_sql(node)}"
        counted, ms = _median(lambda node=node: count_members(node, leaves, universe), ROUNDS)  # type: ignore[misc]
        told, duckdb_ms = _median(lambda sql=sql: _ask(connection, sql), DUCKDB_ROUNDS)  # type: ignore[misc]
        assert counted == told, (node, counted, told)
        ours.append(ms)
        theirs.append(duckdb_ms)
    return {
        "ms_5_tags": round(max(ours), 2), "duckdb_ms": round(theirs[ours.index(max(ours))], 1),
        "ratio": round(min(their / our for our, their in zip(ours, theirs, strict=True)), 1),
        "ms_each": [round(ms, 2) for ms in ours], "duckdb_ms_each": [round(ms, 1) for ms in theirs],
        "bitmap_mib": round(sum(len(one.serialize()) for one in leaves.values()) / 2**20, 1),
    }  # fmt: skip


def _columns(users: int) -> list["NDArray[Any]"]:
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    draw = np.random.default_rng(SEED)
    columns = [draw.random(users, dtype=np.float32) < share for share in RANDOM]
    for share, length in CLUSTERED:
        edges = np.zeros(users + 1, np.int32)
        starts = draw.integers(0, max(users - length, 1), max(int(users * share / length), 1))
        np.add.at(edges, starts, 1)
        np.add.at(edges, np.minimum(starts + length, users), -1)
        columns.append(np.cumsum(edges)[:users] > 0)
    return columns


def _bitmap(column: "NDArray[Any]") -> BitMap:
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    bitmap = BitMap(np.flatnonzero(column).astype(np.uint32))
    bitmap.run_optimize()
    return bitmap


def _sql(node: Node) -> str:
    if isinstance(node, NotOf):
        return f"not {_sql(node.node)}"
    if isinstance(node, AllOf | AnyOf):
        word = " and " if isinstance(node, AllOf) else " or "
        return f"({word.join(_sql(one) for one in node.nodes)})"
    assert isinstance(node, HasTag)
    return node.tag


def _ask(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    assert row
    return int(row[0])


def _median(count: Callable[[], int], rounds: int) -> tuple[int, float]:
    """The count and the median milliseconds of processor time that it took."""
    answer, spent = count(), []
    for _ in range(rounds):
        begun = time.process_time()
        answer = count()
        spent.append((time.process_time() - begun) * 1_000)
    return answer, statistics.median(spent)


def _measure_freshness(seconds: float) -> tuple[float, float]:
    with bench_home() as (settings, _, _):
        return uvloop.run(_pour(settings, seconds))


async def _pour(settings: Any, seconds: float) -> tuple[float, float]:
    async with open_house(settings) as house, open_web_engines(house):
        async with house.database.transaction() as tx:
            now = house.clock.now()
            (shop_id,) = await shops.ensure_shops(tx, [NewShop("bench", "1", "Bench", "CNY", now)])
        sent: dict[str, float] = {}  # the last person of each batch, and when the batch was acknowledged
        feeding = asyncio.create_task(_feed(house, shop_id, seconds, sent))
        oldest = await _watch(house, shop_id, sent, feeding)
        return await feeding, oldest


async def _feed(house: House, shop_id: UUID, seconds: float, sent: dict[str, float]) -> float:
    """Send batches at a steady pace; returns the events a second that were acknowledged."""
    begun, batches = time.monotonic(), int(seconds * EVENTS_PER_S / BATCH)
    for number in range(batches):
        await asyncio.sleep(max(begun + number * BATCH / EVENTS_PER_S - time.monotonic(), 0))
        now = datetime.now(UTC)
        events = [
            Event(f"{number}-{row}", now, f"u{number}-{row}" if row == BATCH - 1 else f"p{(number * 7 + row) % 90_000}",
                  "cart", shop_id=str(shop_id), terminal="app")
            for row in range(BATCH)
        ]  # fmt: skip
        handed = time.monotonic()
        done = await record_events(house.get(BehaviourLog), SYSTEM, events, now)
        assert done.accepted == BATCH, done
        sent[f"u{number}-{BATCH - 1}"] = handed
    return batches * BATCH / (time.monotonic() - begun)


async def _watch(house: House, shop_id: UUID, sent: dict[str, float], feeding: "asyncio.Task[float]") -> float:
    """Ask for the crowd again and again; returns the age of the oldest event that was not in it, at its worst."""
    reader, node = reader_of(house), AllOf((Did("cart", 1, 1), NotOf(Did("buy", 1, 1))))
    oldest, waiting = 0.0, sent
    while not feeding.done() or waiting:
        day = day_of(house.clock.now())
        members = await reader.members(shop_id, node, day)
        answered = time.monotonic()
        for person, handed in list(waiting.items()):
            oldest = max(oldest, answered - handed)
            if members.issuperset(await reader.numbers_of(shop_id, [person])):
                waiting.pop(person)
        await asyncio.sleep(0.05)
    return oldest
