"""Does a listing show the wanted orders of one's own shop, newest first, and money only to who may see it?"""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, NotAllowed, NotFound
from peakday.trade.orders.api import (
    copy_orders,
    count_todos,
    get_order,
    iterate_orders,
    largest_shops,
    list_orders,
)
from peakday.trade.orders.model import OrderFilter, OrderKind, OrderStatus, ShopSize, Terminal, Todos, Waiting
from tests.trade.orders.builders import AT, SHOP, SOURCE, a_line, an_order, asking_back

OTHER = UUID(int=SHOP.int + 1)
OWNER = Actor(ActorKind.MERCHANT, None, SHOP, frozenset({"trade:view", "data:view"}))
SHIPPER = Actor(ActorKind.MERCHANT, None, SHOP, frozenset({"trade:view"}))


@pytest.fixture
async def tx(database):
    async with database.transaction() as tx:
        batch = [an_order(str(n), at=AT + timedelta(minutes=n)) for n in range(5)]
        await copy_orders(tx, SOURCE, [*batch, an_order("else", shop_id=OTHER)], AT)
        yield tx


def refs(page):
    return [order.source_ref for order in page.items]


async def test_a_shop_lists_its_own_orders_newest_first_page_by_page(tx):
    first = await list_orders(tx, OWNER, SHOP, OrderFilter(), limit=2)
    second = await list_orders(tx, OWNER, SHOP, OrderFilter(), first.next_cursor, limit=2)
    third = await list_orders(tx, OWNER, SHOP, OrderFilter(), second.next_cursor, limit=2)
    assert [refs(first), refs(second), refs(third)] == [["4", "3"], ["2", "1"], ["0"]]
    assert third.next_cursor is None


async def test_another_shop_is_not_found_and_its_order_neither(tx):
    for act in (
        list_orders(tx, OWNER, OTHER, OrderFilter()),
        count_todos(tx, OWNER, OTHER),
        get_order(tx, OWNER, OTHER, an_order("else", shop_id=OTHER).order.order_id),
        get_order(tx, OWNER, SHOP, an_order("else", shop_id=OTHER).order.order_id),
    ):
        with pytest.raises(NotFound):
            await act


async def test_without_the_menu_there_is_nothing_to_read(tx):
    nobody = replace(OWNER, permissions=frozenset({"data:view"}))
    with pytest.raises(NotAllowed):
        await list_orders(tx, nobody, SHOP, OrderFilter())


@pytest.mark.capability("QN-08")
async def test_who_only_ships_sees_orders_without_money(tx):
    page = await list_orders(tx, SHIPPER, SHOP, OrderFilter())
    assert not page.shows_money
    assert {(o.list_minor, o.discount_minor, o.postage_minor, o.paid_minor, o.refund_minor) for o in page.items} == {
        (0, 0, 0, 0, 0)
    }
    detail = await get_order(tx, SHIPPER, SHOP, page.items[0].order_id)
    assert not detail.shows_money
    assert [(line.list_minor, line.paid_minor, line.discounts, line.quantity) for line in detail.lines] == [
        (0, 0, (), 1)
    ]
    exported = [order.paid_minor async for order in iterate_orders(tx, SHIPPER, SHOP, OrderFilter())]
    assert exported == [0] * 5


async def test_a_page_is_neither_empty_nor_endless(tx):
    for limit in (0, 201):
        with pytest.raises(Invalid):
            await list_orders(tx, OWNER, SHOP, OrderFilter(), limit=limit)


async def test_filters_pick_by_state_terminal_flag_refund_buyer_and_region(database):
    odd = an_order(
        "odd", [a_line(refund=10)], status=OrderStatus.SHIPPED, terminal=Terminal.APP, flags=("zero_price",),
        buyer_id=OTHER, region_id="north",
    )  # fmt: skip
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [odd, an_order("plain")], AT)
        for wanted in (
            OrderFilter(status=OrderStatus.SHIPPED), OrderFilter(terminal=Terminal.APP), OrderFilter(buyer_id=OTHER),
            OrderFilter(region_id="north"), OrderFilter(flag="zero_price"), OrderFilter(has_refund=True),
        ):  # fmt: skip
            assert refs(await list_orders(tx, OWNER, SHOP, wanted)) == ["odd"], wanted
        assert refs(await list_orders(tx, OWNER, SHOP, OrderFilter(has_refund=False))) == ["plain"]


