"""How do programs read the registry, a shop's figures and the facts behind them?"""

from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from peakday.insight.metrics import api
from peakday.insight.metrics.model import Dimension, FigureRow, Metric, Question, Unit, Window
from peakday.kernel.text import Text
from peakday.kernel.web.context import actor_of, house_of
from peakday.kernel.web.paths import LINE_PATTERN, PageLimit, ShownId
from peakday.kernel.web.problems import answers_beside

router = APIRouter(prefix="/v1", tags=["metrics"])

NAMES_MAX = 40
PARTS_MAX = 1000

ShopRef = Annotated[UUID, ShownId("shp")]
WindowText = Annotated[
    str,
    Query(
        alias="window", max_length=40, pattern=LINE_PATTERN, examples=["7d"],
        description="today, 1d, 7d, 30d, day:2026-11-11, week:2026-11-09, month:2026-11 or FIRST..LAST (both included)",
    ),
]  # fmt: skip


_answers = answers_beside(401, 429)


class TextBody(BaseModel):
    """A text in both languages."""

    zh: str
    en: str


class MetricBody(BaseModel):
    """One definition of the registry. `sql` is exactly what runs; `parameters` says what its `$names` are."""

    name: str
    title: TextBody
    unit: Unit
    definition: TextBody
    source: str
    group: str
    dimensions: list[Dimension]
    parameters: dict[str, str]
    sql: str


class MetricList(BaseModel):
    """The whole registry: it is short, there is no next page."""

    items: list[MetricBody]
    next_cursor: str | None = None


class WindowBody(BaseModel):
    """The period that was answered: [start, end)."""

    text: str
    start: datetime
    end: datetime
    first_day: date
    last_day: date


class FigureBody(BaseModel):
    """The figures of one part; `key` is null for the whole window, and "" for what is not known."""

    key: str | int | date | None
    values: dict[str, int | float | None]


class FiguresBody(BaseModel):
    """Figures by part. Money is in whole minor units, shares are fractions of one, null is "no value"."""

    window: WindowBody
    by: Dimension | None
    items: list[FigureBody]
    as_of: datetime
    next_cursor: str | None = None


class FactsBody(BaseModel):
    """Facts behind a figure; each item follows `columns`."""

    columns: list[str]
    items: list[dict[str, Any]]
    next_cursor: str | None


@router.get("/metrics", responses=_answers())
async def list_metrics(request: Request) -> MetricList:
    """Every metric with its definition, unit, source and SQL."""
    actor_of(request)
    return MetricList(items=[_metric_body(metric) for metric in api.METRICS.values()])


@router.get("/shops/{shop_id}/metrics", responses=_answers(403, 404, 422))
async def read_metrics(
    request: Request,
    shop_id: ShopRef,
    names: Annotated[str, Query(max_length=2000, pattern=LINE_PATTERN, examples=["paid_amount,uv,pay_conversion"])],
    window: WindowText = "7d",
    by: Dimension | None = None,
    limit: Annotated[int, Query(ge=1, le=PARTS_MAX, description="parts; by item the largest of the first name")] = 200,
) -> FiguresBody:
    """Figures of a shop over a window, whole or taken apart."""
    house = house_of(request)
    wanted = tuple(dict.fromkeys(name.strip() for name in names.split(",")))[:NAMES_MAX]
    period = api.parse_window(window, house.clock.now())
    question = Question(wanted, shop_id, period)
    if by is not None:
        order = wanted[0] if by in {Dimension.ITEM, Dimension.CATEGORY, Dimension.SOURCE, Dimension.REGION} else None
        question = replace(question, by=by, order_by=order, limit=limit)
    answer = await api.measure(actor_of(request), house.get(api.FactStore), question)
    return FiguresBody(
        window=_window_body(period), by=by, items=[_figure_body(row) for row in answer.rows], as_of=answer.as_of
    )


@router.get("/shops/{shop_id}/metrics/{name}/rows", responses=_answers(403, 404, 422))
async def read_rows(
    request: Request,
    shop_id: ShopRef,
    name: str,
    window: WindowText = "7d",
    cursor: Annotated[str | None, Query(max_length=400, pattern=LINE_PATTERN)] = None,
    limit: PageLimit = 50,
) -> FactsBody:
    """The facts behind a figure, oldest first."""
    house = house_of(request)
    question = Question((name,), shop_id, api.parse_window(window, house.clock.now()))
    page = await api.rows_of(actor_of(request), house.get(api.FactStore), name, question, cursor, limit)
    rows = [dict(zip(page.columns, row, strict=True)) for row in page.rows]
    return FactsBody(columns=list(page.columns), items=rows, next_cursor=page.next_cursor)


def _metric_body(metric: Metric) -> MetricBody:
    sql = api.render_sql(metric.name)
    return MetricBody(
        name=metric.name, title=_text_body(metric.title), unit=metric.unit, definition=_text_body(metric.definition),
        source=metric.source, group=metric.group, dimensions=list(api.dimensions_of(metric.name)),
        parameters={name: kind for name, kind in api.PARAMETERS.items() if f"${name}" in sql}, sql=sql,
    )  # fmt: skip


def _text_body(text: Text) -> TextBody:
    return TextBody(zh=text.zh, en=text.en)


def _window_body(window: Window) -> WindowBody:
    return WindowBody(
        text=window.text, start=window.start, end=window.end, first_day=window.first_day, last_day=window.last_day
    )


def _figure_body(row: FigureRow) -> FigureBody:
    return FigureBody(key=row.key, values=dict(row.values))
