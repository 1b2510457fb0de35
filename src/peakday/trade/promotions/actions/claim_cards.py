"""How do shoppers come by cards: a merchant opens the claiming of an instrument, a shopper takes one?

A claim is one card, taken once for each key. It may be taken before it can be used (coupons of a sale are given out
days before), never after it expired. The window, who may, the buyer's number and the issue quantity are looked at
under the lock of the instrument's tally; the issue itself keeps the instrument's own limits.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.kernel.refusal import Invalid, Problem
from peakday.kernel.text import Text
from peakday.market.accounts import api as accounts
from peakday.trade.promotions import claim_store, queries, usage_store
from peakday.trade.promotions.actions.save_instruments import EDIT, require_owner
from peakday.trade.promotions.claiming import (
    CLAIMERS_TEXTS,
    CLAIMS_MAX,
    Claimable,
    Claimed,
    Claimer,
    Claiming,
    ClaimState,
)
from peakday.trade.promotions.errors import (
    CardsGone,
    ClaimedEnough,
    ClaimNotMeant,
    ClaimNotOpen,
    ClaimOver,
    ClaimRefused,
    ClientKeyReused,
    InstrumentNotFound,
)
from peakday.trade.promotions.rules.card_claims import CLAIMABLE_KINDS, claim_state
from peakday.trade.promotions.rules.instrument_summary import say_instrument
from peakday.trade.promotions.stored import KEY_MAX, PREFIX, Issue


async def open_claiming(tx: Tx, actor: Actor, claiming: Claiming, now: datetime) -> Claiming:
    """Let shoppers take cards of an instrument; once more changes how. It holds while the instrument is live.

    Refuses `Invalid` (an offer, days, number), `InstrumentNotFound`, `NotAllowed`.
    """
    require_owner(actor, EDIT, claiming.shop_id)
    stored, _ = await queries.get_instrument(tx, claiming.shop_id, claiming.instrument_id)
    problems = _faults(claiming, now)
    if stored.instrument.kind not in CLAIMABLE_KINDS:
        problems.append(_problem("kind", "只有券和红包可以领取", "Only cards can be taken; this one acts by itself"))
    if problems:
        raise Invalid(*problems)
    await claim_store.save_claiming(tx, claiming, actor.account_id, now)
    await _note(tx, actor, claiming.shop_id, ("claiming_opened", claiming.instrument_id), now)
    found = await claim_store.find_claiming(tx, claiming.instrument_id)
    assert found is not None
    return found


async def close_claiming(
    tx: Tx, actor: Actor, shop_id: UUID | None, instrument_id: UUID, now: datetime
) -> None:  # fmt: skip
    """Let nobody take any more; what was taken stays good. Refuses `InstrumentNotFound` (also: closed)."""
    require_owner(actor, EDIT, shop_id)
    await queries.get_instrument(tx, shop_id, instrument_id)
    if not await claim_store.close_claiming(tx, instrument_id, now):
        raise InstrumentNotFound
    await _note(tx, actor, shop_id, ("claiming_closed", instrument_id), now)


async def claimable_of(
    tx: Tx, shop_ids: Sequence[UUID], buyer_id: UUID, now: datetime | None = None, *, is_guest: bool = False
) -> list[Claimable]:  # fmt: skip
    """The cards that these shops and the platform give out now or soon, and whether this buyer may take one."""
    at = now or await tx.fetchval("select statement_timestamp()")
    shown = []
    for instrument, claiming, mine, has_used in await claim_store.list_claimable(tx, shop_ids, buyer_id, at):
        state = claim_state(claiming, Claimer(is_guest, mine, has_used), instrument.stock_left, at)
        shown.append(Claimable(instrument, claiming, mine, state, say_instrument(instrument)))
    return shown


async def claim_card(
    tx: Tx, buyer_id: UUID, instrument_id: UUID, key: str, now: datetime, *, is_guest: bool = False
) -> Claimed:  # fmt: skip
    """Put one card into the buyer's wallet; the same key again is the same card.

    Refuses `ClaimRefused` (`CardsGone`, `ClaimedEnough` …: its kinds say why), `LimitReached` (the instrument's own),
    `ClientKeyReused`, `InstrumentNotFound` (nothing to take there). A refusal wrote nothing.
    """
    assert 0 < len(key) <= KEY_MAX, key
    there = await claim_store.find_claim(tx, buyer_id, key)
    if there is None:
        found = await claim_store.lock_claiming(tx, instrument_id, buyer_id)
        there = await claim_store.find_claim(tx, buyer_id, key)  # somebody else's retry, while we waited
    if there is not None:
        if there[0] != instrument_id:
            raise ClientKeyReused
        return Claimed(there[1], instrument_id, is_repeated=True)
    if found is None:
        raise InstrumentNotFound
    instrument, claiming, mine, has_used = found
    state = claim_state(claiming, Claimer(is_guest, mine, has_used), instrument.stock_left, now)
    if state is not ClaimState.OPEN:
        raise _refusal(state, claiming)
    issue = Issue(instrument_id, buyer_id, f"claim:{mine + 1}", is_early=True)
    (card_id,) = await usage_store.issue_cards(tx, issue, now)
    await claim_store.insert_claim(tx, buyer_id, key, (instrument_id, card_id, mine + 1), now)
    return Claimed(card_id, instrument_id, is_repeated=False)


def _refusal(state: ClaimState, claiming: Claiming) -> ClaimRefused:
    who = CLAIMERS_TEXTS[claiming.who]
    refusals = {
        ClaimState.NOT_YET: ClaimNotOpen(), ClaimState.OVER: ClaimOver(), ClaimState.GONE: CardsGone(),
        ClaimState.TAKEN: ClaimedEnough(limit=claiming.per_buyer),
        ClaimState.NOT_FOR_YOU: ClaimNotMeant(who=who.zh, who_en=who.en),
    }  # fmt: skip
    return refusals[state]


def _faults(claiming: Claiming, now: datetime) -> list[Problem]:
    problems = []
    if not 1 <= claiming.per_buyer <= CLAIMS_MAX:
        problems.append(
            _problem("per_buyer", f"每人限领 1 至 {CLAIMS_MAX} 张", f"From 1 to {CLAIMS_MAX} for each person")
        )
    if claiming.claim_until is not None and claiming.claim_until <= max(claiming.claim_from, now):
        problems.append(
            _problem(
                "claim_until", "领取的结束时间须在开始之后且未过", "It must end after it begins, and later than now"
            )
        )
    return problems


def _problem(field: str, zh: str, en: str) -> Problem:
    return Problem(field, "out_of_range", Text(zh, en), Text("请修改该项", "Change this field"))


async def _note(tx: Tx, actor: Actor, shop_id: UUID | None, act: tuple[str, UUID], now: datetime) -> None:
    what, instrument_id = act
    detail: dict[str, object] = {} if shop_id is None else {"shop_id": shop_id}
    await accounts.record_audit(tx, actor, what, f"instrument:{show_id(PREFIX, instrument_id)}", now, detail)
