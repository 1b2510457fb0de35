"""Is every minor unit counted once, and every amount read as it was meant?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.money import AMOUNT_MINOR_MAX, MINOR_DIGITS, Money, decimal_text, parse_minor, split

totals = st.integers(-(10**15), 10**15)
weight_lists = st.lists(st.integers(0, 10**9), min_size=1, max_size=20).filter(any)


def test_thirty_yuan_over_three_lines_gives_the_odd_fen_to_the_largest_remainder():
    assert split(3000, [1, 1, 1]) == [1000, 1000, 1000]
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(100, [1, 2, 3]) == [17, 33, 50]
    assert split(5, [0, 1, 1]) == [0, 3, 2]
    assert split(-100, [1, 1, 1]) == [-34, -33, -33]
    assert split(0, [5, 7]) == [0, 0]


@given(totals, weight_lists)
def test_the_shares_add_up_to_what_was_divided(total, weights):
    assert sum(split(total, weights)) == total


@given(totals, weight_lists)
def test_no_share_is_a_whole_unit_away_from_its_exact_part(total, weights):
    for share, weight in zip(split(total, weights), weights, strict=True):
        assert abs(share * sum(weights) - total * weight) < sum(weights)


@given(totals.filter(lambda total: total >= 0), weight_lists)
def test_a_heavier_weight_never_gets_less_and_no_weight_gets_nothing(total, weights):
    shares = split(total, weights)
    pairs = sorted(zip(weights, shares, strict=True))
    assert [share for _, share in pairs] == sorted(shares)
    assert all(share == 0 for weight, share in pairs if weight == 0)


@given(totals, weight_lists)
def test_a_debt_is_divided_as_the_amount_is(total, weights):
    assert split(-total, weights) == [-share for share in split(total, weights)]


@pytest.mark.parametrize("weights", [[], [0, 0], [1, -1, 2]])
def test_weights_that_divide_nothing_are_a_bug(weights):
    with pytest.raises(AssertionError):
        split(100, weights)


def test_amounts_of_one_currency_add_and_of_two_do_not():
    assert Money(150, "CNY") + Money(50, "CNY") - Money(20, "CNY") == Money(180, "CNY")
    assert -Money(150, "CNY") * 2 == Money(-300, "CNY")
    assert Money(100, "CNY").split([1, 2]) == [Money(33, "CNY"), Money(67, "CNY")]
    with pytest.raises(AssertionError):
        Money(1, "CNY") + Money(1, "USD")
    with pytest.raises(AssertionError):
        Money(1, "CNY") - Money(1, "USD")
    with pytest.raises(AssertionError):
        Money(1, "XXX")


@pytest.mark.parametrize("text, minor", [
    ("1234.5", 123450), ("1,234.50", 123450), ("¥1 234.5", 123450), ("1'234.50", 123450), ("￥1,234.50", 123450),
    ("1\N{NO-BREAK SPACE}234.50", 123450), ("1\N{NARROW NO-BREAK SPACE}234.50", 123450),
    ("１２３４．５", 123450), ("１，２３４．５０", 123450), ("￥１２", 1200), ("12元", 1200), (" 12 ", 1200),
    ("-12.34", -1234), ("－１２", -1200), ("+0.01", 1), (".5", 50), ("5.", 500), ("0", 0), ("-0.00", 0),
    ("12.3400", 1234), ("-¥12.34", -1234), ("¥-12.34", -1234), ("1,234,567.89", 123456789),
    ("10000000000000", AMOUNT_MINOR_MAX),
])  # fmt: skip
def test_an_amount_is_read_as_people_type_it(text, minor):
    assert parse_minor(text, "CNY") == minor


@pytest.mark.parametrize("text, reason", [
    ("", "not an amount"), ("free", "not an amount"), ("1,23.45", "not an amount"), ("1,2345", "not an amount"),
    ("1.234,50", "not an amount"), ("12.345", "more than 2 decimals"), ("1e5", "not an amount"),
    ("nan", "not an amount"), ("1.0000000000000000000000000000000001", "more than 2 decimals"),
       ("Infinity", "not an amount"), ("--5", "not an amount"), ("5-", "not an amount"), (".", "not an amount"),
    ("1,234 567", "not an amount"), ("10000000000000.01", "too large"), ("9" * 5000, "too large"),
    ("٣٤", "not an amount"), ("-¥-5", "not an amount"), ("元", "not an amount"),    ("1\n2", "not an amount"),
])  # fmt: skip
def test_what_is_no_amount_is_refused_with_the_reason(text, reason):
    with pytest.raises(ValueError, match=reason):
        parse_minor(text, "CNY")


def test_a_currency_without_minor_units_takes_no_decimals():
    assert parse_minor("1,234", "JPY") == 1234
    assert decimal_text(1234, "JPY") == "1234"
    with pytest.raises(ValueError, match="more than 0 decimals"):
        parse_minor("1.5", "JPY")


def test_an_unknown_currency_is_refused_by_name():
    with pytest.raises(ValueError, match="unknown currency 'XAU'"):
        parse_minor("1", "XAU")


@given(st.integers(-AMOUNT_MINOR_MAX, AMOUNT_MINOR_MAX), st.sampled_from(sorted(MINOR_DIGITS)))
def test_what_is_written_for_files_is_read_back_the_same(minor, currency):
    assert parse_minor(decimal_text(minor, currency), currency) == minor
