"""Are the demo's logins made once, kept private, and good for signing in?"""

import json
import stat
from datetime import timedelta

import pytest

from peakday.apps.importers.demo_accounts import ensure_demo_accounts, tell_address
from peakday.market.accounts import api as accounts
from peakday.market.accounts.api import authenticate_session
from peakday.market.accounts.model import NewBuyer, SignInAttempt
from peakday.market.shops.api import ensure_shops
from peakday.trade.orders import api as orders
from peakday.trade.orders.model import NewOrder, Order, OrderLine, OrderStatus
from tests.market.people import a_shop, enter


async def _open_market(house, sizes):
    now = house.clock.now()
    async with house.database.transaction() as tx:
        ids = await ensure_shops(tx, [a_shop(name, now) for name in sizes])
        for shop_id, (name, size) in zip(ids, sizes.items(), strict=True):
            rows = [_order(shop_id, f"{name}-{number}", now - timedelta(days=1)) for number in range(size)]
            await orders.copy_orders(tx, "test", rows, now)
    return dict(zip(sizes, ids, strict=True))


def _order(shop_id, ref, at):
    order_id = orders.order_id_of(at, shop_id, "test", ref)
    item_id = orders.order_id_of(at, shop_id, "test", "item")
    order = Order(
        shop_id, order_id, "test", ref, OrderStatus.COMPLETED, "CNY", at, 100, 0, 0, 100, paid_at=at
    )  # fmt: skip
    return NewOrder(order, (OrderLine(1, item_id, 1, 100, 100),))


async def _actor(house, row):
    opened = await enter(house.database, row.login, house.clock.now(), row.password)
    async with house.database.read() as connection:
        actor, _ = await authenticate_session(connection, opened.token, house.clock.now())
    return actor


async def test_a_market_without_orders_has_a_login_of_staff_only(house):
    [staff, second] = await ensure_demo_accounts(house)
    assert (second.login, second.role, second.shop) == ("staff2", "platform", "")
    assert (staff.login, staff.role, staff.shop) == ("staff", "platform", "")
    assert (await _actor(house, staff)).permissions == {"*"}


@pytest.mark.capability("QN-08")
async def test_the_owners_of_the_three_largest_shops_and_two_of_their_staff_can_sign_in(house):
    ids = await _open_market(house, {"a": 1, "b": 4, "c": 3, "d": 2})
    logins = await ensure_demo_accounts(house)
    assert [(row.login, row.shop) for row in logins] == [
        ("staff", ""), ("owner1", "Shop b"), ("owner2", "Shop c"), ("owner3", "Shop d"),
        ("analyst", "Shop b"), ("packer", "Shop b"), ("staff2", ""),
    ]  # fmt: skip
    actors = {row.login: await _actor(house, row) for row in logins}
    assert actors["owner2"].shop_id == ids["c"]
    assert {name for name, actor in actors.items() if not actor.can("data:view")} == {"packer"}
    assert logins[0].address == "http://127.0.0.1:8022/sign-in"


async def test_a_second_run_changes_nothing_and_the_file_is_for_its_owner_only(house):
    await _open_market(house, {"a": 1})
    logins = await ensure_demo_accounts(house)
    path = house.settings.home / "logins.json"
    before = path.read_bytes()
    async with house.database.read() as connection:
        rows = await connection.fetch("select * from accounts.account order by login")
    assert await ensure_demo_accounts(house) == logins
    async with house.database.read() as connection:
        assert await connection.fetch("select * from accounts.account order by login") == rows
    assert path.read_bytes() == before
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [row["login"] for row in json.loads(before)] == ["staff", "owner1", "analyst", "packer", "staff2"]
    assert not list(house.settings.home.glob("*.making"))


async def test_where_the_file_was_lost_the_accounts_get_new_passwords(house):
    await _open_market(house, {"a": 1})
    lost = {row.login: row.password for row in await ensure_demo_accounts(house)}
    (house.settings.home / "logins.json").unlink()
    for row in await ensure_demo_accounts(house):
        assert row.password != lost[row.login]
        assert (await _actor(house, row)).name == row.name


async def test_shops_that_come_later_get_their_owners_then(house):
    [staff, _] = await ensure_demo_accounts(house)
    await _open_market(house, {"a": 1})
    logins = await ensure_demo_accounts(house)
    assert logins[0] == staff
    assert [row.login for row in logins] == ["staff", "staff2", "owner1", "analyst", "packer"]


async def test_three_households_of_the_imported_data_can_shop(house):
    now = house.clock.now()
    async with house.database.transaction() as tx:
        rows = [NewBuyer("journey", str(at), now, {"age": "35-44"} if at != 2 else {}) for at in (10, 2, 1, 7, 3)]
        ids = await accounts.ensure_buyers(tx, rows)
    logins = await ensure_demo_accounts(house)
    assert await ensure_demo_accounts(house) == logins
    buyers = [row for row in logins if row.role == "buyer"]
    assert [(row.login, row.shop) for row in buyers] == [("buyer1", "/mall"), ("buyer2", "/mall"), ("buyer3", "/mall")]
    secret = accounts.buyer_secret(house.settings)
    found = []
    for row in buyers:
        attempt = SignInAttempt(row.login, row.password, "203.0.113.7")
        found.append((await accounts.sign_in_buyer(house.database, secret, attempt, now)).buyer_pass.buyer_id)
    assert found == [ids[2], ids[4], ids[3]]  # 1, 3 and 7: what a source knows nothing of is nobody to show


async def test_the_file_names_the_port_at_which_the_market_is_open(house):
    await _open_market(house, {"one": 1})
    logins = await ensure_demo_accounts(house)
    tell_address(house.settings.home, logins, "http://127.0.0.1:8150")
    rows = json.loads((house.settings.home / "logins.json").read_text())
    assert {row["address"] for row in rows} == {"http://127.0.0.1:8150/sign-in"}
    assert [row["password"] for row in rows] == [login.password for login in logins]
    assert stat.S_IMODE((house.settings.home / "logins.json").stat().st_mode) == 0o600
