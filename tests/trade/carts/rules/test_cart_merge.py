"""Is nothing lost when a guest's cart becomes the buyer's, and nothing gained by merging twice?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from peakday.trade.carts.model import Line
from peakday.trade.carts.rules.cart_merge import merge_lines

NOON = datetime(2026, 11, 11, 12, tzinfo=UTC)


def a_line(number, pieces=1, minute=0, selected=True):
    return Line(UUID(int=1), UUID(int=number), pieces, selected, NOON + timedelta(minutes=minute), 100)


carts = st.dictionaries(st.integers(1, 12), st.tuples(st.integers(1, 9), st.integers(0, 20), st.booleans())).map(
    lambda drawn: [a_line(number, *rest) for number, rest in drawn.items()]
)


@given(carts, carts)
def test_every_sku_is_kept_or_goes_to_the_favourites(own, guest):
    merged = merge_lines(own, guest, lines_max=8)
    assert len(merged.kept) <= 8
    every = [*merged.kept, *merged.overflow]
    assert {line.sku_id for line in every} == {line.sku_id for line in [*own, *guest]}
    assert len(every) == len({line.sku_id for line in every})
    assert not merged.overflow or min(line.added_at for line in merged.kept) >= max(
        line.added_at for line in merged.overflow
    )


@given(carts, carts)
def test_merging_again_changes_nothing(own, guest):
    once = merge_lines(own, guest)
    twice = merge_lines(once.kept, guest)
    assert (twice.kept, twice.overflow, twice.moved) == (once.kept, (), 0)


@given(carts, carts)
def test_the_larger_number_of_pieces_stays(own, guest):
    pieces = {line.sku_id: line.quantity for line in own}
    for line in guest:
        pieces[line.sku_id] = max(pieces.get(line.sku_id, 0), line.quantity)
    assert {line.sku_id: line.quantity for line in merge_lines(own, guest).kept} == pieces
