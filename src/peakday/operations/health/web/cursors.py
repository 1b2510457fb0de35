"""Where does a page of warnings go on? Behind a loss and an id: `12300-fnd_…`."""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.ids import show_id
from peakday.kernel.web.paths import read_cursor
from peakday.operations.health.model import FINDING_PREFIX, KeptFinding


def next_cursor(found: Sequence[KeptFinding], limit: int) -> str | None:
    """The cursor of the last one shown, when one more was found than the page holds."""
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return f"{last.loss_minor}-{show_id(FINDING_PREFIX, last.finding_id)}"


def read_place(cursor: str | None) -> tuple[int, UUID] | None:
    """(loss, id) of a cursor; refuses `Invalid` for one that we did not give."""
    loss, _, shown = (cursor or "").partition("-")
    finding_id = read_cursor(FINDING_PREFIX, shown)
    return (min(int(loss), 2**62), finding_id) if finding_id is not None and loss.isdigit() else None
