"""Do the answers over stored prices equal the rules over all of them, and do they keep to shop and permission?"""

from dataclasses import replace
from datetime import date
from random import Random

import pytest

from peakday.kernel.actor import SYSTEM, Actor, ActorKind
from peakday.kernel.refusal import NotAllowed, NotFound
from peakday.market.catalog.errors import ItemNotFound
from peakday.trade.price_history import api
from peakday.trade.price_history.errors import DealNotFound, PriceNotValid, WindowTooLong
from peakday.trade.price_history.model import (
    DealKind,
    DropVerdict,
    Enrolment,
    LowPriceQuestion,
    OfferKind,
    PriceClaim,
    ProtectionAsk,
    ProtectionVerdict,
    Verdict,
)
from peakday.trade.price_history.rules.lowest_price import lowest_price
from tests.trade.price_history.builders import (
    COUNTING,
    DAY,
    HOUR,
    ITEM,
    NOW,
    OTHER_SKU,
    SHOP,
    SKU,
    a_deal,
    a_scope,
    an_offer,
    at,
    deals_of,
    list_tea,
)

QUESTION = LowPriceQuestion(SHOP, ITEM, date(2022, 11, 1), date(2022, 11, 30))


def who(*permissions, shop_id=SHOP):
    return Actor(ActorKind.MERCHANT, None, shop_id, frozenset(permissions))


@pytest.fixture
async def shop(database):
    async with database.transaction() as tx:
        await list_tea(tx, SHOP, NOW)
    return database


async def store(database, offers=(), deals=()):
    async with database.transaction() as tx:
        await api.record_offers(tx, list(offers), NOW)
        await api.record_deals(tx, deals)


@pytest.mark.capability("SH-03", page="/shop/{shop_id}/low-price")
async def test_the_stored_answer_equals_the_rule_over_every_single_deal(shop):
    random = Random(11)
    deals = [
        a_deal(random.choice([0, 90, 95, 100]), at(10, 30) + random.randrange(800) * HOUR, ref=str(n),
               quantity=random.randrange(4), kind=random.choice(list(DealKind)), simulated=random.random() < 0.1,
               refunded_minor=random.choice([0, 0, 0, 90]), sku_id=random.choice([SKU, OTHER_SKU, None]))
        for n in range(3_000)
    ]  # fmt: skip
    offers = [an_offer(random.randrange(90, 120), at(10, 1) + n * DAY) for n in range(60)]
    await store(shop, offers, deals)
    async with shop.read() as tx:
        for sku_id in (None, SKU):
            low = await api.lowest_price(tx, SYSTEM, replace(QUESTION, sku_id=sku_id))
            plain = lowest_price(offers, deals, a_scope(sku_id=sku_id), COUNTING)
            assert low.lowest_deal is not None
            assert plain.lowest_deal is not None
            assert (low.lowest_deal.price, low.median) == (plain.lowest_deal.price, plain.median)
            inside = [d for d in deals if low.scope.window.starts_at <= d.paid_at < low.scope.window.ends_at]
            inside = [d for d in inside if sku_id in {None, d.sku_id}]
            assert sum(one.deal.deals for one in low.candidates if one.deal) == len(inside)


async def test_who_may_not_see_figures_gets_asked_prices_only(shop):
    await store(shop, [an_offer(100)], deals_of(5))
    async with shop.read() as tx:
        low = await api.lowest_price(tx, who("marketing:view"), QUESTION)
        assert (low.lowest_deal, low.median, len(low.candidates)) == (None, None, 1)
        with pytest.raises(NotAllowed):
            await api.prove_price(tx, who("marketing:view"), PriceClaim(SHOP, ITEM, 1, date(2018, 10, 1)))
        with pytest.raises(NotAllowed):
            await api.find_protection(tx, who("trade:view"), ProtectionAsk(SHOP, ITEM, 1), NOW)


async def test_another_shop_and_another_menu_stay_out(shop):
    async with shop.read() as tx:
        with pytest.raises(NotFound):
            await api.lowest_price(tx, who("*", shop_id=ITEM), QUESTION)
        with pytest.raises(NotAllowed):
            await api.lowest_price(tx, who("items:view", "data:view"), QUESTION)
        with pytest.raises(ItemNotFound):
            await api.lowest_price(tx, SYSTEM, replace(QUESTION, item_id=SKU))


@pytest.mark.parametrize("first, last", [(date(2022, 11, 2), date(2022, 11, 1)), (date(2021, 1, 1), date(2022, 11, 1))])
async def test_a_window_that_is_no_window_is_refused(shop, first, last):
    async with shop.read() as tx:
        with pytest.raises(WindowTooLong):
            await api.lowest_price(tx, SYSTEM, replace(QUESTION, first_day=first, last_day=last))


@pytest.mark.capability("JH-01", partly="proof object; enrolment carries it with the sale events")
async def test_a_claim_is_proven_by_the_rule_of_its_day(shop):
    await store(shop, [an_offer(100, at(10, 1)), an_offer(80, at(10, 5), at(10, 6), kind=OfferKind.EVENT)])
    async with shop.read() as tx:
        proof = await api.prove_price(tx, SYSTEM, PriceClaim(SHOP, ITEM, 80, date(2022, 10, 20)))
        assert (proof.verdict, proof.permitted_minor, proof.versions) == (Verdict.PROVEN, 80, ("tmall-sale", "2009"))
        high = await api.prove_price(tx, SYSTEM, PriceClaim(SHOP, ITEM, 81, date(2022, 10, 20)))
        assert high.verdict is Verdict.TOO_HIGH


