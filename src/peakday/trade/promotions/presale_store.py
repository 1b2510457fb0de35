"""How are presales written and found? No two of a SKU take deposits at once: the database refuses it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.promotions.errors import PresaleOverlaps
from peakday.trade.promotions.model import PresaleKind, PresaleTerms, PriceRules
from peakday.trade.promotions.stored import PresaleOffer

_COLUMNS = (
    "presale_id, shop_id, item_id, sku_id, kind, currency, price_minor, deposit_minor, off_minor,"
    " lower(deposits) as deposit_from, upper(deposits) as deposit_until, tail_from, tail_until, ended_at"
)


async def save_presale(
    tx: Tx, offer: PresaleOffer, rules: PriceRules, created_by: UUID | None, now: datetime
) -> None:  # fmt: skip
    """Keep the presale of a SKU; the same id again changes nothing. Refuses `PresaleOverlaps`."""
    terms = offer.terms
    try:
        async with tx.transaction():
            await tx.execute(
                "insert into promotions.presale (presale_id, shop_id, item_id, sku_id, kind, currency, price_minor,"
                " deposit_minor, off_minor, deposits, tail_from, tail_until, rules_name, rules_version, created_by,"
                " created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, tstzrange($10, $11), $12, $13, $14, $15,"
                " $16, $17) on conflict (presale_id) do nothing",
                offer.presale_id, offer.shop_id, offer.item_id, offer.sku_id, terms.kind.value, offer.currency,
                terms.price_minor, terms.deposit_minor, terms.off_minor, offer.deposit_from, offer.deposit_until,
                offer.tail_from, offer.tail_until, rules.name, rules.version, created_by, now,
            )  # fmt: skip
    except asyncpg.ExclusionViolationError as error:
        raise PresaleOverlaps from error


async def end_presale(tx: Tx, shop_id: UUID, presale_id: UUID, now: datetime) -> bool:
    """Take no more deposits; False when there is no such presale or it has ended before."""
    ended = await tx.fetchval(
        "update promotions.presale set ended_at = $3 where shop_id = $1 and presale_id = $2 and ended_at is null"
        " returning true",
        shop_id, presale_id, now,
    )  # fmt: skip
    return bool(ended)


async def list_presales(tx: Tx, shop_id: UUID, cursor: UUID | None, limit: int) -> list[PresaleOffer]:
    """The presales of a shop, newest first, behind the cursor."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from promotions.presale where shop_id = $1 and ($2::uuid is null or presale_id < $2)"
        " order by presale_id desc limit $3",
        shop_id, cursor, limit,
    )  # fmt: skip
    return [_presale(row) for row in rows]


async def presales_at(
    tx: Tx, shop_id: UUID, sku_ids: Sequence[UUID], at: datetime | None
) -> dict[UUID, PresaleOffer]:  # fmt: skip
    """The presale that takes deposits at an instant, by SKU; None is now by the database's clock."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from promotions.presale where shop_id = $1 and sku_id = any($2::uuid[])"
        " and deposits @> coalesce($3::timestamptz, statement_timestamp()) and ended_at is null",
        shop_id, list(sku_ids), at,
    )  # fmt: skip
    return {row["sku_id"]: _presale(row) for row in rows}


async def presales_of(
    tx: Tx, pairs: Sequence[tuple[UUID, UUID]], at: datetime | None
) -> dict[tuple[UUID, UUID], PresaleOffer]:  # fmt: skip
    """The presales that take deposits at an instant, for (shop_id, sku_id) of any shops; None is now."""
    rows = await tx.fetch(
        f"select {_COLUMNS} from promotions.presale join unnest($1::uuid[], $2::uuid[]) as w(shop_id, sku_id)"
        " using (shop_id, sku_id) where deposits @> coalesce($3::timestamptz, statement_timestamp())"
        " and ended_at is null",
        [shop_id for shop_id, _ in pairs], [sku_id for _, sku_id in pairs], at,
    )  # fmt: skip
    return {(row["shop_id"], row["sku_id"]): _presale(row) for row in rows}


def _presale(row: asyncpg.Record) -> PresaleOffer:
    terms = PresaleTerms(PresaleKind(row["kind"]), row["price_minor"], row["deposit_minor"], row["off_minor"])
    return PresaleOffer(
        presale_id=row["presale_id"], shop_id=row["shop_id"], item_id=row["item_id"], sku_id=row["sku_id"],
        currency=row["currency"], terms=terms, deposit_from=row["deposit_from"], deposit_until=row["deposit_until"],
        tail_from=row["tail_from"], tail_until=row["tail_until"], ended_at=row["ended_at"],
    )  # fmt: skip
