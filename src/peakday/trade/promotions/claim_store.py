"""How are claims written and read: the claiming of an instrument, and who took which card?

The instrument's tally is locked before a buyer's claims are counted, as by whoever issues cards: one claim of an
instrument after the other, so no limit is passed. Cards are issued by `usage_store.py`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.promotions.claiming import CLAIMABLE_MAX, Claimers, Claiming
from peakday.trade.promotions.model import Instrument
from peakday.trade.promotions.queries import tally_of, what_is_left
from peakday.trade.promotions.written import read_instrument

_CLAIMING = "c.instrument_id, c.shop_id, c.who, c.per_buyer, c.claim_from, c.claim_until, c.closed_at"
_TALLY = "t.issued, t.used, t.spent_platform_minor, t.spent_merchant_minor, t.spent_creator_minor"


async def save_claiming(tx: Tx, claiming: Claiming, opened_by: UUID | None, now: datetime) -> None:
    """Open an instrument's claiming, or change it; the claims so far stay."""
    await tx.execute(
        "insert into promotions.claiming as c (instrument_id, shop_id, who, per_buyer, claim_from, claim_until,"
        " opened_by, changed_at) values ($1, $2, $3, $4, $5, $6, $7, $8)"
        " on conflict (instrument_id) do update set who = excluded.who, per_buyer = excluded.per_buyer,"
        " claim_from = excluded.claim_from, claim_until = excluded.claim_until, opened_by = excluded.opened_by,"
        " changed_at = excluded.changed_at, closed_at = null",
        claiming.instrument_id, claiming.shop_id, claiming.who.value, claiming.per_buyer, claiming.claim_from,
        claiming.claim_until, opened_by, now,
    )  # fmt: skip


async def close_claiming(tx: Tx, instrument_id: UUID, now: datetime) -> bool:
    """Let nobody take any more; False when nobody could."""
    closed = await tx.fetchval(
        "update promotions.claiming set closed_at = $2, changed_at = $2"
        " where instrument_id = $1 and closed_at is null returning true",
        instrument_id, now,
    )  # fmt: skip
    return bool(closed)


async def find_claiming(tx: Tx, instrument_id: UUID) -> Claiming | None:
    """How an instrument's cards may be taken, and how many were."""
    row = await tx.fetchrow(
        f"select {_CLAIMING}, (select count(*) from promotions.claim k where k.instrument_id = c.instrument_id)"
        " as claimed from promotions.claiming c where c.instrument_id = $1",
        instrument_id,
    )
    return _claiming(row, row["claimed"]) if row else None


async def list_claimable(
    tx: Tx, shop_ids: Sequence[UUID], buyer_id: UUID, now: datetime | None
) -> list[tuple[Instrument, Claiming, int, bool]]:  # fmt: skip
    """What these shops and the platform give out now or soon, with this buyer's claims and former uses of the owner."""
    rows = await tx.fetch(
        f"select {_CLAIMING}, v.body, {_TALLY}, (select count(*) from promotions.claim k"
        " where k.instrument_id = c.instrument_id and k.buyer_id = $2) as mine,"
        f" c.who = 'new_here' and {_HAS_USED} as has_used"
        " from promotions.claiming c join promotions.instrument i using (instrument_id)"
        " join promotions.version v using (instrument_id, version) join promotions.tally t using (instrument_id)"
        " where (c.shop_id = any($1::uuid[]) or c.shop_id is null) and c.closed_at is null and i.status = 'live'"
        " and (c.claim_until is null or c.claim_until > coalesce($3::timestamptz, statement_timestamp()))"
        " and (i.valid_until is null or i.valid_until > coalesce($3::timestamptz, statement_timestamp()))"
        " order by c.shop_id nulls last, i.valid_until nulls last, c.instrument_id limit $4",
        list(shop_ids), buyer_id, now, CLAIMABLE_MAX,
    )  # fmt: skip
    return [
        (what_is_left(read_instrument(row["instrument_id"], row["body"]), tally_of(row)), _claiming(row, 0),
         row["mine"], row["has_used"])
        for row in rows
    ]  # fmt: skip


async def find_claim(tx: Tx, buyer_id: UUID, key: str) -> tuple[UUID, UUID] | None:
    """The instrument and the card that a buyer took with a key."""
    row = await tx.fetchrow(
        "select instrument_id, card_id from promotions.claim where buyer_id = $1 and claim_key = $2", buyer_id, key
    )
    return (row["instrument_id"], row["card_id"]) if row else None


async def lock_claiming(
    tx: Tx, instrument_id: UUID, buyer_id: UUID
) -> tuple[Instrument, Claiming, int, bool] | None:  # fmt: skip
    """As `list_claimable`, of one instrument, whatever its state; whoever claims it next waits for this transaction."""
    row = await tx.fetchrow(
        f"select {_CLAIMING}, v.body, {_TALLY}, c.who = 'new_here' and {_HAS_USED} as has_used"
        " from promotions.claiming c join promotions.instrument i using (instrument_id)"
        " join promotions.version v using (instrument_id, version) join promotions.tally t using (instrument_id)"
        " where c.instrument_id = $1 and i.status = 'live' for update of t for share of c, i",
        instrument_id, buyer_id,
    )  # fmt: skip
    if row is None:
        return None
    mine = await tx.fetchval(  # in a statement of its own: it sees what was committed while we waited
        "select count(*) from promotions.claim where instrument_id = $1 and buyer_id = $2", instrument_id, buyer_id
    )
    tally = await tx.fetchrow(f"select {_TALLY} from promotions.tally t where instrument_id = $1", instrument_id)
    assert tally is not None, instrument_id
    instrument = what_is_left(read_instrument(instrument_id, row["body"]), tally_of(tally))
    return instrument, _claiming(row, 0), mine, row["has_used"]


async def insert_claim(
    tx: Tx, buyer_id: UUID, key: str, card: tuple[UUID, UUID, int], now: datetime
) -> None:  # fmt: skip
    """Note a claim: the instrument, the card and the number of this claim among the buyer's."""
    instrument_id, card_id, claim_no = card
    await tx.execute(
        "insert into promotions.claim (buyer_id, claim_key, instrument_id, claim_no, card_id, claimed_at)"
        " values ($1, $2, $3, $4, $5, $6)",
        buyer_id, key, instrument_id, claim_no, card_id, now,
    )  # fmt: skip


_HAS_USED = (
    "exists (select from promotions.usage u join promotions.instrument o using (instrument_id)"
    " where u.buyer_id = $2 and o.shop_id is not distinct from c.shop_id and u.returned_at is null)"
)


def _claiming(row: asyncpg.Record, claimed: int) -> Claiming:
    return Claiming(
        instrument_id=row["instrument_id"], shop_id=row["shop_id"], who=Claimers(row["who"]),
        per_buyer=row["per_buyer"], claim_from=row["claim_from"], claim_until=row["claim_until"],
        closed_at=row["closed_at"], claimed=claimed,
    )  # fmt: skip
