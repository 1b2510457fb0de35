"""What do an ordinary event, shop and wish look like in tests? Builders with good defaults."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import FixedClock
from peakday.kernel.rulesets import list_versions
from peakday.kernel.text import Text
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import ItemStatus, NewItem, NewSku, item_id_of, sku_id_of
from peakday.trade.price_history.api import record_offers
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.sale_events import api
from peakday.trade.sale_events.exits import ExitAsk, ExitReason
from peakday.trade.sale_events.model import EventPlan, Wish
from peakday.trade.sale_events.rules.event_plan import days_to_end_on, move_plan, read_plan

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(milliseconds=1)
WHY = (ExitReason.PRICE_WRONG, "")


def plan_2022() -> EventPlan:
    return read_plan(list_versions("double_11_calendar")[0])


def plan_2026(code="double-11-2026") -> EventPlan:
    """The calendar of 2022 in 2026; its sales are 2026-10-24, 10-31 and 11-10, each at 20:00 in China."""
    plan = plan_2022()
    moved = move_plan(plan, days_to_end_on(plan, date(2026, 11, 11)))
    return replace(moved, code=code, name=Text("双11 2026", "Double 11 2026"))


def at(month: int, day: int, hour: int = 12, minute: int = 0) -> datetime:
    """A minute of the market's wall clock in 2026."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) - 8 * HOUR


OPENING = at(9, 26, 12, 30)  # everything but wave 2 is open for enrolment


async def publish(database, plan, now):
    async with database.transaction() as tx:
        event = await api.create_event(tx, SYSTEM, plan, now)
        return await api.publish_event(tx, SYSTEM, event.event_id, now)


async def list_goods(tx, shop_id, now, refs=("tea", "cup"), price=10_000, quantity=100, listed=True):
    """Items with one SKU of their own number each, at 100.00 since fifty days ago."""
    items = [
        NewItem(
            shop_id, "tests", ref, f"Title of {ref}", list_price_minor=price,
            skus=(NewSku(ref, price_minor=price, quantity_stated=quantity),),
        )
        for ref in refs
    ]  # fmt: skip
    await copy_items(tx, items, now)
    if listed:
        await record_offers(tx, [an_offer(shop_id, ref, price, now - 50 * DAY) for ref in refs], now)


async def list_pair(tx, shop_id, now, ref="set"):
    """An item of two SKUs, small at 100.00 and big at 200.00."""
    skus = (NewSku("small", price_minor=10_000), NewSku("big", price_minor=20_000))
    await copy_items(tx, [NewItem(shop_id, "tests", ref, "A set", list_price_minor=10_000, skus=skus)], now)


async def take_off_shelf(tx, shop_id, now, ref):
    await copy_items(
        tx, [NewItem(shop_id, "tests", ref, "gone", list_price_minor=10_000, status=ItemStatus.OFF_SHELF)], now
    )


def an_offer(shop_id, ref, price, since, until=None, kind=OfferKind.LIST, event=None) -> Offer:
    item_id, sku_id = item_id_of(shop_id, ref), sku_id_of(shop_id, ref, ref)
    return Offer(shop_id, item_id, sku_id, kind, price, "CNY", since, until, "tests", event)


def a_wish(shop_id, ref="tea", price=9_000, sku=None, **changes) -> Wish:
    item_id = item_id_of(shop_id, ref)
    sku_id = sku_id_of(shop_id, ref, sku or ref)
    return Wish(**({"item_id": item_id, "sku_id": sku_id, "price_minor": price, "stock": 10} | changes))


async def join(database, actor, shop_id, event, now=OPENING):
    async with database.transaction() as tx:
        return await api.enrol_shop(tx, actor, shop_id, event.event_id, now)


async def enrol(database, actor, shop_id, event, wishes, track="wave_1_spot", now=OPENING):
    async with database.transaction() as tx:
        return await api.enrol_items(tx, actor, (shop_id, event.event_id, track), wishes, now)


async def leave(database, actor, ask, now, why=WHY):
    async with database.transaction() as tx:
        seen = (await api.exit_consequences(tx, actor, ask, now)).seen
        return await api.leave_event(tx, actor, ask, why, seen, now)


def item_ask(shop_id, event, ref="tea", track=None) -> ExitAsk:
    return ExitAsk(shop_id, event.event_id, item_id_of(shop_id, ref), track)


async def import_entries(database, path, shop_id, event, track="wave_1_spot", at_=OPENING, **changes):
    """Ask for the file's import and carry it to its end."""
    clock = FixedClock(at_)
    wanted = replace(api.EntryImport(path, event.event_id, track), **changes)
    async with database.transaction() as tx:
        run = await api.open_enrolment_import(tx, SYSTEM, shop_id, wanted, clock)
    return await api.run_enrolment_import(database, clock, run, wanted)


async def offers_of(database, shop_id):
    """The event prices of a shop: (event, item number, price, from, until)."""
    async with database.read() as tx:
        rows = await tx.fetch(
            "select o.event_ref, i.source_ref, o.price_minor, lower(valid), upper(valid) from price_history.offer o"
            " join catalog.item i using (shop_id, item_id) where shop_id = $1 and kind = 'event'"
            " order by lower(valid), i.source_ref, o.price_minor",
            shop_id,
        )
    return [tuple(row) for row in rows]


async def everything(database):
    """All that sale events have written, to see that a refusal changed nothing."""
    tables = ("event", "shop_enrolment", "entry", "exit")
    async with database.read() as tx:
        rows = [await tx.fetch(f"select * from sale_events.{table} order by 1, 2, 3") for table in tables]
        rows.append(await tx.fetch("select * from price_history.offer order by offer_no"))
        rows.append(await tx.fetch("select topic from kernel.outbox order by event_id"))
    return rows
