"""How is a block of wishes judged and enrolled? Everything that must be known is asked once for the whole block.

For the page's one item and for a file's ten thousand rows alike: goods, permitted prices, event prices of the same
hours and what is enrolled already are four questions, then each row is judged by `rules/eligibility`, then entries and
their prices are written, all in the caller's transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.refusal import Problem
from peakday.market.catalog import api as catalog
from peakday.market.catalog.model import Good
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.bulk import BulkClaim, Permitted
from peakday.trade.price_history.model import Offer, OfferKind, Window
from peakday.trade.promotions import api as promotions
from peakday.trade.sale_events import queries, store
from peakday.trade.sale_events.model import Entry, EntryStatus, Proof, SaleEvent, Track, TrackKind, Wish
from peakday.trade.sale_events.price_holds import hold_prices
from peakday.trade.sale_events.rules.eligibility import Known, entry_problems, repeated, unknown_goods

SOURCE = "sale_events"


@dataclass(frozen=True, slots=True)
class Door:
    """Where wishes go: whose shop, which event and track, judged as of when, from which file."""

    shop_id: UUID
    event: SaleEvent
    track: Track
    currency: str
    judged_at: datetime
    import_run: UUID | None = None
    refs: Mapping[int, str] = field(default_factory=dict)  # row of the file → number to show for it


@dataclass(frozen=True, slots=True)
class Admitted:
    """What was enrolled, and why the rest was not."""

    entries: list[Entry]
    problems: list[Problem]


@dataclass(frozen=True, slots=True)
class _Standing:
    """What the items already have in the event."""

    tracks: dict[UUID, frozenset[str]]
    since: dict[UUID, datetime]  # SKU in this track → when it was first enrolled
    rows: dict[UUID, int]  # SKU in this track → the row of this very file that enrolled it
    inside: frozenset[UUID]  # SKUs that take part in this track


async def judge(tx: Tx, door: Door, wishes: Sequence[Wish]) -> tuple[Admitted, frozenset[UUID]]:
    """What would be enrolled, and which of its SKUs are in the track already; nothing is written."""
    goods: dict[UUID, list[Good]] = {}
    for good in await catalog.list_goods(tx, door.shop_id, list({wish.item_id for wish in wishes})):
        goods.setdefault(good.item_id, []).append(good)
    pairs = [(good.item_id, good.sku_id) for some in goods.values() for good in some]
    claim = BulkClaim(door.shop_id, pairs, door.currency, day_of(door.judged_at), door.event.plan.terms.price_rule)
    permitted = await price_history.permitted_prices(tx, claim)
    standing = await _standing(tx, door, list(goods))
    known = Known(
        permitted.by_sku, await _taken(tx, door, claim), standing.tracks, _deposit_limits(door), door.currency,
    )  # fmt: skip
    admitted, done = Admitted([], []), dict(standing.rows)
    for wish in wishes:
        _judge_wish(door, wish, goods.get(wish.item_id, []), (known, permitted, standing, done), admitted)
    return admitted, standing.inside


async def admit(tx: Tx, actor: Actor, door: Door, wishes: Sequence[Wish], now: datetime) -> Admitted:
    """Enrol what may be enrolled. Needs the lock of the shop's enrolment, and an open window."""
    admitted, inside = await judge(tx, door, wishes)
    if admitted.entries:
        changed = [entry for entry in admitted.entries if entry.sku_id in inside]
        if changed:
            items, skus = list({entry.item_id for entry in changed}), [entry.sku_id for entry in changed]
            ref = door.event.ref(door.track.code)
            await price_history.end_offers(tx, door.shop_id, [ref], items, skus, now)
        await store.save_entries(tx, actor, admitted.entries)
        await record_prices(tx, door.event, door.track, admitted.entries, now)
        wanted = [entry.item_id for entry in admitted.entries]
        await hold_prices(tx, door.shop_id, door.event, door.track, wanted, now)
    return admitted


