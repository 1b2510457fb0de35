"""Are values written, compared and linked as a reader expects?"""

from datetime import UTC, datetime

import pytest

from peakday.insight.advisor.model import Figure
from peakday.insight.advisor.web.view import Reader, read_key, shown_key, spark_points
from peakday.insight.metrics.api import METRICS, parse_window
from peakday.insight.metrics.model import Dimension, Unit
from peakday.kernel.refusal import NotFound
from peakday.kernel.text import Text

NOW = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
ITEM = "01900000-0000-7000-8000-000000000001"


def a_reader(language="en", period="7d", **filters):
    return Reader(language, "CNY", "shp_1", parse_window(period, NOW), filters)


@pytest.mark.parametrize(
    "unit,value,zh,en",
    [
        (Unit.MONEY, 123456, "¥1,234.56", "CN¥1,234.56"),
        (Unit.SHARE, 0.1234, "12.34%", "12.34%"),
        (Unit.COUNT, 1234567, "1,234,567", "1,234,567"),
        (Unit.SECONDS, 12.34, "12.3 秒", "12.3 s"),
        (Unit.RATIO, 1.5, "1.50", "1.50"),
        (Unit.MONEY, None, "–", "–"),
    ],
)
def test_values_are_written_for_their_reader(unit, value, zh, en):
    assert (a_reader("zh").value(unit, value), a_reader("en").value(unit, value)) == (zh, en)


@pytest.mark.parametrize(
    "unit,now,before,expected",
    [
        (Unit.MONEY, 150, 100, {"direction": "up", "text": "50.0%", "label": "vs"}),
        (Unit.COUNT, 50, 100, {"direction": "down", "text": "50.0%", "label": "vs"}),
        (Unit.COUNT, 100, 100, {"direction": "flat", "text": "no change", "label": "vs"}),
        (Unit.SHARE, 0.12, 0.1, {"direction": "up", "text": "2.00 pp", "label": "vs"}),
        (Unit.COUNT, 5, 0, None),
        (Unit.COUNT, None, 5, None),
    ],
)
def test_a_change_says_its_direction_in_words(unit, now, before, expected):
    assert a_reader().change(unit, now, before, Text("较", "vs")) == expected


def test_a_figure_leads_to_its_definition_and_its_rows():
    card = a_reader().figure(Figure(METRICS["paid_amount"], 1000, 500))
    assert card["definition_href"] == "/shop/shp_1/metrics/paid_amount?period=7d"
    assert card["rows_href"] == "/shop/shp_1/metrics/paid_amount/rows?period=7d"
    assert [one["text"] for one in card["changes"]] == ["100.0%"]


def test_a_figure_without_value_has_no_rows():
    assert a_reader().figure(Figure(METRICS["pay_conversion"], None))["rows_href"] is None


def test_links_keep_the_period_and_filters_and_drop_what_is_none():
    reader = a_reader(period="month:2026-10", region="r 1", q="tea")
    assert reader.href("data/items", q=None, p=2) == "/shop/shp_1/data/items?period=month%3A2026-10&region=r+1&p=2"
    assert reader.rows_href("paid_amount", Dimension.DAY, "2026-10-03").endswith("?period=day%3A2026-10-03&region=r+1")


def test_keys_travel_with_a_prefix_and_come_back():
    shown = shown_key(Dimension.ITEM, ITEM)
    assert shown.startswith("itm_")
    assert read_key(Dimension.ITEM, shown) == ITEM
    assert (shown_key(Dimension.TERMINAL, ""), read_key(Dimension.TERMINAL, "-")) == ("-", "")
    with pytest.raises(NotFound):
        read_key(Dimension.ITEM, "itm_nonsense")


def test_a_flat_or_short_line_is_not_drawn():
    assert spark_points([1]) == ""
    assert spark_points([2, 2, 2]) == ""
    assert spark_points([0, None, 4]) == "0.0,25.0 50.0,25.0 100.0,3.0"
