"""What may other rooms and doors ask of the price history?

Bulk (no actor: for rooms above and importers): `record_offers`, `end_offers`, `record_deals`, `record_deal_file`,
`permitted_prices` (the price proof of thousands), `event_offers`, `sum_deals`. Prices of an
instant: `prices_at`. A merchant's acts and questions take the actor first and check the shop: `offer_prices`,
`lowest_price`, `prove_price`, `judge_event_drop`, `find_protection`, `grant_protection`, `find_prior_price`. Whoever
lacks `data:view` gets offered prices only: what was paid is a figure. Money is whole minor units; a price of one piece
is an exact fraction of them.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import IO
from uuid import UUID

from peakday.kernel.actor import SYSTEM, Actor, require
from peakday.kernel.clock import day_of
from peakday.kernel.database import Tx
from peakday.kernel.money import MINOR_DIGITS
from peakday.kernel.refusal import NotFound
from peakday.kernel.rulesets import in_force
from peakday.market.catalog import api as catalog
from peakday.trade.price_history import first_offers, queries, shelf_reads, shop_reads, store
from peakday.trade.price_history.actions import grant_protection, judge_purchase, offer_prices
from peakday.trade.price_history.bulk import BulkClaim, DealSum, Permitted
from peakday.trade.price_history.errors import WindowTooLong
from peakday.trade.price_history.model import (
    Compared,
    Counting,
    Deal,
    DropJudgement,
    Enrolment,
    LowPrice,
    LowPriceQuestion,
    Offer,
    PriceClaim,
    PriceProof,
    PricesAt,
    PriorPrice,
    Protection,
    ProtectionAsk,
    Purchase,
    Scope,
    Window,
)
from peakday.trade.price_history.rules import event_price_drop, prior_price
from peakday.trade.price_history.rules import lowest_price as lowest_price_rule
from peakday.trade.price_history.rules import price_proof as price_proof_rule
from peakday.trade.price_history.rules.drop_penalties import drop_penalties
from peakday.trade.price_history.shop_reads import LateDeals, SoldBelow

DEAL_COLUMNS = store.DEAL_COLUMNS

__all__ = [
    "DEAL_COLUMNS",
    "LateDeals",
    "SoldBelow",
    "deals_read_until",
    "drop_penalties",
    "end_offers",
    "event_offers",
    "find_prior_price",
    "find_protection",
    "grant_protection",
    "has_offers",
    "judge_event_drop",
    "late_deals",
    "list_switched",
    "list_undercut",
    "lowest_price",
    "offer_prices",
    "offers_ahead",
    "permitted_prices",
    "prices_at",
    "prices_of",
    "protected_days",
    "prove_price",
    "record_deal_file",
    "record_deals",
    "record_list_prices",
    "record_offers",
    "sold_below",
    "sum_deals",
]

VIEW = "marketing:view"
SEE_DEALS = "data:view"
WINDOW_DAYS_MAX = 400


async def record_offers(tx: Tx, offers: Sequence[Offer], now: datetime) -> int:
    """Store offered prices in bulk, also of the past; each ends the one that held. How many were added.

    Repeating changes nothing. Refuses `PriceOverlaps` (then the transaction should be undone).
    """
    for offer in offers:
        assert offer.currency in MINOR_DIGITS, offer
        assert offer.price_minor >= 0, offer
        assert offer.valid_until is None or offer.valid_from < offer.valid_until, offer
    return await store.save_offers(tx, offers, now)


async def record_list_prices(tx: Tx, offers: Sequence[Offer], now: datetime) -> int:
    """List prices that a source of items states, asked from their listing on; only of SKUs without any. How many."""
    return await first_offers.copy_first_offers(tx, offers, now)


async def record_deals(tx: Tx, deals: Iterable[Deal]) -> int:
    """Store paid lines in bulk, once each; how many are new or were refunded since. A line that is not paid is no deal.

    `paid_minor` is the line without postage; `red_packet_minor` is what red packets, coins and gift cards paid.
    """
    return await store.copy_deals(tx, deals)


async def record_deal_file(tx: Tx, source: str, file: IO[bytes], read_until: int) -> int:
    """The same for a room that streams: CSV without header in the order of `DEAL_COLUMNS`, lists as array text.

    With it is kept up to which transaction the source was read; `deals_read_until` gives it back for the next time.
    """
    written = await store.copy_deal_file(tx, file)
    await store.note_read_until(tx, source, read_until)
    return written


async def deals_read_until(tx: Tx, source: str) -> int | None:
    """From which transaction on the deals of a source are still to come; None: from the first."""
    return await store.read_until(tx, source)


async def has_offers(tx: Tx, shop_id: UUID, sku_id: UUID) -> bool:
    """Whether any price of a SKU was ever recorded."""
    return bool(await queries.list_offers(tx, shop_id, sku_id))


async def prices_at(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID], at: datetime | None = None
) -> dict[UUID, list[Offer]]:  # fmt: skip
    """The offers that hold at an instant, by SKU, cheapest first; without `at`, now by the database's clock."""
    return await queries.prices_at(tx, shop_id, sku_ids, at)


