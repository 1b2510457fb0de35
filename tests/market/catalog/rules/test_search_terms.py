"""By which terms is a text kept, and which does a question ask for?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.market.catalog.rules.search_terms import (
    QUESTION_TERMS_MAX,
    TERMS_MAX,
    index_terms,
    question_terms,
)


@pytest.mark.parametrize(
    ("text", "terms"),
    [("FLUID MILK 1 GAL", ["fluid", "milk", "1", "gal"]), ("Crème Brûlée", ["creme", "brulee"]),
     ("龙井茶", ["龙", "井", "龙井", "茶", "井茶"]), ("iPhone15手机壳", ["iphone15", "手", "机", "手机", "壳", "机壳"]),
     ("ＡＢＣ　１２３", ["abc", "123"]), ("茶 茶", ["茶"]), ("— & !", []), ("", [])],
)  # fmt: skip
def test_words_are_kept_whole_and_chinese_by_characters_and_pairs(text, terms):
    assert index_terms([text]) == terms


@pytest.mark.parametrize(
    ("question", "terms"),
    [("whole milk", ["whole", "milk:*"]), ("milk", ["milk:*"]), ("龙井茶", ["龙井", "井茶"]), ("茶", ["茶"]),
     ("龙井 tea", ["龙井", "tea:*"]), ("tea 龙井", ["tea", "龙井"]), ("a:b & !c", ["a", "b", "c:*"]), ("?!", [])],
)  # fmt: skip
def test_a_question_asks_for_pairs_and_lets_its_last_word_go_on(question, terms):
    assert question_terms(question) == terms


@given(st.text(max_size=60))
def test_every_text_is_found_by_itself(text):
    kept = index_terms([text])
    for term in question_terms(text):
        assert any(each.startswith(term[:-2]) for each in kept) if term.endswith(":*") else term in kept


@given(st.text())
def test_no_term_can_be_read_as_anything_but_a_word(text):
    for term in [*index_terms([text]), *(each.removesuffix(":*") for each in question_terms(text))]:
        assert term.isalnum()
    assert len(index_terms([text])) <= TERMS_MAX
    assert len(question_terms(text)) <= QUESTION_TERMS_MAX
