"""Does the health centre find planted faults, keep silent on harmless neighbours, and prove what it says?"""

import pytest

from peakday.apps.cli import bench_health

pytestmark = pytest.mark.capability("QN-02", "QN-03", "QN-05")


def test_planted_faults_are_found_and_look_alikes_are_not_accused():
    figures = bench_health.run(skus=12_000, faults=85, seed=4)
    assert (figures["faults"], figures["look_alikes"], figures["kinds"]) == (85, 85, 17)
    assert figures["recall"] >= 0.97, figures["missed"]
    assert figures["false_alarms"] <= 0.01, figures["alarms"]
    assert figures["look_alikes_flagged"] <= 0.01
    assert figures["witnesses_confirmed"] == 1.0


def test_a_correct_market_raises_no_alarm():
    shops, cross, _ = bench_health.make_market(2_000, seed=9)
    desks = [bench_health.desk_of(shop, cross) for shop in shops]
    assert bench_health.scan_market(desks, shops) == []


def test_one_seed_is_one_market():
    first, second = (bench_health.run(skus=1_000, faults=17, seed=3) for _ in range(2))
    timed = {"seconds", "skus_per_s", "naive_skus_per_s", "times_naive"}
    assert {k: v for k, v in first.items() if k not in timed} == {k: v for k, v in second.items() if k not in timed}
