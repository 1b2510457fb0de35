"""How is a question put to the facts?"""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import msgspec

from peakday.insight.metrics.definitions.compose import (
    check_dimensions,
    compose_figures,
    compose_rows,
    row_columns,
    row_step,
)
from peakday.insight.metrics.definitions.registry import counted_metrics, get_metric, parts_of, reads_market, span_of
from peakday.insight.metrics.errors import CursorUnreadable
from peakday.insight.metrics.facts import FactStore, Reach
from peakday.insight.metrics.model import Answer, Dimension, FactPage, FigureRow, Metric, Question, Step
from peakday.kernel.clock import day_of
from peakday.kernel.text import Text

PEOPLE_MIN = 5  # the smallest group whose money a shop may see elsewhere
RIVALS_MIN = 5  # the fewest competing shops whose money a shop may see as a sum
ROWS_MAX = 10_000  # one page of facts
LABELS_MAX = 5_000
_YEAR = timedelta(days=365)
_WEEK_REACH = timedelta(days=6)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,10}", re.ASCII)


def window_parameters(question: Question) -> dict[str, object]:
    """The values of every parameter that a step may name."""
    window, previous = question.window, question.window.previous()
    return {
        "shop_id": str(question.shop_id),
        "start": naive(window.start), "end": naive(window.end),
        "first_day": window.first_day, "last_day": window.last_day,
        "week_before": window.first_day - _WEEK_REACH,
        "previous_start": naive(previous.start), "previous_end": naive(previous.end),
        "year_before": naive(window.start - _YEAR),
        "with_simulated": question.with_simulated, "people_min": PEOPLE_MIN, "rivals_min": RIVALS_MIN,
        **{f"only_{name.value}": value for name, value in question.filters.items()},
    }  # fmt: skip


def naive(instant: datetime) -> datetime:
    """The same instant as facts hold it: UTC without a zone."""
    return instant.astimezone(UTC).replace(tzinfo=None)


async def fetch_figures(store: FactStore, question: Question) -> Answer:
    """The figures asked for, one row a part."""
    sql = compose_figures(question.names, question.by, tuple(question.filters)) + _order_clause(question)
    steps = frozenset(metric.step for name in question.names for metric in counted_metrics(name))
    parameters = window_parameters(question)
    rows = await store.fetch(sql, parameters, _reach(question, steps, parameters))
    figures = tuple(
        FigureRow(
            None if question.by is None else key,  # type: ignore[arg-type]
            dict(zip(question.names, values, strict=True)),  # type: ignore[arg-type]
        )
        for key, *values in rows
    )
    return Answer(question, figures, store.as_of)


def _reach(question: Question, steps: frozenset[str], parameters: Mapping[str, object]) -> Reach:
    """The shop, where the steps read facts of no other; the days whose facts they read."""
    since, days_after = span_of(steps)
    first = min(_day(parameters[name]) for name in since)
    last = question.window.last_day + timedelta(days=days_after)
    return Reach(None if reads_market(steps) else str(question.shop_id), (first, last))


def _day(instant: object) -> date:
    assert isinstance(instant, datetime)
    return day_of(instant.replace(tzinfo=UTC))


def _order_clause(question: Question) -> str:
    if question.by is None:
        return ""
    assert question.order_by is None or question.order_by in question.names, question.order_by
    order = f"{question.order_by} desc nulls last, part" if question.order_by else "part"
    limit = "" if question.limit is None else f" limit {int(question.limit)} offset {int(question.offset)}"
    return f"\norder by {order}{limit}"


def rows_source(metric: Metric) -> tuple[str, str]:
    """The step and condition of the facts behind a metric; a formula shows those of the first metric it names."""
    while metric.rows is None:
        metric = get_metric(parts_of(metric)[0])
    return metric.rows


