"""Does a batch of shops come out whole: sums, earlier looks, poor rows?"""

import numpy as np
import pytest

from peakday.insight.forecasting.rules.shop_demand import forecast_shops


def test_shops_are_the_sum_of_their_skus_and_a_sale_events_day_sells_more():
    draw = np.random.default_rng(2022)
    events = (np.arange(134) % 10 == 3).astype(float)
    units = draw.poisson(20 * np.where(events[:120] > 0, 4.0, 1.0), (30, 120)).astype(float)
    units[29, :110] = np.nan
    told = forecast_shops(units, [row % 3 for row in range(30)], events)
    assert [one.back_days for one in told] == [28, 14, 0]
    now = told[-1]
    assert now.skus.reshape(10, 3, 14).sum(axis=0).tolist() == now.shops.tolist()
    means = now.skus.mean(axis=0) / 1000
    assert means[events[120:] > 0].min() > 2.5 * means[events[120:] == 0].max()


@pytest.mark.parametrize("days", [1, 14, 30])
def test_a_short_past_has_fewer_looks_back_and_no_fault(days):
    units = np.zeros((2, days))
    units[0, -1] = 5.0
    told = forecast_shops(units, [0, 1], np.zeros(days + 14))
    assert told[-1].back_days == 0
    assert told[-1].shops[1].tolist() == [0] * 14
    assert np.isfinite(told[-1].spread.around(told[-1].skus / 1000)).all()


def test_a_sku_of_three_days_is_likened_to_those_of_its_shop_that_were_new_before():
    draw = np.random.default_rng(2022)
    units = draw.poisson(20, (30, 120)).astype(float)
    units[10:20, :60] = np.nan  # new two months ago, and fading since
    units[10:20, 60:] = np.linspace(40, 0, 60).round()
    units[29, :117], units[29, 117:] = np.nan, 40.0
    goods = [{"category": "new" if row in {*range(10, 20), 29} else "old"} for row in range(30)]
    liked = forecast_shops(units, [0] * 30, np.zeros(134), goods)[-1].skus[29] / 1000
    alone = forecast_shops(units, [0] * 30, np.zeros(134))[-1].skus[29] / 1000
    assert liked.mean() < 0.9 * alone.mean()
    elsewhere = forecast_shops(units, [*[0] * 29, 1], np.zeros(134), goods)[-1].skus[29] / 1000
    assert elsewhere.mean() > 0.9 * alone.mean()  # another shop's past is nobody's business