@pytest.mark.capability("JH-08")
async def test_an_early_end_in_the_middle_of_a_day_parts_the_deals_of_that_day(shop):
    """Like deals of one day before and after the end must not be one row."""
    deals = [a_deal(100, at(8, 13, 9), ref="a"), a_deal(90, at(8, 13, 9), ref="b"), a_deal(90, at(8, 13, 11), ref="c")]
    await store(shop, deals=deals)
    enrolment = Enrolment("e1", SHOP, ITEM, at(8, 12, 0), at(8, 16, 0), "CNY", ended_at=at(8, 13, 10))
    async with shop.read() as tx:
        judged = await api.judge_event_drop(tx, SYSTEM, enrolment)
    assert (judged.verdict, judged.threshold, judged.violated_at) == (DropVerdict.VIOLATED, 100, at(8, 13, 11))


@pytest.mark.capability("TE-10", partly="calculation and record of the grant; the money moves with the payments")
async def test_a_difference_is_given_once_and_a_lower_price_gives_the_rest(shop):
    mine = a_deal(10_000, at(11, 1))
    await store(shop, [an_offer(9_000, at(11, 3), at(11, 4)), an_offer(8_500, at(11, 5), at(11, 6))], [mine])
    ask = ProtectionAsk(SHOP, mine.order_id, 1)
    given = []
    for now in (at(11, 2), at(11, 3, 13), at(11, 3, 14), at(11, 5, 13), at(11, 7)):
        async with shop.transaction() as tx:
            protection = await api.grant_protection(tx, SYSTEM, ask, now)
            given.append((protection.verdict.value, protection.amount_minor))
    assert given == [
        ("nothing_lower", 0), ("due", 1_000), ("given_already", 0), ("due", 500), ("given_already", 0),
    ]  # fmt: skip
    async with shop.read() as tx:
        rows = await tx.fetch("select grant_no, amount_minor, rule_version from price_history.protection order by 1")
        told = await tx.fetch("select payload ->> 'amount_minor' from kernel.outbox order by event_id")
    assert [tuple(row) for row in rows] == [(1, 1_000, "double-11-2022"), (2, 500, "double-11-2022")]
    assert [row[0] for row in told] == ["1000", "500"]


async def test_protection_of_an_unknown_line_or_without_permission_gives_nothing(shop):
    mine = a_deal(10_000, at(11, 1))
    await store(shop, [an_offer(9_000, at(11, 3))], [mine])
    with pytest.raises(DealNotFound):
        async with shop.transaction() as tx:
            await api.grant_protection(tx, SYSTEM, ProtectionAsk(SHOP, mine.order_id, 2), at(11, 4))
    with pytest.raises(NotAllowed):
        async with shop.transaction() as tx:
            await api.grant_protection(tx, who("trade:view"), ProtectionAsk(SHOP, mine.order_id, 1), at(11, 4))
    async with shop.read() as tx:
        assert await tx.fetchval("select count(*) from price_history.protection") == 0
        found = await api.find_protection(tx, SYSTEM, ProtectionAsk(SHOP, mine.order_id, 1), at(11, 4))
    assert found.verdict is ProtectionVerdict.DUE


async def test_a_reduced_offer_finds_its_thirty_day_low(shop):
    await store(shop, [an_offer(10_000, at(9, 1)), an_offer(7_000, at(11, 1), kind=OfferKind.EVENT)])
    async with shop.read() as tx:
        held = await api.prices_at(tx, SHOP, [SKU], at(11, 2))
        number = next(offer.offer_no for offer in held[SKU] if offer.kind is OfferKind.EVENT)
        assert (await api.find_prior_price(tx, SYSTEM, SHOP, number)).cut_percent == 30
        with pytest.raises(NotFound):
            await api.find_prior_price(tx, SYSTEM, SHOP, number + 1_000)


@pytest.mark.parametrize("changes", [
    {"valid_from": NOW - HOUR}, {"price_minor": 0}, {"currency": "USD"}, {"valid_until": NOW},
])  # fmt: skip
async def test_a_merchant_cannot_rewrite_the_past_or_offer_nonsense(shop, changes):
    with pytest.raises(PriceNotValid):
        async with shop.transaction() as tx:
            await api.offer_prices(tx, SYSTEM, SHOP, ITEM, [an_offer()._replace(**changes)], NOW)
    async with shop.read() as tx:
        assert await tx.fetchval("select count(*) from price_history.offer") == 0


async def test_a_merchant_offers_prices_of_the_own_skus_only(shop):
    editor = who("marketing:edit")
    async with shop.transaction() as tx:
        assert await api.offer_prices(tx, editor, SHOP, ITEM, [an_offer(), an_offer(sku_id=OTHER_SKU)], NOW) == 2
        with pytest.raises(NotFound):
            await api.offer_prices(tx, editor, SHOP, ITEM, [an_offer(sku_id=SHOP)], NOW)
        with pytest.raises(NotAllowed):
            await api.offer_prices(tx, who("marketing:view"), SHOP, ITEM, [an_offer()], NOW)