async def record_prices(tx: Tx, event: SaleEvent, track: Track, entries: Sequence[Entry], now: datetime) -> None:
    """The price of each entry as an offer that holds in the sale; from now, where the sale has begun."""
    starts_at = max(track.sale.starts_at, now)
    offers = [
        Offer(
            entry.shop_id, entry.item_id, entry.sku_id, OfferKind.EVENT, entry.price_minor, entry.currency, starts_at,
            track.sale.ends_at, SOURCE, event.ref(track.code),
        )
        for entry in entries
    ]  # fmt: skip
    await price_history.record_offers(tx, offers, now)


async def _taken(tx: Tx, door: Door, claim: BulkClaim) -> dict[UUID, str]:
    sale = door.track.sale
    window = Window(sale.starts_at, sale.ends_at)
    return await price_history.event_offers(tx, claim, window, door.event.ref(door.track.code))


async def _standing(tx: Tx, door: Door, item_ids: list[UUID]) -> _Standing:
    tracks: dict[UUID, set[str]] = {}
    since: dict[UUID, datetime] = {}
    rows: dict[UUID, int] = {}
    inside = set()
    for place in await queries.find_places(tx, door.shop_id, door.event.event_id, item_ids):
        item_id, sku_id, track, status, run, row, enrolled_at = place
        if status == EntryStatus.ENROLLED:
            tracks.setdefault(item_id, set()).add(track)
        if track == door.track.code:
            since[sku_id] = enrolled_at
            if status == EntryStatus.ENROLLED:
                inside.add(sku_id)
            if run is not None and run == door.import_run and row is not None:
                rows[sku_id] = row
    return _Standing({item: frozenset(some) for item, some in tracks.items()}, since, rows, frozenset(inside))


def _deposit_limits(door: Door) -> tuple[int, int]:
    if door.track.kind is TrackKind.SPOT:
        return (0, 0)
    terms = door.event.plan.terms
    presale = promotions.price_rules(terms.promotion_rule, terms.promotion_on).presale
    return presale.deposit_min_bp, presale.deposit_max_bp


def _judge_wish(
    door: Door, wish: Wish, goods: list[Good], facts: tuple[Known, Permitted, _Standing, dict[UUID, int]],
    admitted: Admitted,
) -> None:  # fmt: skip
    """Take the wish whole or not at all: an item of several SKUs is enrolled with all of them."""
    known, permitted, standing, done = facts
    shown = door.refs.get(wish.row or 0, "")
    meant = [good for good in goods if wish.sku_id in {None, good.sku_id}]
    if not meant:
        admitted.problems.append(unknown_goods(wish, shown, has_item=bool(goods)))
        return
    again = next((good for good in meant if good.sku_id in done), None)
    problems = [repeated(wish, done[again.sku_id] or None, shown)] if again else []
    for good in () if again else meant:
        problems += entry_problems(wish, good, door.track, door.event.plan.terms, known)
    if problems:
        admitted.problems.extend(_once(problems))
        return
    for good in meant:
        done[good.sku_id] = wish.row or 0
        admitted.entries.append(_entry(door, wish, good, permitted, standing.since.get(good.sku_id)))


def _once(problems: list[Problem]) -> list[Problem]:
    """Each fault once: an item's SKUs often share it."""
    return list({(problem.field, problem.code): problem for problem in problems}.values())


def _entry(door: Door, wish: Wish, good: Good, permitted: Permitted, since: datetime | None) -> Entry:
    assert good.price_minor is not None, good
    proof = Proof(
        permitted.verdict(good.sku_id, wish.price_minor).value, permitted.by_sku.get(good.sku_id),
        ", ".join(permitted.versions), day_of(door.judged_at),
    )  # fmt: skip
    return Entry(
        shop_id=door.shop_id, event_id=door.event.event_id, track=door.track.code, item_id=good.item_id,
        sku_id=good.sku_id, item_ref=good.item_ref, sku_ref=good.sku_ref, price_minor=wish.price_minor,
        list_minor=good.price_minor, deposit_minor=wish.deposit_minor, currency=good.currency, stock=wish.stock,
        limit=wish.limit, status=EntryStatus.ENROLLED, proof=proof, enrolled_at=since or door.judged_at,
        updated_at=door.judged_at, import_run=door.import_run, import_row=wish.row,
    )  # fmt: skip
