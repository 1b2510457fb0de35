"""How is a shop looked at, so that every warning is kept once, told once, and closed when it is gone?

Reading and keeping are two transactions; between them the checks run in a thread: the process answers meanwhile. A look
is idempotent: the same records give the same warnings, and what stands already is only brought up to date. An accepted
warning stays accepted unless the price falls below the one that was accepted.
"""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel import messages
from peakday.kernel.database import Tx
from peakday.kernel.house import House
from peakday.kernel.ids import show_id
from peakday.kernel.messages import Message
from peakday.kernel.money import Money
from peakday.kernel.outbox import announce
from peakday.kernel.text import Text
from peakday.operations.health import store
from peakday.operations.health.actions.accept_findings import message_key
from peakday.operations.health.events import RiskCleared, RiskFound
from peakday.operations.health.fault_words import KIND_TEXTS, REMEDY_TEXTS
from peakday.operations.health.loading import Loaded, load_shop
from peakday.operations.health.model import FINDING_PREFIX, Fault, FindingState, KeptFinding
from peakday.operations.health.rules.category_depth import count_depths, deepest_in_market
from peakday.operations.health.rules.response_ladder import severity_of
from peakday.operations.health.rules.shop_scan import floors_of, scan
from peakday.operations.health.store import Depths, Seen
from peakday.operations.health.witness_words import kept_witness, trace_of
from peakday.trade.promotions.guard import Severity
from peakday.trade.promotions.model import Id

FINDINGS_MAX = 2_000  # of one look that are kept, the dearest first
MESSAGES_MAX = 20  # of one look that are told one by one; the others by one more


async def scan_shop(house: House, shop_id: UUID) -> int:
    """Look at a shop now; how many warnings stand. Refuses `NotFound`."""
    begun, now = time.monotonic(), house.clock.now()
    async with house.database.read() as connection:
        loaded = await load_shop(connection, shop_id, now)
        others = await store.depths_of_others(connection, shop_id, categories_of(loaded))
    seen, counts = await asyncio.to_thread(_look, loaded, others)
    async with house.database.transaction() as tx:
        await store.lock_scan(tx, shop_id)
        await keep(tx, shop_id, loaded.currency, seen, now)
        await store.save_depths(tx, shop_id, counts)
        await store.note_scan(tx, shop_id, len(loaded.desk.shelf.wares), time.monotonic() - begun, now)
    return len(seen)


def categories_of(loaded: Loaded) -> set[Id]:
    """The leaf categories of a shop's goods."""
    return {ware.leaf_category_id for ware in loaded.desk.shelf.wares.values() if ware.leaf_category_id is not None}


def _look(loaded: Loaded, others: Depths) -> tuple[list[Seen], Depths]:
    """The faults of a shop with words and witness, and how deep its SKUs are cut; takes no database.

    What is too deep is said by the leaf categories of the whole market: this shop as it is, others as last seen.
    """
    floors = floors_of(loaded.desk)
    counts = count_depths(floors)
    usual = deepest_in_market([counts, others], loaded.desk.limits)
    faults = scan(loaded.desk, loaded.typed, floors, usual)[:FINDINGS_MAX]
    return [seen_of(loaded, fault) for fault in faults], counts


def seen_of(loaded: Loaded, fault: Fault) -> Seen:
    """A fault with its step of the ladder, and the witness in words."""
    ware = loaded.desk.shelf.wares.get(fault.sku_id) if fault.sku_id is not None else None
    witness = kept_witness(fault.reach, loaded.titles) if fault.reach is not None else None
    trace = trace_of(fault.reach) if fault.reach is not None else ()
    currency = ware.currency if ware is not None else loaded.currency
    return Seen(fault, severity_of(fault, ware, loaded.desk.limits), currency, witness, trace)


async def keep(tx: Tx, shop_id: UUID, currency: str, seen: Sequence[Seen], now: datetime) -> None:
    """Write what a look saw: new warnings, standing ones, and those that are gone; tell what is new or gone."""
    standing = await store.lock_standing(tx, shop_id)
    by_name = {each.fault.subject: each for each in seen}
    new = [each for name, each in by_name.items() if name not in standing]
    still = [(kept, by_name[name]) for name, kept in standing.items() if name in by_name]
    gone = [kept for name, kept in standing.items() if name not in by_name]
    ids = await store.insert_findings(tx, shop_id, new, now)
    await store.update_findings(
        tx, shop_id, [(kept.finding_id, _state(kept, each), each) for kept, each in still], now
    )  # fmt: skip
    await store.close_findings(tx, shop_id, [kept.finding_id for kept in gone], now)
    if new:
        await _tell_new(tx, shop_id, currency, list(zip(ids, new, strict=True)), now)
    if gone:
        for kept in gone:
            await messages.resolve(tx, shop_id, message_key(kept.finding_id), now)
        await announce(tx, RiskCleared(shop_id, len(gone)), now)


def _state(kept: KeptFinding, seen: Seen) -> FindingState:
    """Accepted stays accepted until the price falls below what was accepted."""
    price = seen.fault.reach.price_minor if seen.fault.reach is not None else None
    is_lower = price is not None and kept.reached_minor is not None and price < kept.reached_minor
    return FindingState.OPEN if is_lower else kept.state


async def _tell_new(tx: Tx, shop_id: UUID, currency: str, new: list[tuple[UUID, Seen]], now: datetime) -> None:
    starts = [each.fault.reach.at for _, each in new if each.fault.reach is not None]
    total = sum(each.fault.loss_minor for _, each in new)
    await announce(tx, RiskFound(shop_id, len(new), total, currency, min(starts, default=None)), now)
    base = f"/shop/{show_id('shp', shop_id)}/health"
    for finding_id, each in new[:MESSAGES_MAX]:
        await messages.send(tx, _message(shop_id, base, finding_id, each, now), now)
    rest = new[MESSAGES_MAX:]
    if rest:
        subject = Text("更多价格风险", "More price risks")
        body = Text(
            f"另有 {len(rest)} 项风险,请到营销健康中心查看。", f"{len(rest)} more are listed in the health centre."
        )
        loss = Money(sum(each.fault.loss_minor for _, each in rest), currency)
        key = message_key(rest[0][0])
        await messages.send(tx, Message(shop_id, "price_risk", subject, body, base, key, loss, needs_answer=True), now)


def _message(shop_id: UUID, base: str, finding_id: UUID, seen: Seen, now: datetime) -> Message:
    fault = seen.fault
    told, remedy = KIND_TEXTS[fault.kind], REMEDY_TEXTS[fault.kind]
    title = next((line["title"] for line in _lines(seen) if line["is_own"]), "")
    subject = Text(f"价格风险:{told.zh}", f"Price risk: {told.en}")
    ends = [seen.trace[-1]] if seen.trace else []
    body = Text(
        "\n".join(filter(None, [str(title), *[text.zh for text in ends], remedy.zh])),
        "\n".join(filter(None, [str(title), *[text.en for text in ends], remedy.en])),
    )
    starts = fault.reach.at if fault.reach is not None and fault.reach.at > now else None
    return Message(
        shop_id, "price_risk", subject, body, f"{base}/findings/{show_id(FINDING_PREFIX, finding_id)}",
        message_key(finding_id), Money(fault.loss_minor, seen.currency), starts,
        needs_answer=seen.severity is not Severity.INFORM,
    )  # fmt: skip


def _lines(seen: Seen) -> list[dict[str, object]]:
    lines = seen.witness["lines"] if seen.witness is not None else []
    assert isinstance(lines, list), lines
    return lines
