"""Which passwords are refused, and which are welcome?"""

import pytest

from peakday.market.accounts.rules.password_strength import as_typed, password_problems


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("eleven char", "password_short"),
        ("a          b", "password_short"),  # runs of spaces count as one
        ("x" * 100 + "y" * 29, "password_long"),
        ("123456123456", "password_common"),
        ("Password1234!", "password_common"),
        ("TAOBAO20221111", "password_common"),
        ("aaaaaaaaaaaaaa", "password_common"),
        ("lin-the-owner1", "password_common"),
        ("Lin's teahouse", "password_common"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(password, code):
    assert [problem.code for problem in password_problems(password, "lin-the-owner", "Lin's teahouse")] == [code]


@pytest.mark.parametrize(
    "password", ["a quiet harbour at dawn", "twelve chars", "春江潮水连海平海上明月共", "x" * 64 + "yz" * 32]
)
def test_any_long_uncommon_password_is_welcome(password):
    assert password_problems(password, "lin", "") == []


def test_runs_of_spaces_count_as_one():
    assert as_typed("a   b  c d") == "a b c d"
