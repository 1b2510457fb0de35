"""Is each reason named why a SKU cannot be enrolled, and none where it can?"""

from dataclasses import replace
from uuid import UUID

import pytest

from peakday.market.catalog.model import Good
from peakday.trade.sale_events.model import Wish
from peakday.trade.sale_events.rules.eligibility import Known, entry_problems, repeated, unknown_goods
from tests.trade.sale_events.builders import plan_2026

PLAN = plan_2026()
PRESALE, SPOT, _ = PLAN.tracks
ITEM, SKU = UUID(int=1), UUID(int=2)
GOOD = Good(ITEM, SKU, "tea", "tea", 10_000, "CNY", True, 100)
WISH = Wish(ITEM, SKU, 9_000, 10, 2, None, 7)
KNOWN = Known(permitted={SKU: 9_500}, deposit_bp=(1_000, 5_000))


def problems(wish=WISH, good=GOOD, track=SPOT, known=KNOWN, **terms):
    found = entry_problems(wish, good, track, replace(PLAN.terms, **terms), known)
    assert all(problem.row == wish.row for problem in found)
    return [(problem.field, problem.code) for problem in found]


def test_a_good_wish_has_no_problem():
    assert problems() == []
    assert problems(replace(WISH, price_minor=9_500, stock=100, limit=100)) == []
    assert problems(known=Known()) == []
    assert problems(good=GOOD._replace(quantity_stated=None), wish=replace(WISH, stock=10**9, limit=None)) == []


@pytest.mark.capability("QN-06", page="/shop/{shop_id}/events")
@pytest.mark.parametrize("good, known, code", [
    (GOOD._replace(currency="USD"), KNOWN, ("price", "other_currency")),
    (GOOD._replace(is_on_sale=False), KNOWN, ("item_ref", "not_on_sale")),
    (GOOD._replace(price_minor=None), KNOWN, ("price", "no_list_price")),
    (GOOD._replace(price_minor=8_999), KNOWN, ("price", "above_list_price")),
    (GOOD._replace(quantity_stated=9), KNOWN, ("stock", "stock_above_stated")),
    (GOOD, Known({SKU: 8_999}), ("price", "above_permitted")),
    (GOOD, Known({SKU: 9_500}, {SKU: "other/track"}), ("item_ref", "price_taken")),
    (GOOD, Known({SKU: 9_500}, tracks={ITEM: frozenset({"wave_2_presale"})}), ("item_ref", "forbidden_pair")),
])  # fmt: skip
def test_each_fault_of_the_goods_is_named(good, known, code):
    assert problems(good=good, known=known) == [code]


def test_all_faults_of_a_row_are_named_at_once():
    worst = replace(WISH, price_minor=10_001, stock=0, deposit_minor=5)
    assert problems(worst, GOOD._replace(is_on_sale=False)) == [
        ("item_ref", "not_on_sale"), ("stock", "no_stock"), ("limit", "limit_wrong"), ("price", "above_list_price"),
        ("price", "above_permitted"), ("deposit", "no_deposit_here"),
    ]  # fmt: skip


def test_without_a_known_price_the_terms_decide():
    assert problems(known=Known(), accepts_unproven=False) == [("price", "not_proven")]


@pytest.mark.parametrize("deposit, codes", [
    (900, []), (4_500, []), (899, [("deposit", "deposit_outside")]), (4_501, [("deposit", "deposit_outside")]),
    (None, [("deposit", "missing")]),
])  # fmt: skip
def test_a_deposit_lies_within_its_limits(deposit, codes):
    assert problems(replace(WISH, deposit_minor=deposit), track=PRESALE) == codes


def test_unknown_goods_and_repeats_name_their_row():
    assert (unknown_goods(WISH, "x", has_item=False).field, unknown_goods(WISH, "x", has_item=True).field) == (
        "item_ref", "sku_ref",
    )  # fmt: skip
    assert repeated(WISH, 3, "x").message.en == "row 3 already enrols it"
    assert repeated(WISH, None, "x").message.en == "the same SKU stands here twice"