async def prices_of(tx: Tx, pairs: Sequence[tuple[UUID, UUID]], at: datetime | None = None) -> PricesAt:
    """The same for (shop_id, sku_id) of any shops in one question, with the instant: a whole cart stands at one."""
    return await shelf_reads.prices_of(tx, pairs, at)


async def list_switched(
    tx: Tx, seen: Sequence[tuple[UUID, UUID, datetime]], at: datetime
) -> set[tuple[UUID, UUID, datetime]]:  # fmt: skip
    """Those of (shop_id, sku_id, instant) whose price began or ended after that instant and until `at`."""
    return await shelf_reads.list_switched(tx, seen, at)


async def list_undercut(
    tx: Tx, began: Window, paid_after: datetime, after: tuple[UUID, UUID, int] | None, limit: int
) -> list[tuple[UUID, UUID, int]]:  # fmt: skip
    """(shop_id, order_id, line_no) paid for above an offer for everybody that began in a span: whom to protect.

    In order, behind `after`; the span's beginning is not included, its end is.
    """
    return await shelf_reads.list_undercut(tx, began, paid_after, after, limit)


async def end_offers(
    tx: Tx, shop_id: UUID, event_refs: Sequence[str], item_ids: Sequence[UUID] | None, sku_ids: Sequence[UUID] | None,
    now: datetime,
) -> tuple[int, int]:  # fmt: skip
    """End the offers of events now (of these items and SKUs only, where named): (ended, taken back: never held)."""
    return await store.end_offers(tx, shop_id, event_refs, item_ids, sku_ids, now)


async def permitted_prices(tx: Tx, claim: BulkClaim) -> Permitted:
    """What `prove_price` would permit for thousands of SKUs, in one statement. Refuses `NoRuleSet`."""
    rule, counting = in_force(claim.campaign, claim.on), _counting(claim.on)
    compared, cut = Compared(rule.params["compares"]), int(rule.params["cut_percent_min"])
    window = price_proof_rule.proof_window(rule, claim.on)
    wanted = queries.BulkWanted(claim.shop_id, claim.skus, window, claim.currency)
    if compared is Compared.LIST:
        by_sku = await queries.lowest_offers(tx, wanted, sorted(counting.offered_kinds), cut)
    else:
        counted = sorted(counting.dealt_kinds), sorted(counting.excluded_flags)
        by_sku = await queries.lowest_deals(tx, wanted, counted, cut)
    return Permitted(window, compared, (rule.version, counting.version), by_sku)


async def event_offers(
    tx: Tx, claim: BulkClaim, window: Window, without_ref: str | None = None
) -> dict[UUID, str]:  # fmt: skip
    """Which of these SKUs have an event price at some time of the window, and of which event; one is left out."""
    return await queries.list_event_offers(
        tx, queries.BulkWanted(claim.shop_id, claim.skus, window, claim.currency), without_ref
    )


async def sum_deals(tx: Tx, shop_id: UUID, item_ids: Sequence[UUID] | None, window: Window) -> DealSum:
    """What was paid for items of a shop (None: for all) in a window; deals arrive within a minute of payment."""
    return await queries.sum_deals(tx, shop_id, item_ids, window)


async def offers_ahead(
    tx: Tx, shop_id: UUID, at: datetime, sku_ids: Sequence[UUID] | None = None
) -> list[Offer]:  # fmt: skip
    """The offers of a shop (of these SKUs, where named) that hold at an instant or will later, by SKU."""
    return await shop_reads.offers_ahead(tx, shop_id, at, sku_ids)


async def late_deals(tx: Tx, shop_id: UUID, window: Window) -> dict[UUID, LateDeals]:
    """The middle price of one piece and the pieces sold, of every SKU of a shop in a window."""
    return await shop_reads.late_deals(tx, shop_id, window)


async def sold_below(tx: Tx, shop_id: UUID, sku_id: UUID, price_minor: int, window: Window) -> SoldBelow:
    """What deals of a SKU fell short of a price of one piece in a window, and how many orders they were."""
    return await shop_reads.sold_below(tx, shop_id, sku_id, price_minor, window)


def protected_days(enrolment: Enrolment) -> Window:
    """In which days after an event its prices are protected from a drop, by the rule of its first day."""
    return event_price_drop.protected_window(enrolment, in_force("event_price_drop", day_of(enrolment.starts_at)))


