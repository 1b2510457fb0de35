"""Are the people most like a seed found, in the size asked for, and those whom a message moves put first?"""

from datetime import timedelta

import numpy as np
import pytest

from peakday.insight.audiences import api
from peakday.insight.audiences.errors import TooFewToLearn
from peakday.insight.audiences.queries import CrowdReader
from peakday.insight.audiences.rules.lookalike import score_likeness
from peakday.insight.audiences.rules.uplift import gain_curve, qini_of, score_uplift
from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_of
from tests.insight.audiences.scenes import ago, crowded, opened


@pytest.mark.capability("AD-07")
async def test_a_look_alike_crowd_has_the_size_asked_for_and_leaves_the_seed_out_on_request(house, market, shop):
    for number in range(160):
        kind = "fav" if number < 80 else "search"
        for turn in range(3):
            market.event(f"p{number}", kind, ago(house, 1, turn))
    opened(house, market, shop)
    seed = await api.deposit_crowd(house, SYSTEM, shop, "seed", [f"p{number}" for number in range(40)])
    wish = api.Expansion("like", 40)
    like = await api.expand_crowd(house, SYSTEM, shop, seed.crowd_id, wish)
    reader, day = house.get(CrowdReader), day_of(house.clock.now())
    _, members = await reader.crowd_members(shop, like.crowd_id, day)
    expected = await reader.numbers_of(shop, [f"p{number}" for number in range(40, 80)])
    assert members == expected
    both = await api.expand_crowd(house, SYSTEM, shop, seed.crowd_id, api.Expansion("both", 60, without_seed=False))
    _, members = await reader.crowd_members(shop, both.crowd_id, day)
    _, seeded = await reader.crowd_members(shop, seed.crowd_id, day)
    assert (len(members), members.issuperset(seeded)) == (60, True)


async def test_a_seed_of_two_is_refused_and_nothing_is_kept(house, market, shop):
    crowded(house, market, 50)
    opened(house, market, shop)
    seed = await api.deposit_crowd(house, SYSTEM, shop, "seed", ["p1", "p2"])
    with pytest.raises(TooFewToLearn):
        await api.expand_crowd(house, SYSTEM, shop, seed.crowd_id, api.Expansion("like", 10))
    assert len(await api.list_crowds(house, SYSTEM, shop)) == 1


async def test_a_crowd_by_uplift_holds_whom_the_message_moved(house, market, shop):
    started = day_of(house.clock.now()) - timedelta(days=5)
    for number in range(800):
        market.event(f"p{number}", "fav" if number % 2 else "search", ago(house, 10))
        is_treated, is_movable, lot = number % 4 < 2, number % 2 == 1, number // 4 % 10
        if lot < (8 if is_treated and is_movable else 2):
            market.order(f"p{number}", ago(house, 2), ago(house, 2))
    opened(house, market, shop)
    people = [f"p{number}" for number in range(800)]
    arms = {
        name: await api.deposit_crowd(house, SYSTEM, shop, name, [p for p in people if (int(p[1:]) % 4 < 2) == is_in])
        for name, is_in in (("treated", True), ("control", False))
    }
    wish = api.UpliftWish("moved", arms["treated"].crowd_id, arms["control"].crowd_id, started, 400)
    crowd = await api.target_uplift(house, SYSTEM, shop, wish)
    reader, day = house.get(CrowdReader), day_of(house.clock.now())
    _, members = await reader.crowd_members(shop, crowd.crowd_id, day)
    movable = await reader.numbers_of(shop, [p for p in people if int(p[1:]) % 2])
    assert members.intersection_cardinality(movable) / len(members) > 0.95


def test_a_planted_likeness_is_found_and_chance_is_not():
    draw = np.random.default_rng(3)
    like = np.arange(600) < 120
    counts = draw.poisson(np.where(like[:, None], 2.0, 0.5), (600, 12)).astype(float)
    seed = like & (draw.random(600) < 0.8)
    scores = score_likeness(counts, seed)
    others = np.flatnonzero(~seed)
    best = others[np.argsort(-scores[others])[: int((like & ~seed).sum())]]
    assert like[best].mean() > 0.9
    assert np.array_equal(scores, score_likeness(counts, seed))


@pytest.mark.capability("AD-07")
def test_the_gain_curve_is_the_one_counted_by_hand_and_chance_has_no_qini():
    scores = np.array([4.0, 3.0, 2.0, 1.0])
    treated = np.array([True, False, True, False])
    answered = np.array([True, False, False, True])
    assert gain_curve(scores, treated, answered).tolist() == [1.0, 1.0, 1.0, 0.0]
    assert qini_of(scores, treated, answered) == pytest.approx(3 / 4 / 4 * 1_000)
    draw = np.random.default_rng(1)
    chances = [
        qini_of(draw.random(2_000), draw.random(2_000) < 0.5, draw.random(2_000) < 0.2) for _ in range(200)
    ]  # fmt: skip
    assert abs(np.mean(chances)) < 3 * np.std(chances) / np.sqrt(200)


def test_a_planted_uplift_beats_a_model_of_who_answers():
    draw = np.random.default_rng(2)
    features = draw.normal(size=(8_000, 3))
    treated = draw.random(8_000) < 0.5
    moved = features[:, 0] > 0.5
    answered = draw.random(8_000) < 0.2 + 0.3 * (features[:, 1] > 0) + 0.3 * moved * treated
    half = slice(0, 4_000), slice(4_000, 8_000)
    scores = score_uplift(features[half[0]], treated[half[0]], answered[half[0]], features[half[1]])
    ours = qini_of(scores, treated[half[1]], answered[half[1]])
    response = qini_of(features[half[1]][:, 1], treated[half[1]], answered[half[1]])
    assert ours > 10 > response
