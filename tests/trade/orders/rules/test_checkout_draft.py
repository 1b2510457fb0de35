"""Does a priced checkout become one order a shop and address, each line with its own shares?"""

from datetime import UTC, datetime

import pytest

from peakday.kernel.ids import derived_id
from peakday.kernel.text import Text
from peakday.trade.carts.quoted import Quote, QuotedLine
from peakday.trade.orders.checkouts import Delivery
from peakday.trade.orders.errors import BadDelivery
from peakday.trade.orders.rules.checkout_draft import assign_addresses, draft_shops, shares_given
from peakday.trade.promotions.api import best_price, price_rules
from peakday.trade.promotions.model import Cart, Funder, Funding, Instrument, Kind, Line, Scope, Tier, Tiers

AT = datetime(2026, 12, 1, tzinfo=UTC)
RULES = price_rules("stepwise_promotions", AT.date())


def an_id(name):
    return derived_id(None, "test", name)


NORTH, SOUTH, TEA, CUP, POT = map(an_id, ("north", "south", "tea", "cup", "pot"))
HOME, OFFICE = an_id("home"), an_id("office")


def an_instrument(name, kind=Kind.TIERED_REDUCTION, template=None, **values):
    given = {
        "instrument_id": name, "kind": kind, "name": Text("优惠", "Offer"),
        "currency": "CNY", "benefit": Tiers((Tier(0, 1_000),)), "template_id": template,
    }  # fmt: skip
    return Instrument(**(given | values))


def a_quote(goods, offers=(), wallet=()):
    """Of (shop, SKU, price) each."""
    lines = [Line(str(sku), sku, an_id(f"item {sku}"), shop, price) for shop, sku, price in goods]
    cart = Cart(lines=tuple(lines), currency="CNY", at=AT)
    best = best_price(cart, offers, wallet, RULES)
    quoted = tuple(
        QuotedLine(shop, sku, an_id(f"item {sku}"), str(sku), "", {}, 1, price, price, price, 0, "CNY", frozenset())
        for shop, sku, price in goods
    )
    return Quote(AT, "CNY", quoted, cart, RULES, tuple(offers), tuple(wallet), best, "token")


def test_shares_stay_with_their_lines():
    platform = an_instrument(an_id("platform"), Kind.CROSS_SHOP_TIER, funding=(Funding(Funder.PLATFORM),))
    quote = a_quote([(NORTH, TEA, 10_000), (SOUTH, CUP, 5_000), (NORTH, POT, 5_000)], [platform])
    shops = draft_shops(quote, {TEA: 0, CUP: 0, POT: 0})
    assert [(shop.shop_id, shop.paid_minor, shop.due_minor) for shop in shops] == [
        (NORTH, 14_250, 14_250), (SOUTH, 4_750, 4_750),
    ]  # fmt: skip
    assert [[part.minor for line in shop.lines for part in line.discounts] for shop in shops] == [[500, 250], [250]]


def test_a_shop_that_delivers_to_two_addresses_is_two_orders():
    quote = a_quote([(NORTH, TEA, 10_000), (NORTH, CUP, 5_000)])
    assert [(s.address_no, s.paid_minor) for s in draft_shops(quote, {TEA: 0, CUP: 1})] == [(0, 10_000), (1, 5_000)]


def test_what_was_given_is_summed_by_instrument_and_card():
    shop = an_instrument(an_id("shop"), scope=Scope(shop_ids=frozenset({NORTH})))
    card = an_instrument(an_id("card"), Kind.PLATFORM_COUPON, an_id("template"), funding=(Funding(Funder.PLATFORM),))
    given = shares_given(a_quote([(NORTH, TEA, 10_000), (SOUTH, CUP, 10_000)], [shop], [card]))
    assert {(each.instrument_id, each.card_id, tuple(each.funders.items())) for each in given} == {
        (an_id("shop"), None, (("merchant", 1_000),)), (an_id("template"), an_id("card"), (("platform", 1_000),)),
    }  # fmt: skip
    assert list(given) == sorted(given, key=lambda each: each.instrument_id)


def test_an_instrument_that_nobody_keeps_is_not_counted():
    kept = an_instrument(an_id("kept"), scope=Scope(shop_ids=frozenset({NORTH})))
    other = an_instrument("a sale's own", Kind.CROSS_SHOP_TIER, funding=(Funding(Funder.PLATFORM),))
    given = shares_given(a_quote([(NORTH, TEA, 10_000)], [kept, other]))
    assert [each.instrument_id for each in given] == [an_id("kept")]


def test_goods_go_to_the_address_that_names_them_and_the_rest_to_the_other():
    rest, named = Delivery(HOME), Delivery(OFFICE, frozenset({CUP}))
    assert assign_addresses([TEA, CUP], [rest, named]) == {TEA: 0, CUP: 1}
    assert assign_addresses([CUP], [named]) == {CUP: 0}


@pytest.mark.parametrize("deliveries", [
    (Delivery(HOME), Delivery(OFFICE)),
    (Delivery(HOME, frozenset({TEA})), Delivery(OFFICE, frozenset({TEA}))),
    (Delivery(HOME), Delivery(OFFICE, frozenset({POT}))),
    (Delivery(HOME, frozenset({TEA})),),
    (Delivery(HOME), Delivery(OFFICE, frozenset({TEA, CUP}))),
])  # fmt: skip
def test_addresses_and_goods_that_do_not_fit_are_refused(deliveries):
    with pytest.raises(BadDelivery) as refusal:
        assign_addresses([TEA, CUP], deliveries)
    assert len(refusal.value.problems) == 1
