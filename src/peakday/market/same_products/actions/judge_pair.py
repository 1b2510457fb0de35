"""What does a person's word on a pair change, and how is it taken back?

"Same" brings the second item into the first one's cluster, and so into price comparison. "Not the same" takes the
second item out of a cluster that they share. Skipping changes nothing. Taking it back puts the item where it was.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id
from peakday.kernel.refusal import NotFound
from peakday.kernel.switches.model import require_staff
from peakday.market.accounts.api import record_audit
from peakday.market.same_products import queries, store
from peakday.market.same_products.model import ItemRef, Pair, Verdict


async def judge_pair(tx: Tx, actor: Actor, items: tuple[ItemRef, ItemRef], verdict: Verdict, now: datetime) -> None:
    """Say what a pair is; refuses `NotFound` for a pair that is not there. The same word again changes nothing."""
    require_staff(actor)
    await store.lock_clusters(tx)
    pair, before = await _pair(tx, items)
    if pair.verdict is verdict:
        return
    if pair.verdict is not None:
        await _put_back(tx, pair, before)
        pair, _ = await _pair(tx, items)
    left = None
    if verdict is Verdict.SAME and pair.one.cluster_id != pair.other.cluster_id:
        left = pair.other.cluster_id
        await store.move_item(tx, pair.other.ref, pair.one.cluster_id)
    if verdict is Verdict.NOT_SAME and pair.one.cluster_id == pair.other.cluster_id:
        left = pair.other.cluster_id
        await store.move_item(tx, pair.other.ref, new_id(now))
    await store.save_verdict(tx, items, verdict, (now, actor.account_id), left)
    await record_audit(tx, actor, "same_products.judged", str(items[0].item_id), now, {"verdict": verdict.value})


async def undo_verdict(tx: Tx, actor: Actor, items: tuple[ItemRef, ItemRef], now: datetime) -> None:
    """Take a word back: the pair waits again, the item is where it was."""
    require_staff(actor)
    await store.lock_clusters(tx)
    pair, before = await _pair(tx, items)
    if pair.verdict is None:
        return
    await _put_back(tx, pair, before)
    await store.save_verdict(tx, items, None, None, None)
    await record_audit(tx, actor, "same_products.judgement_undone", str(items[0].item_id), now, {})


async def _put_back(tx: Tx, pair: Pair, before: UUID | None) -> None:
    if before is not None:
        await store.move_item(tx, pair.other.ref, before)


async def _pair(tx: Tx, items: tuple[ItemRef, ItemRef]) -> tuple[Pair, UUID | None]:
    found = await queries.find_pair(tx, *items)
    if found is None:
        raise NotFound
    return found
