"""Which phase holds at which instant, and on what does each date depend?"""

from dataclasses import replace

import pytest

from peakday.trade.sale_events.model import MilestoneKind, Phase
from peakday.trade.sale_events.rules.milestones import is_at_most, milestones_of, phase_at, phase_ends_at
from tests.trade.sale_events.builders import TICK, at, plan_2026

PRESALE, SPOT_1, SPOT_2 = plan_2026().tracks
UNTIL = at(11, 19, 0)


@pytest.mark.parametrize("track, instant, phase", [
    (SPOT_1, at(9, 26, 12) - TICK, Phase.NOT_OPEN), (SPOT_1, at(9, 26, 12), Phase.ENROLLING),
    (SPOT_1, at(10, 24, 0) - TICK, Phase.ENROLLING), (SPOT_1, at(10, 24, 0), Phase.PRICE_LOCKED),
    (SPOT_1, at(10, 25, 0), Phase.STOCK_LOCKED), (SPOT_1, at(10, 28, 0), Phase.WARMING),
    (SPOT_1, at(10, 31, 20) - TICK, Phase.WARMING), (SPOT_1, at(10, 31, 20), Phase.SELLING),
    (SPOT_1, at(11, 4, 0), Phase.PROTECTED), (SPOT_1, UNTIL, Phase.OVER),
    (PRESALE, at(10, 31, 19), Phase.TAIL), (PRESALE, at(11, 3, 23), Phase.TAIL),
    (PRESALE, at(11, 4, 0), Phase.PROTECTED),
    (SPOT_2, at(11, 6, 0), Phase.ENROLLING), (SPOT_2, at(11, 8, 0), Phase.PRICE_LOCKED),
    (SPOT_2, at(11, 9, 0), Phase.WARMING),
])  # fmt: skip
def test_the_phase_of_an_instant(track, instant, phase):
    assert phase_at(track, UNTIL, instant) is phase


@pytest.mark.parametrize("track", [PRESALE, SPOT_1, SPOT_2], ids=lambda track: track.code)
def test_a_phase_ends_where_the_next_one_begins(track):
    instant = track.enrols_from
    while (phase := phase_at(track, UNTIL, instant)) in {*list(Phase)[:6]}:
        end = phase_ends_at(track, phase)
        assert phase_at(track, UNTIL, end - TICK) is phase
        assert phase_at(track, UNTIL, end) is not phase
        instant = end
    assert phase_ends_at(track, Phase.NOT_OPEN) == track.enrols_from
    assert phase_ends_at(track, Phase.OVER) == track.ends_at
    assert is_at_most(Phase.WARMING, Phase.SELLING)
    assert not is_at_most(Phase.TAIL, Phase.SELLING)


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
def test_each_date_depends_on_the_one_before():
    told = [(one.kind, one.depends_on) for one in milestones_of(PRESALE, UNTIL)]
    kinds = [MilestoneKind.ENROLMENT, MilestoneKind.PRICE_LOCK, MilestoneKind.STOCK_LOCK, MilestoneKind.WARM_UP,
             MilestoneKind.SALE, MilestoneKind.TAIL, MilestoneKind.PROTECTION]  # fmt: skip
    assert told == list(zip(kinds, [None, *kinds[:-1]], strict=True))
    assert milestones_of(PRESALE, UNTIL)[-1].until == UNTIL
    assert MilestoneKind.TAIL not in {one.kind for one in milestones_of(SPOT_1, UNTIL)}


def test_a_track_without_a_warm_up_waits_for_its_sale():
    bare = replace(SPOT_1, waves=SPOT_1.waves[1:])
    assert phase_at(bare, UNTIL, at(10, 29)) is Phase.STOCK_LOCKED
    assert phase_ends_at(bare, Phase.STOCK_LOCKED) == bare.sale.starts_at
    assert MilestoneKind.WARM_UP not in {one.kind for one in milestones_of(bare, UNTIL)}
