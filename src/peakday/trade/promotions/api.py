"""What may other rooms ask about prices and about the instruments that are kept?

rules = price_rules("tmall_promotions", day_of(cart.at))
priced = price_cart(cart, [*offers, *cards], rules)
explain(priced, {instrument.instrument_id: instrument.name for instrument in …})

Acts and reads for people take the actor first and check the shop; `shop_id` None is the platform's own, for its staff.
For rooms above, without an actor: `instruments_of`, `issued_templates`, `wallet_of`, `used_of`, `issue_cards`,
`record_uses`, `return_use`, `presales_at`, `hold_instrument`. Money is whole minor units.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor, require
from peakday.kernel.database import Tx
from peakday.trade.promotions import claim_store, presale_store, queries, usage_store, use_batches
from peakday.trade.promotions.actions.claim_cards import claim_card, claimable_of, close_claiming, open_claiming
from peakday.trade.promotions.actions.move_cards import move_cards
from peakday.trade.promotions.actions.open_sale_tier import SaleTier, open_sale_tier
from peakday.trade.promotions.actions.price_baskets import price_basket
from peakday.trade.promotions.actions.publish_instruments import Wish, approve, inspect, publish, resume
from peakday.trade.promotions.actions.sample_baskets import sample_basket
from peakday.trade.promotions.actions.save_instruments import (
    EDIT,
    VIEW,
    copy_instrument,
    edit_instrument,
    require_owner,
    roll_back,
    save_draft,
)
from peakday.trade.promotions.actions.sell_presales import end_presale, offer_presale
from peakday.trade.promotions.actions.stop_instruments import end, hold_instrument, pause
from peakday.trade.promotions.claiming import Claimable, Claimed, Claimers, Claiming, ClaimState
from peakday.trade.promotions.guard import Finding, Guard, Inspection, Severity, Witness, guard_of, place_guard
from peakday.trade.promotions.model import Id, Instrument, Used
from peakday.trade.promotions.rulebook import EVERYDAY, RULES_OF, price_rules, shop_rules
from peakday.trade.promotions.rules.best_price import BestPrice, best_price
from peakday.trade.promotions.rules.cart_price import price_cart
from peakday.trade.promotions.rules.cross_shop import cross_shop_offer
from peakday.trade.promotions.rules.explanation import RULES_TITLES, explain
from peakday.trade.promotions.rules.instrument_faults import instrument_faults
from peakday.trade.promotions.rules.instrument_returns import OrderEnd, ReturnedInstrument, instruments_returned
from peakday.trade.promotions.rules.live_coupons import pick_live_coupon
from peakday.trade.promotions.rules.next_tier import Addition, NextTier, cheapest_addition, next_tiers, tiers_ahead
from peakday.trade.promotions.rules.order_split import Split, SplitOrder, best_split
from peakday.trade.promotions.rules.presale import (
    DepositFate,
    DepositOutcome,
    deposit_cut,
    deposit_due_at,
    deposit_inflation,
    settle_deposit,
    sold_at,
    tail_of,
)
from peakday.trade.promotions.rules.presale_states import STATE_AFTER, PresaleState, move, state_at
from peakday.trade.promotions.rules.refund_shares import LineRefund, refund_everything, refund_line
from peakday.trade.promotions.rules.use_limits import UseBook
from peakday.trade.promotions.stored import (
    Basket,
    InstrumentFilter,
    InstrumentStatus,
    Issue,
    Move,
    PresaleOffer,
    PricedBasket,
    Published,
    StoredInstrument,
    Tally,
    Use,
    UseReturn,
    Version,
)
from peakday.trade.promotions.use_batches import Switch, lock_uses, open_use_book, return_whole_uses, write_uses

__all__ = [
    "EDIT",
    "EVERYDAY",
    "RULES_OF",
    "RULES_TITLES",
    "STATE_AFTER",
    "VIEW",
    "Addition",
    "Basket",
    "BestPrice",
    "ClaimState",
    "Claimable",
    "Claimed",
    "Claimers",
    "Claiming",
    "DepositFate",
    "DepositOutcome",
    "Finding",
    "Guard",
    "Inspection",
    "InstrumentFilter",
    "InstrumentStatus",
    "Issue",
    "LineRefund",
    "Move",
    "NextTier",
    "OrderEnd",
    "PresaleOffer",
    "PresaleState",
    "PricedBasket",
    "Published",
    "ReturnedInstrument",
    "SaleTier",
    "Severity",
    "Split",
    "SplitOrder",
    "StoredInstrument",
    "Switch",
    "Tally",
    "Use",
    "UseBook",
    "UseReturn",
    "Version",
    "Wish",
    "Witness",
    "approve",
    "best_price",
    "best_split",
    "cheapest_addition",
    "claim_card",
    "claimable_of",
    "close_claiming",
    "copy_instrument",
    "count_held",
    "count_instruments",
    "cross_shop_offer",
    "deposit_cut",
    "deposit_due_at",
    "deposit_inflation",
    "edit_instrument",
    "end",
    "end_presale",
    "explain",
    "find_claiming",
    "get_instrument",
    "guard_of",
    "hold_instrument",
    "inspect",
    "instrument_faults",
    "instruments_of",
    "instruments_returned",
    "issue_cards",
    "issued_templates",
    "list_instruments",
    "list_moves",
    "list_presales",
    "list_versions",
    "lock_uses",
    "move",
    "move_cards",
    "next_tiers",
    "offer_presale",
    "open_claiming",
    "open_sale_tier",
    "open_use_book",
    "pause",
    "pick_live_coupon",
    "place_guard",
    "presales_at",
    "presales_of",
    "price_basket",
    "price_cart",
    "price_rules",
    "publish",
    "record_use",
    "record_uses",
    "refund_everything",
    "refund_line",
    "require_owner",
    "resume",
    "return_use",
    "return_whole_uses",
    "roll_back",
    "sample_basket",
    "save_draft",
    "settle_deposit",
    "shop_rules",
    "sold_at",
    "state_at",
    "switches_of",
    "tail_of",
    "tiers_ahead",
    "used_by",
    "used_of",
    "wallet_of",
    "wallets_of",
    "write_uses",
]

SEE_FIGURES = "data:view"
CARDS_MAX = 100  # of one issue


async def instruments_of(
    tx: Tx, shop_ids: Sequence[UUID], at: datetime | None = None, until: datetime | None = None
) -> list[Instrument]:  # fmt: skip
    """What is live of these shops and the platform, with what is left of budgets and issue quantities.

    It holds at `at` (without one: now, by the database's clock); with `until`, at some instant from then until there.
    """
    return await queries.live_instruments(tx, shop_ids, at, until)


async def issued_templates(tx: Tx, shop_ids: Sequence[UUID], at: datetime | None = None) -> list[Instrument]:
    """The versions of which unexpired cards lie in wallets: also of instruments that are paused, changed or ended."""
    return await queries.issued_templates(tx, shop_ids, at)


async def wallet_of(
    tx: Tx, buyer_id: UUID, shop_ids: Sequence[UUID] | None = None, at: datetime | None = None
) -> list[Instrument]:  # fmt: skip
    """A buyer's unused, unexpired cards as instruments (at most 500, what expires first); None: of every shop."""
    return (await queries.wallets_of(tx, [buyer_id], shop_ids, at))[buyer_id]


async def wallets_of(
    tx: Tx, buyer_ids: Sequence[UUID], shop_ids: Sequence[UUID] | None = None, at: datetime | None = None
) -> dict[UUID, list[Instrument]]:  # fmt: skip
    """The same of many buyers in one question; each buyer once."""
    return await queries.wallets_of(tx, buyer_ids, shop_ids, at)


async def used_by(
    tx: Tx, buyer_ids: Sequence[UUID], instrument_ids: Sequence[UUID]
) -> dict[UUID, dict[Id, Used]]:  # fmt: skip
    """`used_of` for many buyers in two questions."""
    return await queries.used_by(tx, buyer_ids, instrument_ids)


async def count_held(tx: Tx, instrument_ids: Sequence[UUID], at: datetime | None = None) -> dict[UUID, int]:
    """How many unused, unexpired cards of these lie in wallets."""
    return await queries.count_held(tx, instrument_ids, at)


async def used_of(tx: Tx, buyer_id: UUID | None, instrument_ids: Sequence[UUID]) -> dict[Id, Used]:
    """How often these were used before, as `Cart.used` wants it."""
    return await queries.used_of(tx, buyer_id, instrument_ids)


async def issue_cards(tx: Tx, issue: Issue, now: datetime) -> list[UUID]:
    """Put cards into a buyer's wallet, once for each key; their ids. Refuses `LimitReached`, `ClientKeyReused`."""
    assert 1 <= issue.quantity <= CARDS_MAX, issue
    return await usage_store.issue_cards(tx, issue, now)


async def record_uses(tx: Tx, uses: Sequence[Use], now: datetime) -> int:
    """Count the uses of an order, each once; how many are new. The locks are taken in the order of the instruments.

    Refuses `LimitReached`, `UseDiffers`, `InstrumentNotFound`: then the transaction must be undone.
    """
    ordered = sorted(uses, key=lambda use: (use.instrument_id, use.used_id))
    return sum([await usage_store.record_use(tx, use, now) for use in ordered])


async def record_use(tx: Tx, use: Use, now: datetime) -> bool:
    """Count one use; False when it was recorded before. Refuses as `record_uses`."""
    return await usage_store.record_use(tx, use, now)


async def return_use(tx: Tx, back: UseReturn, now: datetime) -> bool:
    """Give a use back, or a value of it; False when this key did before. Refuses `UseNotFound`, `LimitReached`."""
    return await usage_store.return_use(tx, back, now)


async def presales_at(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID], at: datetime | None = None
) -> dict[UUID, PresaleOffer]:  # fmt: skip
    """The presales that take deposits at an instant (without one: now, by the database's clock), by SKU."""
    return await presale_store.presales_at(tx, shop_id, sku_ids, at)


