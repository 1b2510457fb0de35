"""Does the band hold the curve, tell a planted uplift from chance, and say of none that there is none?"""

import numpy as np
import pytest

from peakday.insight.audiences.rules.qini_band import crossed_scores, qini_band
from peakday.insight.audiences.rules.uplift import gain_curve, qini_of


@pytest.mark.capability("AD-07")
def test_the_band_holds_the_curve_and_a_planted_uplift_lies_above_chance():
    draw = np.random.default_rng(5)
    features = draw.normal(size=(4_000, 3))
    treated = draw.random(4_000) < 0.5
    answered = draw.random(4_000) < 0.2 + 0.3 * (features[:, 0] > 0) * treated

    scores = crossed_scores(features, treated, answered)
    curve = qini_band(scores, treated, answered)

    assert curve.qini == pytest.approx(qini_of(scores, treated, answered))
    assert curve.won[-1] == pytest.approx(gain_curve(scores, treated, answered)[-1] / 4)
    assert (curve.depths[0], curve.depths[-1], len(curve.won)) == (0.0, 1.0, 21)
    assert all(low <= high for low, high in zip(curve.low, curve.high, strict=True))
    assert curve.qini_low < curve.qini < curve.qini_high
    assert curve.beats_chance


def test_where_nobody_is_moved_the_order_is_not_told_from_chance():
    draw = np.random.default_rng(6)
    features = draw.normal(size=(2_000, 3))
    treated, answered = draw.random(2_000) < 0.5, draw.random(2_000) < 0.3

    assert not qini_band(crossed_scores(features, treated, answered), treated, answered).beats_chance
