"""How do raw values become what a template draws, in the reader's language and with every link in place?

A `Reader` knows the language, the shop's currency, the address of the shop's pages and the period that is looked at.
From it come texts of values, links to definitions and rows, figure cards, tables, bars, charts and the period picker.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from peakday.insight.advisor.model import Cell, Column, Figure, Line, Sheet
from peakday.insight.advisor.periods import Picker
from peakday.insight.metrics.model import Dimension, Unit, Value, Window, WindowKind, growth
from peakday.kernel.ids import read_id, show_id
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Language, Text, day_text, instant_text, money_text, number_text, percent_text

NOTHING = "–"
UNKNOWN = "-"  # in addresses: the part whose key no fact names
PREFIXES = {Dimension.ITEM: "itm", Dimension.CATEGORY: "cat"}
SPARK_WIDTH, SPARK_HEIGHT, SPARK_AIR = 100, 28, 3
KEPT_QUERIES = 20_000  # of links: most links of a page say the same
CHANGE_MAX = 99.995  # beyond +9,999 % a percentage says nothing: the earlier value is written instead

_BEFORE = {
    WindowKind.TODAY: Text("较昨日同时", "vs yesterday by now"),
    WindowKind.LAST_1: Text("较前一日", "vs day before"),
    WindowKind.DAY: Text("较前一日", "vs day before"),
    WindowKind.LAST_7: Text("较前 7 天", "vs prior 7 d"),
    WindowKind.LAST_30: Text("较前 30 天", "vs prior 30 d"),
    WindowKind.WEEK: Text("较上周", "vs prior week"),
    WindowKind.MONTH: Text("较上月", "vs prior month"),
    WindowKind.CUSTOM: Text("较上一周期", "vs prior period"),
}
_FLAT = Text("持平", "no change")
_WEEK = Text("较上周同日", "vs same day last week")
_YEAR = Text("较去年同期", "vs last year")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who reads one shop's pages over one period."""

    language: Language
    currency: str
    shop_ref: str  # shp_…
    window: Window
    filters: Mapping[str, str] = field(default_factory=dict)  # of the address, kept in every link

    # ---- words
    def say(self, text: Text | str) -> str:
        """A text in the reader's language."""
        return text.of(self.language) if isinstance(text, Text) else text

    def value(self, unit: Unit | None, value: Cell) -> str:
        """A value as a person reads it; nothing is a dash, never a zero."""
        if value is None:
            return NOTHING
        if isinstance(value, Text | str):
            return self.say(value)
        if isinstance(value, datetime):
            return instant_text(value, self.language)
        if isinstance(value, date):
            return day_text(value, self.language)
        return self._number(unit, value)

    def _number(self, unit: Unit | None, value: float) -> str:
        if unit is Unit.MONEY:
            return money_text(round(value), self.currency, self.language)
        if unit is Unit.SHARE:
            return percent_text(value, self.language)
        if unit is Unit.SECONDS:
            return number_text(value, self.language, 1) + self.say(Text(" 秒", " s"))
        if unit is Unit.RATIO:
            return number_text(value, self.language, 2)
        return number_text(value, self.language, 0 if float(value).is_integer() else 1)

    def money(self, minor: int) -> str:
        """An amount of the shop's currency."""
        return money_text(minor, self.currency, self.language)

    def share(self, share: float) -> str:
        """A share as a percentage."""
        return percent_text(share, self.language, 1)

    # ---- links
    def href(self, path: str, /, **changed: str | int | None) -> str:
        """An address below the shop that keeps the period and filters; a parameter set to None is dropped."""
        kept: dict[str, str | int | None] = {"period": self.window.text, **self.filters, **changed}
        query = _query(tuple((name, value) for name, value in kept.items() if value is not None and value != ""))
        return f"/shop/{self.shop_ref}/{path}" + (f"?{query}" if query else "")

    def definition_href(self, metric: str) -> str:
        """Where a metric is explained."""
        return self.href(f"metrics/{metric}")

    def rows_href(self, metric: str, dimension: Dimension | None = None, key: str | None = None) -> str:
        """Where the facts behind a figure are listed, of one part when a key is given."""
        path = f"metrics/{metric}/rows"
        if dimension is None or key is None:
            return self.href(path, sort=None, q=None)
        if dimension is Dimension.DAY:
            return self.href(path, period=f"day:{key}", sort=None, q=None)
        part = {dimension.value: shown_key(dimension, key)}
        return self.href(path, sort=None, q=None, **part)

    # ---- parts of pages
    def change(self, unit: Unit, now: Value, before: Value, label: Text) -> dict[str, str] | None:
        """A change in words: direction, text, label. None when there is nothing to compare with."""
        if now is None or before is None:
            return None
        if unit is Unit.SHARE:
            points = (now - before) * 100
            text = number_text(abs(points), self.language, 2) + self.say(Text(" 个百分点", " pp"))
            direction = _direction(round(points, 2))
            return {"direction": direction, "text": self._moved(direction, text), "label": self.say(label)}
        share = growth(now, before)
        if share is None:
            return None
        direction = _direction(round(share, 3))
        large = abs(share) > CHANGE_MAX
        text = self.value(unit, before) if large else percent_text(abs(share), self.language, 1)
        return {"direction": direction, "text": self._moved(direction, text), "label": self.say(label)}

    def _moved(self, direction: str, text: str) -> str:
        return self.say(_FLAT) if direction == "flat" else text

    def figure(self, figure: Figure, note: Text | None = None) -> dict[str, Any]:
        """A figure card."""
        unit = figure.metric.unit
        changes = [
            self.change(unit, figure.value, figure.previous, _BEFORE[self.window.kind]),
            self.change(unit, figure.value, figure.last_week, _WEEK),
            self.change(unit, figure.value, figure.last_year, _YEAR),
        ]
        return {
            "name": figure.metric.name,
            "title": self.say(figure.metric.title),
            "value": self.value(unit, figure.value),
            "definition_href": self.definition_href(figure.metric.name),
            "rows_href": None if figure.value is None else self.rows_href(figure.metric.name),
            "changes": [one for one in changes if one],
            "spark": spark_points(figure.trend),
            "note": self.say(note) if note else "",
        }

    def table(
        self, sheet: Sheet, share_of: str | None = None, only: Sequence[str] = (), lines: int | None = None
    ) -> dict[str, Any]:
        """A sheet as the table macro wants it: `share_of` draws bars for one column, `only` and `lines` show a part."""
        top = _largest(sheet.column(share_of)) if share_of else 0
        shown = [at for at, column in enumerate(sheet.columns) if not only or at == 0 or column.key in only]
        return {
            "caption": self.say(sheet.title),
            "columns": [self._column(sheet.columns[at]) for at in shown],
            "rows": [
                [self._cell(sheet, line, sheet.columns[at], line.cells[at],
                            top if sheet.columns[at].key == share_of else 0) for at in shown]
                for line in sheet.lines[:lines]
            ],
            "page": 1, "pages": 1, "total": sheet.total, "previous_href": None, "next_href": None,
        }  # fmt: skip

    def _column(self, column: Column) -> dict[str, Any]:
        return {
            "key": column.key, "label": self.say(column.title), "numeric": column.unit is not None,
            "definition_href": self.definition_href(column.metric) if column.metric else None,
            "sort_href": None, "sorted": "",
        }  # fmt: skip

    def _cell(self, sheet: Sheet, line: Line, column: Column, cell: Cell, top: float) -> dict[str, Any]:
        links = column.metric is not None and cell is not None and line.key is not None and sheet.dimension is not None
        share = round(100 * float(cell) / top, 1) if top and isinstance(cell, int | float) else None
        return {
            "text": self.value(column.unit, cell),
            "href": self.rows_href(str(column.metric), sheet.dimension, line.key) if links else None,
            "sub": None,
            "title": "",
            "share": share,
        }

    def chart(self, sheet: Sheet, keys: Sequence[str], kind: str = "line", **options: Any) -> dict[str, Any]:
        """A sheet's columns over its first column as a chart; the first key's unit is the axis.

        Options: `compare` (keys drawn as a pale dashed line), `second` (keys on the right axis, drawn as lines),
        `title` (else the sheet's).
        """
        compare, second = options.get("compare", ()), options.get("second", ())
        columns = {column.key: column for column in sheet.columns}
        return {
            "kind": kind,
            "title": self.say(options.get("title", sheet.title)),
            "currency": self.currency,
            "unit": _unit(columns[keys[0]]),
            "x": [self._label(sheet.columns[0], line.cells[0]) for line in sheet.lines],
            "x_label": self.say(sheet.columns[0].title),
            "series": [
                self._series(sheet, columns[key], role="compare" if key in compare else "main",
                             axis=1 if key in second else 0)
                for key in keys
            ],
        }  # fmt: skip

    def _series(self, sheet: Sheet, column: Column, *, role: str, axis: int) -> dict[str, Any]:
        cells = sheet.column(column.key)
        return {
            "name": self.say(column.title),
            "role": role,
            "axis": axis,
            **({"kind": "line"} if axis else {}),
            "unit": _unit(column),
            "data": [self._drawn(column.unit, cell) for cell in cells],
            "texts": [self.value(column.unit, cell) for cell in cells],
        }

    def _drawn(self, unit: Unit | None, cell: Cell) -> float | None:
        if not isinstance(cell, int | float):
            return None
        return round(cell / 10 ** MINOR_DIGITS[self.currency], 2) if unit is Unit.MONEY else cell

    def _label(self, column: Column, cell: Cell) -> str:
        if isinstance(cell, date):
            return f"{cell:%m-%d}"
        text = self.value(column.unit, cell)
        return f"{text.removesuffix('.00')}+" if column.unit is Unit.MONEY else text  # a price band from here up

    def shares(self, sheet: Sheet, key: str, whole: float | None = None) -> list[dict[str, Any]]:
        """A sheet as labelled bars of one column; with `whole` each says its share of it (shares may pass 100 %)."""
        column = next(one for one in sheet.columns if one.key == key)
        cells = sheet.column(key)
        top = _largest(cells)
        return [
            {
                "label": self.value(sheet.columns[0].unit, line.cells[0]),
                "label_href": self.part_href(sheet.dimension, line.key),
                "value": self.value(column.unit, cell),
                "href": self.rows_href(column.metric, sheet.dimension, line.key)
                if column.metric and sheet.dimension and line.key is not None else None,
                "width": round(100 * float(cell) / top, 1) if top and isinstance(cell, int | float) else 0,
                "share": percent_text(float(cell) / whole, self.language, 1)
                if whole and isinstance(cell, int | float) else "",
            }
            for line, cell in zip(sheet.lines, cells, strict=True)
        ]  # fmt: skip

    def part_href(self, dimension: Dimension | None, key: str | None) -> str | None:
        """The page of a part, where it has one: an item."""
        if dimension is not Dimension.ITEM or not key:
            return None
        return self.href(f"data/items/{shown_key(dimension, key)}", q=None, sort=None)

    def heat(self, sheet: Sheet) -> dict[str, Any]:
        """Weekdays and hours as a grid; the busiest cell is strongest."""
        top = max((_largest(line.cells[1:]) for line in sheet.lines), default=0.0)
        hours = sheet.columns[1:]
        return {
            "title": self.say(sheet.title),
            "hours": [self.say(column.title)[:2] for column in hours],
            "rows": [
                {
                    "label": self.value(None, line.cells[0]),
                    "cells": [
                        {
                            "value": self.value(column.unit, cell),
                            "strength": round(float(cell) / top, 3) if top and isinstance(cell, int | float) else 0,
                            "title": f"{self.value(None, line.cells[0])} {self.say(column.title)} · "
                            + self.value(column.unit, cell),
                        }
                        for column, cell in zip(hours, line.cells[1:], strict=True)
                    ],
                }
                for line in sheet.lines
            ],
        }

    def picker(self, picker: Picker, path: str) -> dict[str, Any]:
        """The period picker of one page."""
        window = picker.window
        ends = [self.value(None, window.first_day), self.value(None, window.last_day)]
        return {
            "options": [
                {"label": self.say(one.title), "href": self.href(path, period=one.period),
                 "active": one.is_current}
                for one in picker.choices
            ],
            "start": window.first_day.isoformat(), "end": window.last_day.isoformat(),
            "today": picker.today.isoformat(), "is_custom": window.kind is WindowKind.CUSTOM,
            "kept": [(name, value) for name, value in self.filters.items() if name != "page"],
            "action": f"/shop/{self.shop_ref}/{path}",
            "summary": ends[0] if ends[0] == ends[1] else " – ".join(ends),
            "before_href": self.href(path, period=picker.before) if picker.before else None,
            "after_href": self.href(path, period=picker.after) if picker.after else None,
        }  # fmt: skip

    def exports(self, page: str, sheet: str) -> tuple[str, str]:
        """Where a sheet is taken away as CSV and as XLSX."""
        path = f"data/{page}/export/{sheet}"
        return self.href(f"{path}.csv"), self.href(f"{path}.xlsx")


