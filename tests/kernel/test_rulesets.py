"""Is the rule of a day the one that was announced for it?"""

from datetime import UTC, date, datetime

import pytest

from peakday.kernel.rulesets import RULESETS, BadRuleSet, NoRuleSet, in_force, list_versions

TWO_YEARS = """
name = "fee"
[[version]]
version = "b"
effective_from = 2022-01-01
source = "notice 2"
params = { rate = 5 }
[[version]]
version = "a"
effective_from = 2021-01-01
effective_to = 2021-12-30
source = "notice 1"
params = { rate = 3 }
"""


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "fee.toml").write_text(TWO_YEARS)
    return tmp_path


def test_each_day_has_the_version_that_was_announced_for_it(folder):
    assert in_force("fee", date(2021, 1, 1), folder).params["rate"] == 3
    assert in_force("fee", date(2021, 12, 30), folder).version == "a"
    assert in_force("fee", date(2022, 1, 1), folder).version == "b"
    assert in_force("fee", date(2099, 1, 1), folder).version == "b"
    assert [version.version for version in list_versions("fee", folder)] == ["a", "b"]


@pytest.mark.parametrize("day", [date(2020, 12, 31), date(2021, 12, 31)])
def test_a_day_between_or_before_the_versions_is_refused_with_those_there_are(folder, day):
    with pytest.raises(NoRuleSet, match=r"a \(2021-01-01 – 2021-12-30\), b \(2022-01-01 – …\)"):
        in_force("fee", day, folder)


@pytest.mark.parametrize("name", ["unknown", "../fee", ""])
def test_an_unknown_name_is_refused(folder, name):
    with pytest.raises(NoRuleSet):
        in_force(name, date(2022, 1, 1), folder)


@pytest.mark.parametrize("before, after, reason", [
    ("effective_to = 2021-12-30", "effective_to = 2022-01-01", "versions a and b both hold on 2022-01-01"),
    ("effective_to = 2021-12-30", "", "versions a and b both hold"),
    ("effective_to = 2021-12-30", "effective_to = 2020-01-01", "version a ends before it begins"),
    ('source = "notice 1"', "", "version a lacks source"),
    ("rate = 3", "at = 2021-05-01T12:00:00", "a time without a zone"),
    ("rate = 3", "list = [{ at = 2021-05-01T12:00:00 }]", "a time without a zone"),
    ('name = "fee"', 'name = "toll"', "its name is 'toll'"),
    ("rate = 3", "rate = ", "Invalid value"),
])  # fmt: skip
def test_a_broken_file_is_refused_with_the_reason(folder, before, after, reason):
    text = (folder / "fee.toml").read_text()
    (folder / "fee.toml").write_text(text.replace(before, after))
    with pytest.raises(BadRuleSet, match=reason):
        in_force("fee", date(2023, 1, 1), folder)


def test_every_shipped_rule_set_is_well_formed():
    names = [file.stem for file in sorted(RULESETS.glob("*.toml"))]
    assert "double_11_calendar" in names
    for name in names:
        assert list_versions(name)


def test_double_11_of_2022_sold_in_two_waves_that_began_at_eight_in_the_evening():
    calendar = in_force("double_11_calendar", date(2022, 11, 11))
    periods = {period["code"]: period for period in calendar.params["periods"]}
    assert len(periods) == 10
    assert periods["wave_1_sale"]["start"] == datetime(2022, 10, 31, 12, 0, tzinfo=UTC)
    assert periods["wave_2_sale"]["start"] == datetime(2022, 11, 10, 12, 0, tzinfo=UTC)
    assert periods["wave_2_sale"]["end"] == datetime(2022, 11, 11, 15, 59, 59, tzinfo=UTC)
    assert all(period["start"] < period["end"] for period in periods.values())
    with pytest.raises(NoRuleSet):
        in_force("double_11_calendar", date(2022, 11, 12))
