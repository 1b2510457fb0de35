"""Does a text become the tree that it says, and does a fault name its node?"""

import json
from uuid import UUID

import pytest

from peakday.insight.audiences.model import AllOf, AnyOf, Did, DidInOrder, HasTag, InCrowd, NotOf
from peakday.insight.audiences.rules.crowd_expression import leaves_of, parse_expression, read_expression
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid

TAGS = {"member", "lapsed"}
CROWD = UUID(int=7)


@pytest.mark.capability("AD-06")
def test_added_twice_in_seven_days_and_did_not_buy():
    text = json.dumps({"and": [
        {"did": "cart", "times": 2, "days": 7},
        {"not": {"did": "buy", "days": 7}},
        {"or": [{"tag": "member"}, {"sequence": ["pv", "fav"], "days": 30}, {"crowd": show_id("crd", CROWD)}]},
    ]})  # fmt: skip
    tree = read_expression(text, TAGS)
    assert tree == AllOf((
        Did("cart", 2, 7),
        NotOf(Did("buy", 1, 7)),
        AnyOf((HasTag("member"), DidInOrder(("pv", "fav"), 30), InCrowd(CROWD))),
    ))  # fmt: skip
    assert len(list(leaves_of(tree))) == 5


@pytest.mark.parametrize(
    ("value", "path", "code"),
    [
        ("[", "expression", "not_json"),
        ("7", "expression", "not_a_node"),
        ("{}", "expression", "node_kind"),
        ('{"tag": "member", "did": "cart"}', "expression", "node_kind"),
        ('{"and": []}', "expression.and", "no_nodes"),
        ('{"and": [{"tag": "member"}, {"not": {"tag": "gone"}}]}', "expression.and[1].not.tag", "unknown_tag"),
        ('{"or": [{"did": "dance", "days": 3}]}', "expression.or[0].did", "unknown_act"),
        ('{"did": "cart"}', "expression.days", "out_of_range"),
        ('{"did": "cart", "days": 401}', "expression.days", "out_of_range"),
        ('{"did": "cart", "days": true}', "expression.days", "out_of_range"),
        ('{"did": "cart", "days": 3, "times": 0}', "expression.times", "out_of_range"),
        ('{"did": "cart", "days": 3, "item": "nobody"}', "expression.item", "bad_id"),
        ('{"did": "cart", "days": 3, "colour": 1}', "expression.colour", "unknown_field"),
        ('{"sequence": ["pv"], "days": 3}', "expression.sequence", "sequence_length"),
        ('{"sequence": ["pv", "jump"], "days": 3}', "expression.sequence[1]", "unknown_act"),
        ('{"crowd": "shp_1"}', "expression.crowd", "bad_id"),
    ],
)
def test_a_fault_names_its_node(value, path, code):
    with pytest.raises(Invalid) as refused:
        read_expression(value, TAGS)
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [(path, code)]


def test_a_tree_too_deep_or_too_wide_is_refused():
    deep: object = {"tag": "member"}
    for _ in range(8):
        deep = {"not": deep}
    for value in (deep, {"or": [{"tag": "member"}] * 60}):
        with pytest.raises(Invalid) as refused:
            parse_expression(value, TAGS)
        assert refused.value.problems[0].code == "too_deep"
