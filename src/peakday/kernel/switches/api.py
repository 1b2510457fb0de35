"""What may doors ask of the switch board? Everything that staff do there; each act checks that it is staff.

Turning: `set_switch`, `roll_back`, `create_switch`, `list_switches`, `list_changes`. Plans: `save_plan`, `run_plan`,
`undo_run`. The gate: `make_freeze`, `cancel_freeze`, `ask_override`, `agree_override`, `decline_override`,
`evidence_of`, `judge`. Rehearsals: `open_rehearsal`, `close_rehearsal`, `list_rehearsals`, `get_rehearsal`.
"""

from peakday.kernel.switches.freezes import (
    agree_override,
    ask_override,
    cancel_freeze,
    decline_override,
    is_open,
    list_freezes,
    list_overrides,
    make_freeze,
)
from peakday.kernel.switches.gate import Evidence, evidence_of, judge
from peakday.kernel.switches.plans import list_plans, list_runs, run_plan, save_plan, undo_run
from peakday.kernel.switches.rehearsals import close_rehearsal, get_rehearsal, list_rehearsals, open_rehearsal
from peakday.kernel.switches.turning import create_switch, list_changes, list_switches, roll_back, set_switch

__all__ = [
    "Evidence",
    "agree_override",
    "ask_override",
    "cancel_freeze",
    "close_rehearsal",
    "create_switch",
    "decline_override",
    "evidence_of",
    "get_rehearsal",
    "is_open",
    "judge",
    "list_changes",
    "list_freezes",
    "list_overrides",
    "list_plans",
    "list_rehearsals",
    "list_runs",
    "list_switches",
    "make_freeze",
    "open_rehearsal",
    "roll_back",
    "run_plan",
    "save_plan",
    "set_switch",
    "undo_run",
]
