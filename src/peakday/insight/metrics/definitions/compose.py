"""How do definitions become one SQL text?

Steps are written once each, as named parts of a `with`; over each step all metrics asked for are aggregated together;
`figures` joins them per part; the last select computes formulas. The same text runs on every engine.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from textwrap import dedent, indent

from peakday.insight.metrics.definitions.registry import (
    STEPS,
    counted_metrics,
    dimensions_of,
    expand_formula,
    get_metric,
    steps_of,
)
from peakday.insight.metrics.errors import DimensionNotOffered
from peakday.insight.metrics.model import Dimension, Metric, Step, Unit

KEPT_TEXTS = 1_000  # of questions: a text is put together once
_WHOLE = {Unit.MONEY, Unit.PEOPLE, Unit.COUNT}
_TYPED = {Dimension.DAY, Dimension.HOUR, Dimension.PRICE_BAND, Dimension.WEEK_HOUR}  # never unknown, and not text


def check_dimensions(names: Iterable[str], dimensions: Iterable[Dimension]) -> None:
    """Refuse with DimensionNotOffered unless every metric offers every dimension."""
    wanted = tuple(dimensions)
    for name in names:
        offered = dimensions_of(name)
        for dimension in wanted:
            if dimension not in offered:
                raise DimensionNotOffered(name, dimension.value, ", ".join(offered))


def compose_figures(names: Sequence[str], by: Dimension | None, filters: Sequence[Dimension] = ()) -> str:
    """One select: `part`, then one column a metric in the order of `names`."""
    return _compose(tuple(names), by, tuple(filters))


@lru_cache(maxsize=KEPT_TEXTS)
def _compose(names: tuple[str, ...], by: Dimension | None, filters: tuple[Dimension, ...]) -> str:
    check_dimensions(names, [*filters, *([by] if by else [])])
    counted = {metric.name: metric for name in names for metric in counted_metrics(name)}
    steps = {step.name: step for metric in counted.values() for step in steps_of(metric.step)}
    clauses = [_step_clause(step, by, filters) for step in steps.values()]
    tables: list[str] = []
    for step in dict.fromkeys(metric.step for metric in counted.values()):
        over = [metric for metric in counted.values() if metric.step == step]
        for table, clause in _figure_clauses(step, over):
            clauses.append(clause)
            tables.append(table)
    clauses.append(_parts_clause([table for table in tables if not table.endswith("_whole")], by))
    clauses.append(_join_clause(counted.values(), tables))
    columns = ",\n    ".join(["part", *(_final_column(get_metric(name)) for name in names)])
    return _with(clauses) + f"select\n    {columns}\nfrom figures"


def compose_rows(step: str, condition: str, filters: Sequence[Dimension] = ()) -> str:
    """One select of the facts of a step that meet a condition, in their order; the caller adds paging."""
    chain = list(steps_of(step))
    shown = row_step(step)
    clauses = [_step_clause(part, None, filters) for part in chain]
    return _with(clauses) + f"select {', '.join(row_columns(shown))}\nfrom {step}\nwhere true and ({condition})"


def row_step(step: str) -> Step:
    """The step that says how rows are shown: itself, or the one that it narrows."""
    found = STEPS[step]
    return found if found.row_columns else row_step(found.needs[0])


def row_columns(step: Step) -> tuple[str, ...]:
    """The columns of its rows: those shown, and those that name a row."""
    return (*step.row_columns, *(name for name in step.row_order if name not in step.row_columns))


def _with(clauses: Sequence[str]) -> str:
    return "with\n" + ",\n".join(clauses) + "\n"


def _step_clause(step: Step, by: Dimension | None, filters: Sequence[Dimension]) -> str:
    sql = dedent(step.sql).strip()
    if step.dimensions is not None:
        column = "'all'" if by is None else _part(by, step.dimensions[by])
        wanted = " and ".join(f"{_as_text(step.dimensions[name])} = $only_{name}" for name in filters)
        where = f"\nwhere {wanted}" if wanted else ""
        sql = f"select *, {column} as part\nfrom (\n{indent(sql, '    ')}\n) as facts{where}"
    return f"-- {step.definition.en}\n{step.name} as (\n{indent(sql, '    ')}\n)"


def _part(by: Dimension, column: str) -> str:
    return column if by in _TYPED else f"coalesce({column}, '')"


def _as_text(column: str) -> str:
    return f"coalesce(cast({column} as varchar), '')"


def _figure_clauses(step: str, metrics: Sequence[Metric]) -> list[tuple[str, str]]:
    """The aggregates over one step: plain, daily and whole, each as (table, clause)."""
    clauses: list[tuple[str, str]] = []
    plain = [metric for metric in metrics if metric.aggregate and not metric.is_whole]
    if plain:
        columns = _columns((metric.aggregate, metric.name) for metric in plain)
        clauses.append(_clause(f"{step}_figures", f"select part, {columns} from {step} group by part"))
    daily = [metric for metric in metrics if metric.daily]
    if daily:
        columns = _columns((metric.daily, metric.name) for metric in daily)
        means = _columns((f"avg({metric.name})", metric.name) for metric in daily)
        days = f"select part, day, {columns} from {step} group by part, day"
        clauses.append(_clause(f"{step}_means", f"select part, {means} from ({days}) as days group by part"))
    whole = [metric for metric in metrics if metric.is_whole]
    if whole:
        columns = _columns((metric.aggregate, metric.name) for metric in whole)
        clauses.append(_clause(f"{step}_whole", f"select {columns} from {step}"))
    return clauses


def _clause(table: str, sql: str) -> tuple[str, str]:
    return table, f"{table} as (\n    {sql}\n)"


def _columns(pairs: Iterable[tuple[str, str]]) -> str:
    return ",\n        ".join(f"{expression} as {name}" for expression, name in pairs)


def _parts_clause(tables: Sequence[str], by: Dimension | None) -> str:
    if by is None:
        return "parts as (select 'all' as part)"
    return "parts as (" + " union ".join(f"select part from {table}" for table in tables) + ")"


def _join_clause(counted: Iterable[Metric], tables: Sequence[str]) -> str:
    columns = ",\n        ".join(_figure_column(metric) for metric in counted)
    joins = "\n    ".join(
        f"cross join {table}" if table.endswith("_whole") else f"left join {table} on {table}.part = parts.part"
        for table in tables
    )
    return f"figures as (\n    select parts.part,\n        {columns}\n    from parts\n    {joins}\n)"


def _figure_column(metric: Metric) -> str:
    """A count of nothing is zero; a mean or share of nothing has no value; suppressed money stays without one."""
    if metric.unit not in _WHOLE:
        return f"cast({metric.name} as double) as {metric.name}"
    value = f"coalesce({metric.name}, 0)"
    if metric.is_suppressible:
        value = f"case when {metric.step}_figures.part is null then 0 else {metric.name} end"
    return f"cast({value} as bigint) as {metric.name}"


def _final_column(metric: Metric) -> str:
    return f"{expand_formula(metric)} as {metric.name}" if metric.formula else metric.name
