"""What does a merchant see first in the morning?"""

from datetime import date, timedelta

import pytest

from peakday.insight.advisor.pages.home import home_page
from peakday.insight.metrics.api import parse_window
from tests.insight.advisor.conftest import NOW
from tests.insight.metrics.small_market import SmallMarket, at


def today(now=NOW):
    return parse_window("today", now)


@pytest.mark.capability("LY-01")
async def test_a_day_without_anything_gives_way_to_the_last_day_with_data(market, open_desk):
    page = await home_page(open_desk(market, today()))
    assert (page.day, page.is_today, page.is_empty) == (date(2026, 11, 10), False, False)
    assert [(one.metric.name, one.value, one.previous) for one in page.first] == [
        ("paid_amount", 7000, 1000), ("paying_buyers", 2, 1), ("average_order_value", 3500, 1000),
    ]  # fmt: skip


async def test_an_order_of_today_brings_the_page_back_to_today(market, open_desk):
    market.order("cat", at("2026-11-11 09:00"), at("2026-11-11 09:00"), lines=[("i1", "c1", 1, 900)])
    page = await home_page(open_desk(market, today()))
    assert (page.day, page.is_today) == (date(2026, 11, 11), True)
    assert page.first[0].value == 900
    assert page.first[0].previous == 0  # yesterday until the same time: the two orders came later


async def test_the_hours_stand_beside_yesterday_and_last_week_and_the_future_is_blank(market, open_desk):
    market.order("cat", at("2026-11-11 09:10"), at("2026-11-11 09:10"), lines=[("i1", "c1", 1, 900)])
    market.order("cat", at("2026-11-04 09:10"), at("2026-11-04 09:10"), lines=[("i1", "c1", 1, 400)])
    page = await home_page(open_desk(market, today()))
    hours = page.sheets["hours"]
    assert hours.column("now")[9] == 900
    assert hours.column("now")[20] == 0  # it is 20:00: the hour has begun
    assert hours.column("now")[21] is None
    assert hours.column("yesterday")[20:22] == (2000, 5000)
    assert hours.column("last_week")[9] == 400


async def test_where_visits_are_collected_the_three_figures_are_money_visitors_and_conversion(market, open_desk):
    for user in ("ann", "bob", "eve", "fay"):
        market.event(user, "pv", at("2026-11-10 12:00"))
    page = await home_page(open_desk(market, today()))
    assert [(one.metric.name, one.value) for one in page.first] == [
        ("paid_amount", 7000), ("uv", 4), ("pay_conversion", 0.5),
    ]  # fmt: skip


async def test_a_shop_with_old_data_only_shows_its_last_day(open_desk):
    market = SmallMarket()
    market.order("ann", at("2026-03-01 10:00"), at("2026-03-01 10:00"), lines=[("i1", "c1", 1, 1234)])
    page = await home_page(open_desk(market, today()))
    assert page.day == date(2026, 3, 1)
    assert page.first[0].value == 1234
    assert len(page.sheets["days"].lines) == 30
    assert page.sheets["days"].lines[-1].cells[:2] == (date(2026, 3, 1), 1234)


async def test_a_shop_without_facts_is_empty(open_desk):
    page = await home_page(open_desk(SmallMarket(), today()))
    assert page.is_empty
    assert page.first == ()


async def test_the_best_sellers_of_the_day_lead_the_list(market, open_desk):
    page = await home_page(open_desk(market, today(NOW + timedelta(hours=1))))
    assert [line.cells[1] for line in page.sheets["items"].lines] == [5000, 2000]
    assert page.sheets["items"].lines[0].cells[0].zh == "Item i2"
