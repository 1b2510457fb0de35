"""Does the worker's duty bring events into Parquet, and does the audit see when they are harmed?"""

from types import SimpleNamespace

import pytest

from peakday.insight.behaviour.audit import audit
from peakday.insight.behaviour.jobs import compact
from peakday.insight.behaviour.store import event_files
from peakday.kernel.house import House


@pytest.fixture
def house(settings, clock, log) -> House:
    house = House(settings, clock, database=SimpleNamespace())  # neither the duty nor the audit asks the database
    house.add(log)
    return house


async def test_an_audit_of_an_installation_without_events_finds_nothing(house):
    assert await audit(house) == []
    assert (await compact(house)).segments == 0


async def test_the_duty_compacts_what_was_acknowledged(house, send, make_event, read_events, settings):
    await send([make_event("a"), make_event("b", ts="2026-11-10T23:00:00+08:00")])
    done = await compact(house)
    assert (done.segments, done.rows, done.doubled) == (1, 2, 0)
    assert [str(day) for day in event_files(settings).parquet] == ["2026-11-10", "2026-11-11"]
    assert read_events("event_id") == [("a",), ("b",)]
    assert await audit(house) == []


async def test_the_audit_names_a_part_that_was_lost(house, send, make_event, settings):
    await send(make_event("a"))
    await compact(house)
    ((part,),) = event_files(settings).parquet.values()
    part.unlink()
    (finding,) = await audit(house)
    assert (finding.room, finding.invariant) == ("behaviour", "log_part_is_whole")
    assert finding.subject == part.relative_to(settings.events_dir).as_posix()


async def test_the_audit_names_a_segment_that_was_lost_before_compaction(house, send, make_event, settings, log):
    await send(make_event("a"))
    await log.settle()
    (segment,) = (settings.events_dir / "segments").glob("*.ndjson")
    segment.unlink()
    await compact(house)
    (finding,) = await audit(house)
    assert (finding.room, finding.invariant, finding.subject) == ("behaviour", "log_segment_is_whole", segment.name)
