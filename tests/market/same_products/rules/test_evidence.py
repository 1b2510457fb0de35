"""Do amounts, vetoes, unit prices, clusters and the pair model decide as they say?"""

from decimal import Decimal
from uuid import UUID

import pytest

from peakday.market.same_products.model import Face, Outcome
from peakday.market.same_products.rules.amounts import Amount, read_amounts
from peakday.market.same_products.rules.blocking import BlockingIndex
from peakday.market.same_products.rules.boosted_trees import shipped_model
from peakday.market.same_products.rules.clustering import Link, choose_cluster
from peakday.market.same_products.rules.item_profile import brand_names, profile_of
from peakday.market.same_products.rules.nearest import nearest
from peakday.market.same_products.rules.outcomes import outcome_of
from peakday.market.same_products.rules.pair_evidence import FEATURES, Told, pair_evidence
from peakday.market.same_products.rules.rarity import usual_rarity
from peakday.market.same_products.rules.unit_price import unit_price
from peakday.market.same_products.rules.vetoes import Veto, find_veto

HERE, THERE = UUID(int=1), UUID(int=2)


def profile(title, key="a", **attributes):
    return profile_of(Face(key, title, attributes=attributes))


def test_sizes_and_counts_of_both_tongues_come_to_one_unit():
    assert read_amounts("矿泉水 500ml*12") == (Amount("count", Decimal(12)), Amount("volume_ml", Decimal(500)))
    assert read_amounts("water 0.5 l x 12") == read_amounts("矿泉水 500ml*12")
    assert read_amounts("1.5kg") == read_amounts("3斤") == (Amount("mass_g", Decimal(1500)),)
    assert read_amounts("2020新款连衣裙") == ()


def test_a_brand_has_a_name_in_each_tongue_and_other_is_none():
    assert brand_names("Lining/李宁") == {"lining", "李宁"}
    assert brand_names("other/其他") == frozenset()


@pytest.mark.parametrize(
    ("one", "other", "veto"),
    [
        ("可乐 500ml", "可乐 330ml", Veto.SIZE),
        ("可乐 500ml*12", "可乐 500ml*24", Veto.COUNT),
        ("运动鞋 男", "运动鞋 女", Veto.PEOPLE),
        ("可乐 500ml", "可乐 0.5l", None),
    ],
)
def test_another_size_count_or_wearer_forbids_a_price(one, other, veto):
    assert find_veto(profile(one), profile(other)) is veto
    assert find_veto(profile(other), profile(one)) is veto


def test_model_numbers_tell_goods_apart_within_one_brand_only():
    one = profile("T恤", 品牌="Lining/李宁", 货号="AHSP175-2")
    assert find_veto(one, profile("T恤", 品牌="李宁", 货号="AHSN199-4")) is Veto.MODEL
    assert find_veto(one, profile("T恤", 品牌="李宁", 货号="AHSP175")) is None
    assert find_veto(one, profile("T恤", 货号="AHSN199-4")) is None


def test_a_unit_price_is_told_for_one_amount_and_never_guessed():
    assert unit_price(3600, read_amounts("500ml*12")) == (60, "volume_ml")
    assert unit_price(1000, read_amounts("纸巾 3包")) == (333, "count")
    assert unit_price(1000, read_amounts("500ml 送 330ml")) is None
    assert unit_price(None, read_amounts("500ml")) is None
    assert unit_price(1000, read_amounts("连衣裙")) is None


def test_one_weak_link_joins_nothing_and_a_veto_keeps_a_cluster_shut():
    sure = Link(HERE, 0.99, Outcome.SAME, is_vetoed=False)
    weak = Link(HERE, 0.2, Outcome.NOT_SAME, is_vetoed=False)
    barred = Link(HERE, 0.99, Outcome.UNCERTAIN, is_vetoed=True)
    likely = Link(THERE, 0.97, Outcome.SAME, is_vetoed=False)
    doubtful = Link(THERE, 0.5, Outcome.UNCERTAIN, is_vetoed=False)
    assert choose_cluster([sure, likely], 0.5) == HERE
    assert choose_cluster([sure, weak, likely], 0.5) == THERE
    assert choose_cluster([sure, barred], 0.5) is None
    assert choose_cluster([doubtful], 0.5) is None
    assert choose_cluster([likely, doubtful], 0.8) is None


@pytest.mark.capability("TT-07")
def test_evidence_is_the_same_whichever_item_comes_first_and_copies_outscore_strangers():
    copy = profile("义乌厂家直销 触屏五指羊绒蝴蝶结毛球女冬季双层保暖手套", "a", 品牌="合亨", 货号="sd27", 材质="羊绒")
    other = profile("义乌 触屏五指羊绒蝴蝶结毛球女冬季双层保暖手套", "b", 品牌="合亨", 货号="sd27", 材质="羊绒")
    stranger = profile("春夏男士休闲牛仔裤直筒宽松", "c", 品牌="其他", 材质="棉")
    rarity = usual_rarity()
    rarity.learn([copy, other, stranger])
    told = Told(rarity)
    [there], [back] = pair_evidence([(copy, other)], told), pair_evidence([(other, copy)], told)
    assert there == back
    assert len(there) == len(FEATURES)
    ranked = nearest(copy, [stranger, other], told, shipped_model())
    assert [key for key, _ in ranked] == ["b", "c"]
    assert ranked[0][1] > ranked[1][1]
    assert outcome_of(ranked[1][1], None, shipped_model(), is_firm=True) is Outcome.NOT_SAME
    assert outcome_of(1.0, None, shipped_model(), is_firm=True) is Outcome.SAME
    assert outcome_of(1.0, None, shipped_model(), is_firm=False) is Outcome.UNCERTAIN
    assert outcome_of(1.0, Veto.SIZE, shipped_model(), is_firm=True) is Outcome.UNCERTAIN


def test_an_index_names_the_nearest_first_and_never_the_item_itself():
    items = [profile("绿茶 250克 明前", "a"), profile("绿茶 明前 龙井", "b"), profile("牛仔裤 直筒", "c")]
    found = dict(BlockingIndex(items).candidates(items, 1))
    assert list(found["a"]) == ["b"]
    assert list(found["b"]) == ["a"]
    assert "c" not in found["c"]
