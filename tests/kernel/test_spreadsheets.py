"""Is a formula written as text, and everything else as it is?"""

import pytest

from peakday.kernel.spreadsheets import inert

STARTS = ["=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20"]


@pytest.mark.parametrize("text", [f"{start}1+1" for start in STARTS])
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(text):
    assert inert(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Tea = good", "1-2", "茶", "'=1", "a@b"])
def test_other_texts_stay_as_they_are(text):
    assert inert(text) == text
