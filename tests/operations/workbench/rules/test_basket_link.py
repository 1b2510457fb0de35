"""Is a basket that travels in an address the same basket when the link is opened?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from peakday.kernel.ids import show_id
from peakday.operations.workbench.errors import BadBasket
from peakday.operations.workbench.rules.basket_link import SKUS_MAX, read_basket, with_piece, write_basket
from peakday.trade.promotions.api import Basket
from peakday.trade.promotions.model import PIECES_MAX, Channel

SKU = UUID("01900000-0000-7000-8000-000000000001")
SHOWN = show_id("sku", SKU)
MINUTE = datetime(2026, 11, 11, 12, tzinfo=UTC)

IDS = st.uuids(version=4)
BASKETS = st.builds(
    Basket,
    st.dictionaries(IDS, st.integers(1, PIECES_MAX), min_size=1, max_size=SKUS_MAX),
    st.none() | st.integers(-(10**6), 10**6).map(lambda minutes: MINUTE + timedelta(minutes=minutes)),
    st.frozensets(st.sampled_from(["vip", "member", "新客"])),
    st.sampled_from(Channel),
    st.none() | st.frozensets(IDS, max_size=9),
)


@pytest.mark.capability("SH-02")
@given(BASKETS)
def test_a_link_gives_the_basket_back(basket):
    assert read_basket(write_basket(basket)) == basket


@pytest.mark.parametrize(
    ("query", "pieces"),
    [
        ([], {}),
        ([("sku", SHOWN)], {SKU: 1}),
        ([("sku", SHOWN), ("n", "2"), ("sku", SHOWN), ("n", "3")], {SKU: 5}),
        ([("sku", SHOWN), ("n", "0")], {}),
        ([("sku", ""), ("lang", "en")], {}),
        ([("sku", SHOWN), ("n", str(PIECES_MAX)), ("sku", SHOWN), ("n", "9")], {SKU: PIECES_MAX}),
    ],
)
def test_pieces_add_up_and_none_takes_a_line_out(query, pieces):
    assert read_basket(query).pieces == pieces


def test_no_card_at_all_is_another_basket_than_the_best_of_all():
    assert read_basket([("card", "none")]).card_ids == frozenset()
    assert read_basket([]).card_ids is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ([("sku", "itm_1")], "sku"),
        ([("sku", SHOWN)] * (SKUS_MAX + 1), "sku"),
        ([("sku", SHOWN), ("n", "-1")], "n"),
        ([("sku", SHOWN), ("n", "9" * 30)], "n"),
        ([("sku", SHOWN), ("n", str(PIECES_MAX + 1))], "n"),
        ([("at", "noon")], "at"),
        ([("at", "0001-01-01T00:00")], "at"),
        ([("at", "9999-12-31T23:59")], "at"),
        ([("channel", "fax")], "channel"),
        ([("card", "crd_x")], "card"),
    ],
)
def test_what_is_not_understood_is_refused_by_its_field(query, field):
    with pytest.raises(BadBasket) as refusal:
        read_basket(query)
    assert [problem.field for problem in refusal.value.problems] == [field]


def test_a_piece_is_added_to_what_lies_there():
    assert with_piece(Basket({SKU: 2}), SKU) == {SKU: 3}
    other = UUID(int=7)
    assert with_piece(Basket({SKU: 2}), other, 4) == {SKU: 2, other: 4}
