"""How well would our order by uplift have done in a trial that is over?

A trial comes as a file (`rules/trial_rows.py`) or as two crowds whose people bought or not since its first day. The
features are what was known of the people before that day, so nothing that the message caused is learnt from.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from peakday.insight.audiences import store
from peakday.insight.audiences.api import VIEW, reader_of
from peakday.insight.audiences.errors import ModelNotHere, TooFewToLearn
from peakday.insight.audiences.features import fetch_counts, names_of, table_of
from peakday.insight.audiences.model import BOUGHT, Did
from peakday.insight.audiences.modelled import models_are_here
from peakday.insight.audiences.rules.qini_band import QiniCurve, crossed_scores, qini_band
from peakday.insight.audiences.rules.trial_rows import COLUMNS, ROWS_MAX, read_trial
from peakday.insight.audiences.rules.uplift import ANSWERS_MIN, ARM_MIN
from peakday.insight.audiences.tags import KNOWN_DAYS
from peakday.kernel.actor import Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.house import House
from peakday.kernel.refusal import Invalid, Problem, TooLarge
from peakday.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Trial:
    """What a trial showed: its arms, how many of each answered, and the curve of our order."""

    rows: int
    refused: int
    treated: int
    control: int
    treated_share: float
    control_share: float
    curve: QiniCurve


async def judge_file(house: House, actor: Actor, shop_id: UUID, lines: Iterable[str], started_on: date) -> Trial:
    """Judge a trial of a file; only people whom the shop knows count. Refuses Invalid, TooLarge, TooFewToLearn."""
    require(actor, VIEW, shop_id)
    read = await asyncio.to_thread(read_trial, lines)
    if not read.has_header:
        said = Text(f"缺少列 {'、'.join(COLUMNS)}", f"It lacks the columns {', '.join(COLUMNS)}")
        raise Invalid(Problem("file", "trial_columns", said, Text("补上表头", "Add the header")))
    if read.rows > ROWS_MAX:
        raise TooLarge(limit=ROWS_MAX)
    await reader_of(house).universe(shop_id, day_of(house.clock.now()))  # whoever is new gets a number first
    async with house.database.read() as connection:
        numbers = await store.fetch_hash_numbers(connection, shop_id, list(read.people))
    people = {numbers[key]: told for key, told in read.people.items() if key in numbers}
    return await _judge(house, shop_id, people, started_on, (read.rows, read.refused))


async def judge_crowds(house: House, actor: Actor, shop_id: UUID, arms: tuple[UUID, UUID], started_on: date) -> Trial:
    """Judge a trial of two crowds, treated and control; the answer is to have bought since. Refuses as above."""
    require(actor, VIEW, shop_id)
    reader, day = reader_of(house), day_of(house.clock.now())
    _, treated = await reader.crowd_members(shop_id, arms[0], day)
    _, control = await reader.crowd_members(shop_id, arms[1], day)
    since = min(max((day - started_on).days + 1, 1), KNOWN_DAYS)
    bought = await reader.members(shop_id, Did(BOUGHT, 1, since), day)
    people = {one: (False, one in bought) for one in control}
    people |= {one: (True, one in bought) for one in treated - control}
    return await _judge(house, shop_id, people, started_on, (len(people), 0))


async def _judge(
    house: House, shop_id: UUID, people: Mapping[int, tuple[bool, bool]], started_on: date, rows: tuple[int, int]
) -> Trial:  # fmt: skip
    if not models_are_here():
        raise ModelNotHere
    arms = {arm: [answered for treated, answered in people.values() if treated is arm] for arm in (True, False)}
    for answers in arms.values():
        if len(answers) < 2 * ARM_MIN or min(sum(answers), len(answers) - sum(answers)) < 2 * ANSWERS_MIN:
            raise TooFewToLearn(least=2 * ARM_MIN)
    counts = await fetch_counts(reader_of(house), shop_id, started_on)

    def learn() -> QiniCurve:
        import numpy as np  # noqa: PLC0415 - only who models pays for it

        numbers = sorted(people)
        is_treated = np.array([people[one][0] for one in numbers])
        answered = np.array([people[one][1] for one in numbers])
        table = np.log1p(table_of(counts, numbers, names_of(counts)))
        if not table.shape[1]:  # nothing was known of anybody: one constant feature orders nobody
            table = np.zeros((len(numbers), 1))
        return qini_band(crossed_scores(table, is_treated, answered), is_treated, answered)

    curve = await asyncio.to_thread(learn)
    shares = {arm: sum(answers) / len(answers) for arm, answers in arms.items()}
    return Trial(*rows, len(arms[True]), len(arms[False]), shares[True], shares[False], curve)
