"""Are candidates chosen by what the likeliest are like, are traces those of copies, and is firm evidence one rule?"""

import numpy as np
import pytest

from peakday.market.same_products.model import Face
from peakday.market.same_products.rules.blocking import BlockingIndex
from peakday.market.same_products.rules.boosted_trees import shipped_model
from peakday.market.same_products.rules.firm_evidence import firm_rows, is_firm
from peakday.market.same_products.rules.item_profile import profile_of
from peakday.market.same_products.rules.neighbourhood import Neighbourhood, choose_candidates
from peakday.market.same_products.rules.pair_evidence import Told, pair_evidence
from peakday.market.same_products.rules.rarity import usual_rarity
from peakday.market.same_products.rules.traces import RUNS, traces_of

TITLES = {
    "a": "义乌厂家直销 触屏五指羊绒蝴蝶结毛球女冬季双层保暖手套", "b": "触屏五指羊绒蝴蝶结毛球女冬季双层保暖手套 包邮",
    "c": "冬季保暖手套女加绒触屏", "d": "春夏男士休闲牛仔裤直筒宽松", "e": "牛仔裤男直筒春夏薄款",
}  # fmt: skip
ITEMS = {key: profile_of(Face(key, title)) for key, title in TITLES.items()}


def test_what_the_likeliest_are_like_comes_before_what_lies_near():
    likely, near = {"lead": 0.9, "near": 0.2}, {"lead": 0.5, "near": 0.6}
    links = {"lead": {"hidden": 0.8, "near": 0.0}, "near": {}}
    assert choose_candidates(likely, near, links.__getitem__) == ["hidden", "lead", "near"]
    assert choose_candidates(likely, near, links.__getitem__, 1) == ["hidden"]
    assert choose_candidates({}, {}, links.__getitem__) == []


def test_a_neighbourhood_never_names_the_item_nor_looks_at_a_pair_twice():
    rarity = usual_rarity()
    catalogue = Neighbourhood(BlockingIndex(list(ITEMS.values())), ITEMS, Told(rarity), shipped_model())
    found = dict(catalogue.candidates(list(ITEMS), 2))
    assert found["a"][0] == "b"
    assert found["b"][0] == "a"
    assert all(key not in others and len(others) <= 2 for key, others in found.items())
    assert catalogue.pairs_looked_at <= len(ITEMS) * (len(ITEMS) - 1) // 2


def test_an_index_of_nothing_names_nothing():
    assert dict(BlockingIndex([]).candidates([], 5)) == {}


@pytest.mark.parametrize(("one", "other", "firm"), [("a", "b", True), ("a", "c", False), ("d", "e", False)])
def test_firm_evidence_is_told_alike_of_profiles_and_of_rows(one, other, firm):
    told = Told(usual_rarity())
    assert is_firm(ITEMS[one], ITEMS[other]) is firm
    assert firm_rows(np.array(pair_evidence([(ITEMS[one], ITEMS[other])], told))).tolist() == [firm]


def test_a_shared_model_number_is_firm_and_a_trace():
    one, other = (
        profile_of(Face(key, title, attributes={"货号": "SD-2718"})) for key, title in TITLES.items() if key in "de"
    )
    assert is_firm(one, other)
    shared = traces_of(one, usual_rarity()) & traces_of(other, usual_rarity())
    assert "msd2718" in shared


def test_copies_leave_the_same_traces_and_strangers_none():
    usual = usual_rarity()
    traces = {key: traces_of(item, usual) for key, item in ITEMS.items()}
    assert len(traces["a"] & traces["b"]) >= 2
    assert not traces["a"] & traces["d"]
    assert all(len(found) <= RUNS for found in traces.values())
