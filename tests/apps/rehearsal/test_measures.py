"""Are answers counted in their second and ranked by how long they took?"""

from array import array

from peakday.apps.rehearsal.measures import Measures


def test_percentiles_are_of_all_answers_of_a_door():
    measures = Measures()
    for number in range(100):
        measures.note("cart", number / 10, (number + 1) / 1000)
    assert measures.doors["cart"].percentiles_ms() == {"p50_ms": 51.0, "p95_ms": 96.0, "p99_ms": 100.0, "max_ms": 100.0}
    assert measures.answers == 100


def test_seconds_without_an_answer_are_gaps_and_late_ones_fall_into_the_last():
    measures = Measures()
    measures.note("cart", 0.5, 0.010)
    measures.note("cart", 9.0, 0.030)
    assert measures.p99_by_second(("cart", "unknown"), 3) == [10.0, None, 30.0]
    assert measures.by_second(array("f", [0.1, 0.2, 2.9, 9.0]), 3) == [2, 0, 2]
