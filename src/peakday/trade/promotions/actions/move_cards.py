"""What becomes of the cards that somebody took as a guest, when the guest signs in as a buyer?

They move into the buyer's wallet as they are, as far as the buyer may have them: the number of the claiming and of the
instrument count both together, and who is not new here keeps no newcomer's card. What the buyer may not have goes back
to those that are given out. The guest has none left, so moving twice, or at once, moves nothing twice.
"""

from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.promotions import claim_store
from peakday.trade.promotions.claiming import Claimers


async def move_cards(tx: Tx, guest_id: UUID, buyer_id: UUID, now: datetime) -> int:
    """Bring what a guest took to the buyer that the guest is; how many cards moved. The caller knows they are one.

    Locks the tallies of the instruments, in the order of their ids.
    """
    if guest_id == buyer_id:
        return 0
    moved = 0
    for instrument_id in await claim_store.lock_claimed(tx, guest_id):
        claiming, limit, mine, has_used = await claim_store.room_for(tx, instrument_id, buyer_id)
        is_meant = not (claiming.who is Claimers.NEW_HERE and has_used)
        room = claiming.per_buyer - mine.claimed if is_meant else 0
        room = room if limit is None else min(room, limit - mine.issued)
        taken = await claim_store.take_from_guest(tx, instrument_id, guest_id)
        kept = taken[: max(room, 0)]
        for number, card in enumerate(kept, mine.claimed + 1):
            await claim_store.give_moved(tx, card, (guest_id, buyer_id), number, now)
        await claim_store.count_moved(tx, instrument_id, (guest_id, buyer_id), len(taken), len(kept))
        moved += len(kept)
    return moved
