"""What do statsforecast's own models say of the same series? Runs alone, in an environment that has it.

python bench_forecast_peer.py FOLDER      reads each NAME.npz, writes NAME.said.npz, prints {"version", "seconds"}

A file holds `values` of all series one after another, their `lengths`, and `meta`: steps ahead and season.
"""

# Nothing of the house is imported here, and nothing here by the house: the peer lives in another environment.
# ruff: noqa: PLC0415 - it is imported where it is measured
import json
import sys
import time
import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    """Forecast every file of the folder with every model; an intermittent one only for units sold."""
    from statsforecast import StatsForecast  # type: ignore[import-not-found,unused-ignore]
    from statsforecast import models as m  # type: ignore[import-not-found,unused-ignore]

    warnings.simplefilter("ignore")
    folder = Path(sys.argv[1])
    seconds: dict[str, float] = {}
    for path in sorted(folder.glob("*.npz")):
        if path.name.endswith(".said.npz"):
            continue
        with np.load(path) as task:
            values, lengths, (steps, season) = task["values"], task["lengths"], task["meta"].tolist()
        chosen = [m.AutoETS(season), m.AutoTheta(season), m.DynamicOptimizedTheta(season)]
        if path.name.startswith("cj_"):
            chosen += [m.CrostonSBA(), m.IMAPA(), m.SimpleExponentialSmoothingOptimized()]
        frame = _frame(values, lengths)
        said = {}
        for model in chosen:
            begun = time.process_time()
            told = StatsForecast([model], freq=1, n_jobs=1).forecast(df=frame, h=steps)
            taken = time.process_time() - begun
            seconds[str(model)] = round(seconds.get(str(model), 0.0) + taken, 1)
            said[str(model)] = told[str(model)].to_numpy().reshape(len(lengths), steps)
        np.savez(path.with_suffix(".said.npz"), **said)
    print(json.dumps({"version": version("statsforecast"), "seconds": seconds}))


def _frame(values: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any]) -> Any:
    import pandas as pd  # type: ignore[import-untyped,unused-ignore]

    series = np.repeat(np.arange(len(lengths)), lengths)
    steps = np.concatenate([np.arange(length) for length in lengths])
    return pd.DataFrame({"unique_id": series, "ds": steps, "y": values})


if __name__ == "__main__":
    main()
