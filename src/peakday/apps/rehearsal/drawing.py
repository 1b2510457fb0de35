"""How are the report's pictures drawn? As SVG of our own, so that the report is one file that needs nothing."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 960, 260, 56, 14, 14, 30
TICKS = 5
CLOCK_STEPS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600)  # seconds between marks below a picture
CLOCK_MARKS_MAX = 9


@dataclass(frozen=True, slots=True)
class Series:
    """A line over the seconds: its name, colour class, values (None: a gap), filled below or not."""

    name: str
    role: str
    values: Sequence[float | None]
    is_area: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A moment: where, its colour class, what it says when pointed at."""

    at: float
    role: str
    title: str


def over_time(series: Sequence[Series], marks: Sequence[Mark], seconds: int, unit: str, *, is_log: bool = False) -> str:
    """Lines over the seconds of the rehearsal, with moments marked."""
    top = max([value for one in series for value in one.values if value is not None], default=1.0) or 1.0
    scale = _Scale(seconds, _nice(top), is_log)
    parts = [f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="chart">', scale.grid(unit)]
    for mark in marks:
        x = scale.x(mark.at)
        parts.append(
            f'<line class="mark {mark.role}" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}">'
            f"<title>{escape(mark.title)}</title></line>"
        )
    parts += [_path(one, scale) for one in series]
    return "".join(parts) + "</svg>"


def dots(points: Sequence[tuple[float, float, str, str]], seconds: int, limit: float, unit: str) -> str:
    """Points (second, value, colour class, title) against a limit."""
    top = max([value for _, value, _, _ in points] + [limit], default=limit)
    scale = _Scale(seconds, _nice(top), is_log=False)
    y = scale.y(limit)
    parts = [
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" class="chart">', scale.grid(unit),
        f'<line class="limit" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
    ]  # fmt: skip
    parts += [
        f'<circle class="dot {role}" cx="{scale.x(at):.1f}" cy="{scale.y(value):.1f}" r="4">'
        f"<title>{escape(title)}</title></circle>"
        for at, value, role, title in points
    ]
    return "".join(parts) + "</svg>"


@dataclass(frozen=True, slots=True)
class _Scale:
    seconds: int
    top: float
    is_log: bool

    def x(self, at: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * min(max(at, 0), self.seconds) / max(self.seconds, 1)

    def y(self, value: float) -> float:
        share = value / self.top
        if self.is_log:
            share = math.log10(max(value, 1.0)) / math.log10(max(self.top, 10.0))
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * min(max(share, 0), 1)

    def grid(self, unit: str) -> str:
        values = [10.0**power for power in range(math.ceil(math.log10(max(self.top, 10.0))) + 1)] if self.is_log else [
            self.top * step / TICKS for step in range(TICKS + 1)
        ]  # fmt: skip
        parts = []
        for value in values:
            if value > self.top * 1.001:
                continue
            y = self.y(value)
            parts.append(
                f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
                f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{_short(value)}</text>'
            )
        parts += [
            f'<text x="{self.x(at):.1f}" y="{HEIGHT - 10}" text-anchor="middle">{_clock(at)}</text>'
            for at in range(0, self.seconds + 1, _clock_step(self.seconds))
        ]
        parts.append(f'<text x="{LEFT + 5}" y="{TOP + 4}">{escape(unit)}</text>')
        return "".join(parts)


def _path(series: Series, scale: _Scale) -> str:
    runs: list[list[tuple[float, float]]] = [[]]
    for second, value in enumerate(series.values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append((scale.x(second + 0.5), scale.y(value)))
    parts = []
    for run in runs:
        if not run:
            continue
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
        if series.is_area:
            floor = HEIGHT - BOTTOM
            around = f"{run[0][0]:.1f},{floor} {line} {run[-1][0]:.1f},{floor}"
            parts.append(f'<polygon class="area {series.role}" points="{around}"/>')
        parts.append(f'<polyline class="line {series.role}" points="{line}"/>')
    return "".join(parts)


def _nice(top: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(top, 1e-9)))
    return next(step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= top * 0.999)


def _short(value: float) -> str:
    if value >= 1000:
        return f"{value / 1000:g}k"
    return f"{value:g}" if value < 10 else f"{value:.0f}"


def _clock_step(seconds: int) -> int:
    return next((step for step in CLOCK_STEPS if seconds / step <= CLOCK_MARKS_MAX), CLOCK_STEPS[-1])


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"
