"""Do DuckDB and Spark give the same figures for every metric, window and dimension?

One adversarial market, drawn once from a seed: people on two terminals, midnights, presales, refunds, unpaid, simulated
and unknown buyers, competitors, exposures, missing words. Money and counts must be equal, rates to nine digits.
"""

import importlib.util
import random
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta

import pytest

from peakday.insight.consumers import queries as consumers
from peakday.insight.metrics.definitions.registry import METRICS, dimensions_of
from peakday.insight.metrics.facts.relations import RELATIONS
from peakday.insight.metrics.model import Dimension, Question
from peakday.insight.metrics.queries import fetch_figures, fetch_rows, rows_source
from peakday.insight.metrics.rules.windows import parse_window
from peakday.insight.metrics.spark import SparkFacts, carry_over, open_session
from tests.insight.metrics.small_market import RIVAL, SHOP, MemoryFacts, SmallMarket, at

NOW = datetime(2026, 11, 12, 4, 0, tzinfo=UTC)
SEED = 20221111


def _missing() -> str | None:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is missing: install the extra peakday[spark]"
    java = shutil.which("java")
    if java is None or subprocess.run([java, "-version"], capture_output=True, check=False).returncode:
        return "Java is missing: install a Java 17 runtime (Debian: openjdk-17-jre-headless)"
    return None


pytestmark = [
    pytest.mark.spark,
    pytest.mark.skipif(_missing() is not None, reason=str(_missing())),
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning", "ignore::FutureWarning"),
]


def adversarial_market() -> SmallMarket:
    """Some hundred facts that crowd around midnights, months and a leap in years."""
    draw, market = random.Random(SEED), SmallMarket()
    people = [f"p{number}" for number in range(25)]
    days = [date(2025, 11, 11), date(2026, 10, 13), date(2026, 10, 31)] + [date(2026, 11, day) for day in range(3, 13)]
    clocks = ["00:00:00", "23:59:59.999999", "20:00:00", "07:59:59", "08:00:00", "12:34:56.789"]

    def instant() -> datetime:
        return at(f"{draw.choice(days)} {draw.choice(clocks)}")

    for number in range(5):
        market.item(f"i{number}", draw.choice(["c1", "c2", None]), draw.choice([None, *days]))
    for _ in range(400):
        kind = draw.choice(["pv", "pv", "pv", "click", "cart", "fav", "impression", "inquiry", "search", "order"])
        market.event(
            draw.choice(people), kind, instant(), shop_id=str(draw.choice([SHOP, SHOP, SHOP, RIVAL])),
            item_id=draw.choice(["i0", "i1", "i2", None]), category_id=draw.choice(["c1", "c2", None]),
            channel=draw.choice(["live", "search", None]), source_path=draw.choice([[], ["list", "x"]]),
            terminal=draw.choice(["pc", "app", "wap", None]), dwell_seconds=draw.choice([None, 0.1, 2.7, 33.3]),
            simulated=draw.random() < 0.1,
        )  # fmt: skip
    for _ in range(250):
        created = instant()
        paid = draw.choice([None, created, created + timedelta(days=draw.randint(0, 20))])
        lines = [
            (f"i{draw.randint(0, 4)}", draw.choice(["c1", "c2", None]), draw.randint(0, 3), draw.randint(0, 99_999))
            for _ in range(draw.randint(1, 3))
        ]
        order = market.order(
            draw.choice([*people, None]), created, paid, shop_id=str(draw.choice([SHOP, SHOP, RIVAL])), lines=lines,
            terminal=draw.choice(["pc", "app"]), region_id=draw.choice(["r1", "r2", None]),
            discount_minor=draw.randint(0, 900), postage_minor=draw.choice([0, 600]), simulated=draw.random() < 0.1,
        )  # fmt: skip
        if draw.random() < 0.3:
            market.refund(order, draw.randint(1, 5000), instant())
    for week in (date(2026, 11, 2), date(2026, 11, 9)):
        market.exposure(draw.choice(["r1", "r2"]), week)
    return market


