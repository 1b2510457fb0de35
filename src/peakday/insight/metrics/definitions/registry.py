"""Which metrics and steps are there? All definition files, gathered by name."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from peakday.insight.metrics.definitions import buyers, items, market, trade, traffic
from peakday.insight.metrics.errors import MetricUnknown
from peakday.insight.metrics.model import Dimension, Metric, Step

_FILES = (traffic, trade, buyers, items, market)
STEPS: dict[str, Step] = {step.name: step for step in chain.from_iterable(file.STEPS for file in _FILES)}
METRICS: dict[str, Metric] = {metric.name: metric for metric in chain.from_iterable(file.METRICS for file in _FILES)}

PARAMETERS = {
    "shop_id": "VARCHAR: the shop",
    "start": "TIMESTAMP in UTC: first instant of the window",
    "end": "TIMESTAMP in UTC: first instant after the window",
    "first_day": "DATE: first day of the window",
    "last_day": "DATE: last day of the window",
    "week_before": "DATE: six days before the first day; a week that begins since then reaches into the window",
    "previous_start": "TIMESTAMP in UTC: first instant of the window before",
    "previous_end": "TIMESTAMP in UTC: first instant after the window before",
    "year_before": "TIMESTAMP in UTC: 365 days before the window's first instant",
    "with_simulated": "BOOLEAN: whether simulated events and orders count",
    "people_min": "INTEGER: smallest group whose money is shown",
    "rivals_min": "INTEGER: fewest competing shops whose money is shown as a sum",
}
KEPT_SPANS = 1_000  # of questions: they ask for the same steps again and again
_NAMED = re.compile(r"\{(\w+)\}")


def get_metric(name: str) -> Metric:
    """One metric; refuses with MetricUnknown."""
    if name not in METRICS:
        raise MetricUnknown(name=name)
    return METRICS[name]


def parts_of(metric: Metric) -> tuple[str, ...]:
    """The metrics that a formula names, in order."""
    return tuple(_NAMED.findall(metric.formula))


def counted_metrics(name: str) -> Iterator[Metric]:
    """The metrics that are counted from facts to know this one: itself, or what its formula names."""
    metric = get_metric(name)
    if not metric.formula:
        yield metric
    for part in parts_of(metric):
        yield from counted_metrics(part)


def steps_of(step: str) -> Iterator[Step]:
    """The steps that a step needs, and itself, in the order in which they can be written."""
    seen: set[str] = set()

    def walk(name: str) -> Iterator[Step]:
        if name in seen:
            return
        seen.add(name)
        for needed in STEPS[name].needs:
            yield from walk(needed)
        yield STEPS[name]

    return walk(step)


def dimensions_of(name: str) -> tuple[Dimension, ...]:
    """By what a metric may be taken apart: what every step that it cuts offers."""
    offered = set(Dimension)
    for metric in counted_metrics(name):
        for step in steps_of(metric.step):
            if step.dimensions is not None:
                offered &= set(step.dimensions)
    return tuple(dimension for dimension in Dimension if dimension in offered)


def expand_formula(metric: Metric) -> str:
    """A formula with the formulas that it names written out; counted metrics stay as columns."""
    return _NAMED.sub(lambda found: _column(METRICS[found.group(1)]), metric.formula)


def _column(metric: Metric) -> str:
    return f"({expand_formula(metric)})" if metric.formula else metric.name


def reads_market(steps: Iterable[str]) -> bool:
    """Whether any of the steps, or a step that it needs, also reads facts of other shops."""
    return any(step.reads_market for name in steps for step in steps_of(name))


@lru_cache(maxsize=KEPT_SPANS)
def span_of(steps: frozenset[str]) -> tuple[frozenset[str], int]:
    """What bounds the facts that the steps read: the parameters of their first instants, days after the window."""
    parts = [step for name in steps for step in steps_of(name)]
    return frozenset(step.since for step in parts), max(step.days_after for step in parts)
