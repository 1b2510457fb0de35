"""How does a forecast become what a template draws?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import numpy as np

from peakday.insight.forecasting.api import Compared
from peakday.insight.forecasting.model import HORIZON_DAYS, MILLI, PPM, Array, Demand, Score
from peakday.kernel.ids import show_id
from peakday.kernel.text import Language, Text, number_text, percent_text

LOW95, LOW80, MIDDLE, HIGH80, HIGH95 = 0, 1, 3, 5, 6
SHOWN_DAYS = 42
_WIDTH, _HEIGHT = 720, 200


@dataclass(frozen=True, slots=True)
class View:
    """One reader of one shop's forecasts."""

    language: Language
    address: str  # of the page
    titles: Mapping[UUID, str]
    regions: Mapping[str, str]

    def say(self, text: Text) -> str:
        """A text in the reader's language."""
        return text.of(self.language)

    def pieces(self, units: float) -> str:
        """Pieces: one decimal below ten, for rare goods sell tenths a day."""
        return number_text(units, self.language, 1 if abs(units) < 10 else 0)

    def share(self, share: float | None) -> str:
        """A share as a percentage; of nothing a dash."""
        return "–" if share is None else percent_text(share, self.language, 1)

    def range(self, low: float, high: float) -> str:
        """From where to where."""
        return f"{self.pieces(low)} – {self.pieces(high)}"

    def rows(self, told: Sequence[Demand]) -> list[dict[str, Any]]:
        """A row a SKU: tomorrow or rather its first day, a week, both weeks."""
        top = max((float(one.units.sum()) for one in told), default=0.0) or 1.0
        return [
            {
                "title": self.titles.get(one.forecast.item_id) or show_id("sku", one.forecast.sku_id),
                "href": f"{self.address}/{show_id('sku', one.forecast.sku_id)}",
                "first": self.pieces(float(one.units[0])),
                "range": self.range(float(one.quantiles[0, LOW80]), float(one.quantiles[0, HIGH80])),
                "week": self.pieces(float(one.units[:7].sum())),
                "all": self.pieces(float(one.units.sum())),
                "width": round(100 * float(one.units.sum()) / top, 1),
            }
            for one in told
        ]

    def places(self, one: Demand) -> list[dict[str, Any]]:
        """The regions of a SKU with their share of the horizon."""
        whole, forecast = float(one.units.sum()), one.forecast
        return [
            {
                "label": self.regions.get(region, region) or self.say(Text("其他地区", "Elsewhere")),
                "pieces": self.pieces(whole * share / PPM),
                "share": self.share(share / PPM),
                "width": round(100 * share / PPM, 1),
            }
            for region, share in zip(forecast.regions, forecast.shares_ppm, strict=True)
        ]

    def fan(self, compared: Compared) -> dict[str, Any]:
        """What happened and what was said of it, as points in a box: bands of 95 % and 80 %, the middle, the truth."""
        told = [day for one in compared.said for day in one.forecast.days]
        begin = min([*compared.sold, *told])  # before it there was nothing to tell
        first = max(compared.since, begin, compared.until - timedelta(days=SHOWN_DAYS - 1))
        last = compared.until + timedelta(days=HORIZON_DAYS)
        days = (last - first).days + 1
        said = [one for one in latest_of_each_day(compared.said) if one[0] >= first]
        sold = [(day, float(compared.sold.get(day, 0))) for day in _days(first, compared.until)]
        seen = max([1.0, *(units for _, units in sold), *(float(found[HIGH80]) for _, _, found in said)])
        top = min(1.5 * seen, max(seen, *(float(found[HIGH95]) for _, _, found in said), 1.0))

        def point(day: date, units: float) -> str:
            """A rare extreme is cut off at the box's edge, or nobody would see the rest; the table tells it."""
            return f"{_WIDTH * (day - first).days / (days - 1):.1f},{_HEIGHT * (1 - min(units, top) / top):.1f}"

        def band(low: int, high: int) -> list[str]:
            above = [[point(day, float(found[high])) for day, _, found in run] for run in _runs(said)]
            below = [[point(day, float(found[low])) for day, _, found in reversed(run)] for run in _runs(said)]
            return [" ".join([*up, *down]) for up, down in zip(above, below, strict=True)]

        return {
            "width": _WIDTH, "height": _HEIGHT, "top": self.pieces(top), "half": self.pieces(top / 2),
            "first": f"{first:%m-%d}", "last": f"{last:%m-%d}",
            "today_at": round(100 * max(0, (compared.until - first).days) / (days - 1), 1),
            "wide": band(LOW95, HIGH95), "narrow": band(LOW80, HIGH80),
            "middle": [" ".join(point(day, float(found[MIDDLE])) for day, _, found in run) for run in _runs(said)],
            "sold": " ".join(point(day, units) for day, units in sold),
        }  # fmt: skip

    def days(self, compared: Compared) -> list[dict[str, Any]]:
        """A row a day, the latest first: what was said, how wide, what happened, whether the range held."""
        rows = []
        for day, units, found in reversed(latest_of_each_day(compared.said)):
            sold = float(compared.sold.get(day, 0)) if day <= compared.until else None
            held = None if sold is None else bool(found[LOW80] <= sold <= found[HIGH80])
            rows.append({
                "day": str(day), "mean": self.pieces(units), "middle": self.pieces(float(found[MIDDLE])),
                "range": self.range(float(found[LOW80]), float(found[HIGH80])),
                "wide": self.range(float(found[LOW95]), float(found[HIGH95])),
                "sold": "–" if sold is None else self.pieces(sold), "held": held,
            })  # fmt: skip
        return rows

    def scored(self, score: Score | None) -> dict[str, str] | None:
        """A score in words; None of none."""
        if score is None:
            return None
        return {
            "cells": number_text(score.cells, self.language, 0),
            "cover_80": self.share(score.cover_80),
            "cover_95": self.share(score.cover_95),
            "wape": self.share(score.wape),
            "naive": self.share(score.naive_wape),
            "bias": self.share(score.bias),
            "pinball": number_text(score.pinball / score.cells, self.language, 3),
        }


def latest_of_each_day(said: Sequence[Demand]) -> list[tuple[date, float, Array]]:
    """For each day that something was said of: the mean and quantiles of the latest saying; live ones come first."""
    found: dict[date, tuple[tuple[bool, date], float, Array]] = {}
    for one in said:
        rank = (not one.forecast.is_backtest, one.forecast.first_day)
        for at, day in enumerate(one.forecast.days):
            if day not in found or rank >= found[day][0]:
                found[day] = (rank, one.milli[at] / MILLI, np.asarray(one.quantiles[at]))
    return [(day, units, quantiles) for day, (_, units, quantiles) in sorted(found.items())]


def _runs(said: Sequence[tuple[date, float, Array]]) -> list[list[tuple[date, float, Array]]]:
    """Days one after another, cut where days lack."""
    runs: list[list[tuple[date, float, Array]]] = []
    for one in said:
        if runs and one[0] - runs[-1][-1][0] == timedelta(days=1):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]
