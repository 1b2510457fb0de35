"""Is the calendar of 2022 read as it was announced, and does a moved plan keep its clock times?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from peakday.kernel.clock import MARKET_ZONE
from peakday.trade.sale_events.model import TrackKind, WaveKind
from peakday.trade.sale_events.rules.event_plan import days_to_end_on, make_track, move_plan
from peakday.trade.sale_events.rules.plan_faults import plan_faults
from tests.trade.sale_events.builders import DAY, HOUR, plan_2022, plan_2026


def wall(at):
    return at.astimezone(MARKET_ZONE).strftime("%m-%d %H:%M:%S")


@pytest.mark.capability("SH-01", page="/shop/{shop_id}/events")
def test_the_calendar_of_double_11_2022_is_shipped_as_announced():
    plan = plan_2022()
    assert (wall(plan.enrols_from), wall(plan.enrols_until)) == ("09-26 12:00:00", "10-11 00:00:00")
    told = [
        (track.code, track.kind.value, wall(track.enrols_from), wall(track.enrols_until),
         [(wave.kind.value, wall(wave.starts_at), wall(wave.ends_at)) for wave in track.waves])
        for track in plan.tracks
    ]  # fmt: skip
    assert told == [
        ("wave_1_presale", "presale", "09-26 12:00:00", "10-11 00:00:00", [
            ("presale_warm", "10-24 14:00:00", "10-24 20:00:00"), ("deposit", "10-24 20:00:00", "10-31 18:00:00"),
            ("tail", "10-31 20:00:00", "11-04 00:00:00")]),
        ("wave_1_spot", "spot", "09-26 12:00:00", "10-24 00:00:00", [
            ("warm", "10-28 00:00:00", "10-31 20:00:00"), ("spot", "10-31 20:00:00", "11-04 00:00:00")]),
        ("wave_2_spot", "spot", "10-25 12:00:00", "11-08 00:00:00", [
            ("warm", "11-06 00:00:00", "11-10 20:00:00"), ("spot", "11-10 20:00:00", "11-12 00:00:00")]),
    ]  # fmt: skip
    assert plan.terms.forbidden_pairs == (("wave_1_spot", "wave_2_presale"),)
    assert [wall(track.stock_locks_at) for track in plan.tracks] == [
        "10-12 00:00:00", "10-25 00:00:00", "11-09 00:00:00",
    ]  # fmt: skip
    assert plan_faults(plan) == []


def test_a_moved_plan_ends_on_the_day_and_keeps_every_clock_time():
    plan = plan_2022()
    last_day = date(2026, 3, 1)
    moved = move_plan(plan, days_to_end_on(plan, last_day))
    assert moved.ends_at == datetime(2026, 3, 1, 16, tzinfo=UTC)
    by = moved.ends_at - plan.ends_at
    assert by % DAY == timedelta(0)
    assert moved.tracks[0].waves[1].starts_at - plan.tracks[0].waves[1].starts_at == by
    assert moved.terms.promotion_on == date(2022, 11, 11)  # a copy is played by the rules of its year
    assert plan_faults(moved) == []


def test_the_stock_is_locked_at_the_latest_when_the_sale_begins():
    plan = plan_2026()
    track = replace(plan.tracks[1], enrols_until=plan.tracks[1].sale.starts_at)
    assert make_track(track, plan.terms).stock_locks_at == track.sale.starts_at


def faults(plan):
    return [(problem.field, problem.code) for problem in plan_faults(plan)]


def with_track(number, **changes):
    plan = plan_2026()
    tracks = list(plan.tracks)
    tracks[number] = replace(tracks[number], **changes)
    return replace(plan, tracks=tuple(tracks))


def test_each_fault_of_a_plan_is_named():
    plan = plan_2026()
    presale, spot = plan.tracks[0], plan.tracks[1]
    assert faults(replace(plan, tracks=())) == [("tracks", "tracks_wrong")]
    assert faults(replace(plan, tracks=(spot, spot))) == [("tracks", "tracks_wrong")]
    assert faults(replace(plan, enrols_until=plan.enrols_from)) == [("enrolment", "ends_before_begin")]
    assert faults(replace(plan, name=replace(plan.name, en=" "))) == [("name", "missing")]
    assert faults(with_track(0, waves=presale.waves[:2])) == [("wave_1_presale.waves", "waves_wrong")]
    assert faults(with_track(1, kind=TrackKind.PRESALE)) == [("wave_1_spot.waves", "waves_wrong")]
    late = spot.sale.starts_at + HOUR
    assert faults(with_track(1, enrols_until=late)) == [("wave_1_spot.enrolment", "enrols_too_long")]
    assert faults(with_track(1, enrols_until=spot.enrols_from)) == [("wave_1_spot.enrolment", "ends_before_begin")]
    backwards = (spot.waves[0], replace(spot.waves[1], ends_at=spot.waves[1].starts_at))
    assert faults(with_track(1, waves=backwards)) == [("wave_1_spot.spot", "ends_before_begin")]
    longer = (replace(spot.waves[0], ends_at=late), spot.waves[1])
    assert faults(with_track(1, waves=longer)) == [("wave_1_spot.spot", "waves_overlap")]
    assert presale.warm_up.kind is WaveKind.PRESALE_WARM
    bare = replace(spot, waves=spot.waves[1:])
    assert bare.warm_up is None
