"""Does the report say in both languages what held and what did not, and need nothing from elsewhere?"""

import re
from array import array
from datetime import UTC, datetime
from uuid import UUID

import pytest

from peakday.apps.cli.rehearse import figures_of
from peakday.apps.rehearsal.audit import Comparison
from peakday.apps.rehearsal.faults import Fault, Kill
from peakday.apps.rehearsal.measures import Measures
from peakday.apps.rehearsal.report import write_report
from peakday.apps.rehearsal.run import Findings, Outcome, Plan
from peakday.apps.rehearsal.shopper import Ledger


def an_outcome(lost=0, after=(), kills=()):
    measures = Measures(arrived_at=array("f", [0.1, 1.2]), placed_at=array("f", [1.5]))
    measures.note("checkout", 1.5, 0.020)
    measures.note("add to cart", 0.5, 0.002)
    measures.refusals["checkout", "not_enough_stock<b>"] = 3
    comparison = Comparison(1, 2, 1, lost, 0, 0, 0, 0, 1.0, ())
    return Outcome(
        UUID(int=1), Plan(2, 3.0, (Fault.KILL_WEB,)), datetime(2026, 11, 11, 12, tzinfo=UTC), 20, 3.2, measures,
        Ledger(), tuple(kills), Findings((("orders", "x", "ord_1", "known before"),), 1.0),
        Findings((("orders", "x", "ord_1", "known before"), *after), 1.0), comparison, {"cart.next_tier": 100}, 0.7,
    )  # fmt: skip


KILL = Kill(Fault.KILL_WEB, 1.0, 4711, 0.4)


def test_a_rehearsal_in_which_all_held_is_green_although_the_audit_knew_something_before():
    outcome = an_outcome(kills=[KILL])
    page = write_report(outcome)
    assert outcome.is_green
    for words in ("通过", "It held", "2 </span>" if False else "real baskets", "kill-web", "not_enough_stock&lt;b&gt;"):
        assert words in page
    assert figures_of(outcome, "r.html")["recovery_s_max"] == 0.4


@pytest.mark.parametrize(
    "outcome",
    [
        an_outcome(lost=1),
        an_outcome(after=[("stock", "units", "sku_1", "oversold")]),
        an_outcome(kills=[Kill(Fault.KILL_WEB, 1.0, 4711, 10.1)]),
        an_outcome(kills=[Kill(Fault.KILL_WEB, 1.0, 4711, None)]),
    ],
)
def test_one_lost_order_one_new_finding_or_one_slow_recovery_is_red(outcome):
    assert not outcome.is_green
    assert "It did not hold" in write_report(outcome)


def test_the_report_loads_nothing_and_runs_nothing():
    page = write_report(an_outcome(kills=[KILL]))
    assert not re.search(r"<script|<link|<img|src=|href=|@import|url\(", page)
    assert page.count('<svg viewBox="') == 3
    assert len(re.findall('class="zh"', page)) == len(re.findall('class="en"', page))
