"""Does each person see their open work, heaviest first, settle it, and take that back?"""

from datetime import timedelta

import pytest

from peakday.kernel.money import Money
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.kernel.text import Text
from peakday.market.accounts.identity import actor_of_account
from peakday.market.accounts.model import Role
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import NewItem
from peakday.operations.health import api as health
from peakday.operations.workbench import api
from peakday.operations.workbench.errors import TodoNotFound
from peakday.operations.workbench.model import Todo
from peakday.trade.orders.api import copy_orders
from peakday.trade.orders.model import OrderStatus
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.model import Tier, Tiers
from tests.market.people import open_account, open_shop_with_owner
from tests.trade.orders.builders import SOURCE, an_order
from tests.trade.promotions.shop_floor import QUIET, open_floor

HOUR = timedelta(hours=1)


def a_risk(now, key="risk:1", yuan=9_000, hours=3):
    """A pushed to-do: an item that sells too low in some hours."""
    return Todo(
        key=key, kind="price_risk", title=Text("价格风险", "Price risk"), path="health", permission="marketing:view",
        at_risk=Money(yuan * 100, "CNY"), deadline=now + hours * HOUR,
    )  # fmt: skip


@pytest.fixture
async def shop(house, clock):
    """A shop with three orders to ship, the first paid 40 hours ago, one not paid, and a price risk."""
    now = clock.now()
    shop_id, owner = await open_shop_with_owner(house.database, "one", now)
    await open_shop_with_owner(house.database, "two", now)
    async with house.database.transaction() as tx:
        await copy_items(tx, [NewItem(shop_id, "test", "tea", "Tea", list_price_minor=900)], now)
        waiting = [
            an_order(f"w{n}", shop_id=shop_id, at=now - 40 * HOUR, status=OrderStatus.AWAITING_SHIPMENT)
            for n in range(3)
        ]
        await copy_orders(tx, SOURCE, [*waiting, an_order("unpaid", shop_id=shop_id, paid=False)], now)
        packer = await open_account(tx, shop_id, "packer", now, Role.SHIPPING)
        assert await api.push_todo(tx, shop_id, a_risk(now), now)
    return shop_id, owner, actor_of_account(packer)


@pytest.mark.capability("QN-01")
async def test_to_dos_stand_by_money_at_risk_and_time_left(house, clock, shop):
    shop_id, owner, _ = shop
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, owner, shop_id, clock.now())
    assert [(todo.key, todo.count, todo.deadline and todo.deadline - clock.now()) for todo in todos.open] == [
        ("risk:1", None, 3 * HOUR), ("orders.ship", 3, 8 * HOUR), ("orders.pay", 1, None),
    ]  # fmt: skip
    assert todos.open[1].path == "orders?waits_for=shipment"
    assert not todos.is_new_merchant


@pytest.mark.capability("QN-01", "QN-08")
async def test_a_packer_sees_orders_only_and_no_figure(house, clock, shop):
    shop_id, _, packer = shop
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, packer, shop_id, clock.now())
    assert [(todo.key, todo.count, todo.at_risk) for todo in todos.open] == [
        ("orders.ship", None, None), ("orders.pay", None, None),
    ]  # fmt: skip


async def test_a_new_merchant_sees_none(house, clock):
    shop_id, owner = await open_shop_with_owner(house.database, "new", clock.now())
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, owner, shop_id, clock.now())
    assert (todos.open, todos.snoozed, todos.is_new_merchant) == ((), (), True)


async def test_a_pushed_to_do_is_done_once_and_can_be_opened_again(house, clock, shop):
    shop_id, owner, packer = shop

    async def keys(tx):
        return [todo.key for todo in (await api.list_todos(tx, owner, shop_id, clock.now())).open if todo.is_pushed]

    async with house.database.transaction() as tx:
        with pytest.raises(NotAllowed):
            await api.finish_todo(tx, packer, shop_id, "risk:1", clock.now())
        assert await keys(tx) == ["risk:1"]
        await api.finish_todo(tx, owner, shop_id, "risk:1", clock.now())
        await api.finish_todo(tx, owner, shop_id, "risk:1", clock.now())
        assert await keys(tx) == []
        assert not await api.push_todo(tx, shop_id, a_risk(clock.now()), clock.now())  # news delivered twice
        assert await keys(tx) == []
        await api.reopen_todo(tx, owner, shop_id, "risk:1", clock.now())
        assert await keys(tx) == ["risk:1"]
        assert await api.clear_todos(tx, shop_id, ["risk:1"], clock.now()) == 1
        await api.reopen_todo(tx, owner, shop_id, "risk:1", clock.now())
        assert await keys(tx) == []
        trail = await tx.fetch("select action from accounts.audit_trail where subject = 'todo:risk:1' order by 1")
    assert [row["action"] for row in trail] == ["todo_finished", "todo_reopened"]


