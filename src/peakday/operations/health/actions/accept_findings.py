"""How does a merchant take a risk on purpose?

An accepted warning stays silent while the price stays where it was accepted; when it falls lower it is open again.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel import messages
from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.operations.health import store
from peakday.operations.health.actions.set_red_lines import EDIT, NOTE_MAX
from peakday.operations.health.errors import BadRedLine, FindingNotFound, FindingSettled
from peakday.operations.health.model import FINDING_PREFIX, FindingState


async def accept_finding(
    tx: Tx, actor: Actor, shop_id: UUID, finding_id: UUID, reason: str, now: datetime
) -> None:  # fmt: skip
    """Accept a warning with a reason; its message asks nobody any more. Accepting it again changes the reason.

    Refuses `FindingNotFound`, `FindingSettled`, `BadRedLine` (no reason), `NotAllowed`.
    """
    require(actor, EDIT, shop_id)
    if not reason.strip() or "\0" in reason:
        problem = Text("请填写原因", "Say why")
        raise BadRedLine(Problem("reason", "missing", problem, Text("写明接受风险的原因", "Write why it is accepted")))
    kept = await store.lock_finding(tx, shop_id, finding_id)
    if kept is None:
        raise FindingNotFound
    if kept.state is FindingState.FIXED:
        raise FindingSettled
    reason = reason.strip()[:NOTE_MAX]
    await store.accept_finding(tx, shop_id, finding_id, (actor.account_id, now, reason))
    await messages.resolve(tx, shop_id, message_key(finding_id), now, reason, accepted_by=actor.account_id)
    subject = f"finding:{show_id(FINDING_PREFIX, finding_id)}"
    await accounts.record_audit(tx, actor, "risk_accepted", subject, now, {"shop_id": shop_id})


def message_key(finding_id: UUID) -> str:
    """The key of the message that tells a warning."""
    return f"health:{finding_id}"
