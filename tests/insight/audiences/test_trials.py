"""Is a trial judged by what was known before it, from a file as from two crowds, and is a small one refused?"""

import hashlib
from datetime import timedelta

import pytest

from peakday.insight.audiences import api, trials
from peakday.insight.audiences.errors import CrowdNameTaken, TooFewToLearn
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from peakday.kernel.refusal import Invalid
from tests.insight.audiences.scenes import ago, opened

PEOPLE = 800


def _trial(house, market):
    """People who like (odd) are moved by the message, the others not; the first day is five days ago."""
    lines = ["person_hash,arm,outcome"]
    for number in range(PEOPLE):
        market.event(f"p{number}", "fav" if number % 2 else "search", ago(house, 10))
        is_treated, is_movable, lot = number % 4 < 2, number % 2 == 1, number // 4 % 10
        is_bought = lot < (8 if is_treated and is_movable else 2)
        if is_bought:
            market.order(f"p{number}", ago(house, 2), ago(house, 2))
        word = hashlib.sha256(f"p{number}".encode()).hexdigest()
        lines.append(f"{word},{'treated' if is_treated else 'control'},{int(is_bought)}")
    return lines


@pytest.mark.capability("AD-07")
async def test_a_file_and_two_crowds_tell_the_same_trial(house, market, shop):
    lines = _trial(house, market)
    opened(house, market, shop)
    started = day_of(house.clock.now()) - timedelta(days=5)
    stranger = f"{'e' * 64},treated,1"

    told = await trials.judge_file(house, SYSTEM, shop, [*lines, stranger, "bad,treated,1"], started)

    assert (told.rows, told.refused, told.treated, told.control) == (PEOPLE + 2, 1, 400, 400)
    assert (told.treated_share, told.control_share, told.curve.beats_chance) == (0.5, 0.2, True)
    arms = []
    for name in ("treated", "control"):
        people = [f"p{number}" for number in range(PEOPLE) if (number % 4 < 2) == (name == "treated")]
        arms.append((await api.deposit_crowd(house, SYSTEM, shop, name, people)).crowd_id)
        with pytest.raises(CrowdNameTaken):
            await api.deposit_crowd(house, SYSTEM, shop, name, people)
    again = await trials.judge_crowds(house, SYSTEM, shop, (arms[0], arms[1]), started)
    assert (again.treated_share, again.control_share) == (told.treated_share, told.control_share)
    assert again.curve == told.curve

    wish = api.UpliftWish("moved", arms[0], arms[1], started, 100)
    await api.target_uplift(house, SYSTEM, shop, wish)
    like = api.Expansion("like", 40)
    await api.expand_crowd(house, SYSTEM, shop, arms[0], like)
    before = len(await api.list_crowds(house, SYSTEM, shop))
    for act in (api.target_uplift(house, SYSTEM, shop, wish), api.expand_crowd(house, SYSTEM, shop, arms[0], like)):
        with pytest.raises(CrowdNameTaken):
            await act
    assert len(await api.list_crowds(house, SYSTEM, shop)) == before


async def test_too_few_people_and_a_file_without_its_columns_are_refused(house, market, shop):
    lines = _trial(house, market)
    opened(house, market, shop)
    started = day_of(house.clock.now()) - timedelta(days=5)
    with pytest.raises(TooFewToLearn):
        await trials.judge_file(house, SYSTEM, shop, lines[:300], started)
    with pytest.raises(Invalid):
        await trials.judge_file(house, SYSTEM, shop, ["hash"], started)
