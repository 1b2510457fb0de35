"""Do the pages of trade, items, buyers and traffic show what was counted by hand?"""

from datetime import date

import pytest

from peakday.insight.advisor.pages.buyers import buyers_page
from peakday.insight.advisor.pages.items import Wanted, item_page, items_page
from peakday.insight.advisor.pages.trade import trade_page
from peakday.insight.advisor.pages.traffic import traffic_page
from tests.insight.metrics.small_market import at


def values(figures):
    return {one.metric.name: one.value for one in figures}


@pytest.mark.capability("LY-01", "LY-02")
async def test_trade_counts_paid_money_and_a_funnel_from_visit_to_payment(market, open_desk):
    for user in ("ann", "bob", "eve"):
        market.event(user, "pv", at("2026-11-10 12:00"))
    page = await trade_page(open_desk(market), {})
    shown = values(page.figures)
    assert (shown["paid_amount"], shown["paid_orders"], shown["order_amount"]) == (8000, 3, 13000)
    assert [(step.name, step.people, step.rate) for step in page.funnel] == [
        ("uv", 3, None), ("order_buyers", 2, 2 / 3), ("paying_buyers", 2, 1.0),
    ]  # fmt: skip


async def test_without_visits_the_funnel_begins_with_the_order(market, open_desk):
    page = await trade_page(open_desk(market), {})
    assert [step.name for step in page.funnel] == ["order_buyers", "paying_buyers"]


async def test_days_without_trade_are_zero_and_the_period_before_stands_beside(market, open_desk):
    market.order("ann", at("2026-11-07 10:00"), at("2026-11-07 10:00"), lines=[("i1", "c1", 1, 300)])
    page = await trade_page(open_desk(market), {})
    days = page.sheets["days"]
    assert days.column("day") == (date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 11))
    assert days.column("paid_amount") == (1000, 7000, 0)
    assert days.column("paid_amount_before") == (0, 300, 0)


async def test_the_week_grid_counts_orders_by_weekday_and_hour(market, open_desk):
    page = await trade_page(open_desk(market), {})
    monday, tuesday = page.sheets["week"].lines[:2]
    assert (monday.cells[1 + 10], tuesday.cells[1 + 20], tuesday.cells[1 + 21], tuesday.cells[1 + 22]) == (1, 1, 1, 0)


async def test_the_parts_of_trade_are_named_and_largest_first(market, open_desk):
    page = await trade_page(open_desk(market), {})
    terminals = [(line.cells[0].en, line.cells[1], line.key) for line in page.sheets["terminals"].lines]
    assert terminals == [("App", 6000, "app"), ("Desktop", 2000, "pc")]


async def test_buyers_are_new_or_returning_and_bought_once_or_again(market, open_desk):
    market.order("bob", at("2026-05-01 10:00"), at("2026-05-01 10:00"), lines=[("i1", "c1", 1, 100)])
    page = await buyers_page(open_desk(market))
    shown = values(page.figures)
    assert (shown["paying_buyers"], shown["new_buyers"], shown["returning_buyers"]) == (2, 1, 1)
    assert [line.cells[1:] for line in page.sheets["buyer-kinds"].lines] == [(3000, 1), (5000, 1)]
    assert page.sheets["times"].column("paying_buyers") == (1, 1)


async def test_items_are_sorted_searched_and_turned_in_pages(market, open_desk):
    desk = open_desk(market)
    first = await items_page(desk, Wanted(lines=1))
    assert ([line.key for line in first.sheets["items"].lines], first.has_more) == (["i2"], True)
    second = await items_page(desk, Wanted(lines=1, page=2))
    assert ([line.key for line in second.sheets["items"].lines], second.has_more) == (["i1"], False)
    rising = await items_page(desk, Wanted(is_rising=True))
    assert [line.key for line in rising.sheets["items"].lines] == ["i1", "i2"]
    found = await items_page(desk, Wanted(search="ITEM I1"))
    assert [line.key for line in found.sheets["items"].lines] == ["i1"]
    assert found.sheets["items"].total == 1


async def test_what_nobody_bought_is_listed_as_unsaleable(market, open_desk):
    page = await items_page(open_desk(market), Wanted())
    assert values(page.figures)["unsaleable_items"] == 1
    assert [line.key for line in page.sheets["unsold"].lines] == ["i3"]


async def test_an_item_has_a_page_of_its_own(market, open_desk):
    page = await item_page(open_desk(market), "i1", {})
    assert page.title.en == "Item i1"
    assert values(page.figures)["item_paid_amount"] == 3000
    assert page.sheets["days"].column("item_paid_amount") == (1000, 2000, 0)


@pytest.mark.capability("LY-02")
async def test_sources_overlap_and_their_shares_are_not_added(market, open_desk):
    market.event("ann", "pv", at("2026-11-10 12:00"), channel="search", page="/item/1")
    market.event("ann", "pv", at("2026-11-10 13:00"), channel="live")
    market.event("bob", "pv", at("2026-11-10 13:00"), channel="live")
    market.event("bob", "search", at("2026-11-10 12:59"), search_query="tea")
    page = await traffic_page(open_desk(market))
    sources = {line.key: line.cells[1:3] for line in page.sheets["sources"].lines}
    assert (sources["live"], sources["search"]) == ((2, 1.0), (1, 0.5))
    assert [(line.key, line.cells[1]) for line in page.sheets["pages"].lines] == [("/item/1", 1)]
    assert [(line.key, line.cells[1]) for line in page.sheets["words"].lines] == [("tea", 1)]


async def test_without_events_traffic_shows_who_was_exposed(market, open_desk):
    market.exposure("r1", date(2026, 11, 9))
    page = await traffic_page(open_desk(market))
    assert not page.has_visits
    assert [(one.metric.name, one.value) for one in page.exposure][:2] == [("exposed_people", 2), ("exposed_buyers", 2)]
