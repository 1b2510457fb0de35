"""How are the waves of an event drawn? A row a track on one scale of time: enrolment, locks, waves, protected days."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from peakday.kernel.clock import day_of, day_start
from peakday.kernel.text import Language, Text, instant_text
from peakday.trade.sale_events.model import SELLING_KINDS, WARM_KINDS, EventPlace, TrackPlace
from peakday.trade.sale_events.web.words import MILESTONE_TEXTS, WAVE_TEXTS, WHOLE_EVENT

WIDTH = 1000
ROW = 44
HEAD = 26
TICKS_MAX = 9


@dataclass(frozen=True, slots=True)
class Bar:
    """One stretch: where, how wide, of which kind (its colour), and what it says."""

    x: float
    y: float
    width: float
    height: float
    kind: str
    title: str


@dataclass(frozen=True, slots=True)
class Label:
    """A text at a place."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """The drawing: bars, labels of rows, ticks of days, and where now is (None: outside)."""

    title: str
    width: int
    height: int
    bars: tuple[Bar, ...]
    rows: tuple[Label, ...]
    ticks: tuple[Label, ...]
    now_x: float | None


def timeline_of(place: EventPlace, now: datetime, language: Language) -> Timeline:
    """The drawing of an event with a shop's place in it."""
    plan = place.event.plan
    first, last = plan.first_at, max(one.protected_until for one in place.tracks)
    scale = _Scale(first, last)
    bars = [_bar(scale, 0, "join", (plan.enrols_from, plan.enrols_until), WHOLE_EVENT.of(language), language)]
    rows = [Label(4, HEAD + 12, WHOLE_EVENT.of(language))]
    for number, one in enumerate(place.tracks, 1):
        bars += _bars(scale, number, one, language)
        mine = Text(f" · 我的 {one.count.skus} 个 SKU", f" · {one.count.skus} SKUs of mine").of(language)
        rows.append(Label(4, HEAD + number * ROW + 12, one.track.name.of(language) + (mine if one.count.skus else "")))
    height = HEAD + (len(place.tracks) + 1) * ROW
    is_inside = first <= now <= last
    return Timeline(
        plan.name.of(language), WIDTH, height, tuple(bars), tuple(rows), _ticks(scale, first, last),
        scale.x(now) if is_inside else None,
    )  # fmt: skip


class _Scale:
    def __init__(self, first: datetime, last: datetime) -> None:
        self._first, self._seconds = first, max((last - first).total_seconds(), 1.0)

    def x(self, at: datetime) -> float:
        return round((at - self._first).total_seconds() / self._seconds * WIDTH, 1)


def _bars(scale: _Scale, row: int, place: TrackPlace, language: Language) -> list[Bar]:
    track = place.track
    enrolment = Text("商品报名", "Item enrolment").of(language)
    bars = [_bar(scale, row, "enrol", (track.enrols_from, track.enrols_until), enrolment, language)]
    for wave in track.waves:
        kind = "warm" if wave.kind in WARM_KINDS else "sale" if wave.kind in SELLING_KINDS else "tail"
        bars.append(
            _bar(scale, row, kind, (wave.starts_at, wave.ends_at), WAVE_TEXTS[wave.kind].of(language), language)
        )
    last = place.milestones[-1]
    assert last.until is not None
    bars.append(_bar(scale, row, "protected", (last.at, last.until), MILESTONE_TEXTS[last.kind].of(language), language))
    return bars


def _bar(
    scale: _Scale, row: int, kind: str, span: tuple[datetime, datetime], name: str, language: Language
) -> Bar:  # fmt: skip
    begin, end = scale.x(span[0]), scale.x(span[1])
    title = f"{name}: {instant_text(span[0], language)} – {instant_text(span[1], language)}"
    return Bar(begin, HEAD + row * ROW + 18, max(end - begin, 2), 16, kind, title)


def _ticks(scale: _Scale, first: datetime, last: datetime) -> tuple[Label, ...]:
    """Some days with their numbers, evenly."""
    begin, end = day_of(first), day_of(last)
    step = max(-(-(end - begin).days // TICKS_MAX), 1)
    days = (begin + timedelta(days=n) for n in range(step, (end - begin).days, step))
    return tuple(Label(scale.x(day_start(one)), 12, _day(one)) for one in days)


def _day(one: date) -> str:
    return f"{one.month}-{one.day:02d}"
