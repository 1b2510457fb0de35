"""How long does it take to tell the stage of every person towards every brand, once a day?

A drawn market: people buy from and touch brands that are popular by Zipf's law, orders over the 2.5 years that count
and touches over the 15 days that count. The facts are Parquet files with the fact store's columns, the steps are those
that the night's duty runs, and the snapshot is written as it is written there. With `--spark` the same steps run on
Spark over the same files, and both answers are compared row by row. People see brands by impressions here; the sample
market's shelves are left out.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import duckdb

from peakday.insight.consumers.api import stage_question, tell_stages
from peakday.insight.metrics.facts.relations import RELATIONS, empty_select

PEOPLE, BRANDS = 1_000_000, 1_000
ORDERS_EACH, TOUCHES_EACH = 24, 30
DAY = date(2026, 11, 11)
ORDER_DAYS, TOUCH_DAYS = 913, 15
MEMORY = "12GB"
SEED = 0.1111
_SPARK_MEMORY = "10g"

_PERSON = "'01900000-0000-7000-8000-' || lpad(to_hex({}), 12, '0')"
_BRAND = "'01900000-0000-7000-9000-' || lpad(to_hex({}), 12, '0')"
_ZIPF = "least(floor(pow($brands, random()))::int, $brands) - 1"  # density 1/rank

_ORDERS = f"""
select {_BRAND.format(_ZIPF)} as shop_id, {_PERSON.format("i % $people")} as buyer_id, 'r1' as region_id,
    $day::date - floor(random() * {ORDER_DAYS + 30})::int as paid_day, false as simulated
from range($people * {ORDERS_EACH}) as t(i)
"""
_EVENTS = f"""
select {_BRAND.format(_ZIPF)} as shop_id, {_PERSON.format("i % $people")} as user_id,
    $day::date - floor(random() * {TOUCH_DAYS + 2})::int as day,
    (['impression', 'impression', 'impression', 'pv', 'click', 'cart', 'fav', 'search'])[1 + floor(random() * 8)::int]
    as type, false as simulated
from range($people * {TOUCHES_EACH}) as t(i)
"""


class FileFacts:
    """The relations that stages are told from, as files."""

    def __init__(self, folder: Path, threads: int) -> None:
        self.folder = folder
        self.connection = duckdb.connect(config={"memory_limit": MEMORY, "threads": threads})
        self.connection.execute(f"set temp_directory = '{folder}/spill'; set preserve_insertion_order = false")

    async def identify(self) -> str:
        """One market."""
        return "bench"

    async def fetch(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[object, ...]]:
        """The rows of one select."""
        named = {name: value for name, value in parameters.items() if f"${name}" in sql}
        return self.connection.execute(sql, named).fetchall()

    def draw(self, people: int, brands: int) -> dict[str, Path]:
        """Write the facts; relations that are not drawn stay empty."""
        self.connection.execute(f"select setseed({SEED})")
        files = {}
        for name, sql in (("orders", _ORDERS), ("events", _EVENTS)):
            files[name] = self.folder / f"{name}.parquet"
            columns = RELATIONS[name].columns
            drawn = {"shop_id", "buyer_id", "user_id", "region_id", "paid_day", "day", "type", "simulated"}
            row = ", ".join(n if n in drawn else f"cast(null as {kind}) as {n}" for n, kind in columns.items())
            named = {"people": people, "brands": brands, "day": DAY}
            self.connection.execute(f"copy (select {row} from ({sql})) to '{files[name]}' (format parquet)", named)
            self.connection.execute(f"create view {name} as select * from '{files[name]}'")
        files["exposures"] = self.folder / "exposures.parquet"
        self.connection.execute(f"create view exposures as {empty_select(RELATIONS['exposures'])}")
        self.connection.execute(f"copy exposures to '{files['exposures']}' (format parquet)")
        return files


def run(people: int = PEOPLE, brands: int = BRANDS, *, spark: bool = False) -> dict[str, object]:
    """Run the bench; returns what `peakday bench aipl --json` prints."""
    with tempfile.TemporaryDirectory(prefix="peakday-bench-") as name:
        return asyncio.run(_run(Path(name), people, brands, spark=spark))


async def _run(folder: Path, people: int, brands: int, *, spark: bool) -> dict[str, object]:
    facts = FileFacts(folder, os.cpu_count() or 1)
    files = facts.draw(people, brands)
    begun = time.perf_counter()
    assert await tell_stages(facts, DAY)
    seconds = time.perf_counter() - begun
    told = folder / "stages" / "bench" / f"{DAY}.parquet"
    counted = await facts.fetch(f"select stage, count(*) from '{told}' group by stage order by stage", {})
    stages = {str(stage): int(str(count)) for stage, count in counted}
    rows = sum(stages.values())
    spark_seconds, equal = await _compare(facts, files, told) if spark else (None, None)
    return {
        "people": people, "brands": brands, "facts": people * (ORDERS_EACH + TOUCHES_EACH),
        "seconds": round(seconds, 1), "told": rows, "stages": stages,
        "bytes_a_row": round(told.stat().st_size / max(1, rows), 1),
        "spark_seconds": spark_seconds, "spark_equal": equal,
    }  # fmt: skip


async def _compare(facts: FileFacts, files: Mapping[str, Path], told: Path) -> tuple[float, bool]:
    """How long Spark takes to write the same, and whether it wrote the same rows."""
    from peakday.insight.metrics.spark import SparkFacts, carry_over, open_session  # noqa: PLC0415 - needs the extra

    os.environ.setdefault("PYSPARK_SUBMIT_ARGS", f"--driver-memory {_SPARK_MEMORY} pyspark-shell")
    session = open_session("peakday-bench", "local[*]")
    session.conf.set("spark.sql.shuffle.partitions", "32")
    theirs = facts.folder / "spark"
    try:
        SparkFacts(session, files)
        begun = time.perf_counter()
        session.sql(carry_over(*stage_question(DAY))).write.parquet(str(theirs))
        seconds = time.perf_counter() - begun
    finally:
        session.stop()
    differing = await facts.fetch(
        f"select count(*) from (select shop_id, buyer_id, stage from '{told}') a full join"
        f" (select shop_id, buyer_id, stage from '{theirs}/*.parquet') b using (shop_id, buyer_id)"
        " where a.stage is distinct from b.stage",
        {},
    )
    return round(seconds, 1), differing == [(0,)]
