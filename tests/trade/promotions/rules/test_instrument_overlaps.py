"""When would two offers meet where only one may act, and when are they apart?"""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from peakday.kernel.text import Text
from peakday.trade.promotions.model import Channel, Instrument, Kind, Scope, Tier, Tiers
from peakday.trade.promotions.rules.instrument_overlaps import find_overlaps, named_goods
from tests.trade.promotions.builders import TMALL

# a tree: drinks over tea; ware. item A lies in tea
PATHS = {"drinks": frozenset({"drinks"}), "tea": frozenset({"tea", "drinks"}), "ware": frozenset({"ware"}),
         "A": frozenset({"tea", "drinks"})}  # fmt: skip
ONE = Instrument(
    instrument_id="one", kind=Kind.TIERED_REDUCTION, name=Text("满减", "Reduction"), currency="CNY",
    benefit=Tiers((Tier(300, 50),)),
)  # fmt: skip


def day(number: int) -> datetime:
    return datetime(2022, 11, number, tzinfo=UTC)


def scope(**names: str) -> Scope:
    return Scope(**{key: frozenset(words.split()) for key, words in names.items()})


def meets(mine: dict, theirs: dict) -> bool:
    other = replace(ONE, **({"instrument_id": "other"} | theirs))
    found = find_overlaps(replace(ONE, **mine), [other], TMALL, PATHS)
    return bool(found)


@pytest.mark.parametrize("mine, theirs", [
    ({}, {}),
    ({}, {"kind": Kind.TIERED_RATE}),
    ({"valid_until": day(5)}, {"valid_from": day(4)}),
    ({"scope": scope(item_ids="A B")}, {"scope": scope(item_ids="B C")}),
    ({"scope": scope(category_ids="tea")}, {"scope": scope(category_ids="drinks")}),
    ({"scope": scope(category_ids="drinks")}, {"scope": scope(category_ids="tea ware")}),
    ({"scope": scope(item_ids="A")}, {"scope": scope(category_ids="drinks")}),
    ({"scope": scope(item_ids="unknown")}, {"scope": scope(category_ids="drinks")}),
    ({"kind": Kind.GIFT, "exclusive_with": frozenset({"shop_offer"})}, {}),
    ({"channels": frozenset({Channel.APP})}, {"channels": frozenset({Channel.APP, Channel.PC})}),
    ({"live_room_id": "R"}, {}),
])  # fmt: skip
def test_two_offers_that_could_share_a_line_meet(mine, theirs):
    assert meets(mine, theirs)
    assert meets(theirs, mine)


@pytest.mark.parametrize("mine, theirs", [
    ({"valid_until": day(5)}, {"valid_from": day(5)}),
    ({"scope": scope(item_ids="A")}, {"scope": scope(item_ids="B")}),
    ({"scope": scope(sku_ids="A")}, {"scope": scope(sku_ids="B")}),
    ({"scope": scope(shop_ids="S")}, {"scope": scope(shop_ids="T")}),
    ({"scope": scope(item_ids="A")}, {"scope": scope(except_items="A B")}),
    ({"scope": scope(category_ids="tea")}, {"scope": scope(category_ids="ware")}),
    ({"scope": scope(item_ids="A")}, {"scope": scope(category_ids="ware")}),
    ({"channels": frozenset({Channel.APP})}, {"channels": frozenset({Channel.PC})}),
    ({"live_room_id": "R"}, {"live_room_id": "Q"}),
    ({"kind": Kind.SHOP_COUPON}, {}),
    ({"kind": Kind.GIFT}, {}),
    ({"kind": Kind.CROSS_SHOP_TIER}, {}),
])  # fmt: skip
def test_two_offers_that_are_apart_or_of_different_groups_do_not(mine, theirs):
    assert not meets(mine, theirs)
    assert not meets(theirs, mine)


def test_an_instrument_does_not_meet_itself():
    assert find_overlaps(ONE, [ONE], TMALL, PATHS) == []


def test_the_problem_names_the_other_one_and_what_to_do():
    (problem,) = find_overlaps(ONE, [replace(ONE, instrument_id="other")], TMALL, PATHS)
    assert (problem.code, problem.field, problem.value) == ("overlaps", "scope", "other")
    assert "“满减”" in problem.message.zh
    assert "“Reduction”" in problem.message.en
    assert problem.remedy.en == "Let times or goods be apart, or pause the other one first"


def test_the_goods_that_must_be_placed_are_told():
    assert named_goods([replace(ONE, scope=scope(item_ids="A", category_ids="tea"))]) == ({"A"}, {"tea"})
