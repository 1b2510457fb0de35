"""What will today's buyers still spend, and how sure is that?

Who buys when: BG/NBD (Fader, Hardie and Lee 2005, "Counting your customers the easy way"): a buyer buys at a rate of
his own and may stay away for good after any purchase. How much: Gamma-Gamma (Fader and Hardie 2013). Both are fitted by
maximum likelihood to a shop's buyers. The future is then drawn from the exact posterior of each buyer: whether he still
buys, his rate, his chance to leave, his purchases, their money. Habits of a shop's buyers also change as a whole, which
no draw knows: how far looks from earlier days of the same shop missed what then came widens the range.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

REPEATERS_MIN = 50  # fewer say nothing about habits
FIT_MAX = 20_000  # buyers that a fit looks at: every n-th of more
DRAWS = 400
_SEED = 2022
_USUAL_MISS = 0.25
_EIGHTY = 1.2816  # deviations of a normal spread that hold four cases in five

_TOGETHER = 5_000  # buyers that are drawn at once: 16 MB a column

Array: TypeAlias = np.ndarray[Any, np.dtype[np.float64]]
Groups: TypeAlias = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(frozen=True, slots=True)
class Histories:
    """Buyers as four columns of one length. Times in any one unit, counted from each buyer's first purchase."""

    repeats: Array  # purchases after the first one
    last: Array  # when the last one was; 0 without a repeat
    age: Array  # how long the buyer has been watched
    mean: Array  # money of a repeat purchase on average; 0 without one

    def __post_init__(self) -> None:
        assert len({len(self.repeats), len(self.last), len(self.age), len(self.mean)}) == 1, "columns of one length"
        assert bool(np.all((self.last >= 0) & (self.last <= self.age))), "nobody buys after the last day"

    def __len__(self) -> int:
        return len(self.repeats)

    def cut(self, part: slice) -> "Histories":
        """Some of the buyers."""
        return Histories(self.repeats[part], self.last[part], self.age[part], self.mean[part])


@dataclass(frozen=True, slots=True)
class Habit:
    """BG/NBD: rates are Gamma(r, alpha), chances to leave Beta(a, b)."""

    r: float
    alpha: float
    a: float
    b: float


@dataclass(frozen=True, slots=True)
class Spend:
    """Gamma-Gamma: money of a purchase is Gamma(p, v), v differs as Gamma(q, gamma)."""

    p: float
    q: float
    gamma: float


@dataclass(frozen=True, slots=True)
class Outlook:
    """What each buyer is expected to do in the time ahead, and draws of the money of each group (groups x draws)."""

    alive: Array
    purchases: Array
    money: Array
    draws: Array