async def presales_of(
    tx: Tx, pairs: Sequence[tuple[UUID, UUID]], at: datetime | None = None
) -> dict[tuple[UUID, UUID], PresaleOffer]:  # fmt: skip
    """The same for (shop_id, sku_id) of any shops."""
    return await presale_store.presales_of(tx, pairs, at)


async def switches_of(tx: Tx, shop_ids: Sequence[UUID], since: datetime, at: datetime) -> list[Switch]:
    """What began or ended after `since` and until `at`, of these shops and the platform: those prices are another."""
    return await use_batches.list_switches(tx, shop_ids, since, at)


async def list_presales(
    tx: Tx, actor: Actor, shop_id: UUID, cursor: UUID | None = None, limit: int = 50
) -> list[PresaleOffer]:  # fmt: skip
    """The presales of a shop, newest first. Refuses `NotFound`, `NotAllowed`."""
    require(actor, VIEW, shop_id)
    return await presale_store.list_presales(tx, shop_id, cursor, min(limit, queries.PAGE_MAX + 1))


async def find_claiming(tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID) -> Claiming | None:
    """How shoppers may take cards of an instrument, and how many were; None when they may not.

    Refuses `InstrumentNotFound`, `NotAllowed`.
    """
    require_owner(actor, VIEW, shop_id)
    await queries.get_instrument(tx, shop_id, instrument_id)
    return await claim_store.find_claiming(tx, instrument_id)