@lru_cache(maxsize=KEPT_QUERIES)
def _query(parameters: tuple[tuple[str, str | int], ...]) -> str:
    return urlencode(parameters)


def shown_key(dimension: Dimension, key: str) -> str:
    """A key as addresses write it: ids with their prefix, "not known" as a word."""
    if not key:
        return UNKNOWN
    return show_id(PREFIXES[dimension], UUID(key)) if dimension in PREFIXES else key


def read_key(dimension: Dimension, text: str) -> str:
    """The reverse of `shown_key`; refuses an id that is none."""
    if text == UNKNOWN:
        return ""
    try:
        return str(read_id(PREFIXES[dimension], text)) if dimension in PREFIXES else text
    except ValueError as error:
        raise NotFound from error


def spark_points(trend: Sequence[Value]) -> str:
    """Points of a small line in a 100 × 28 box; empty when there is nothing to draw."""
    values = [0.0 if value is None else float(value) for value in trend]
    if len(values) < 2 or max(values) == min(values):
        return ""
    low, high = min(values), max(values)
    step = SPARK_WIDTH / (len(values) - 1)
    room = SPARK_HEIGHT - 2 * SPARK_AIR
    return " ".join(
        f"{at * step:.1f},{SPARK_AIR + room * (1 - (value - low) / (high - low)):.1f}"
        for at, value in enumerate(values)
    )


def _direction(change: float) -> str:
    return "up" if change > 0 else "down" if change < 0 else "flat"


def _largest(cells: Sequence[Cell]) -> float:
    return max((float(cell) for cell in cells if isinstance(cell, int | float)), default=0.0)


def _unit(column: Column) -> str:
    return column.unit.value if column.unit else "count"
