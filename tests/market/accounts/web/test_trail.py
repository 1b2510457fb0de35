"""Is each view noted once a minute, under the right shop, and only when something was seen?"""

from datetime import timedelta

import pytest

from peakday.kernel.ids import show_id
from tests.market.doors import signed_in
from tests.market.people import open_account, open_shop_with_owner


@pytest.fixture
async def shown(house, clock):
    shop_id, _ = await open_shop_with_owner(house.database, "one", clock.now())
    return show_id("shp", shop_id)


async def _views(house):
    async with house.database.read() as connection:
        rows = await connection.fetch(
            "select actor_name, action, subject, remote_address, shop_id from accounts.audit_trail"
            " where subject like 'page:%' order by at, subject"
        )
    return [(row["actor_name"], row["action"], row["subject"], row["remote_address"]) for row in rows]


async def test_a_view_is_noted_once_a_minute_and_a_file_as_an_export(house, clock, shown):
    async with signed_in(house, "owner-one") as client:
        for _ in range(3):
            await client.get(f"/shop/{shown}/staff")
        clock.advance(timedelta(minutes=1))
        await client.get(f"/shop/{shown}/staff")
        clock.advance(timedelta(minutes=1))
        await client.get(f"/shop/{shown}/audit.csv")
        clock.advance(timedelta(minutes=1))
        await client.get(f"/v1/shops/{shown}")
    who, address = "Owner-One", "203.0.113.7"
    assert await _views(house) == [
        (who, "viewed", f"page:/shop/{shown}/staff", address),
        (who, "viewed", f"page:/shop/{shown}/staff", address),
        (who, "exported", f"page:/shop/{shown}/audit.csv", address),
        (who, "viewed", f"page:/v1/shops/{shown}", address),
    ]


async def test_what_was_refused_was_not_seen(house, clock, shown):
    other_id, _ = await open_shop_with_owner(house.database, "two", clock.now())
    async with signed_in(house, "owner-one") as client:
        for path in (f"/shop/{show_id('shp', other_id)}/staff", f"/shop/{shown}/nothing", "/shop/x/staff", "/account"):
            await client.get(path)
    assert await _views(house) == []


async def test_staff_of_the_platform_leave_their_trace_in_the_shop_they_look_into(house, clock, shown):
    async with house.database.transaction() as tx:
        await open_account(tx, None, "xiaoer", clock.now())
    async with signed_in(house, "xiaoer") as client:
        assert (await client.get(f"/shop/{shown}/profile")).status_code == 200
    async with signed_in(house, "owner-one") as client:
        assert "Xiaoer" in (await client.get(f"/shop/{shown}/audit")).text