@pytest.fixture(scope="module")
def engines(tmp_path_factory):
    market = adversarial_market()
    duck = MemoryFacts(market)
    folder = tmp_path_factory.mktemp("relations")
    files = {name: folder / f"{name}.parquet" for name in RELATIONS}
    for name, path in files.items():
        duck.connection.execute(f"copy {name} to '{path}' (format parquet)")
    # compiling every method twice would keep the other core busy
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("PYSPARK_SUBMIT_ARGS", "--driver-java-options -XX:TieredStopAtLevel=1 pyspark-shell")
    session = open_session("peakday-tests", "local[1]")
    monkeypatch.undo()
    for name, value in QUICK.items():
        session.conf.set(name, value)
    yield duck, SparkFacts(session, files)
    session.stop()
    duck.close()


QUICK = {  # some hundred rows: compiling code and planning again would take all the time
    "spark.sql.shuffle.partitions": "1", "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false", "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}  # fmt: skip
WINDOWS = ("day:2026-11-11", "30d", "today")


@pytest.mark.capability("LY-02")
@pytest.mark.parametrize("by", [None, *Dimension])
async def test_every_metric_is_the_same_on_both_engines(engines, by) -> None:
    duck, spark = engines
    names = tuple(name for name in METRICS if by is None or by in dimensions_of(name))
    for window in WINDOWS if by is None else ("30d",):
        question = Question(names, SHOP, parse_window(window, NOW), by)
        expected, found = await fetch_figures(duck, question), await fetch_figures(spark, question)
        assert [row.key for row in found.rows] == [row.key for row in expected.rows], (window, by)
        assert expected.rows
        for here, there in zip(expected.rows, found.rows, strict=True):
            for name in names:
                assert_equal(here.values[name], there.values[name], (name, window, by, here.key))


async def test_filters_and_simulated_facts_are_the_same_on_both_engines(engines) -> None:
    names = tuple(name for name in METRICS if Dimension.ITEM in dimensions_of(name))
    question = Question(names, SHOP, parse_window("30d", NOW), filters={Dimension.ITEM: "i1"}, with_simulated=True)
    expected, found = [await fetch_figures(engine, question) for engine in engines]
    for name in names:
        assert_equal(expected.values[name], found.values[name], name)


async def test_the_facts_behind_a_figure_are_the_same_on_both_engines(engines) -> None:
    question = Question((), SHOP, parse_window("30d", NOW))
    sources = {rows_source(metric): name for name, metric in METRICS.items() if not metric.formula}
    for (_, condition), name in sources.items():
        if condition != "true":
            continue
        expected, found = [await fetch_rows(engine, name, question, None, 500) for engine in engines]
        assert found == expected, name


@pytest.mark.capability("LY-04")
async def test_stages_depths_habits_and_trade_of_consumers_are_the_same_on_both_engines(engines) -> None:
    for day in (date(2026, 10, 31), date(2026, 11, 12)):
        period = date(2026, 10, 1), day
        questions = [
            lambda facts, day=day: consumers.fetch_stages(facts, SHOP, day),
            lambda facts, day=day: consumers.fetch_depths(facts, SHOP, day),
            lambda facts, period=period: consumers.fetch_habits(facts, SHOP, *period),
            lambda facts, period=period: consumers.fetch_trade(facts, SHOP, *period),
            lambda facts, day=day: consumers.fetch_members(facts, SHOP, day, 30),
        ]
        for number, ask in enumerate(questions):
            expected, found = [await ask(engine) for engine in engines]
            assert expected, (number, day)
            assert found == expected, (number, day)


def assert_equal(expected: object, found: object, what: object) -> None:
    if isinstance(expected, float) and found is not None:
        assert found == pytest.approx(expected, rel=1e-9), what
    else:
        assert found == expected, what
        assert type(found) is type(expected), what


def test_a_parameter_becomes_a_typed_literal() -> None:
    start = datetime.fromisoformat("2026-11-10 16:00")
    values = {"shop_id": "o'x", "start": start, "first_day": date(2026, 11, 11), "with_simulated": False}
    assert carry_over("select $shop_id, $start, $first_day, $with_simulated", values) == (
        "SELECT 'o\\'x', CAST('2026-11-10 16:00:00' AS TIMESTAMP_NTZ), CAST('2026-11-11' AS DATE), FALSE"
    )