async def get_instrument(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID
) -> tuple[StoredInstrument, Tally]:  # fmt: skip
    """An instrument with what was issued, used and spent; the tally is empty without the right to see figures."""
    require_owner(actor, VIEW, shop_id)
    stored, tally = await queries.get_instrument(tx, shop_id, instrument_id)
    return stored, tally if actor.can(SEE_FIGURES) else queries.NO_TALLY


async def list_instruments(
    tx: Tx, actor: Actor, shop_id: UUID | None, wanted: InstrumentFilter, cursor: UUID | None = None, limit: int = 50
) -> list[tuple[StoredInstrument, Tally]]:  # fmt: skip
    """Instruments of an owner, newest first, behind the cursor. Refuses `NotFound`, `NotAllowed`."""
    require_owner(actor, VIEW, shop_id)
    rows = await queries.list_instruments(tx, shop_id, wanted, cursor, min(limit, queries.PAGE_MAX + 1))
    return rows if actor.can(SEE_FIGURES) else [(stored, queries.NO_TALLY) for stored, _ in rows]


async def count_instruments(tx: Tx, actor: Actor, shop_id: UUID | None, wanted: InstrumentFilter) -> int:
    """How many the filter finds. Refuses `NotFound`, `NotAllowed`."""
    require_owner(actor, VIEW, shop_id)
    return await queries.count_instruments(tx, shop_id, wanted)


async def list_versions(tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID) -> list[Version]:
    """Every version of an instrument, newest first. Refuses `InstrumentNotFound`, `NotAllowed`."""
    await get_instrument(tx, actor, shop_id, instrument_id)
    return await queries.list_versions(tx, instrument_id)


async def list_moves(tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID) -> list[Move]:
    """Every move of an instrument's status with who and why, latest first. Refuses as `list_versions`."""
    await get_instrument(tx, actor, shop_id, instrument_id)
    return await queries.list_moves(tx, instrument_id)
