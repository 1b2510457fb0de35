"""Who asks about which shop and period? A `Desk` carries both, so that a page only says which figures it wants."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from peakday.insight.advisor.model import NO_NOTE, Cell, Column, Figure, Line, Sheet, metric_columns
from peakday.insight.metrics import api as metrics
from peakday.insight.metrics.api import FactStore
from peakday.insight.metrics.model import (
    Answer,
    Comparison,
    Dimension,
    FigureRow,
    Question,
    Unit,
    Value,
    Window,
    WindowKind,
)
from peakday.kernel.actor import Actor
from peakday.kernel.clock import day_of, day_start
from peakday.kernel.text import Text

DAY_COLUMN = Column("day", Text("日期", "Day"))
HOUR_COLUMN = Column("hour", Text("小时", "Hour"))
HOURS = range(24)
EXPOSURE = ("exposed_people", "exposed_buyers", "exposure_conversion")
NOT_LISTED = Text("(目录中没有)", "(not in the catalogue)")


@dataclass(frozen=True, slots=True)
class Desk:
    """One actor at one shop's figures over one window."""

    actor: Actor
    store: FactStore
    shop_id: UUID
    window: Window
    now: datetime

    def over(self, window: Window) -> "Desk":
        """The same desk over another period."""
        return replace(self, window=window)

    async def compare(self, *names: str, filters: Mapping[Dimension, str] | None = None) -> Comparison:
        """Figures of the window, the one before and a year ago."""
        question = Question(names, self.shop_id, self.window, filters=filters or {})
        return await metrics.compare(self.actor, self.store, question)

    async def ask(self, *names: str, filters: Mapping[Dimension, str] | None = None) -> Answer:
        """Figures of the whole window."""
        return await metrics.measure(
            self.actor, self.store, Question(names, self.shop_id, self.window, filters=filters or {})
        )

    async def by(
        self,
        dimension: Dimension,
        *names: str,
        limit: int | None = None,
        filters: Mapping[Dimension, str] | None = None,
    ) -> tuple[FigureRow, ...]:
        """Figures taken apart; the largest of the first name come first where the dimension has no order of its own."""
        ordered = dimension in {Dimension.DAY, Dimension.HOUR, Dimension.PRICE_BAND, Dimension.WEEK_HOUR}
        question = Question(
            names, self.shop_id, self.window, dimension, filters or {}, None if ordered else names[0], limit
        )
        return (await metrics.measure(self.actor, self.store, question)).rows

    async def labels(self, dimension: Dimension, keys: Iterable[str]) -> Mapping[str, Text]:
        """Names of items or categories; a fact without an entry in the catalogue says so."""
        labels = await metrics.labels_of(self.store, dimension, keys, self.shop_id)
        return {key: NOT_LISTED if key and text.zh in {key, ""} else text for key, text in labels.items()}


async def ask_exposure(desk: Desk) -> Answer:
    """How many could see the shop and how many of them paid: asked only where no visit is collected, as it is dear."""
    return await desk.ask(*EXPOSURE)


def figures_of(both: Comparison, names: Sequence[str], trend: Mapping[str, tuple[Value, ...]]) -> tuple[Figure, ...]:
    """Figures of a comparison in the order of `names`."""
    return tuple(
        Figure(
            metrics.METRICS[name],
            both.now.values[name],
            both.previous.values[name],
            both.last_year.values[name],
            trend=trend.get(name, ()),
        )
        for name in names
    )


def days_of(window: Window) -> list[date]:
    """Every day that a window touches."""
    return [window.first_day + timedelta(days=at) for at in range(window.days)]


def day_window(day: date) -> Window:
    """One whole day."""
    return Window(WindowKind.DAY, day_start(day), day_start(day + timedelta(days=1)))


def days_window(first: date, last: date) -> Window:
    """Whole days from the first to the last."""
    return Window(WindowKind.CUSTOM, day_start(first), day_start(last + timedelta(days=1)))


def today_of(now: datetime) -> date:
    """The market's day at an instant."""
    return day_of(now)


def sheet_by_day(name: str, title: Text, rows: Iterable[FigureRow], names: Sequence[str], window: Window) -> Sheet:
    """One line a day of the window, days without anything too."""
    found = {str(row.key): row for row in rows}
    return Sheet(
        name, title, (DAY_COLUMN, *metric_columns([metrics.METRICS[one] for one in names])),
        tuple(Line((day, *_cells(found.get(str(day)), names)), str(day)) for day in days_of(window)),
        Dimension.DAY,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Heading:
    """How a sheet of parts is called: its name in addresses, its title, the title of its first column, a remark."""

    name: str
    title: Text
    head: Text
    note: Text = NO_NOTE
    total: int | None = None


def sheet_by_part(
    heading: Heading,
    dimension: Dimension,
    rows: Iterable[FigureRow],
    names: Sequence[str],
    labels: Mapping[str, Text] | None = None,
) -> Sheet:
    """One line a part of a dimension; keys without a label name themselves."""
    known = labels or {}
    return Sheet(
        heading.name, heading.title,
        (Column("part", heading.head), *metric_columns([metrics.METRICS[one] for one in names])),
        tuple(
            Line((known.get(str(row.key), own_name(row.key)), *_cells(row, names)), str(row.key)) for row in rows
        ),
        dimension, heading.note, heading.total,
    )  # fmt: skip


def with_previous(sheet: Sheet, before: Iterable[FigureRow], name: str, window: Window) -> Sheet:
    """The sheet by day with one more column: the same metric on the day at the same place of the period before."""
    found = {str(row.key): row.values[name] for row in before}
    earlier = days_of(window.previous())
    cells = [found.get(str(day), zero_of(name)) for day in earlier]
    column = Column(f"{name}_before", Text("上一周期", "Prior period"), metrics.METRICS[name].unit)
    lines = tuple(
        replace(line, cells=(*line.cells, cells[at] if at < len(cells) else None))
        for at, line in enumerate(sheet.lines)
    )
    return replace(sheet, columns=(*sheet.columns, column), lines=lines)


def zero_of(name: str) -> Value:
    """What a metric reads where nothing happened: counts and money are zero, shares and means have no value."""
    metric = metrics.METRICS[name]
    return 0 if metric.unit in {Unit.MONEY, Unit.PEOPLE, Unit.COUNT} and not metric.formula else None


def _cells(row: FigureRow | None, names: Sequence[str]) -> tuple[Cell, ...]:
    return tuple(row.values[one] if row else zero_of(one) for one in names)


def own_name(key: str | float | date | None) -> Text:
    """What a part is called that has no other name."""
    text = "" if key is None else str(key)
    return Text(text, text) if text else Text("(未标明)", "(not stated)")
