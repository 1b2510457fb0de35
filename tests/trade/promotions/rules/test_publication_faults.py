"""Which instruments are never kept, and what is a merchant told to change?"""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from peakday.kernel.text import Text
from peakday.trade.promotions.model import (
    Bundle,
    Component,
    Funder,
    Funding,
    GiftOffer,
    Gives,
    Instrument,
    Kind,
    Limits,
    PiecePrice,
    PieceRate,
    Scope,
    Tier,
    Tiers,
)
from peakday.trade.promotions.rules.publication_faults import (
    SCOPE_MAX,
    Owner,
    goods_named,
    publication_faults,
    within_shop,
)

NOW = datetime(2026, 11, 1, tzinfo=UTC)
SHOP, OTHER, ITEM = (UUID(int=number) for number in range(1, 4))
MERCHANT, STAFF = Owner(SHOP, "CNY"), Owner(None, None, is_staff=True)
PLATFORM = (Funding(Funder.PLATFORM),)


def an_instrument(**changes) -> Instrument:
    wanted = {"instrument_id": ITEM, "kind": Kind.SHOP_COUPON, "name": Text("券", "Coupon"), "currency": "CNY",
              "benefit": Tiers((Tier(10_000, 1_000),))}  # fmt: skip
    return Instrument(**(wanted | changes))


def faults_of(owner=MERCHANT, unknown=frozenset(), **changes) -> list[tuple[str, str]]:
    return [(f.field, f.code) for f in publication_faults(an_instrument(**changes), owner, NOW, frozenset(unknown))]


def tiers(*pairs, **given) -> Tiers:
    return Tiers(tuple(Tier(*pair) for pair in pairs), **given)


@pytest.mark.parametrize("changes, fault", [
    ({"name": Text(" ", "x")}, ("name", "name_length")),
    ({"name": Text("长" * 101, "")}, ("name", "name_length")),
    ({"audience": frozenset({""})}, ("audience", "too_many_words")),
    ({"kind": Kind.TIERED_REDUCTION, "benefit": tiers((0, 5))}, ("at", "zero_threshold")),
    ({"benefit": tiers((0, 5), (100, 50))}, ("at", "zero_threshold")),
    ({"kind": Kind.GIFT, "benefit": GiftOffer(0, ITEM)}, ("at", "zero_threshold")),
    ({"benefit": tiers((-1, 5))}, ("at", "negative")),
    ({"benefit": tiers((100, 100))}, ("off", "face_not_below_threshold")),
    ({"benefit": tiers((100, 101))}, ("off", "face_not_below_threshold")),
    ({"benefit": tiers((100, 0))}, ("off", "out_of_range")),
    ({"limits": Limits(per_order=0)}, ("per_order", "count_out_of_range")),
    ({"limits": Limits(per_buyer=-1)}, ("per_buyer", "count_out_of_range")),
    ({"limits": Limits(total=0)}, ("total", "count_out_of_range")),
    ({"stock_left": 0}, ("issue_quantity", "count_out_of_range")),
    ({"funding": (Funding(Funder.MERCHANT, 1, 0),)}, ("budget", "budget_out_of_range")),
    ({"currency": "USD"}, ("currency", "currencies_mixed")),
    ({"currency": "XXX"}, ("currency", "currencies_mixed")),
    ({"funding": PLATFORM}, ("funding", "foreign_funder")),
    ({"group": "own"}, ("group", "foreign_group")),
    ({"valid_until": NOW}, ("valid_until", "already_over")),
    ({"valid_from": NOW, "valid_until": datetime(2026, 10, 1, tzinfo=UTC)}, ("valid_until", "ends_first")),
    ({"scope": Scope(frozenset({SHOP, OTHER}))}, ("scope", "foreign_shop")),
    ({"scope": Scope(item_ids=frozenset({ITEM}), except_items=frozenset({ITEM}))}, ("scope", "no_goods")),
    ({"scope": Scope(sku_ids=frozenset(map(str, range(SCOPE_MAX + 1))))}, ("scope", "too_many_goods")),
    ({"benefit": PieceRate(1)}, ("benefit", "wrong_kind")),
])  # fmt: skip
def test_a_fault_names_its_field_and_its_code(changes, fault):
    assert fault in faults_of(**changes)


@pytest.mark.parametrize("changes", [
    {}, {"benefit": tiers((0, 500))}, {"benefit": tiers((2, 5_000), counts="pieces", gives=Gives.RATE)},
    {"kind": Kind.SINGLE_PRICE, "benefit": PiecePrice(1)}, {"scope": Scope(frozenset({SHOP}))},
    {"limits": Limits(1, 1, 1), "stock_left": 1, "funding": (Funding(Funder.MERCHANT, 1, 1),)},
])  # fmt: skip
def test_a_sound_instrument_has_no_fault(changes):
    assert faults_of(**changes) == []


def test_staff_may_spend_the_platforms_money_in_any_currency():
    assert faults_of(STAFF, funding=PLATFORM, currency="USD") == []


def test_goods_that_the_shop_does_not_have_are_named():
    found = publication_faults(an_instrument(), MERCHANT, NOW, frozenset({OTHER}))
    assert [(f.code, f.value) for f in found] == [("unknown_goods", str(OTHER))]
    assert (found[0].message.en, found[0].remedy.zh) == ("The shop has no such goods", "从商品列表中选择")


@pytest.mark.parametrize("changes, items, skus", [
    ({"scope": Scope(item_ids=frozenset({1}), sku_ids=frozenset({2}), except_items=frozenset({3}))}, {1, 3}, {2}),
    ({"benefit": PiecePrice(1, {2: 5})}, set(), {2}),
    ({"benefit": Bundle((Component(2), Component(3)), 5)}, set(), {2, 3}),
    ({"benefit": GiftOffer(1, 4)}, set(), {4}),
])  # fmt: skip
def test_the_goods_that_an_instrument_names(changes, items, skus):
    assert goods_named(an_instrument(**changes)) == (items, skus)


def test_a_shops_scope_is_its_own_goods():
    assert within_shop(Scope(item_ids=frozenset({ITEM})), SHOP) == Scope(frozenset({SHOP}), frozenset({ITEM}))
