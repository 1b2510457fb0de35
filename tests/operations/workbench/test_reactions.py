"""Do dates, exits and refused rows of sale events reach the shop as messages and to-dos, and cases their list?"""

from datetime import timedelta

import pytest

from peakday.apps.worker.tasks import REACTIONS
from peakday.kernel.ids import show_id
from peakday.kernel.messages.reading import MessageFilter
from peakday.kernel.outbox import deliver_pending
from peakday.operations.workbench import api
from peakday.operations.workbench.model import CaseKind, CaseState
from peakday.trade.sale_events import api as sale_events
from tests.market.people import open_shop_with_owner
from tests.trade.sale_events.builders import (
    HOUR,
    a_wish,
    at,
    enrol,
    import_entries,
    item_ask,
    join,
    leave,
    list_goods,
    plan_2026,
    publish,
)


@pytest.fixture
async def shop(house, clock):
    """A shop in the event with tea enrolled; its owner; the event."""
    now = clock.at = at(10, 10, 12)
    event = await publish(house.database, plan_2026(), now)
    shop_id, owner = await open_shop_with_owner(house.database, "one", now)
    async with house.database.transaction() as tx:
        await list_goods(tx, shop_id, now)
    await join(house.database, owner, shop_id, event, now)
    await enrol(house.database, owner, shop_id, event, [a_wish(shop_id)], now=now)
    return shop_id, owner, event


async def told(house, owner, shop_id):
    """The subjects on the owner's desk, latest first, after the news was delivered."""
    await deliver_pending(house.database, REACTIONS, house.clock)
    async with house.database.read() as connection:
        page = await api.list_desk(connection, owner, shop_id, MessageFilter())
    return [one.stored.message.subject.en for one in page.items]


@pytest.mark.capability("QN-01")
async def test_events_to_join_and_tracks_to_fill_are_to_dos_with_their_deadline(house, clock, shop):
    shop_id, owner, event = shop
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, owner, shop_id, clock.now())
        open_tracks = await sale_events.open_events(connection, shop_id, clock.now())
    assert open_tracks
    assert [todo.deadline for todo in todos.open if todo.kind == "enrol"] == [one.at for one in open_tracks]
    assert {todo.path for todo in todos.open if todo.kind == "enrol"} == {f"events/{show_id('sev', event.event_id)}"}


@pytest.mark.capability("SH-01")
async def test_a_date_that_comes_near_is_told_once(house, clock, shop):
    shop_id, owner, _ = shop
    clock.at = at(10, 23, 12)
    for _ in range(2):
        async with house.database.transaction() as tx:
            await sale_events.remind_shops(tx, clock.now())
    subjects = await told(house, owner, shop_id)
    assert subjects == ["Within 24 h: enrolment closes and prices are locked"]


@pytest.mark.capability("SH-04")
async def test_an_exit_and_its_undoing_are_told_and_stand_among_the_cases(house, clock, shop):
    shop_id, owner, event = shop
    left = await leave(house.database, owner, item_ask(shop_id, event), clock.now())
    assert await told(house, owner, shop_id) == ["“Title of tea” left Double 11 2026"]
    clock.advance(HOUR / 60)
    async with house.database.transaction() as tx:
        await sale_events.undo_exit(tx, owner, shop_id, left.exit_id, clock.now())
    assert (await told(house, owner, shop_id))[0] == "“Title of tea” came back to Double 11 2026"
    async with house.database.read() as connection:
        cases = await api.list_cases(connection, owner, shop_id)
    [case] = [one for one in cases.items if one.kind is CaseKind.EXIT]
    assert (case.state, case.verdict.en, case.opened_at) == (CaseState.SETTLED, "Taken back", left.exited_at)


@pytest.mark.capability("QN-06", "SH-06")
async def test_refused_rows_become_a_to_do_until_the_track_closes_and_a_case(house, clock, shop, tmp_path):
    shop_id, owner, event = shop
    file = tmp_path / "rows.csv"
    file.write_text("item_ref,price,stock\ncup,90.00,5\nnothing,90.00,5\n", encoding="utf-8")
    await import_entries(house.database, file, shop_id, event, at_=clock.now())
    subjects = await told(house, owner, shop_id)
    assert subjects == ["Rows of an enrolment file were refused: Double 11 2026"]
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, owner, shop_id, clock.now())
        cases = await api.list_cases(connection, owner, shop_id)
    track = event.plan.find_track("wave_1_spot")
    [todo] = [one for one in todos.open if one.is_pushed]
    assert (todo.title.en, todo.deadline) == ("Mend the refused rows of an enrolment", track.enrols_until)
    [case] = [one for one in cases.items if one.kind is CaseKind.ENROLMENT_IMPORT]
    assert (case.state, case.verdict.en) == (CaseState.WAITS_FOR_YOU, "1 rows accepted, 1 refused")
    assert case.settled_at is not None
    assert cases.median_time == case.settled_at - case.opened_at == timedelta(0)
