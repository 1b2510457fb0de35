"""Which items may not change their price or leave the shelf now, who holds them, and until when?

A room above tells the catalogue to hold items (the price lock of a sale event); the catalogue does not ask why. A hold
has its hours and is resolved at the instant of the edit, so nothing runs when it begins or ends. Titles, pictures and
stock stay free.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.kernel.text import Text

STORE_SECONDS_MAX = 600


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds items of a shop, from when until when (not included), why, and what the merchant can do about it."""

    shop_id: UUID
    holder: str
    starts_at: datetime
    ends_at: datetime
    reason: Text
    remedy: Text


async def lock_items(tx: Tx, hold: Hold, item_ids: Sequence[UUID]) -> None:
    """Hold items; the same holder again adds items and sets its hours and words anew."""
    await tx.execute(
        "insert into catalog.hold (shop_id, holder, held, reason_zh, reason_en, remedy_zh, remedy_en)"
        " values ($1, $2, tstzrange($3, $4), $5, $6, $7, $8) on conflict (shop_id, holder) do update set"
        " held = excluded.held, reason_zh = excluded.reason_zh, reason_en = excluded.reason_en,"
        " remedy_zh = excluded.remedy_zh, remedy_en = excluded.remedy_en",
        hold.shop_id, hold.holder, hold.starts_at, hold.ends_at, hold.reason.zh, hold.reason.en, hold.remedy.zh,
        hold.remedy.en,
    )  # fmt: skip
    await tx.execute(
        "insert into catalog.held_item (shop_id, item_id, holder) select $1, unnest($3::uuid[]), $2"
        " on conflict do nothing",
        hold.shop_id, hold.holder, sorted(set(item_ids)), timeout=STORE_SECONDS_MAX,
    )  # fmt: skip


async def unlock_items(
    tx: Tx, shop_id: UUID, holders: Sequence[str], item_ids: Sequence[UUID] | None = None
) -> None:  # fmt: skip
    """Let items of these holders go; without items all that they hold. What is not held changes nothing."""
    await tx.execute(
        "delete from catalog.held_item where shop_id = $1 and holder = any($2::text[])"
        " and ($3::uuid[] is null or item_id = any($3))",
        shop_id, list(holders), None if item_ids is None else list(item_ids), timeout=STORE_SECONDS_MAX,
    )  # fmt: skip


async def find_holds(tx: Tx, shop_id: UUID, item_ids: Sequence[UUID], at: datetime) -> dict[UUID, Hold]:
    """The items that are held at an instant, each with the hold that lasts longest."""
    rows = await tx.fetch(
        "select distinct on (i.item_id) i.item_id, h.holder, lower(h.held) as starts_at, upper(h.held) as ends_at,"
        " h.reason_zh, h.reason_en, h.remedy_zh, h.remedy_en"
        " from catalog.held_item i join catalog.hold h on h.shop_id = i.shop_id and h.holder = i.holder"
        " where i.shop_id = $1 and i.item_id = any($2::uuid[]) and h.held @> $3::timestamptz"
        " order by i.item_id, upper(h.held) desc, h.holder",
        shop_id, list(item_ids), at,
    )  # fmt: skip
    return {
        row["item_id"]: Hold(
            shop_id, row["holder"], row["starts_at"], row["ends_at"], Text(row["reason_zh"], row["reason_en"]),
            Text(row["remedy_zh"], row["remedy_en"]),
        )
        for row in rows
    }  # fmt: skip
