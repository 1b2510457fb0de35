"""Do the desk's macros say what the kernel says, and read amounts and times as a person means them?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from peakday.apps.importers.desk import as_utc, open_desk, rows_of
from peakday.kernel.ids import derived_id


@pytest.fixture(scope="module")
def desk():
    return open_desk()


@settings(deadline=None)
@given(st.integers(0, 2**42), st.text(min_size=1).filter(lambda word: "\0" not in word))
def test_an_id_made_in_sql_is_the_id_made_in_python(desk, ms, word):
    key = f"a\x1f{word}"
    [row] = rows_of(desk, "select derived_id($1, $2), derived_id(null, $2)", [ms, key])
    at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=ms)
    assert row == (str(derived_id(at, "a", word)), str(derived_id(None, "a", word)))


@pytest.mark.parametrize("words, minor", [
    ("178.8", 17880), ("1,234.50", 123450), ("0.0", 0), (" 5 ", 500), ("-3", -300), ("1.005", None), ("ten", None),
    ("", None), (None, None),
])  # fmt: skip
def test_an_amount_is_whole_hundredths_or_nothing(desk, words, minor):
    assert rows_of(desk, "select minor($1)", [words]) == [(minor,)]


def test_the_market_is_eight_hours_ahead(desk):
    [(at,)] = rows_of(desk, "select market_time(as_time('2020-02-21 00:00:00'))")
    assert as_utc(at) == datetime(2020, 2, 20, 16, tzinfo=UTC)
    assert rows_of(desk, "select as_time('yesterday')") == [(None,)]
