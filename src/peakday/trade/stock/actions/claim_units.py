"""How do claims get their units: locked, decided in the order in which they came, written, answered?

One locking read, pure decisions, set-based writes; what the companion (orders) writes stands in the same transaction,
so units are never held without an order or the other way round. A claim that was accepted before is answered so and
takes nothing again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.outbox import announce_many
from peakday.trade.stock import store
from peakday.trade.stock.events import LowStock
from peakday.trade.stock.model import NO_EVENT, Claim, ClaimAnswer, Companion, Level, LevelKey
from peakday.trade.stock.rules.claim_decisions import Decided, Shelf, decide_claims
from peakday.trade.stock.rules.low_stock import fell_to_mark


async def claim_units(
    tx: Tx, claims: Sequence[Claim], companion: Companion | None
) -> tuple[list[ClaimAnswer], store.LockedBatch]:  # fmt: skip
    """One answer a claim, in their order; and what was locked, with the units that are left.

    Takes the locks of the levels until commit. Claims are sound (`claim_validity`).
    """
    locked = await store.lock_batch(tx, _keys(claims), (claim.claim_id for claim in claims))
    known = locked.known
    fresh: dict[UUID, Claim] = {}
    for claim in claims:
        if claim.claim_id not in known:
            fresh.setdefault(claim.claim_id, claim)
    wanted = list(fresh.values())
    refusals: dict[UUID, ClaimAnswer] = {}
    if wanted:
        before = {key: level.available for key, level in locked.levels.items()}
        decider = await companion.prepare(tx, wanted, locked.at) if companion is not None else None
        decided = decide_claims(wanted, await _shelf(tx, wanted, locked), decider)
        await _write(tx, decided, [level for key, level in locked.levels.items() if level.available != before[key]],
                     before, locked.at)  # fmt: skip
        if companion is not None and decided.accepted:
            await companion.write(tx, decided.accepted, locked.at)
        refusals = {
            claim.claim_id: ClaimAnswer(claim.claim_id, refusal, None if refusal else locked.at)
            for claim, refusal in zip(wanted, decided.refusals, strict=True)
        }
    return [_answer(claim, fresh, known, refusals) for claim in claims], locked


def _answer(
    claim: Claim, fresh: dict[UUID, Claim], known: dict[UUID, datetime], answers: dict[UUID, ClaimAnswer]
) -> ClaimAnswer:  # fmt: skip
    """A claim that was known is repeated; so is one that came twice in this batch and was accepted."""
    at = known.get(claim.claim_id)
    if at is not None:
        return ClaimAnswer(claim.claim_id, None, at, is_repeated=True)
    answer = answers[claim.claim_id]
    if fresh[claim.claim_id] is not claim and answer.refusal is None:
        return ClaimAnswer(claim.claim_id, None, answer.at, is_repeated=True)
    return answer


def _keys(claims: Iterable[Claim]) -> list[LevelKey]:
    """The levels that may be needed, each once; an event's need may also draw on the SKU's own."""
    keys: dict[LevelKey, None] = {}
    for need in {id(need): need for claim in claims for need in claim.needs}.values():
        keys[LevelKey(need.shop_id, need.sku_id, NO_EVENT)] = None
        if need.event_ref:
            keys[LevelKey(need.shop_id, need.sku_id, need.event_ref)] = None
    return list(keys)


async def _shelf(tx: Tx, claims: Sequence[Claim], locked: store.LockedBatch) -> Shelf:
    """What deciding needs: what buyers have is only looked at where there are limits."""
    levels, limits = locked.levels, locked.event_limits
    if not limits and all(level.buyer_limit is None for level in levels.values()):
        return Shelf(levels)
    shops = {key.shop_id for key in levels}
    taken, taken_in_event = await store.taken_by(tx, {claim.buyer_id for claim in claims}, shops)
    return Shelf(levels, limits, taken, taken_in_event)


async def _write(tx: Tx, decided: Decided, changed: list[Level], before: dict[LevelKey, int], at: datetime) -> None:
    if decided.taken:
        await store.take_units(tx, changed, decided.taken, at)
    low = [level for level in changed if fell_to_mark(before[level.key], level)]
    if low:
        await announce_many(tx, [low_stock(level) for level in low], at)


def low_stock(level: Level) -> LowStock:
    """The news of a level that has come to its mark."""
    assert level.low_mark is not None
    return LowStock(*level.key, level.available, level.low_mark)
