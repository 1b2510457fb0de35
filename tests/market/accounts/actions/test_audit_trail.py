"""Is the trail written with the act, kept for ever, and read only by who may?"""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.market.accounts import api
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import AuditFilter, Role
from tests.market.people import open_account, open_shop_with_owner

ALL = AuditFilter()


async def test_an_act_that_is_undone_leaves_no_trace_and_one_that_is_done_leaves_its_own(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    at_home = replace(owner, remote_address="203.0.113.9")

    async def act_and_fail():
        async with database.transaction() as tx:
            await api.record_audit(tx, at_home, "price_changed", "item:1", clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_and_fail()
    async with database.transaction() as tx:
        await api.record_audit(tx, at_home, "price_changed", "item:2", clock.now(), {"field": "price"})
        [entry] = await api.list_audit(tx, owner, shop_id, AuditFilter(action="price_changed"))
    assert (entry.subject, entry.detail, entry.actor_name) == ("item:2", {"field": "price"}, "Owner-One")
    assert (entry.remote_address, entry.at, entry.account_id) == ("203.0.113.9", clock.now(), owner.account_id)


@pytest.mark.parametrize(
    "change",
    ["update accounts.audit_trail set actor_name = 'nobody'", "delete from accounts.audit_trail",
     "truncate accounts.audit_trail"],
)  # fmt: skip
async def test_the_trail_takes_no_change_and_no_removal(database, clock, change):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    async with database.read() as connection:
        before = await api.list_audit(connection, owner, shop_id, ALL)
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await connection.execute(change)
        assert await api.list_audit(connection, owner, shop_id, ALL) == before != []


async def test_entries_are_found_by_action_person_time_and_words_and_come_in_pages(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    async with database.transaction() as tx:
        wang = actor_of_account(await open_account(tx, shop_id, "wang", clock.now(), Role.CUSTOM))
        for number in range(5):
            clock.advance(timedelta(hours=1))
            actor = owner if number % 2 else wang
            await api.record_audit(tx, actor, "viewed", f"page:/{number}", clock.now())

        async def found(before=None, limit=50, **wanted):
            rows = await api.list_audit(tx, owner, shop_id, AuditFilter(action="viewed", **wanted), before, limit)
            return rows, [row.subject for row in rows]

        first, subjects = await found(limit=2)
        assert subjects == ["page:/4", "page:/3"]
        assert (await found(before=first[-1].entry_id))[1] == ["page:/2", "page:/1", "page:/0"]
        assert (await found(account_id=owner.account_id))[1] == ["page:/3", "page:/1"]
        assert (await found(search="WANG"))[1] == ["page:/4", "page:/2", "page:/0"]
        assert (await found(search="%"))[1] == []
        since, until = clock.now() - timedelta(hours=2), clock.now()
        assert (await found(since=since, until=until))[1] == ["page:/3", "page:/2"]
        assert await api.list_audit_actions(tx, owner, shop_id) == ["account_created", "viewed"]


async def test_the_acts_of_staff_stand_in_the_trail_of_the_shop_they_touched(database, clock):
    shop_id, owner = await open_shop_with_owner(database, "one", clock.now())
    async with database.transaction() as tx:
        await api.record_audit(tx, SYSTEM, "looked_after", "shop:1", clock.now(), {"shop_id": shop_id})
        [entry] = await api.list_audit(tx, owner, shop_id, AuditFilter(action="looked_after"))
    assert (entry.actor_kind, entry.actor_name, entry.detail) == ("system", "system", {})


async def test_only_who_may_view_the_staff_of_this_shop_reads_its_trail(database, clock):
    shop_id, _ = await open_shop_with_owner(database, "one", clock.now())
    _, stranger = await open_shop_with_owner(database, "two", clock.now())
    async with database.transaction() as tx:
        wang = actor_of_account(await open_account(tx, shop_id, "wang", clock.now(), Role.OPERATIONS))
        with pytest.raises(NotAllowed):
            await api.list_audit(tx, wang, shop_id, ALL)
        for address in (shop_id, uuid4()):
            with pytest.raises(NotFound):
                await api.list_audit(tx, stranger, address, ALL)
