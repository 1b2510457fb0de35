"""Which shops, regions and warehouses are there?"""

from collections.abc import Sequence
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.market.shops.model import NewRegion, NewWarehouse, Shop, ShopFront, ShopKind
from peakday.market.shops.store import SHOP_COLUMNS, shop_of

PAGE_MAX = 200


async def find_shop(tx: Tx, shop_id: UUID) -> Shop | None:
    """One shop."""
    row = await tx.fetchrow(f"select {SHOP_COLUMNS} from shops.shop where shop_id = $1", shop_id)
    return shop_of(row) if row else None


async def find_fronts(tx: Tx, shop_ids: Sequence[UUID]) -> dict[UUID, ShopFront]:
    """Name, kind and currency of these shops, in one question; what is no shop is left out."""
    rows = await tx.fetch(
        "select shop_id, name, name_en, kind, currency, is_domestic_brand from shops.shop"
        " where shop_id = any($1::uuid[])",
        list(shop_ids),
    )  # fmt: skip
    return {row[0]: ShopFront(row[0], row[1], row[2], ShopKind(row[3]), row[4], row[5]) for row in rows}


async def list_shops(tx: Tx, only: UUID | None, search: str | None, after: UUID | None, limit: int) -> list[Shop]:
    """Shops by id, after `after`; `only` one shop for a merchant; `search` looks into both names and the city."""
    rows = await tx.fetch(
        f"select {SHOP_COLUMNS} from shops.shop"
        " where ($1::uuid is null or shop_id = $1) and ($2::uuid is null or shop_id > $2)"
        " and ($3::text is null or position(lower($3) in lower(concat_ws(' ', name, name_en, city))) > 0)"
        " order by shop_id limit $4",
        only, after, search, limit,
    )  # fmt: skip
    return [shop_of(row) for row in rows]


async def list_shop_ids(tx: Tx) -> list[UUID]:
    """The ids of all shops."""
    return [row[0] for row in await tx.fetch("select shop_id from shops.shop order by shop_id")]


async def list_regions(tx: Tx) -> list[NewRegion]:
    """All regions, by id."""
    rows = await tx.fetch("select region_id, name, source from shops.region order by region_id")
    return [NewRegion(**dict(row)) for row in rows]


async def list_warehouses(tx: Tx) -> list[NewWarehouse]:
    """All warehouses, by source and number."""
    rows = await tx.fetch("select source, source_ref, region_id, name from shops.warehouse order by source, source_ref")
    return [NewWarehouse(**dict(row)) for row in rows]


async def list_missing_shops(tx: Tx, shop_ids: Sequence[UUID]) -> list[UUID]:
    """Which of these ids are no shop's."""
    rows = await tx.fetch(
        "select id from unnest($1::uuid[]) as wanted(id)"
        " where not exists (select from shops.shop where shop_id = id) order by id",
        list(shop_ids),
    )  # fmt: skip
    return [row["id"] for row in rows]
