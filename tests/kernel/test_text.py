"""Does each reader get the words, numbers and dates of their language?"""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from peakday.kernel.text import (
    Text,
    day_text,
    instant_text,
    money_text,
    number_text,
    percent_text,
    pick_language,
)


def test_a_message_speaks_both_languages_and_fills_its_fields():
    text = Text("还差 {count} 件", "{count} more to go")
    assert text.of("zh", count=3) == "还差 3 件"
    assert text.of("en", count=3) == "3 more to go"
    assert Text("{原样}", "{as is}").of("en") == "{as is}"


@pytest.mark.parametrize("wanted, accepted, language", [
    (None, None, "zh"), ("en", "zh-CN,zh;q=0.9", "en"), (None, "en-GB,en;q=0.9,zh;q=0.8", "en"),
    (None, "fr-FR,fr;q=0.9,en;q=0.5", "en"), (None, "de", "zh"), ("xx", "en", "en"), ("ZH", "en", "zh"), ("", "", "zh"),
])  # fmt: skip
def test_the_language_is_the_wanted_else_the_accepted_else_chinese(wanted, accepted, language):
    assert pick_language(wanted, accepted) == language


def test_money_is_written_as_each_reader_writes_it():
    assert money_text(123450, "CNY", "zh") == "¥1,234.50"
    assert money_text(123450, "CNY", "en") == "CN¥1,234.50"
    assert money_text(-5, "USD", "en") == "-$0.05"
    assert money_text(1234, "JPY", "zh") == "JP¥1,234"


def test_numbers_and_shares_keep_the_decimals_asked_for():
    assert number_text(1234567, "zh") == "1,234,567"
    assert number_text(Decimal("1234.5"), "en", 2) == "1,234.50"
    assert percent_text(Decimal("0.1234"), "zh") == "12.34%"
    assert percent_text(Decimal("0.5"), "en", 1) == "50.0%"
    assert percent_text(Decimal("0.5"), "en", 0) == "50%"


def test_days_and_instants_are_those_of_the_market():
    assert day_text(date(2022, 11, 11), "zh") == "2022年11月11日"
    assert day_text(date(2022, 11, 11), "en") == "Nov 11, 2022"
    instant = datetime(2022, 11, 10, 16, 0, 5, tzinfo=UTC)
    assert instant_text(instant, "zh") == "2022年11月11日 00:00:05"
    assert instant_text(instant, "en") == "Nov 11, 2022, 12:00:05\N{NARROW NO-BREAK SPACE}AM"
