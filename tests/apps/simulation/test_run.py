"""Is the very act named that broke something, and the shortest command that shows it again?"""

from peakday.apps.simulation.model import Plan, SimulationFailed, Told
from peakday.apps.simulation.run import narrow

BROKEN_AT = 837


def a_history(plan: Plan) -> Told:
    """Wrong from one step on; each act is three steps, and found by the first look after it."""
    clean, due = 0, max(plan.check_every, plan.check_after)
    for step in range(3, plan.steps + 3, 3):
        if step >= due:
            if step >= BROKEN_AT:
                raise SimulationFailed(plan.seed, step, "some act: gone", clean)
            clean, due = step, step + plan.check_every
    raise AssertionError


def test_a_breach_that_a_late_look_found_is_run_again_until_its_act_is_known():
    plan = Plan(seed=5, steps=9_000, check_every=2_500)
    found = narrow(plan, SimulationFailed(5, 2_502, "another act: gone", 0), a_history)
    assert (found.step, found.since, found.what) == (837, 834, "some act: gone")
    assert found.replay == "peakday simulate 5 --steps 837"


def test_a_breach_that_does_not_show_again_stays_as_it_was_told():
    told = SimulationFailed(5, 2_502, "gone", 0)
    assert narrow(Plan(5, 9_000), told, lambda plan: Told(5, plan.steps, 1.0, 1, 1.0, {})) is told


def test_a_fault_in_the_middle_of_an_act_is_known_at_once():
    told = SimulationFailed(5, 77, "ship: KeyError()")
    assert narrow(Plan(5, 9_000), told, a_history) is told
