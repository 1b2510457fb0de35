"""What will each SKU of some shops sell on each of the next days, and how well did the same method say it before?

The pooled model with weekdays and the days of sale events; the whole shop apart by the default blend; both made to
agree. The same again from earlier days, knowing only what was known then: that gives the variances by which they agree,
the spread of the shops' totals, and the backtest that the page shows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from peakday.insight.forecasting.model import HORIZON_DAYS, MILLI, WEEK
from peakday.insight.forecasting.rules.adding_up import reconcile
from peakday.insight.forecasting.rules.alike_steps import Plan
from peakday.insight.forecasting.rules.blend import forecast_blend
from peakday.insight.forecasting.rules.intermittent import fading
from peakday.insight.forecasting.rules.new_items import forecast_new, likeness
from peakday.insight.forecasting.rules.promoted_demand import HISTORY_MIN, forecast_promoted
from peakday.insight.forecasting.rules.spread import Spread, learn_spread
from peakday.insight.forecasting.rules.theta import forecast_last_season

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Whole: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]

BACK_DAYS = (28, 14)  # from so many days ago the method is tried again
_TOTAL_LOOKS = (56, 42, 28, 14)
_FIRST_DAYS = HISTORY_MIN + HORIZON_DAYS  # of those that were new before


@dataclass(frozen=True, slots=True)
class Told:
    """What was said on one day: SKUs and shops x days in whole thousandths, the last week again, both spreads."""

    back_days: int
    skus: Whole
    shops: Whole
    naive: Whole
    naive_shops: Whole
    spread: Spread
    shop_spread: Spread


def forecast_shops(
    units: Array, shop_of: Sequence[int], event_days: Array, attributes: Sequence[Mapping[str, object]] = ()
) -> list[Told]:
    """What is said today and what would have been said BACK_DAYS ago, the oldest first.

    `units`: SKUs x days until yesterday (`nan` before listing); `shop_of`: the shop's number of each row; `event_days`:
    0 to 1 for each day of the history and the horizon; `attributes` of each row's item: by them a SKU of a few days is
    likened to those of its shop that were new before.
    """
    shops = np.asarray(shop_of, dtype=np.int64)
    totals = _totals(np.nan_to_num(units), shops)
    told: list[Told] = []
    misses: list[Array] = []
    whole_misses: list[Array] = []
    for back in (*BACK_DAYS, 0):
        end = units.shape[1] - back
        if back and end < HORIZON_DAYS:
            continue
        means, spread = _skus(units[:, :end], event_days[: end + HORIZON_DAYS], shops, attributes)
        whole = forecast_blend(totals[:, :end], HORIZON_DAYS, WEEK).forecast
        if misses:
            means = _agree(means, whole, shops, (np.mean(misses, axis=0), np.mean(whole_misses, axis=0)))
        skus: Whole = np.round(means * MILLI).astype(np.int64)
        naive: Whole = np.round(forecast_last_season(_filled(units[:, :end]), HORIZON_DAYS, WEEK) * MILLI).astype(
            np.int64
        )
        told.append(
            Told(back, skus, _totals(skus, shops), naive, _totals(naive, shops), spread, _shop_spread(totals[:, :end]))
        )
        if back:
            truth = slice(end, end + HORIZON_DAYS)
            misses.append(((np.nan_to_num(units[:, truth]) - means) ** 2).mean(axis=1))
            whole_misses.append(((totals[:, truth] - whole) ** 2).mean(axis=1))
    return told


def _skus(
    units: Array, event_days: Array, shops: Whole, attributes: Sequence[Mapping[str, object]]
) -> tuple[Array, Spread]:
    prominence = np.broadcast_to(event_days, (len(units), len(event_days)))
    nothing = np.zeros(prominence.shape)
    made = forecast_promoted(units, Plan(nothing, nothing, nothing, prominence), HORIZON_DAYS, WEEK)
    rare = fading(units) if made.fell_back.any() else np.zeros(len(units))
    means: Array = np.where(made.fell_back[:, None], np.minimum(rare[:, None], made.forecast), made.forecast)
    for row in np.flatnonzero(made.fell_back & ~made.fell_back.all()).tolist():
        liked = _like_others(units, row, shops, attributes) if attributes else None
        means[row] = means[row] if liked is None else liked
    return means, made.spread


def _like_others(units: Array, row: int, shops: Whole, attributes: Sequence[Mapping[str, object]]) -> Array | None:
    """What a SKU of a few days will sell by those of its shop that were new in this history; None without such."""
    known = np.isfinite(units)
    began = known.argmax(axis=1)
    is_older = (shops == shops[row]) & (began > 0) & (known.sum(axis=1) >= _FIRST_DAYS)
    others = np.flatnonzero(is_older).tolist()
    alike = likeness(attributes[row], [attributes[one] for one in others])
    if not alike.any():
        return None
    curves = np.stack([units[one, began[one] : began[one] + _FIRST_DAYS] for one in others])
    return forecast_new(alike, curves, units[row, known[row]].tolist(), HORIZON_DAYS)


def _agree(means: Array, whole: Array, shops: Whole, variances: tuple[Array, Array]) -> Array:
    """Each shop's SKUs and its whole, moved by their past misses."""
    met = means.copy()
    for shop in range(len(whole)):
        rows = shops == shop
        met[rows] = reconcile(means[rows], whole[shop], variances[0][rows], float(variances[1][shop]))
    return met


def _shop_spread(totals: Array) -> Spread:
    """How far the shops' totals lay from what the blend said of them."""
    said, truth = [np.zeros(0)], [np.zeros(0)]
    for back in _TOTAL_LOOKS:
        end = totals.shape[1] - back
        if end >= 2 * HORIZON_DAYS:
            said.append(forecast_blend(totals[:, :end], HORIZON_DAYS, WEEK).forecast.ravel())
            truth.append(totals[:, end : end + HORIZON_DAYS].ravel())
    return learn_spread(np.concatenate(said), np.concatenate(truth))


def _filled(units: Array) -> Array:
    """What was not listed yet sold nothing."""
    return np.nan_to_num(units)


def _totals(rows: Any, shops: Whole) -> Any:
    """The sum of each shop's rows."""
    totals = np.zeros((int(shops.max(initial=-1)) + 1, rows.shape[1]), dtype=rows.dtype)
    np.add.at(totals, shops, rows)
    return totals
