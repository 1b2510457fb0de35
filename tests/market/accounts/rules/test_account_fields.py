"""Which logins and names are refused?"""

import pytest

from peakday.market.accounts.rules.account_fields import login_problems, name_problems


@pytest.mark.parametrize("login", ["", "x", "Lin", "-lin", "lin\0", "lin zhao", "l" * 65, "lin\n"])
def test_a_login_of_another_form_is_refused(login):
    assert [problem.code for problem in login_problems(login)] == ["login_form"]


@pytest.mark.parametrize("login", ["lin", "lin@shop.example", "shop:cs-1", "13800000000"])
def test_mail_addresses_numbers_and_words_are_logins(login):
    assert login_problems(login) == []


@pytest.mark.parametrize("name", ["", "   ", "a\0b", "a\nb", "n" * 61])
def test_an_empty_long_or_unprintable_name_is_refused(name):
    assert [problem.code for problem in name_problems(name)] == ["name_form"]


def test_chinese_names_are_names():
    assert name_problems("林小姐") == []
