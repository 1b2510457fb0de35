"""Is an instrument of the platform looked at across shops, by a sample that says what it covers, and by two persons?"""

from dataclasses import replace
from uuid import UUID

import pytest

from peakday.operations.health import api
from peakday.operations.health.actions.inspect_platform import spread
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Funder, Funding, Kind, Scope, Tier, Tiers
from tests.operations.health.desk import GUARD, open_tea_shop


async def inspect(floor, instrument):
    async with floor.house.database.read() as tx:
        return await GUARD.inspect(tx, None, instrument, floor.now)


def a_platform_coupon(floor, off: int, **changes):
    return floor.instrument(Kind.PLATFORM_COUPON, Tiers((Tier(10_000, off),)), **changes)


async def test_a_cut_that_hurts_in_two_shops_is_told_once_with_the_number_of_shops(house):
    floor = await open_tea_shop(house)
    await open_tea_shop(house, name="two")
    found = {each.code: each for each in (await inspect(floor, a_platform_coupon(floor, 4_000))).findings}
    worst = next(each for each in found.values() if each.witness is not None)
    assert "抽查中 2 家店铺" in worst.text.zh
    assert worst.witness.price_minor == 6_000
    rules = promotions.price_rules(worst.witness.rules_name, worst.witness.cart.at.date())
    priced = promotions.price_cart(worst.witness.cart, worst.witness.instruments, rules)
    assert priced.payable_minor == worst.witness.price_minor * sum(line.quantity for line in worst.witness.cart.lines)
    told = found["platform_sample"]
    assert told.severity is Severity.INFORM
    assert told.text.en.startswith("Looked at 2 of 2 shops, at most the 100 cheapest SKUs of each, 6 of them")
    assert found["platform_two_persons"].severity is Severity.HOLD


async def test_what_the_platform_alone_pays_for_harms_no_merchant_and_still_needs_two_persons(house):
    floor = await open_tea_shop(house)
    coupon = a_platform_coupon(floor, 4_000, funding=(Funding(Funder.PLATFORM),))
    found = await inspect(floor, coupon)
    assert {each.code for each in found.findings if each.witness is not None} == set()
    assert found.severity is Severity.HOLD


async def test_only_the_shops_that_it_names_and_that_price_in_its_currency_are_looked_at(house):
    floor = await open_tea_shop(house)
    other = await open_tea_shop(house, name="two")
    named = a_platform_coupon(floor, 100, scope=Scope(shop_ids=frozenset({other.shop_id})))
    (coverage, _) = (await inspect(floor, named)).findings[-2:]
    assert coverage.text.en.startswith("Looked at 1 of 1 shops")
    (coverage, _) = (await inspect(floor, replace(named, scope=Scope(), currency="USD"))).findings[-2:]
    assert coverage.text.en.startswith("Looked at 0 of 0 shops")


async def test_the_same_look_has_the_same_token(house):
    floor = await open_tea_shop(house)
    coupon = a_platform_coupon(floor, 4_000)
    assert (await inspect(floor, coupon)).token == (await inspect(floor, coupon)).token


@pytest.mark.parametrize("count, most, places", [
    (0, 3, []), (2, 3, [0, 1]), (3, 3, [0, 1, 2]), (7, 3, [0, 2, 4]), (100, 4, [0, 25, 50, 75]),
])  # fmt: skip
def test_a_sample_is_spread_evenly(count, most, places):
    known = [UUID(int=place) for place in range(count)]
    assert spread(known, most) == [known[place] for place in places]


def test_the_guard_is_the_one_of_the_house():
    assert isinstance(GUARD, api.HealthGuard)