def fit_habit(people: Histories) -> tuple[Habit, float]:
    """The most likely habit of these buyers and its log-likelihood. Refuses too few repeaters with ValueError."""
    _want_repeaters(people)
    people = people.cut(slice(None, None, 1 + len(people) // FIT_MAX))
    scale = max(float(people.age.max()), 1e-9) / 50

    def log_likelihood(logs: Array) -> float:
        return float(np.sum(_habit_terms(Habit(*np.exp(logs)), people, scale)))

    best, found = _climb(log_likelihood, np.log([0.5, 5.0, 1.0, 2.0]))
    r, alpha, a, b = (float(value) for value in np.exp(best))
    # a density of times shrinks with their unit: one factor for each repeat
    return Habit(r, alpha * scale, a, b), found - float(people.repeats.sum()) * float(np.log(scale))


def fit_spend(people: Histories) -> Spend:
    """The most likely spread of what a purchase costs. Refuses too few repeaters with ValueError."""
    from scipy.special import gammaln  # noqa: PLC0415 - the extra `science`: only who asks for lifetimes has it

    _want_repeaters(people)
    people = people.cut(slice(None, None, 1 + len(people) // FIT_MAX))
    x, m = (column[(people.repeats > 0) & (people.mean > 0)] for column in (people.repeats, people.mean))
    scale = float(m.mean())
    m = m / scale

    def log_likelihood(logs: Array) -> float:
        p, q, gamma = np.exp(logs)
        return float(np.sum(
            gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(gamma) + (p * x - 1) * np.log(m)
            + p * x * np.log(x) - (p * x + q) * np.log(gamma + m * x)
        ))  # fmt: skip

    best, _ = _climb(log_likelihood, np.log([2.0, 3.0, 1.0]))
    p, q, gamma = (float(value) for value in np.exp(best))
    return Spend(p, q, gamma * scale)


def alive_share(habit: Habit, people: Histories) -> Array:
    """The chance that each buyer still buys."""
    x = people.repeats
    odds = (
        habit.a
        / np.maximum(habit.b + x - 1, 1e-12)
        * ((habit.alpha + people.age) / (habit.alpha + people.last)) ** (habit.r + x)
    )
    return np.asarray(1 / (1 + np.where(x > 0, odds, 0.0)))


def expected_purchases(habit: Habit, people: Histories, ahead: float) -> Array:
    """How often each buyer is expected to buy in the time ahead (equation 10 of the paper)."""
    from scipy.special import hyp2f1  # noqa: PLC0415 - the extra `science`

    r, alpha, a, b = habit.r, habit.alpha, habit.a, habit.b
    x, t = people.repeats, people.age
    if abs(a - 1) < 1e-6:  # the formula divides by a - 1; its limit is close by
        a += 1e-5
    inner = hyp2f1(r + x, b + x, a + b + x - 1, ahead / (alpha + t + ahead))
    grown = (a + b + x - 1) / (a - 1) * (1 - ((alpha + t) / (alpha + t + ahead)) ** (r + x) * inner)
    return np.asarray(grown * alive_share(habit, people))


def expected_spend(spend: Spend, people: Histories) -> Array:
    """What a purchase of each buyer is expected to cost: between his own average and that of all (Gamma-Gamma)."""
    x, p = people.repeats, spend.p
    return np.asarray(p * (spend.gamma + people.mean * x) / np.maximum(p * x + spend.q - 1, 1e-9))


def look_ahead(
    habit: Habit, spend: Spend, people: Histories, ahead: float, groups: Groups, draws: int = DRAWS
) -> Outlook:
    """What each buyer will do in the time ahead; `groups` numbers the group of each. The same draws every time."""
    dice = np.random.default_rng(_SEED)
    sums = np.zeros((int(groups.max(initial=-1)) + 1, draws))
    for start in range(0, len(people), _TOGETHER):
        part = slice(start, start + _TOGETHER)
        np.add.at(sums, groups[part], _draw_money(dice, habit, spend, people.cut(part), ahead, draws))
    purchases = expected_purchases(habit, people, ahead)
    return Outlook(alive_share(habit, people), purchases, purchases * expected_spend(spend, people), sums)


def _draw_money(
    dice: np.random.Generator, habit: Habit, spend: Spend, people: Histories, ahead: float, draws: int
) -> Array:
    """Draws of each buyer's money (buyers x draws) from the exact posterior."""
    size = (len(people), draws)
    x, age, mean = people.repeats[:, None], people.age[:, None], people.mean[:, None]
    rates = dice.gamma(habit.r + x, 1 / (habit.alpha + age), size)
    leaving = np.clip(dice.beta(habit.a, habit.b + x, size), 1e-12, 1 - 1e-12)
    until = np.ceil(
        np.log1p(-dice.random(size)) / np.log1p(-leaving)
    )  # the purchase that is the last: geometric, from 1
    stays = dice.random(size) < alive_share(habit, people)[:, None]
    bought = np.where(stays, np.minimum(dice.poisson(rates * ahead), until), 0.0)
    steadiness = dice.gamma(spend.q + spend.p * x, 1 / (spend.gamma + x * mean), size)
    return np.where(bought > 0, dice.gamma(np.maximum(spend.p * bought, 1e-12)) / steadiness, 0.0)


def _want_repeaters(people: Histories) -> None:
    if int(np.sum(people.repeats > 0)) < REPEATERS_MIN:
        raise ValueError(f"habits need at least {REPEATERS_MIN} buyers who came back")


def _habit_terms(habit: Habit, people: Histories, scale: float) -> Array:
    from scipy.special import gammaln  # noqa: PLC0415 - the extra `science`

    r, alpha, a, b = habit.r, habit.alpha, habit.a, habit.b
    x, last, age = people.repeats, people.last / scale, people.age / scale
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    here = -(r + x) * np.log(alpha + age)
    gone = np.log(a) - np.log(np.maximum(b + x - 1, 1e-12)) - (r + x) * np.log(alpha + last)
    return np.asarray(bought + stayed + np.where(x > 0, np.logaddexp(here, gone), here))


def _climb(log_likelihood: Callable[[Array], float], start: Array) -> tuple[Array, float]:
    """The top of a smooth hill over logarithms of parameters, and how high it is."""
    from scipy.optimize import minimize  # noqa: PLC0415 - the extra `science`

    found = minimize(
        lambda logs: -log_likelihood(np.clip(logs, -12, 12)), start, method="Nelder-Mead",
        options={"xatol": 1e-5, "fatol": 1e-6, "maxiter": 4000, "maxfev": 4000},
    )  # fmt: skip
    return np.clip(found.x, -12, 12), -float(found.fun)


def spread_range(total: float, drawn: Array, misses: Sequence[float]) -> tuple[float, float]:
    """The range that holds a sum of money four times in five: chance of the draws, and how far earlier looks missed.

    `drawn` are draws of the sum, `misses` what earlier looks ahead from the same shop's past came to: true over
    expected; one look that missed by a quarter counts beside them. Both widths add as squares of logarithms: our
    definition, whose quarter was set on half of 323 real manufacturers and held 79.5 % of the other half.
    """
    chance = min(float(np.std(drawn)) / max(float(np.mean(drawn)), 1e-9), 1.0)
    squares = [math.log(max(miss, 0.05)) ** 2 for miss in misses]
    habit = math.sqrt((sum(squares) + _USUAL_MISS**2) / (len(squares) + 1))
    width = math.exp(_EIGHTY * math.hypot(chance, habit))
    return total / width, total * width
