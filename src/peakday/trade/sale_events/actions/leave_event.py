"""How does an item, or a whole shop, leave an event quickly, knowing what it gives up, and how does it come back?

What leaving means is shown first (`exit_consequences`); the click names what was seen. Leaving ends the event's prices
at once, frees the promised stock and keeps everything that has happened: orders already placed are honoured at their
prices, and what was sold stays protected from a drop. Leaving again answers with the same departure. It is taken back
while the rule allows: the prices then hold again from the sale, or from now.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.ids import new_id, show_id
from peakday.kernel.outbox import announce
from peakday.kernel.rulesets import in_force
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.market.shops import api as shops
from peakday.market.shops.model import Violation
from peakday.trade.price_history import api as price_history
from peakday.trade.price_history.model import Window
from peakday.trade.sale_events import calendar, queries, store
from peakday.trade.sale_events.actions.admission import record_prices
from peakday.trade.sale_events.actions.enrol import EDIT, track_of
from peakday.trade.sale_events.errors import (
    ExitNotAllowed,
    NotEnrolled,
    ShopNotEnrolled,
    SomethingElseSeen,
    UndoNotAllowed,
)
from peakday.trade.sale_events.events import ItemExited
from peakday.trade.sale_events.exits import (
    Consequences,
    Exit,
    ExitAsk,
    ExitReason,
    OrdersPlaced,
)
from peakday.trade.sale_events.held_coupons import list_held_coupons
from peakday.trade.sale_events.model import EXIT_PREFIX, EntryStatus, SaleEvent
from peakday.trade.sale_events.price_holds import hold_prices, release_prices
from peakday.trade.sale_events.rules.exit_terms import ExitTerms, exit_terms

VIEW = "marketing:view"
SEE_FIGURES = "data:view"


async def exit_consequences(tx: Tx, actor: Actor, ask: ExitAsk, now: datetime) -> Consequences:
    """What leaving would mean now; nothing is done. Refuses `NotEnrolled`, `ShopNotEnrolled`, what is not there."""
    require(actor, VIEW, ask.shop_id)
    shop = await shops.get_shop(tx, actor, ask.shop_id)
    event = await queries.get_event(tx, ask.event_id)
    terms = await _terms(tx, ask, event, now)
    orders = None
    if actor.can(SEE_FIGURES):
        orders = await _orders_placed(tx, ask, terms, (now, shop.currency))
    lost = [one.track for one in terms.lost]
    coupons = await list_held_coupons(tx, ask, lost, now, shows_figures=actor.can(SEE_FIGURES))
    return Consequences(
        ask, terms.phase, terms.is_allowed, terms.allowed_until, terms.points, terms.undo_until, terms.lost, orders,
        coupons, terms.seen,
    )  # fmt: skip


async def leave_event(
    tx: Tx, actor: Actor, ask: ExitAsk, why: tuple[ExitReason, str], seen: str, now: datetime
) -> Exit:  # fmt: skip
    """Take an item or the whole shop out; `why` is the reason and a note. What has left already is answered again.

    Takes the lock of the shop's enrolment. Refuses `SomethingElseSeen` (ask for the consequences again),
    `ExitNotAllowed`, `NotEnrolled`, `ShopNotEnrolled`, `EventNotFound`, `NotAllowed`.
    """
    require(actor, EDIT, ask.shop_id)
    event = await queries.get_event(tx, ask.event_id)
    if ask.track is not None:
        track_of(event, ask.track)
    enrolment = await store.lock_enrolment(tx, ask.shop_id, ask.event_id)
    before = await queries.find_last_exit(tx, ask)
    try:
        terms = await _terms(tx, ask, event, now)
    except (NotEnrolled, ShopNotEnrolled):
        if before is None:
            raise
        return before
    if not terms.is_allowed:
        raise ExitNotAllowed
    if seen != terms.seen:
        raise SomethingElseSeen
    exit_ = await _take_out(tx, actor, (ask, terms, why), event, now)
    if ask.item_id is None and ask.track is None and enrolment.status is EntryStatus.ENROLLED:
        await store.set_enrolment(tx, ask.shop_id, ask.event_id, EntryStatus.EXITED, now)
    return exit_


async def undo_exit(tx: Tx, actor: Actor, shop_id: UUID, exit_id: UUID, now: datetime) -> Exit:
    """Take a departure back: entries take part again, their prices hold again. Again changes nothing.

    Takes the lock of the shop's enrolment. Refuses `UndoNotAllowed`, `NotEnrolled`, `PriceOverlaps`, `NotAllowed`.
    """
    require(actor, EDIT, shop_id)
    found = await queries.find_exit(tx, shop_id, exit_id)
    if found is None:
        raise NotEnrolled
    await store.lock_enrolment(tx, shop_id, found.ask.event_id)
    exit_ = await queries.find_exit(tx, shop_id, exit_id)
    assert exit_ is not None, exit_id
    if exit_.undone_at is not None:
        return exit_
    if not exit_.can_be_undone(now):
        raise UndoNotAllowed
    event = await queries.get_event(tx, exit_.ask.event_id)
    entries = await queries.list_exited(tx, exit_)
    await store.mark_back(tx, exit_, now)
    await store.mark_undone(tx, actor, exit_id, now)
    if exit_.ask.item_id is None and exit_.ask.track is None:
        await store.set_enrolment(tx, shop_id, exit_.ask.event_id, EntryStatus.ENROLLED, now)
    for code in sorted({entry.track for entry in entries}):
        back = [entry for entry in entries if entry.track == code]
        track = track_of(event, code)
        await record_prices(tx, event, track, back, now)
        await hold_prices(tx, shop_id, event, track, [entry.item_id for entry in back], now)
    await shops.undo_violation(tx, shop_id, _violation_key(exit_), now)
    await _note(tx, actor, event, exit_, "event_exit_undone", now)
    return replace(exit_, undone_at=now)


async def _terms(tx: Tx, ask: ExitAsk, event: SaleEvent, now: datetime) -> ExitTerms:
    """The terms by what is enrolled now. Refuses when nothing of that takes part."""
    enrolment = (await queries.list_enrolments(tx, ask.shop_id)).get(ask.event_id)
    counts = await queries.count_entries(tx, ask.shop_id, ask.event_id, ask.item_id)
    place = calendar.place_of(event, enrolment, counts, now)
    wanted = [one for one in place.tracks if ask.track in {None, one.track.code}]
    if not place.is_in:
        raise ShopNotEnrolled
    if (ask.item_id is not None or ask.track is not None) and not any(one.count.skus for one in wanted):
        raise NotEnrolled
    rule = in_force(event.plan.terms.exit_rule, day_of(event.plan.enrols_from))
    return exit_terms(ask, place.tracks, rule, now)


async def _orders_placed(
    tx: Tx, ask: ExitAsk, terms: ExitTerms, at: tuple[datetime, str]
) -> OrdersPlaced:  # fmt: skip
    """What was paid for the goods since the sale of the first track that is left began."""
    now, currency = at
    begun = [one.track.sale.starts_at for one in terms.lost if one.track.sale.starts_at < now and one.skus]
    if not begun:
        return OrdersPlaced(0, 0, 0, currency)
    items: Sequence[UUID] | None = [ask.item_id] if ask.item_id else None
    if items is None:
        items = await queries.list_item_ids(tx, ask.shop_id, ask.event_id)
    placed = await price_history.sum_deals(tx, ask.shop_id, items, Window(min(begun), now))
    return OrdersPlaced(placed.orders, placed.pieces, placed.paid_minor, currency)


async def _take_out(
    tx: Tx, actor: Actor, what: tuple[ExitAsk, ExitTerms, tuple[ExitReason, str]], event: SaleEvent, now: datetime
) -> Exit:
    ask, terms, (reason, note) = what
    codes = [one.track.code for one in terms.lost]
    shown = Consequences(
        ask, terms.phase, True, terms.allowed_until, terms.points, terms.undo_until, terms.lost, None, (), terms.seen
    )  # fmt: skip
    exit_ = Exit(
        new_id(now), ask, reason, note, terms.phase, terms.points, sum(one.skus for one in terms.lost),
        store.consequences_json(shown), now, actor.account_id, terms.undo_until,
    )  # fmt: skip
    await store.insert_exit(tx, exit_)
    gone = await store.mark_exited(tx, exit_, codes, now)
    assert gone == exit_.skus, (gone, exit_)
    items = [ask.item_id] if ask.item_id else None
    await price_history.end_offers(tx, ask.shop_id, [event.ref(code) for code in codes], items, None, now)
    await release_prices(tx, ask.shop_id, event, codes, items)
    if exit_.points:
        await shops.add_violation(tx, _violation(exit_, event, now))
    await _note(tx, actor, event, exit_, "event_exited", now)
    return exit_


def _violation(exit_: Exit, event: SaleEvent, now: datetime) -> Violation:
    name = event.plan.name
    reason = Text(f"退出活动“{name.zh}”", f"Left the event {name.en}")
    return Violation(exit_.ask.shop_id, _violation_key(exit_), exit_.points, reason, now)


def _violation_key(exit_: Exit) -> str:
    return show_id(EXIT_PREFIX, exit_.exit_id)


async def _note(tx: Tx, actor: Actor, event: SaleEvent, exit_: Exit, action: str, now: datetime) -> None:
    """The trail and the news of a departure or of its being taken back."""
    ask, is_undone = exit_.ask, action == "event_exit_undone"
    detail = {
        "shop_id": ask.shop_id, "exit": show_id(EXIT_PREFIX, exit_.exit_id), "reason": exit_.reason.value,
        "phase": exit_.phase.value, "points": exit_.points, "skus": exit_.skus, "track": ask.track or "",
        "item": show_id("itm", ask.item_id) if ask.item_id else "",
    }  # fmt: skip
    await accounts.record_audit(tx, actor, action, f"event:{event.plan.code}", now, detail)
    news = ItemExited(
        ask.shop_id, ask.event_id, exit_.exit_id, ask.item_id, ask.track, exit_.skus, exit_.points, is_undone
    )  # fmt: skip
    await announce(tx, news, now)
