"""What will an item sell that has no past?

What items like it sold in their own first days: the more attributes they share (category, brand, price band, region),
the more they count. A day of its own counts as much as one whole likeness, so the analogues fade as it lives. Our
definition.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]

WEIGHTS = {"category": 4.0, "brand": 2.0, "price_band": 1.0, "region": 1.0}
_PRICE_BAND = np.log(1.5)  # prices within a band are up to half as much apart
_ANALOGUES_MAX = 50
_OWN_DAYS = 14.0  # own days that weigh as much as all analogues


def price_band(price_minor: int) -> int:
    """The band of a price; -1 where there is none."""
    return int(np.log(price_minor) / _PRICE_BAND) if price_minor > 0 else -1


def likeness(new: Mapping[str, object], known: Sequence[Mapping[str, object]]) -> Array:
    """How like each known item is, 0 to 1; an attribute that the new one lacks is not looked at."""
    asked = {name: weight for name, weight in WEIGHTS.items() if new.get(name) not in {None, "", -1}}
    whole = sum(asked.values())
    if not whole:
        return np.zeros(len(known))
    return np.array([sum(w for name, w in asked.items() if one.get(name) == new[name]) / whole for one in known])


def forecast_new(alike: Array, first_days: Array, own: Sequence[float], horizon: int) -> Array:
    """Means of the next steps: analogues' days of the same age, and the item's own days so far.

    `first_days`: analogues x steps from their first one (`nan` where they were not that old yet).
    """
    age, own_mean = len(own), float(np.mean(own)) if len(own) else 0.0
    best = np.argsort(-alike, kind="stable")[:_ANALOGUES_MAX]
    best = best[alike[best] > 0]
    if not len(best):
        return np.full(horizon, own_mean)
    weight = alike[best] ** 2
    curve = np.empty(horizon)
    for step in range(horizon):
        sold = first_days[best, min(age + step, first_days.shape[1] - 1)]
        known = np.isfinite(sold)
        curve[step] = np.average(sold[known], weights=weight[known]) if known.any() else own_mean
    trust = age / (age + _OWN_DAYS)
    own_level: Array = trust * own_mean + (1 - trust) * curve
    return own_level
