"""What is on a page before anybody draws it? Figures and sheets, in raw values with units, in no language.

A `Sheet` is a table of values: a page shows it as a table, bars or a chart, and the same sheet is what is exported.
A cell is money in minor units, a share as a fraction, a count, a text, a day or an hour; None means "no value".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from peakday.insight.metrics.model import Dimension, Metric, Unit, Value
from peakday.kernel.text import Text

Cell: TypeAlias = Value | str | date | Text

NO_NOTE = Text("", "")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a sheet: a registered metric, or a plain value (unit None: a text or a day)."""

    key: str
    title: Text
    unit: Unit | None = None
    metric: str | None = None  # opens its definition, and its cells open their rows


@dataclass(frozen=True, slots=True)
class Line:
    """One row: its cells in the order of the columns, and the part of the dimension that it stands for."""

    cells: tuple[Cell, ...]
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of values with a name for its address."""

    name: str
    title: Text
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    dimension: Dimension | None = None
    note: Text = NO_NOTE
    total: int | None = None  # rows in all, where `lines` is one page of them

    def column(self, key: str) -> tuple[Cell, ...]:
        """One column's cells."""
        at = [one.key for one in self.columns].index(key)
        return tuple(line.cells[at] for line in self.lines)


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with what it was before; `trend` holds the recent days, oldest first."""

    metric: Metric
    value: Value
    previous: Value = None
    last_year: Value = None
    last_week: Value = None  # of a day: the same weekday a week before
    trend: tuple[Value, ...] = ()


@dataclass(frozen=True, slots=True)
class PageModel:
    """What every page has: its figures and its sheets by name."""

    figures: tuple[Figure, ...] = ()
    sheets: dict[str, Sheet] = field(default_factory=dict)
    is_empty: bool = False


def sheets_by_name(sheets: Iterable[Sheet]) -> dict[str, Sheet]:
    """The sheets of a page, each under its own name."""
    return {sheet.name: sheet for sheet in sheets}


def metric_columns(metrics: Sequence[Metric]) -> tuple[Column, ...]:
    """Columns for registered metrics."""
    return tuple(Column(one.name, one.title, one.unit, one.name) for one in metrics)