async def fetch_rows(store: FactStore, name: str, question: Question, cursor: str | None, limit: int) -> FactPage:
    """One page of the facts behind a figure."""
    check_dimensions([name], question.filters)
    step_name, condition = rows_source(get_metric(name))
    step = row_step(step_name)
    parameters = window_parameters(question)
    sql = compose_rows(step_name, condition, tuple(question.filters))
    if cursor is not None:
        after = _read_cursor(cursor, step)
        parameters |= {f"after_{column}": value for column, value in after.items()}
        marks = ", ".join(f"cast($after_{column} as {kind})" for column, kind in step.row_order.items())
        sql += f"\n  and ({', '.join(step.row_order)}) > ({marks})"
    limit = max(1, min(limit, ROWS_MAX))
    sql += f"\norder by {', '.join(step.row_order)} limit {limit + 1}"
    found = await store.fetch(sql, parameters, _reach(question, frozenset({step_name}), parameters))
    columns = row_columns(step)
    rows = [tuple(_aware(value) for value in row) for row in found[:limit]]
    next_cursor = _write_cursor(columns, found[limit - 1], step) if len(found) > limit else None
    return FactPage(columns, tuple(rows), next_cursor)


def _aware(value: object) -> object:
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


def _write_cursor(columns: Sequence[str], row: Sequence[object], step: Step) -> str:
    by_name = dict(zip(columns, row, strict=True))
    marks = [str(by_name[column]) for column in step.row_order]
    return base64.urlsafe_b64encode(msgspec.json.encode(marks)).decode().rstrip("=")


def _read_cursor(cursor: str, step: Step) -> dict[str, object]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        marks = msgspec.json.decode(base64.urlsafe_b64decode(padded.encode("ascii")), type=list[str])
        _check_marks(marks, step)
    except (ValueError, msgspec.DecodeError) as error:
        raise CursorUnreadable(cursor[:100]) from error
    return dict(zip(step.row_order, marks, strict=True))


def _check_marks(marks: Sequence[str], step: Step) -> None:
    """Raises ValueError unless the marks can be compared with the columns that order the rows."""
    for mark, kind in zip(marks, step.row_order.values(), strict=True):
        if not mark.isprintable():
            raise ValueError(mark)
        if kind == "TIMESTAMP" and not _INSTANT.fullmatch(mark):
            raise ValueError(mark)
        if kind in {"TIMESTAMP", "DATE"}:
            datetime.fromisoformat(mark)
        elif kind == "INTEGER" and not (_WHOLE.fullmatch(mark) and abs(int(mark)) < 2**31):
            raise ValueError(mark)


async def fetch_labels(
    store: FactStore, by: Dimension, keys: Iterable[str], shop_id: UUID | None = None
) -> Mapping[str, Text]:
    """Names for keys: titles of items (of one shop, if given), names of categories; the empty key is "not known"."""
    wanted = sorted(set(keys))[:LABELS_MAX]
    labels: dict[str, Text] = {key: Text(key, key) for key in wanted if key}
    if "" in wanted:
        labels[""] = Text("未知", "Not known")
    sql, shop = _LABEL_SQL.get(by), str(shop_id) if shop_id else None
    if sql and wanted:
        for key, name_zh, name_en in await store.fetch(sql, {"keys": wanted, "shop_id": shop}, Reach(shop)):
            labels[str(key)] = Text(str(name_zh), str(name_en))
    return labels


_LABEL_SQL = {
    Dimension.ITEM: "select item_id, title, title from items where item_id in (select unnest($keys))"
    " and ($shop_id is null or shop_id = $shop_id)",
    Dimension.CATEGORY: "select category_id, coalesce(name_zh, ''), coalesce(name_en, name_zh, '') from categories"
    " where category_id in (select unnest($keys))",
}


async def fetch_last_day(store: FactStore, shop_id: str) -> date | None:
    """The last day on which the shop has an order; none when it has none."""
    sql = "select max(created_day) from orders where shop_id = $shop_id"
    rows = await store.fetch(sql, {"shop_id": shop_id}, Reach(shop_id))
    last = rows[0][0]
    return last if isinstance(last, date) else None
