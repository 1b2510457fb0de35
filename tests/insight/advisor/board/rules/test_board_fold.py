"""Do sums come out the same however postings are ordered and cut, and does each window hold its own?"""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from peakday.insight.advisor.board.model import BoardKey, PostedLine, Posting, Window
from peakday.insight.advisor.board.rules.board_fold import add_change, codes_at, fold_postings
from peakday.kernel.text import Text

OPENS = datetime(2026, 11, 11, 12, 0, tzinfo=UTC)
DAY = Window("day", Text("日", "day"), OPENS - timedelta(hours=4), OPENS + timedelta(hours=20))
WAVE = Window("wave", Text("波", "wave"), OPENS, OPENS + timedelta(hours=2))
SHOPS = [UUID(int=1), UUID(int=2)]


def posting(at=OPENS, shop=0, buyer=1, paid=100, refund=0, orders=1, pieces=1, simulated=False):
    line = PostedLine(f"i{shop}", "b", "c", paid, refund, pieces)
    return Posting(
        at, SHOPS[shop], UUID(int=buyer) if buyer else None, "r", "", "domestic", "CNY", simulated, paid, refund,
        orders, (line,),
    )  # fmt: skip


postings = st.lists(
    st.builds(
        posting,
        at=st.integers(-300, 300).map(lambda minutes: OPENS + timedelta(minutes=minutes)),
        shop=st.integers(0, 1),
        buyer=st.integers(0, 4),
        paid=st.integers(0, 10_000),
        refund=st.integers(0, 500),
        orders=st.integers(0, 1),
        simulated=st.booleans(),
    ),
    max_size=25,
)


def summed(parts):
    """What rounds add up to, board by board."""
    known = {}
    for part in parts:
        for key, change in fold_postings(part, codes_at([DAY, WAVE])).items():
            minutes, totals, buyers = known.setdefault(key, ({}, {}, set()))
            add_change(minutes, totals, change)
            buyers |= change.buyers
    return known


@given(postings, st.randoms(use_true_random=False), st.integers(0, 25))
def test_order_and_rounds_do_not_change_the_sums(every, chance, cut):
    shuffled = every[:]
    chance.shuffle(shuffled)
    assert summed([every]) == summed([shuffled[:cut], shuffled[cut:]])


@given(postings)
def test_every_dimension_of_the_order_adds_up_to_the_minutes(every):
    for minutes, totals, _ in summed([every]).values():
        whole = [sum(sums[place] for sums in minutes.values()) for place in range(3)]
        for dimension in totals.keys() & {"shop", "region", "belt", "origin"}:
            assert [sum(sums[place] for sums in totals[dimension].values()) for place in range(3)] == whole


def test_a_wave_holds_what_was_paid_from_its_opening_to_before_its_end():
    ends = [WAVE.opens_at, WAVE.closes_at - timedelta(microseconds=1)]
    outside = [WAVE.opens_at - timedelta(microseconds=1), WAVE.closes_at]
    found = fold_postings([posting(at) for at in [*ends, *outside]], codes_at([DAY, WAVE]))
    counted = {key.window: sum(sums[2] for sums in change.minutes.values()) for key, change in found.items()}
    assert counted == {"day": 4, "wave": 2}
    assert WAVE.holds(ends[1])
    assert not WAVE.holds(WAVE.closes_at)


def test_a_refund_takes_from_no_count_and_makes_no_buyer():
    found = fold_postings([posting(paid=0, refund=70, orders=0, pieces=0, buyer=None)], codes_at([DAY]))
    market = found[BoardKey(None, "day", "CNY", simulated=False)]
    assert (list(market.minutes.values()), market.buyers) == ([[0, 70, 0]], set())
    assert market.totals["item"] == {"i0": [0, 70, 0]}