async def lowest_price(tx: Tx, actor: Actor, question: LowPriceQuestion) -> LowPrice:
    """The lowest asked and paid price and the median of an item in a window, with every candidate (SYSTEMS 11).

    Refuses `WindowTooLong`, `NotFound`, `NotAllowed`.
    """
    require(actor, VIEW, question.shop_id)
    days = (question.last_day - question.first_day).days + 1
    if not 1 <= days <= WINDOW_DAYS_MAX:
        raise WindowTooLong(days=WINDOW_DAYS_MAX)
    window = Window.of_days(question.first_day, question.last_day)
    scope = Scope(window, await _currency(tx, question), question.sku_id, question.event_ref)
    wanted = queries.Wanted(
        question.shop_id, question.item_id, window, question.sku_id, has_deals=actor.can(SEE_DEALS)
    )  # fmt: skip
    offers, deals = await queries.list_prices(tx, wanted)
    return lowest_price_rule.lowest_price(offers, deals, scope, _counting(question.last_day))


async def prove_price(tx: Tx, actor: Actor, claim: PriceClaim) -> PriceProof:
    """Whether an item may be enrolled at a price: the low-price proof object (SYSTEMS 7.2).

    Refuses `NoRuleSet`, `NotFound`, `NotAllowed` (also where the rule looks at deals and the actor may not).
    """
    require(actor, VIEW, claim.shop_id)
    rule = in_force(claim.campaign, claim.on)
    if Compared(rule.params["compares"]) is Compared.DEAL:
        require(actor, SEE_DEALS, claim.shop_id)
    window = price_proof_rule.proof_window(rule, claim.on)
    scope = Scope(window, await _currency(tx, claim), claim.sku_id)
    has_deals = rule.params["compares"] == Compared.DEAL
    wanted = queries.Wanted(claim.shop_id, claim.item_id, window, claim.sku_id, has_deals=has_deals)
    prices = await queries.list_prices(tx, wanted)
    counting = _counting(claim.on)
    return price_proof_rule.prove_price(claim.item_id, claim.claimed_minor, prices, scope, rule, counting)


async def judge_event_drop(tx: Tx, actor: Actor, enrolment: Enrolment) -> DropJudgement:
    """Whether deals after an event went below its line, by the rule of its first day. Refuses `NotFound`, `NotAllowed`.

    Deals until now are judged: ask again until the protected days are over.
    """
    require(actor, VIEW, enrolment.shop_id)
    require(actor, SEE_DEALS, enrolment.shop_id)
    day = day_of(enrolment.starts_at)
    rule = in_force("event_price_drop", day)
    protected = event_price_drop.protected_window(enrolment, rule)
    window = Window(enrolment.starts_at, protected.ends_at)
    wanted = queries.Wanted(
        enrolment.shop_id, enrolment.item_id, window, enrolment.sku_id, cut_at=protected.starts_at
    )  # fmt: skip
    _, deals = await queries.list_prices(tx, wanted)
    return event_price_drop.judge_drop(enrolment, deals, rule, _counting(day))


async def find_protection(tx: Tx, actor: Actor, ask: ProtectionAsk, now: datetime) -> Protection:
    """What a buyer is due for a line now; nothing is given. Refuses `DealNotFound`, `NotAllowed`."""
    require(actor, "trade:view", ask.shop_id)
    require(actor, SEE_DEALS, ask.shop_id)
    deal, granted_minor = await store.find_deal(tx, ask)
    return await judge_purchase(tx, Purchase(deal, granted_minor), ask, now)


async def find_prior_price(
    tx: Tx, actor: Actor, shop_id: UUID, offer_no: int, *, is_progressive: bool = False
) -> PriorPrice:  # fmt: skip
    """Against which price a stored offer may be announced as reduced (98/6/EC 6a). Refuses `NotFound`, `NoRuleSet`."""
    require(actor, VIEW, shop_id)
    offer = await queries.find_offer(tx, shop_id, offer_no)
    if offer is None:
        raise NotFound
    rule = in_force("prior_price", day_of(offer.valid_from))
    history = await queries.list_offers(tx, shop_id, offer.sku_id)
    return prior_price.prior_price(offer, history, rule, is_progressive=is_progressive)


async def _currency(tx: Tx, asked: LowPriceQuestion | PriceClaim) -> str:
    """The item's currency; refuses `ItemNotFound`."""
    return (await catalog.get_item(tx, SYSTEM, asked.shop_id, asked.item_id)).currency


def _counting(on: date) -> Counting:
    return Counting.of(in_force("low_price", on))
