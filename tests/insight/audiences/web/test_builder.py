"""Does a form of rows become the expression that it reads as?"""

import pytest

from peakday.insight.audiences.rules.crowd_expression import parse_expression
from peakday.insight.audiences.tags import TAGS
from peakday.insight.audiences.web.builder import SEQUENCES, read_rows


@pytest.mark.capability("AD-06")
def test_viewed_then_added_then_not_bought_within_days_is_three_rows_of_the_form():
    form = {"what0": "sequence:pv>cart", "days0": "7", "join1": "not", "what1": "did:buy", "days1": "7"}

    assert read_rows(form) == {
        "and": [{"sequence": ["pv", "cart"], "days": 7}, {"not": {"did": "buy", "times": 1, "days": 7}}]
    }


def test_an_act_may_be_to_one_item_and_a_wrong_item_is_refused_by_name():
    assert read_rows({"what0": "did:cart", "item0": " itm_x "}) == {
        "did": "cart", "times": 1, "days": 30, "item": "itm_x",
    }  # fmt: skip
    assert read_rows({"what0": "tag:member", "item0": "itm_x"}) == {"tag": "member"}


def test_every_sequence_that_the_form_offers_can_be_read():
    for name in SEQUENCES:
        row = read_rows({"what0": f"sequence:{name}"})
        assert parse_expression(row, TAGS).days == 30
