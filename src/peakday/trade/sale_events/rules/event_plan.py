"""What does an event look like that the platform has announced, and the same event with its dates moved?

An announced calendar is a dated rule set: periods with their first and last second, and the tracks over them. Read, it
is a plan whose intervals end at an instant that no longer belongs to them. Moving a plan moves every date by the same
number of whole days: the market has no summer time, so the wall clock of each date stays.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from peakday.kernel.clock import day_of
from peakday.kernel.rulesets import RuleSet
from peakday.kernel.text import Text
from peakday.trade.sale_events.model import (
    SELLING_KINDS,
    EventPlan,
    Terms,
    Track,
    TrackKind,
    Wave,
    WaveKind,
)

LAST_SECOND = timedelta(seconds=1)  # announcements write the last second of a period


def read_plan(calendar: RuleSet) -> EventPlan:
    """The plan of one version of an announced calendar, such as `double_11_calendar`."""
    periods = {period["code"]: period for period in calendar.params["periods"]}
    event = calendar.params["event"]
    terms = Terms(
        event["price_rule"], event["promotion_rule"], event["exit_rule"], event["drop_rule"],
        event["accepts_unproven"], event["stock_locks_hours_after"],
        calendar.effective_to or calendar.effective_from,
        tuple((first, second) for first, second in event["forbidden_pairs"]),
    )  # fmt: skip
    enrols_from, enrols_until = _span(periods[event["enrolment"]])
    return EventPlan(
        code=event["code"], name=Text(event["zh"], event["en"]), enrols_from=enrols_from, enrols_until=enrols_until,
        tracks=tuple(_track(entry, periods, terms) for entry in calendar.params["tracks"]), terms=terms,
        source=calendar.source,
    )  # fmt: skip


def make_track(track: Track, terms: Terms) -> Track:
    """The track with its stock lock laid down: so many hours after enrolment, at the latest when the sale begins."""
    lock = track.enrols_until + timedelta(hours=terms.stock_locks_hours_after)
    sale_starts_at = next((wave.starts_at for wave in track.waves if wave.kind in SELLING_KINDS), lock)
    return replace(track, stock_locks_at=min(lock, sale_starts_at))


def move_plan(plan: EventPlan, days: int) -> EventPlan:
    """The same plan so many days later (earlier below 0)."""
    by = timedelta(days=days)
    return replace(
        plan,
        enrols_from=plan.enrols_from + by,
        enrols_until=plan.enrols_until + by,
        tracks=tuple(_moved(track, by) for track in plan.tracks),
    )


def days_to_end_on(plan: EventPlan, last_day: date) -> int:
    """By how many days to move the plan so that its last market day is this one."""
    return (last_day - day_of(plan.ends_at - datetime.resolution)).days


def _moved(track: Track, by: timedelta) -> Track:
    waves = (replace(wave, starts_at=wave.starts_at + by, ends_at=wave.ends_at + by) for wave in track.waves)
    return replace(
        track, enrols_from=track.enrols_from + by, enrols_until=track.enrols_until + by,
        stock_locks_at=track.stock_locks_at + by, waves=tuple(waves),
    )  # fmt: skip


def _track(entry: Mapping[str, Any], periods: Mapping[str, Mapping[str, Any]], terms: Terms) -> Track:
    enrols_from, enrols_until = _span(periods[entry["enrolment"]])
    waves = []
    for wave in entry["waves"]:
        period = periods[wave["period"]]
        waves.append(Wave(WaveKind(wave["kind"]), Text(period["zh"], period["en"]), *_span(period)))
    track = Track(
        entry["code"], Text(entry["zh"], entry["en"]), TrackKind(entry["kind"]), enrols_from, enrols_until,
        enrols_until, tuple(waves),
    )  # fmt: skip
    return make_track(track, terms)


def _span(period: Mapping[str, Any]) -> tuple[datetime, datetime]:
    """From the first second to behind the last one."""
    return period["start"], period["end"] + LAST_SECOND
