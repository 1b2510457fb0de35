"""What does leaving cost in each phase, until when is it allowed, and until when can it be taken back?"""

from datetime import date
from uuid import UUID

import pytest

from peakday.kernel.rulesets import in_force
from peakday.trade.sale_events.exits import ExitAsk
from peakday.trade.sale_events.model import Phase, TrackCount, TrackPlace
from peakday.trade.sale_events.rules.exit_terms import exit_terms
from peakday.trade.sale_events.rules.milestones import phase_at
from tests.trade.sale_events.builders import DAY, HOUR, at, plan_2026

RULE = in_force("event_exit", date(2026, 9, 26))
SHOP, EVENT, ITEM = UUID(int=1), UUID(int=2), UUID(int=3)
PRESALE, SPOT_1, SPOT_2 = plan_2026().tracks
ONE = TrackCount(1, 1, 0, 0, 10)
NONE = TrackCount()
IN_SPOT = (NONE, ONE, NONE)


def places(now, *counts):
    tracks = (PRESALE, SPOT_1, SPOT_2)
    return [
        TrackPlace(track, phase_at(track, at(11, 26), now), (), count, at(11, 26))
        for track, count in zip(tracks, counts, strict=True)
    ]


def terms(now, item=ITEM, track=None, counts=IN_SPOT):
    return exit_terms(ExitAsk(SHOP, EVENT, item, track), places(now, *counts), RULE, now)


@pytest.mark.parametrize("now, phase, item_points, shop_points, undo", [
    (at(9, 27), Phase.ENROLLING, 0, 0, DAY), (at(10, 24, 1), Phase.PRICE_LOCKED, 0, 0, 2 * HOUR),
    (at(10, 25, 1), Phase.STOCK_LOCKED, 1, 2, HOUR), (at(10, 28, 1), Phase.WARMING, 2, 6, HOUR / 2),
    (at(11, 1), Phase.SELLING, 3, 12, None),
])  # fmt: skip
def test_points_and_minutes_grow_with_the_phase(now, phase, item_points, shop_points, undo):
    item, shop = terms(now), terms(now, item=None)
    assert (item.phase, item.points, shop.points) == (phase, item_points, shop_points)
    assert item.undo_until == (now + undo if undo else None)
    assert item.allowed_until == at(11, 4, 0)


def test_after_the_sale_nothing_leaves():
    gone = terms(at(11, 5))
    assert (gone.is_allowed, gone.phase, gone.points, gone.lost) == (False, Phase.PROTECTED, 0, ())
    assert terms(at(11, 5), counts=(NONE,) * 3).phase is Phase.OVER


def test_the_latest_phase_of_the_tracks_counts_and_tracks_that_are_over_stay():
    both = terms(at(10, 26), counts=(ONE, ONE, NONE))  # presale sells, spot's stock is locked
    assert (both.phase, [one.track.code for one in both.lost]) == (Phase.SELLING, ["wave_1_presale", "wave_1_spot"])
    assert (both.lost[0].protected_until, both.lost[1].protected_until) == (at(11, 26), None)
    later = terms(at(11, 1), counts=(ONE, ONE, NONE))
    assert [one.track.code for one in later.lost] == ["wave_1_spot"]


def test_a_shop_with_nothing_enrolled_leaves_without_points():
    empty = terms(at(11, 1), item=None, counts=(NONE,) * 3)
    assert (empty.phase, empty.points, empty.is_allowed) == (Phase.ENROLLING, 0, True)
    assert terms(at(9, 1), counts=(ONE, ONE, ONE)).phase is Phase.ENROLLING  # not open yet costs as enrolling


def test_what_was_seen_has_another_name_when_it_costs_more_and_the_same_a_minute_later():
    assert terms(at(9, 27)).seen == terms(at(9, 28)).seen
    assert terms(at(9, 27)).seen != terms(at(10, 26)).seen
    assert terms(at(9, 27), track="wave_1_spot").seen != terms(at(9, 27)).seen
