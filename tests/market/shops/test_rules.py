"""Which profiles are refused, and with which problem?"""

import pytest

from peakday.market.shops.model import ProfileChanges
from peakday.market.shops.rules import profile_problems


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("name", "茶", "length"),
        ("name", "n" * 61, "length"),
        ("name", "a\0b", "control_characters"),
        ("city", "a\nb", "control_characters"),
        ("introduction", "x" * 501, "length"),
        ("introduction", "a\0b", "control_characters"),
        ("service_phone", "call me", "form"),
        ("service_email", "me at home", "form"),
        ("service_email", "a@b", "form"),
    ],
)
def test_a_faulty_field_is_named_with_its_problem(field, value, code):
    assert [(p.field, p.code) for p in profile_problems(ProfileChanges(**{field: value}))] == [(field, code)]


def test_a_good_profile_has_no_problems():
    changes = ProfileChanges(
        name="林家茶铺", name_en="Lin's teahouse", city="杭州", belt="龙井", main_category="茶",
        introduction="一芽一叶\n明前采摘", service_phone="0571-8502 2088", service_email="tea@lin.example",
    )  # fmt: skip
    assert profile_problems(changes) == []


def test_what_is_left_alone_or_emptied_is_no_problem():
    assert profile_problems(ProfileChanges()) == []
    assert profile_problems(ProfileChanges(service_phone="", service_email="", city="")) == []
