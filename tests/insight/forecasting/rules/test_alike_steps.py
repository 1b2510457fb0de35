"""Does a plan tell only what a planner knew, and is a step compared with steps like it?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.alike_steps import Plan, look, no_plan, planned_depth


def test_a_gap_in_the_prices_is_filled_with_what_is_usual_so_that_it_does_not_betray_that_nothing_sold():
    mailer = np.array([[0.0, 1.0, 0.0, 1.0, 1.0, 0.0]])
    depth = np.array([[0.0, 0.31, 0.02, 0.29, np.nan, np.nan]])
    assert planned_depth(depth, mailer, 4)[0] == pytest.approx([0.0, 0.3, 0.0, 0.3, 0.3, 0.0])


def test_prices_after_the_origin_do_not_change_what_is_usual():
    mailer = np.ones((1, 5))
    depth = np.array([[0.1, 0.1, 0.5, 0.5, np.nan]])
    assert planned_depth(depth, mailer, 2)[0] == pytest.approx([0.1, 0.1, 0.5, 0.5, 0.1])


def test_where_no_price_was_ever_seen_none_is_cut():
    assert planned_depth(np.full((2, 3), np.nan), np.zeros((2, 3)), 3).tolist() == [[0.0] * 3] * 2


def test_what_lies_beyond_the_origin_is_not_seen():
    units = np.random.default_rng(1).poisson(9, (5, 30)).astype(float)
    later = units.copy()
    later[:, 20:] = 999
    plan = no_plan(5, 30)
    assert look(units, plan, 20, 3, 1).signs == pytest.approx(look(later, plan, 20, 3, 1).signs)


def test_steps_planned_alike_speak_loudest():
    mailer = np.zeros((1, 21))
    mailer[0, [3, 9, 15, 20]] = 1.0
    units = np.where(mailer > 0, 90.0, 10.0)
    nothing = np.zeros((1, 21))
    own = look(units, Plan(nothing, nothing, mailer, nothing), 20, 1, 1)
    assert np.exp(own.signs[0, 0]) * (own.level[0] + 0.5) > 60
