"""Which rows of an uploaded trial are good: who was asked, in which arm, and whether they answered?

Columns `person_hash, arm, outcome`: the SHA-256 of a person's id (as in uploaded crowds), `treated` or `control`, and
1 or 0. A person twice is refused the second time: nobody is in two arms.
"""

import csv
from collections.abc import Iterable
from dataclasses import dataclass, field

from peakday.insight.audiences.rules.uploaded_ids import HASH

COLUMNS = ("person_hash", "arm", "outcome")
ROWS_MAX = 200_000
_ARMS = {"treated": True, "treatment": True, "1": True, "control": False, "0": False}
_OUTCOMES = {"1": True, "0": False}


@dataclass(slots=True)
class TrialRows:
    """The good rows by hash: (treated, answered); how many rows there were and were refused; is the header there?"""

    people: dict[bytes, tuple[bool, bool]] = field(default_factory=dict)
    rows: int = 0
    refused: int = 0
    has_header: bool = True


def read_trial(lines: Iterable[str]) -> TrialRows:
    """The rows of a trial; without its three columns nothing is read."""
    read = TrialRows()
    reader = csv.reader(lines)
    header = [name.strip().strip("\ufeff").lower() for name in next(reader, [])]
    if any(name not in header for name in COLUMNS):
        read.has_header = False
        return read
    places = [header.index(name) for name in COLUMNS]
    for cells in reader:
        if not any(cells):
            continue
        read.rows += 1
        words = [cells[at].strip().lower() if at < len(cells) else "" for at in places]
        arm, outcome = _ARMS.get(words[1]), _OUTCOMES.get(words[2])
        key = bytes.fromhex(words[0]) if HASH(words[0]) else None
        if key is None or arm is None or outcome is None or key in read.people:
            read.refused += 1
        else:
            read.people[key] = (arm, outcome)
    return read