async def test_days_are_days_of_the_market(database):
    midnight = datetime(2026, 11, 10, 16, 0, tzinfo=UTC)  # 0:00 of the 11th in Shanghai
    async with database.transaction() as tx:
        eve, day = an_order("10th", at=midnight - timedelta(milliseconds=1)), an_order("11th", at=midnight)
        await copy_orders(tx, SOURCE, [eve, day], AT)
        tenth, eleventh = date(2026, 11, 10), date(2026, 11, 11)
        assert refs(await list_orders(tx, OWNER, SHOP, OrderFilter(first_day=eleventh))) == ["11th"]
        assert refs(await list_orders(tx, OWNER, SHOP, OrderFilter(last_day=tenth))) == ["10th"]
        both = OrderFilter(first_day=tenth, last_day=eleventh)
        assert refs(await list_orders(tx, OWNER, SHOP, both)) == ["11th", "10th"]


async def test_search_finds_a_number_of_either_kind_and_nothing_by_half_a_number(tx):
    shown = show_id("ord", an_order("3", at=AT + timedelta(minutes=3)).order.order_id)
    assert refs(await list_orders(tx, OWNER, SHOP, OrderFilter(search=f" {shown} "))) == ["3"]
    assert refs(await list_orders(tx, OWNER, SHOP, OrderFilter(search="4"))) == ["4"]
    assert refs(await list_orders(tx, OWNER, SHOP, OrderFilter(search="ord_nothing"))) == []


async def test_todos_count_what_waits_in_this_shop_only(database):
    waiting = OrderStatus.AWAITING_SHIPMENT
    unpaid = an_order("unpaid", paid=False)
    early = an_order("early", status=waiting, at=AT - timedelta(days=1))
    batch = [unpaid, early, an_order("late", status=waiting), an_order("way", status=OrderStatus.SHIPPED)]
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, [*batch, an_order("done"), an_order("x", shop_id=OTHER, status=waiting)], AT)
        assert await count_todos(tx, OWNER, SHOP) == Todos(1, 2, 1, 0, AT - timedelta(days=1))


async def test_a_list_of_what_waits_holds_exactly_the_orders_counted(database):
    settled = an_order("settled", [a_line(1, refund=100)])
    batch = [
        settled, asking_back(an_order("asked"), 300, 200), an_order("unpaid", paid=False),
        an_order("balance", paid=False, status=OrderStatus.AWAITING_BALANCE, kind=OrderKind.PRESALE),
        an_order("to ship", status=OrderStatus.AWAITING_SHIPMENT), an_order("way", status=OrderStatus.SHIPPED),
    ]  # fmt: skip
    async with database.transaction() as tx:
        await copy_orders(tx, SOURCE, batch, AT)
        counts = await count_todos(tx, OWNER, SHOP)
        lists = {
            waiting: sorted(refs(await list_orders(tx, OWNER, SHOP, OrderFilter(waits_for=waiting))))
            for waiting in Waiting
        }
    assert lists == {
        Waiting.PAYMENT: ["balance", "unpaid"], Waiting.SHIPMENT: ["to ship"], Waiting.RECEIPT: ["way"],
        Waiting.REFUND: ["asked"],
    }  # fmt: skip
    assert counts == Todos(2, 1, 1, 1, AT)


async def test_the_largest_shops_come_first(tx):
    assert await largest_shops(tx) == [ShopSize(SHOP, 5), ShopSize(OTHER, 1)]


async def test_an_export_reads_all_orders_in_order(tx):
    exported = [order.source_ref async for order in iterate_orders(tx, SYSTEM, SHOP, OrderFilter())]
    assert exported == ["4", "3", "2", "1", "0"]
