"""Which cards may a shopper take here? Those of the shops and of the platform that are given out now or soon."""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.actor import Actor
from peakday.kernel.database import Tx
from peakday.kernel.ids import show_id
from peakday.trade.promotions import api as promotions
from peakday.trade.promotions.claiming import Claimable, ClaimState
from peakday.trade.promotions.stored import PREFIX

CARDS_SHOWN_MAX = 6
_NOBODY = UUID(int=0)  # a visitor without a pass: what they would see as a guest
_SHOWN = {ClaimState.OPEN, ClaimState.NOT_YET, ClaimState.TAKEN, ClaimState.NOT_FOR_YOU}


async def cards_of(tx: Tx, actor: Actor | None, shop_ids: Sequence[UUID]) -> list[Claimable]:
    """The cards on offer, those that may be taken first."""
    buyer_id = actor.account_id if actor is not None and actor.account_id else _NOBODY
    is_guest = actor is None or actor.can("guest")
    found = await promotions.claimable_of(tx, shop_ids, buyer_id, is_guest=is_guest)
    shown = [one for one in found if one.state in _SHOWN]
    return sorted(shown, key=lambda one: one.state is not ClaimState.OPEN)[:CARDS_SHOWN_MAX]


def show_card(one: Claimable) -> str:
    """How an address names the instrument of a card."""
    instrument_id = one.instrument.instrument_id
    return show_id(PREFIX, instrument_id) if isinstance(instrument_id, UUID) else str(instrument_id)
