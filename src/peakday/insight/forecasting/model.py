"""What are the nouns of forecasting: a forecast of one SKU, its ranges, how good forecasts were?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

HORIZON_DAYS = 14
HISTORY_DAYS = 182
WEEK = 7
MILLI = 1_000
PPM = 1_000_000
WHOLE_SHOP = UUID(int=0)  # as `sku_id` and `item_id`: all that the shop sells
MODEL = "pooled-1"  # raise it with every change of what comes out


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one SKU (or the whole shop) will sell on each day from `first_day` on, and what it did where that is known.

    Thousandths of a piece. `regions` and `shares_ppm` say how it divides; '' is everywhere else.
    """

    shop_id: UUID
    sku_id: UUID
    item_id: UUID
    first_day: date
    is_backtest: bool
    model: str
    spread_id: UUID
    made_at: datetime
    milli: tuple[int, ...]
    naive_milli: tuple[int, ...]
    sold_milli: tuple[int, ...] | None
    regions: tuple[str, ...]
    shares_ppm: tuple[int, ...]
    shown_at: datetime | None = None

    @property
    def days(self) -> tuple[date, ...]:
        """The days of the horizon."""
        return tuple(self.first_day + timedelta(days=at) for at in range(len(self.milli)))

    @property
    def units(self) -> Array:
        """The means in pieces."""
        return np.array(self.milli) / MILLI


@dataclass(frozen=True, slots=True)
class Demand:
    """A forecast with its quantiles (days x LEVELS, pieces), of one region or of all."""

    forecast: Forecast
    region_id: str | None
    milli: tuple[int, ...]
    quantiles: Array

    @property
    def units(self) -> Array:
        """The means in pieces."""
        return np.array(self.milli) / MILLI


@dataclass(frozen=True, slots=True)
class Score:
    """How good forecasts were: sums over cells (a SKU's day, or the shop's day)."""

    cells: int
    inside_80: int
    inside_95: int
    pinball: float
    miss: float
    absolute: float
    naive_absolute: float
    sold: float

    @property
    def cover_80(self) -> float:
        """Share of the days within the 80 % range."""
        return self.inside_80 / self.cells

    @property
    def cover_95(self) -> float:
        """Share of the days within the 95 % range."""
        return self.inside_95 / self.cells

    @property
    def wape(self) -> float | None:
        """All misses as a share of what was sold; None when nothing was."""
        return self.absolute / self.sold if self.sold else None

    @property
    def naive_wape(self) -> float | None:
        """The same for the last week again."""
        return self.naive_absolute / self.sold if self.sold else None

    @property
    def bias(self) -> float | None:
        """Forecast above (+) or below (-) what was sold, as a share of it."""
        return self.miss / self.sold if self.sold else None


@dataclass(frozen=True, slots=True)
class Sold:
    """Daily sales of some shops: rows of `units` are SKUs, columns the days from `first_day`; `nan` before listing."""

    shops: tuple[UUID, ...]  # of each row
    skus: tuple[UUID, ...]
    items: tuple[UUID, ...]
    first_day: date
    units: Array
    regions: tuple[tuple[str, ...], ...]  # of each row, with
    shares_ppm: tuple[tuple[int, ...], ...]
    attributes: tuple[Mapping[str, object], ...]  # of each row's item: category, brand, price band
