"""Does the watch over trends find what rises, and only that?

Complete Journey, units a week by product type and manufacturer. The households are drawn into two halves: what one half
bought in 2017 stands for last year, what the other half bought in the same weeks for this year. So both years have the
same real season, shelves and price cuts, and no buyer in common. Product types with five units a week in each half and
three manufacturers are the series. The rules were made by looking at every second type; the figures are of the others,
with other draws.

Planted into series of ten units a week in which nobody sells more than 60 %: *bursts* (2.5 to 4 times for four weeks),
slow *growth* (to 3 to 5 times within half a year), *seasonal* look-alikes (either of both, a year ago as well) and
rises of *one seller* (the same units, of one manufacturer). Of the planted series, precision = rises among what was
flagged, recall = flagged among the rises. False alarms are counted among the untouched series; what really happened
there in 2017 is among them.
"""

import random
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import duckdb

from peakday.apps.importers.complete_journey import find_sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peakday.insight.trends.api import Panel

DRAWS = 20
ENDS = (88, 95, 102)  # of 104 weeks, those of this year from 52 on
OF_EACH_KIND = 6
SPLIT = 1
RISES = ("burst", "growth")
KINDS = (*RISES, "season", "one seller")
_SALES = """
with sold as (
    select product_type, coalesce(product_category, '') as category, manufacturer_id, quantity,
        (household_id::bigint * 48271 + $split) % 1009 % 2 as half, week - 1 as week
    from read_parquet($lines) join read_parquet($products) using (product_id)
    where quantity between 1 and 49 and week <= 52 and product_type is not null
), chosen as (
    select product_type, min(category) as category, row_number() over (order by product_type) as place
    from sold group by product_type having count(distinct manufacturer_id) >= 3
        and least(sum(quantity) filter (half = 0), sum(quantity) filter (half = 1)) >= 52 * 5
)
select (dense_rank() over (order by product_type) - 1)::int as series,
    (dense_rank() over (order by product_type, manufacturer_id) - 1)::int as seller,
    (dense_rank() over (order by c.category) - 1)::int as parent,
    (half * 52 + week)::int as week, sum(quantity)::double as units
from sold join chosen c using (product_type) where place % 2 = $half
group by product_type, manufacturer_id, c.category, half, week
"""


def run(draws: int = DRAWS) -> dict[str, object]:
    """The figures of `draws` times three plantings."""
    from peakday.insight.trends.api import find_rises  # noqa: PLC0415 - the command line starts without numpy

    panel = read_panel(1)
    count: Counter[str] = Counter()
    begun, looks = time.thread_time(), 0
    for draw in range(draws):
        for end in ENDS:
            planted, truth = plant(panel.until(end), random.Random(f"{draw}-{end}"))  # noqa: S311 - no secret
            _count(count, {alarm.series: alarm.rise.value for alarm in find_rises(planted)}, truth, len(panel.parent))
            looks += 1
    hits, wrong = sum(count[kind] for kind in RISES), count["season"] + count["one seller"]
    return {
        "series": len(panel.parent),
        "plantings": looks,
        "precision": round(hits / (hits + wrong), 3),
        "recall": round(hits / (count["rises"] or 1), 3),
        "kind_told": round(count["told"] / hits, 3),
        "flagged_share": {kind: round(count[kind] / (looks * OF_EACH_KIND), 3) for kind in KINDS},
        "false_alarms_per_1000": round(1_000 * count["false"] / count["untouched"], 1),
        "series_per_s": round(looks * len(panel.parent) / (time.thread_time() - begun)),
    }


def _count(count: Counter[str], flagged: dict[int, str], truth: dict[int, str], series: int) -> None:
    for one, kind in truth.items():
        count[kind] += one in flagged
        count["rises"] += kind in RISES
        count["told"] += kind in RISES and flagged.get(one) == kind
    count["false"] += len(flagged.keys() - truth.keys())
    count["untouched"] += series - len(truth)


def read_panel(half: int, split: int = SPLIT) -> "Panel":
    """The series of every second product type, over 104 weeks."""
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    from peakday.insight.trends.api import Panel  # noqa: PLC0415

    sample = find_sample()
    named = {"lines": str(sample.file("transactions")), "products": str(sample.file("products"))}
    database = duckdb.connect().execute("set enable_progress_bar = false")
    found = database.execute(_SALES, named | {"half": half, "split": split}).fetchnumpy()
    units = np.zeros((int(found["seller"].max()) + 1, 104))
    np.add.at(units, (found["seller"], found["week"]), found["units"])
    series, parent = np.zeros(len(units), dtype=np.int64), np.zeros(int(found["series"].max()) + 1, dtype=np.int64)
    series[found["seller"]], parent[found["series"]] = found["series"], found["parent"]
    return Panel(units, series, parent)


def plant(panel: "Panel", draw: random.Random) -> "tuple[Panel, dict[int, str]]":
    """The panel with rises and look-alikes in it, and which series got what."""
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    from peakday.insight.trends.api import Panel, sum_up  # noqa: PLC0415

    units, count = panel.units.copy(), len(panel.parent)
    totals = sum_up(units, panel.series, count)
    lately = sum_up(units[:, -28:], np.arange(len(units)), len(units)).sum(axis=1)
    largest = np.zeros(count)
    np.maximum.at(largest, panel.series, lately)
    is_fit = (totals[:, -24:].mean(axis=1) >= 10) & (largest <= 0.6 * totals[:, -28:].sum(axis=1))
    picked = draw.sample(np.flatnonzero(is_fit).tolist(), OF_EACH_KIND * len(KINDS))
    truth = {one: KINDS[number % len(KINDS)] for number, one in enumerate(picked)}
    noise = np.random.default_rng(draw.getrandbits(32))
    for one, kind in truth.items():
        mine = np.flatnonzero(panel.series == one)
        wave = _wave(kind if kind in RISES else draw.choice(RISES), panel.weeks, draw)
        if kind == "one seller":
            usual = totals[one, -24:-4].mean()
            seller = draw.choice(mine.tolist()) if draw.random() < 0.5 else mine[lately[mine].argmax()]
            units[seller] += noise.poisson(wave * usual)
            continue
        if kind == "season":
            wave[:-52] += wave[52:].copy()
        units[mine] += noise.poisson(np.maximum(units[mine], 0) * wave)
    return Panel(units, panel.series, panel.parent), truth


def _wave(rise: str, weeks: int, draw: random.Random) -> "NDArray[Any]":
    """How many times its usual units a series sells on top, by week."""
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    wave = np.zeros(weeks)
    if rise == "burst":
        wave[-4:] = draw.uniform(2.5, 4) - 1
    else:
        wave[-24:] = np.linspace(0, draw.uniform(3, 5) - 1, 24)
    return wave
