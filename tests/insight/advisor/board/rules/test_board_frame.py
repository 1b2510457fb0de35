"""Does a frame hold what was sold beside last year at the same hour since the opening?"""

from datetime import timedelta

from peakday.insight.advisor.board.model import Milestone
from peakday.insight.advisor.board.rules.board_frame import Before, Sold, curve_of, draw_frame, growth_of
from tests.insight.advisor.board.rules.test_board_fold import OPENS, WAVE

FIRST = int(OPENS.timestamp()) // 60


def sold(**changes):
    values = {
        "change_no": 3, "paid_minor": 1000, "refund_minor": 100, "orders": 4, "buyers": 3,
        "minutes": {FIRST: [600, 100, 2], FIRST + 9: [400, 0, 2]},
        "totals": {
            "belt": {"north": [700, 0, 3], "south": [300, 100, 1], "": [5, 0, 1]},
            "origin": {"domestic": [600, 0, 3], "foreign": [400, 100, 1]},
            "category": {"tea": [300, 0, 1], "silk": [100, 0, 1], "cups": [50, 0, 1]},
            "item": {"i": [1000, 0, 7]}, "brand": {"b": [2_000_000, 0, 1]}, "shop": {},
        },
        "milestones": [Milestone("brand", "b", 1_000_000, OPENS, None, 1_000_000)],
        "departments": {"tea": "food", "silk": "food"},
    }  # fmt: skip
    return Sold(**(values | changes))


def test_last_year_counts_until_the_same_minute_since_the_opening():
    before = Before({0: 100, 10: 350, 11: 9999}, {"belt": {"north": ([0, 10, 11], [100, 350, 9000])}})
    frame = draw_frame(sold(), WAVE, "CNY", OPENS + timedelta(minutes=10), before)
    assert (frame.elapsed, frame.net, frame.before_net, frame.growth) == (600, 900, 450, 1.0)
    assert [(place.key, place.net, place.growth) for place in frame.tops["belt"]] == [
        ("north", 700, 1.0), ("south", 200, None)
    ]  # fmt: skip
    assert draw_frame(sold(), WAVE, "CNY", OPENS - timedelta(hours=1), before).tops["belt"][0].growth == 6.0


def test_shares_departments_rate_and_milestones():
    frame = draw_frame(sold(), WAVE, "CNY", OPENS + timedelta(minutes=10), None)
    assert frame.domestic == 600 / 900
    assert [(place.key, place.net) for place in frame.tops["category"]] == [("food", 400), ("cups", 50)]
    assert (frame.pieces, frame.per_minute, frame.before_net, frame.growth) == (7, 0.4, None, None)
    assert frame.reached["brand"][10_000] == 1
    assert [(mark.step, mark.taken_back) for mark in frame.marks] == [(10_000, None)]


def test_a_board_without_sales_has_no_shares():
    frame = draw_frame(sold(totals={}, minutes={}, milestones=[]), WAVE, "CNY", WAVE.closes_at, None)
    assert (frame.domestic, frame.tops["brand"], frame.marks, frame.elapsed) == (None, [], [], 7200)


def test_the_curve_is_by_minutes_since_the_opening():
    minutes = sold().minutes
    assert curve_of(minutes, [FIRST + 9, FIRST, FIRST + 99], WAVE) == [(0, 500), (9, 400)]


def test_nothing_grows_from_nothing():
    assert (growth_of(5, None), growth_of(5, 0), growth_of(5, 10)) == (None, None, -0.5)
