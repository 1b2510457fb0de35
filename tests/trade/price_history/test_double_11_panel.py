"""Do lowest price, median rule and price protection equal a plain recomputation on a real Double 11?

The panel: 3,497 cosmetics of 22 Taobao shops, price and sales of each day from 5 to 14 November 2016. A day's price is
asked from midnight to midnight; the day's sales are deals at that price. The panel says no more about its deals, so
asked and paid prices agree by construction; what is proven is which days, items and prices count.
"""

import csv
from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta

import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import day_start
from peakday.kernel.ids import derived_id
from peakday.kernel.money import parse_minor
from peakday.kernel.rulesets import in_force
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import NewItem, item_id_of, sku_id_of
from peakday.trade.price_history import api
from peakday.trade.price_history.model import (
    Asked,
    Deal,
    DealKind,
    Enrolment,
    LowPriceQuestion,
    Offer,
    OfferKind,
    Purchase,
)
from peakday.trade.price_history.rules.event_price_drop import judge_drop
from peakday.trade.price_history.rules.price_protection import protect_price
from tests.trade.price_history.builders import COUNTING, HOUR, SHOP

FIRST, SALE, LAST = date(2016, 11, 5), date(2016, 11, 11), date(2016, 11, 14)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def panel(shared_data):
    """(price, sales) of each item and day. Of an item that a day has twice, the lower price."""
    days = defaultdict(dict)
    with (shared_data / "taobao-beauty-double11/cosmetic.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day = date(*map(int, row["update_time"].replace("/", "-").split("-")))
            price = parse_minor(row["price"], "CNY")
            known = days[row["id"]].get(day, (price, 0))
            days[row["id"]][day] = (min(price, known[0]), max(int(float(row["sale_count"] or 0)), known[1]))
    assert (len(days), sum(map(len, days.values()))) == (3_497, 27_512)
    return days


def offers_of(item, days):
    ids = (SHOP, item_id_of(SHOP, item), sku_id_of(SHOP, item, item))
    return [
        Offer(*ids, OfferKind.LIST, price, "CNY", day_start(day), day_start(day + DAY), "panel")
        for day, (price, _) in sorted(days.items())
    ]  # fmt: skip


def deals_of(item, days):
    at = {day: day_start(day) + 12 * HOUR for day in days}
    return [
        Deal(SHOP, derived_id(at[day], "order", item), 1, item_id_of(SHOP, item), sku_id_of(SHOP, item, item),
             DealKind.SPOT, 1, price, "CNY", at[day], deals=sales)
        for day, (price, sales) in sorted(days.items()) if sales
    ]  # fmt: skip


@pytest.mark.capability("SH-03", page="/shop/{shop_id}/low-price")
async def test_the_stored_figures_of_every_item_equal_the_plain_ones(panel, database):
    async with database.transaction() as tx:
        now = day_start(FIRST)
        await copy_items(tx, [NewItem(SHOP, "panel", item, item) for item in panel], now)
        offers = [offer for item, days in panel.items() for offer in offers_of(item, days)]
        deals = [replace(deal, deals=1) for item, days in panel.items() for deal in deals_of(item, days)]
        assert await api.record_offers(tx, offers, now) == len(offers) == 27_512
        assert await api.record_offers(tx, offers, now) == 0
        assert await api.record_deals(tx, deals) == len(deals)
    async with database.read() as tx:
        for item, days in panel.items():
            question = LowPriceQuestion(SHOP, item_id_of(SHOP, item), date(2016, 11, 8), date(2016, 11, 12))
            low = await api.lowest_price(tx, SYSTEM, question)
            seen = {day: entry for day, entry in days.items() if date(2016, 11, 8) <= day <= date(2016, 11, 12)}
            paid = sorted(price for price, sales in seen.values() if sales)
            assert (low.lowest_offer and low.lowest_offer.price) == min((p for p, _ in seen.values()), default=None), (
                item
            )
            assert (low.lowest_deal and low.lowest_deal.price) == min(paid, default=None), item
            assert low.median == (paid[len(paid) // 2] if paid else None), item


@pytest.mark.capability("JH-08")
@pytest.mark.parametrize("rule_day", [SALE, date(2022, 11, 11)])
def test_both_texts_of_the_drop_rule_judge_the_days_after_as_a_plain_look_does(panel, rule_day):
    rule = in_force("event_price_drop", rule_day)
    verdicts = defaultdict(int)
    for item, days in panel.items():
        enrolment = Enrolment("双11", SHOP, item_id_of(SHOP, item), day_start(SALE - DAY), day_start(SALE + DAY), "CNY")
        judged = judge_drop(enrolment, deals_of(item, days), rule, COUNTING)
        votes = sorted(
            price for day in (SALE - DAY, SALE) if day in days for price, sales in [days[day]] for _ in range(sales)
        )
        line = None if not votes else votes[len(votes) // 2] if rule.version == "median" else votes[-1]
        below = [day for day, (price, sales) in days.items() if day > SALE and sales and votes and price < line]
        assert (judged.threshold, len(judged.below)) == (line, len(below)), item
        verdicts[judged.verdict.value] += 1
    assert sum(verdicts.values()) == 3_497
    assert verdicts["violated"] > 0


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
def test_who_bought_on_the_first_day_gets_the_plain_difference_to_the_lowest_price_until_the_last(panel):
    rule = in_force("price_protection", FIRST)
    total = 0
    for item, days in panel.items():
        bought = next((deal for deal in deals_of(item, days) if deal.paid_at < day_start(FIRST + DAY)), None)
        if bought is None:
            continue
        plain = days[FIRST][0] - min(price for price, _ in days.values())
        asked = (Asked.ON_REQUEST, day_start(LAST) + 20 * HOUR)
        protection = protect_price(Purchase(bought), (offers_of(item, days), []), asked, rule, COUNTING)
        assert protection.amount_minor == plain, item
        total += protection.amount_minor
    assert total > 0
