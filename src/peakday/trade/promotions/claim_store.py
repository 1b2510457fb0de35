"""How are claims written and read: the claiming of an instrument, and who took which card?

The instrument's tally is locked before a buyer's claims are counted, as by whoever issues cards: one claim of an
instrument after the other, so no limit is passed. Cards are issued by `usage_store.py`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.kernel.ids import derived_id
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


@dataclass(frozen=True, slots=True)
class Held:
    """How many cards of an instrument a buyer has taken, and how many were issued to the buyer in any way."""

    claimed: int
    issued: int


async def lock_claimed(tx: Tx, buyer_id: UUID) -> list[UUID]:
    """The instruments of which a buyer took cards, in order; their tallies are the transaction's until it ends."""
    rows = await tx.fetch(
        "select t.instrument_id from promotions.tally t where t.instrument_id in"
        " (select instrument_id from promotions.claim where buyer_id = $1) order by t.instrument_id for update",
        buyer_id,
    )
    return [row["instrument_id"] for row in rows]


async def room_for(tx: Tx, instrument_id: UUID, buyer_id: UUID) -> tuple[Claiming, int | None, Held, bool]:
    """How its cards may be taken, the instrument's own limit a buyer, what this one has, and whether one was used.

    The caller has its tally.
    """
    row = await tx.fetchrow(
        f"select {_CLAIMING}, v.body, {_HAS_USED} as has_used, (select count(*) from promotions.claim k"
        " where k.instrument_id = c.instrument_id and k.buyer_id = $2) as mine, (select issued from"
        " promotions.buyer_tally b where b.instrument_id = c.instrument_id and b.buyer_id = $2) as issued"
        " from promotions.claiming c join promotions.instrument i using (instrument_id)"
        " join promotions.version v using (instrument_id, version) where c.instrument_id = $1",
        instrument_id, buyer_id,
    )  # fmt: skip
    assert row is not None, instrument_id
    limit = read_instrument(instrument_id, row["body"]).limits.per_buyer
    return _claiming(row, 0), limit, Held(row["mine"], row["issued"] or 0), row["has_used"]


async def take_from_guest(tx: Tx, instrument_id: UUID, guest_id: UUID) -> list[asyncpg.Record]:
    """Take the cards that a guest took and has, with their claims; as they were, the first first."""
    claims = await tx.fetch(
        "delete from promotions.claim k using promotions.card c where k.instrument_id = $1 and k.buyer_id = $2"
        " and c.card_id = k.card_id and c.status = 'in_wallet' returning k.card_id, k.claim_no, k.claimed_at",
        instrument_id, guest_id,
    )  # fmt: skip
    cards = await tx.fetch(
        "delete from promotions.card where card_id = any($1::uuid[]) and buyer_id = $2 returning *",
        [claim["card_id"] for claim in claims], guest_id,
    )  # fmt: skip
    numbers = {claim["card_id"]: claim["claim_no"] for claim in claims}
    return sorted(cards, key=lambda card: numbers[card["card_id"]])


async def give_moved(
    tx: Tx, card: asyncpg.Record, people: tuple[UUID, UUID], claim_no: int, now: datetime
) -> None:  # fmt: skip
    """Put a card that was taken from a guest into a buyer's wallet (guest, buyer), as it was, with its claim."""
    guest_id, buyer_id = people
    instrument_id, key = card["instrument_id"], f"claim:{claim_no}"
    card_id = derived_id(None, "promotions.card", str(instrument_id), str(buyer_id), key, "0")
    await tx.execute(
        "insert into promotions.card (card_id, instrument_id, version, buyer_id, issue_key, status, value_minor,"
        " value_left_minor, valid_until, issued_at) values ($1, $2, $3, $4, $5, 'in_wallet', $6, $7, $8, $9)",
        card_id, instrument_id, card["version"], buyer_id, key, card["value_minor"], card["value_left_minor"],
        card["valid_until"], card["issued_at"],
    )  # fmt: skip
    await insert_claim(tx, buyer_id, f"from:{guest_id.hex}:{claim_no}", (instrument_id, card_id, claim_no), now)


async def count_moved(
    tx: Tx, instrument_id: UUID, people: tuple[UUID, UUID], taken: int, kept: int
) -> None:  # fmt: skip
    """Count what went from a guest to a buyer (guest, buyer), and what of it was given back."""
    guest_id, buyer_id = people
    await tx.execute("update promotions.tally set issued = issued - $2 where instrument_id = $1",
                     instrument_id, taken - kept)  # fmt: skip
    await tx.execute(
        "update promotions.buyer_tally set issued = issued - $3 where instrument_id = $1 and buyer_id = $2",
        instrument_id, guest_id, taken,
    )  # fmt: skip
    await tx.execute(
        "insert into promotions.buyer_tally as b (instrument_id, buyer_id, issued) values ($1, $2, $3)"
        " on conflict (instrument_id, buyer_id) do update set issued = b.issued + $3",
        instrument_id, buyer_id, kept,
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
