"""Which nouns does the registry speak of? Windows, metrics, questions, answers.

Values of an answer: money is whole minor units (int) of the shop's currency, people and counts are int, shares and
ratios are float (0.25 is 25 %), seconds are float. None means "no value": the denominator was zero.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from peakday.kernel.clock import day_of, day_start
from peakday.kernel.text import Text

Value = int | float | None


class Unit(StrEnum):
    """What a figure counts."""

    MONEY = "money"  # whole minor units
    PEOPLE = "people"
    COUNT = "count"
    SHARE = "share"  # 0.25 is shown as 25 %
    SECONDS = "seconds"
    RATIO = "ratio"


class Dimension(StrEnum):
    """By what a figure may be taken apart. Keys: date, hour 0–23, ids and words as text, price band as minor units."""

    DAY = "day"
    HOUR = "hour"
    ITEM = "item"
    CATEGORY = "category"
    SOURCE = "source"
    TERMINAL = "terminal"
    REGION = "region"
    PRICE_BAND = "price_band"
    PAGE = "page"
    SEARCH_WORD = "search_word"
    WEEK_HOUR = "week_hour"  # ISO weekday and hour, 100 × weekday + hour: 120 is Monday 20:00


class WindowKind(StrEnum):
    """How a period was chosen."""

    TODAY = "today"  # real time: from midnight until now
    LAST_1 = "1d"  # yesterday
    LAST_7 = "7d"  # the seven full days that end yesterday
    LAST_30 = "30d"
    DAY = "day"
    WEEK = "week"  # Monday to Sunday
    MONTH = "month"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True)
class Window:
    """A period [start, end) of instants; days are days of the market."""

    kind: WindowKind
    start: datetime
    end: datetime

    @property
    def first_day(self) -> date:
        """The first day that it touches."""
        return day_of(self.start)

    @property
    def last_day(self) -> date:
        """The last day that it touches."""
        return day_of(self.end - timedelta(microseconds=1))

    @property
    def days(self) -> int:
        """How many days it touches."""
        return (self.last_day - self.first_day).days + 1

    @property
    def text(self) -> str:
        """How it is written in an address; `api.parse_window` reads it back."""
        if self.kind in {WindowKind.TODAY, WindowKind.LAST_1, WindowKind.LAST_7, WindowKind.LAST_30}:
            return self.kind.value
        if self.kind in {WindowKind.DAY, WindowKind.WEEK}:
            return f"{self.kind.value}:{self.first_day}"
        if self.kind is WindowKind.MONTH:
            return f"month:{self.first_day:%Y-%m}"
        return f"{self.first_day}..{self.last_day}"

    def previous(self) -> "Window":
        """The period of the same shape just before: yesterday until the same time, the month before, …"""
        if self.kind is WindowKind.MONTH:
            first = (self.first_day - timedelta(days=1)).replace(day=1)
            return Window(self.kind, day_start(first), self.start)
        return self._shifted(timedelta(days=self.days))

    def last_year(self) -> "Window":
        """The same period a year ago: the same dates; for weeks the same weekdays, 52 weeks ago."""
        if self.kind is WindowKind.WEEK:
            return self._shifted(timedelta(days=364))
        first = _year_before(self.first_day)
        if self.kind is WindowKind.TODAY:
            return self._shifted(self.start - day_start(first))
        last = _year_before(self.last_day)
        if self.kind is WindowKind.MONTH:
            last = ((first + timedelta(days=31)).replace(day=1)) - timedelta(days=1)
        return Window(self.kind, day_start(first), day_start(last + timedelta(days=1)))

    def _shifted(self, by: timedelta) -> "Window":
        return Window(self.kind, self.start - by, self.end - by)


def _year_before(day: date) -> date:
    is_leap_day = day.month == 2 and day.day == 29
    return day.replace(year=day.year - 1, day=28 if is_leap_day else day.day)


@dataclass(frozen=True, slots=True)
class Step:
    """One named SQL step: a select over relations and over the steps that it `needs`.

    A step with `dimensions` reads the facts that a question cuts: it gets a column `part` (the value of the question's
    `by`, or 'all') and the question's filters. Steps over it carry `part` on. Other steps read facts as they are.
    """

    name: str
    definition: Text
    sql: str
    needs: tuple[str, ...] = ()
    dimensions: Mapping[Dimension, str] | None = None  # to its column
    row_columns: tuple[str, ...] = ()  # what a person sees when drilling down to the facts
    row_order: Mapping[str, str] = field(default_factory=dict)  # columns and types that together order and name a row
    reads_market: bool = False  # it also reads facts of other shops
    since: str = "start"  # the parameter with the first instant of the facts that it reads
    days_after: int = 0  # how many days after the window it still reads facts


@dataclass(frozen=True, slots=True)
class Metric:
    """One definition. Exactly one of `aggregate`, `daily`, `formula` is set.

    `aggregate`: SQL aggregate over the rows of `step`. `daily`: the same per day, then the mean of the daily values.
    `formula`: SQL over other metrics named in braces. `rows`: the step and condition of the facts behind the figure; a
    formula shows those of the first metric that it names.
    """

    name: str
    title: Text
    unit: Unit
    definition: Text
    source: str  # "SYSTEMS 4.1 [S33]" or "our definition"
    group: str  # traffic, trade, items, buyers, market: the page where a reader looks for it
    step: str = ""
    aggregate: str = ""
    daily: str = ""
    formula: str = ""
    is_whole: bool = False  # the figure of all parts together, beside each part
    is_suppressible: bool = False  # money without a value where the group is too small to be shown
    rows: tuple[str, str] | None = None

    @property
    def is_zero_when_empty(self) -> bool:
        """Whether a part in which nothing happened reads zero; else it has no value."""
        return not self.formula and self.unit in {Unit.MONEY, Unit.PEOPLE, Unit.COUNT}


@dataclass(frozen=True, slots=True)
class Question:
    """Which figures of which shop and period, taken apart by what?

    `filters` keep the facts whose dimension has that value ('' is "not known"), for example {Dimension.ITEM: item_id}.
    """

    names: tuple[str, ...]
    shop_id: UUID
    window: Window
    by: Dimension | None = None
    filters: Mapping[Dimension, str] = field(default_factory=dict)
    order_by: str | None = None  # a name of `names`, largest first; else by key
    limit: int | None = None
    offset: int = 0
    with_simulated: bool = False


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figures of one part (of the whole window when the question has no `by`: key is None)."""

    key: str | int | date | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows asked for. With `by`, a part in which nothing happened has no row."""

    question: Question
    rows: tuple[FigureRow, ...]
    as_of: datetime  # the facts were complete up to here

    @property
    def values(self) -> Mapping[str, Value]:
        """The figures of the whole window; only for a question without `by`."""
        assert self.question.by is None, self.question.by
        return self.rows[0].values


@dataclass(frozen=True, slots=True)
class Comparison:
    """One question over its window, the window before, and the same window a year ago."""

    now: Answer
    previous: Answer
    last_year: Answer

    def change(self, name: str) -> float | None:
        """(this - before) / before, None when there was nothing before."""
        return growth(self.now.values[name], self.previous.values[name])

    def change_of_year(self, name: str) -> float | None:
        """(this - a year ago) / a year ago."""
        return growth(self.now.values[name], self.last_year.values[name])


def growth(now: Value, before: Value) -> float | None:
    """(now - before) / before; None when either is missing or before is zero."""
    return None if now is None or not before else (now - before) / before


@dataclass(frozen=True, slots=True)
class FactPage:
    """Facts behind a figure: columns, rows (text, numbers, instants as aware UTC), where the next page begins."""

    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    next_cursor: str | None


class Ranked(StrEnum):
    """What a market list ranks."""

    SHOPS = "shops"
    ITEMS = "items"
    BRANDS = "brands"


@dataclass(frozen=True, slots=True)
class RankQuestion:
    """The order of a market: who sells most in a category (None: the whole market) in a window, seen by one shop."""

    shop_id: UUID
    window: Window
    category_id: UUID | None = None
    ranked: Ranked = Ranked.SHOPS
    shops_min: int = 5  # fewer shops than this: nothing is shown
    limit: int = 50


@dataclass(frozen=True, slots=True)
class RankRow:
    """One place. `index` keeps the order of the true figures and hides them; `own_minor` is the asker's true figure."""

    place: int
    id: UUID
    name: str
    index: int
    is_own: bool
    own_minor: int | None


@dataclass(frozen=True, slots=True)
class MarketRank:
    """The list, best first, and the asker's own row wherever it stands. Suppressed: too few shops to hide a value."""

    is_suppressed: bool
    shops: int | None  # how many shops sold; None when suppressed
    rows: tuple[RankRow, ...]
    own: tuple[RankRow, ...]
