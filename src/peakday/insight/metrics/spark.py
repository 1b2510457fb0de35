"""How do the same steps run on Spark, when the log outgrows one machine?

The SQL of a question is carried over by sqlglot, parameters become typed literals, relations are views over Parquet
files: those of the fact store (`FactStore.export`) or the same columns on shared storage. `SparkFacts` stands wherever
the registry's queries want facts, so a figure is asked for in the same words.
"""

import asyncio
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlglot
from sqlglot import exp

from peakday.insight.metrics.facts import Reach

SHUFFLE_PARTITIONS = 4
QUIET = "ERROR"


def open_session(name: str = "peakday", master: str = "local[2]") -> Any:
    """A quiet Spark session without pages, in UTC. Needs the extra `spark` and Java 17."""
    from pyspark.sql import SparkSession  # noqa: PLC0415 - an extra: only who runs Spark has it

    session = (
        SparkSession.builder.master(master)
        .appName(name)
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.shuffle.partitions", SHUFFLE_PARTITIONS)
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.driver.host", "127.0.0.1")
        .config("spark.driver.bindAddress", "127.0.0.1")
        .config("spark.log.level", QUIET)
        .getOrCreate()
    )
    session.sparkContext.setLogLevel(QUIET)
    return session


class SparkFacts:
    """Relations as views of one Spark session."""

    def __init__(self, session: Any, files: Mapping[str, Path | str]) -> None:
        self._session = session
        self.as_of = datetime.now(UTC)
        for relation, path in files.items():
            session.read.parquet(str(path)).createOrReplaceTempView(relation)

    async def fetch(
        self,
        sql: str,
        parameters: Mapping[str, object],
        reach: Reach | None = None,  # noqa: ARG002 - the store of a process keeps answers by it; Spark need not
    ) -> list[tuple[object, ...]]:
        """The rows of one select, written for DuckDB."""
        return await asyncio.to_thread(self._collect, carry_over(sql, parameters))

    def _collect(self, sql: str) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self._session.sql(sql).collect()]


def carry_over(sql: str, parameters: Mapping[str, object]) -> str:
    """A registry's SQL in Spark's dialect, with its parameters written in."""
    tree = sqlglot.parse_one(sql, read="duckdb")

    def fill(node: Any) -> Any:
        if isinstance(node, exp.Parameter | exp.Placeholder):
            return literal(parameters[node.name])
        return node

    return str(tree.transform(fill).sql(dialect="spark"))


def literal(value: object) -> Any:
    """A value as a typed SQL literal. Instants carry no zone, as in the facts."""
    if value is None:
        return exp.Null()
    if isinstance(value, bool):
        return exp.Boolean(this=value)
    if isinstance(value, int):
        return exp.Literal.number(value)
    if isinstance(value, datetime):
        return exp.cast(exp.Literal.string(value.isoformat(sep=" ")), exp.DataType.Type.TIMESTAMPNTZ)
    if isinstance(value, date):
        return exp.cast(exp.Literal.string(value.isoformat()), exp.DataType.Type.DATE)
    return exp.Literal.string(str(value))
