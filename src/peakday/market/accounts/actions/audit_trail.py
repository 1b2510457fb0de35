"""How is it noted who saw or did what?

`record_audit` writes in the caller's transaction: the act and its trace are committed together or not at all.
`data` never holds figures: readers of the trail need not have the right to see them.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.market.accounts.model import AccountId, AuditEntry, KeyId
from peakday.market.accounts.store import insert_audit


async def record_audit(
    tx: Tx, actor: Actor, action: str, subject: str, now: datetime, detail: Mapping[str, Any] | None = None
) -> None:
    """Write one entry in the transaction of the act it tells.

    `action` is a past-tense word (`profile_edited`, `viewed`, `exported`); `subject` is `noun:id`. A
    `shop_id` in `detail` (UUID) files the entry under that shop when the actor, such as staff, has none.
    """
    data = dict(detail or {})
    shop_id = data.pop("shop_id", None) or actor.shop_id
    entry = AuditEntry(
        entry_id=new_id(now),
        shop_id=shop_id,
        actor_kind=actor.kind.value,
        account_id=AccountId(actor.account_id) if actor.account_id else None,
        key_id=KeyId(actor.via_key) if actor.via_key else None,
        actor_name=actor.name,
        action=action,
        subject=subject,
        remote_address=actor.remote_address,
        at=now,
        detail=data,
    )
    await insert_audit(tx, entry)
