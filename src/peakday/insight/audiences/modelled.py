"""Which people are like a crowd, and whom would a message move?

Both learn from counts of the days before, in a thread of their own, and answer with the numbers of people.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.util import find_spec
from uuid import UUID

from pyroaring import BitMap

from peakday.insight.audiences.errors import ModelNotHere, TooFewToLearn, TooManyToLearn
from peakday.insight.audiences.features import PEOPLE_MAX, fetch_counts, names_of, table_of
from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.audiences.rules.lookalike import SEED_MIN, score_likeness
from peakday.insight.audiences.rules.uplift import ANSWERS_MIN, ARM_MIN, score_uplift


@dataclass(frozen=True, slots=True)
class Experiment:
    """Who got a message, who did not, who answered since, and the day on which it began."""

    treated: BitMap
    control: BitMap
    answered: BitMap
    started_on: date


async def find_lookalikes(
    reader: CrowdReader, shop_id: UUID, seed: BitMap, size: int, day: date, *, without_seed: bool
) -> BitMap:  # fmt: skip
    """The `size` people of the universe most like the seed; with the seed, its people come first.

    Refuses TooFewToLearn, TooManyToLearn, ModelNotHere.
    """
    universe = await reader.universe(shop_id, day)
    _require_models(len(universe))
    others = universe - seed
    if min(len(seed), len(others)) < SEED_MIN:
        raise TooFewToLearn(least=SEED_MIN)
    counts = await fetch_counts(reader, shop_id, day + timedelta(days=1))
    people = list(universe)
    scores = await asyncio.to_thread(_likeness, counts, people, seed)
    ranked = [person for _, person in sorted(zip(scores, people, strict=True), key=lambda one: (-one[0], one[1]))]
    like = [person for person in ranked if person not in seed]
    if without_seed:
        return BitMap(like[:size])
    return BitMap([*[person for person in ranked if person in seed], *like][:size])


async def find_movable(reader: CrowdReader, shop_id: UUID, experiment: Experiment, size: int, day: date) -> BitMap:
    """The `size` people whom a message would move most; never one whom it would not move at all; refuses as above."""
    universe = await reader.universe(shop_id, day)
    _require_models(len(universe))
    treated = experiment.treated - experiment.control
    for arm in (treated, experiment.control):
        answers = arm.intersection_cardinality(experiment.answered)
        if len(arm) < ARM_MIN or min(answers, len(arm) - answers) < ANSWERS_MIN:
            raise TooFewToLearn(least=ARM_MIN)
    then = await fetch_counts(reader, shop_id, experiment.started_on)
    now = await fetch_counts(reader, shop_id, day + timedelta(days=1))
    names, people = names_of(then), list(universe)

    def learn() -> Sequence[float]:
        import numpy as np  # noqa: PLC0415 - only who models pays for it

        arms = [*treated, *experiment.control]
        is_treated = np.array([number in treated for number in arms])
        answered = np.array([number in experiment.answered for number in arms])
        tables = (np.log1p(table_of(then, arms, names)), np.log1p(table_of(now, people, names)))
        return [float(one) for one in score_uplift(tables[0], is_treated, answered, tables[1])]

    scores = await asyncio.to_thread(learn)
    moved = sorted((-score, person) for score, person in zip(scores, people, strict=True) if score > 0)
    return BitMap([person for _, person in moved[:size]])


def _likeness(counts: dict[int, dict[str, float]], people: list[int], seed: BitMap) -> list[float]:
    import numpy as np  # noqa: PLC0415

    is_seed = np.array([person in seed for person in people])
    return [float(one) for one in score_likeness(table_of(counts, people, names_of(counts)), is_seed)]


def models_are_here() -> bool:
    """Whether the extra `science` is installed."""
    return find_spec("sklearn") is not None


def _require_models(people: int) -> None:
    if not models_are_here():
        raise ModelNotHere
    if people > PEOPLE_MAX:
        raise TooManyToLearn(limit=PEOPLE_MAX)