async def test_a_counter_is_not_done_by_hand(house, clock, shop):
    shop_id, owner, _ = shop
    async with house.database.transaction() as tx:
        with pytest.raises(TodoNotFound):
            await api.finish_todo(tx, owner, shop_id, "orders.ship", clock.now())


async def test_a_to_do_is_put_off_until_its_deadline_at_most(house, clock, shop):
    shop_id, owner, _ = shop
    now = clock.now()
    async with house.database.transaction() as tx:
        await api.snooze_todo(tx, owner, shop_id, "orders.ship", now + 12 * HOUR, now)
        todos = await api.list_todos(tx, owner, shop_id, now)
        assert [(todo.key, todo.snoozed_until) for todo in todos.snoozed] == [("orders.ship", now + 8 * HOUR)]
        assert "orders.ship" not in [todo.key for todo in todos.open]
        await api.snooze_todo(tx, owner, shop_id, "orders.ship", None, now)
        assert (await api.list_todos(tx, owner, shop_id, now)).snoozed == ()
        await api.snooze_todo(tx, owner, shop_id, "risk:1", now + HOUR, now)
        clock.advance(2 * HOUR)
        assert (await api.list_todos(tx, owner, shop_id, clock.now())).snoozed == ()
        for until in (now, now + 200 * HOUR):
            with pytest.raises(Invalid):
                await api.snooze_todo(tx, owner, shop_id, "risk:1", until, clock.now())


@pytest.mark.capability("QN-08")
async def test_another_shops_to_dos_are_not_found(house, clock, shop):
    shop_id, *_ = shop
    async with house.database.transaction() as tx:
        stranger = actor_of_account(await open_account(tx, shop_id, "guest", clock.now(), Role.CUSTOM, {"home:view"}))
        other, owner = await open_shop_with_owner(house.database, "three", clock.now())
        for act in (
            api.list_todos(tx, owner, shop_id, clock.now()),
            api.finish_todo(tx, owner, shop_id, "risk:1", clock.now()),
            api.snooze_todo(tx, owner, shop_id, "risk:1", None, clock.now()),
            api.finish_todo(tx, owner, other, "risk:1", clock.now()),
        ):
            with pytest.raises(NotFound):
                await act
        assert (await api.list_todos(tx, stranger, shop_id, clock.now())).open == ()


@pytest.mark.capability("QN-01", "QN-08")
async def test_price_risks_are_counted_with_what_they_may_cost_for_who_may_open_them(house):
    floor = await open_floor(house)
    too_deep = floor.instrument(benefit=Tiers((Tier(10_000, 9_000),)))
    async with house.database.transaction() as tx:
        marketer = await open_account(
            tx, floor.shop_id, "marketer", floor.now, Role.CUSTOM, {"home:view", "marketing:view"}
        )
        await health.set_shop_rule(tx, floor.owner, floor.shop_id, 6_000, floor.now)
        await promotions.save_draft(tx, floor.owner, floor.shop_id, too_deep, floor.now)
        wish = promotions.Wish(floor.shop_id, too_deep.instrument_id)
        await promotions.publish(tx, floor.owner, wish, QUIET, floor.now)
    await health.scan_shop(house, floor.shop_id)
    async with house.database.read() as connection:
        todos = await api.list_todos(connection, floor.owner, floor.shop_id, floor.now)
        others = await api.list_todos(connection, actor_of_account(marketer), floor.shop_id, floor.now)
        found = await health.risk_items(connection, floor.owner, floor.shop_id)
    [risks] = [todo for todo in todos.open if todo.kind == "price_risk"]
    loss = sum(one.loss_minor for one in found)
    assert found
    assert (risks.count, risks.at_risk) == (len(found), Money(loss, "CNY"))
    assert [todo for todo in others.open if todo.kind == "price_risk"] == []
