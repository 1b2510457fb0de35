"""Is the imported sample the source, to the line and to the cent?

The source is added up per manufacturer from its own files, in whole cents, without the importer's SQL; the records are
read back from PostgreSQL. Lines, pieces and each of the source's four sums of money must be equal.
"""

from dataclasses import dataclass
from uuid import UUID

import duckdb

from peakday.apps.importers.complete_journey import KIND, Sample, find_sample
from peakday.kernel.house import House
from peakday.market.shops.model import shop_id_of
from peakday.trade.orders import api as orders

UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class ManufacturerSums:
    """What the source says of one manufacturer; money in cents."""

    lines: int
    quantity: int
    sales_minor: int
    retail_minor: int
    coupon_minor: int
    match_minor: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What the records hold, and the manufacturers whose sums differ: (name, source, record)."""

    lines: int
    baskets: int
    manufacturers: int
    differing: tuple[tuple[str, ManufacturerSums | None, ManufacturerSums | None], ...]


async def verify_complete_journey(house: House, sample: Sample | None = None) -> Proof:
    """Compare every manufacturer's sums in the records with the source's."""
    source = _source_sums(sample or find_sample())
    async with house.database.read() as connection:
        sums = await orders.sum_shops(connection, KIND)
        baskets = await orders.count_checkouts(connection, KIND)
    names: dict[UUID, str] = {shop_id_of(KIND, name): name for name in source}
    record = {names.get(shop_id, str(shop_id)): _record_sums(kept) for shop_id, kept in sums.items()}
    differing = tuple(
        (name, source.get(name), record.get(name))
        for name in sorted(source.keys() | record.keys())
        if source.get(name) != record.get(name)
    )
    return Proof(sum(kept.lines for kept in sums.values()), baskets, len(record), differing)


def _record_sums(kept: orders.ShopSums) -> ManufacturerSums:
    """The source's four sums, found again: the sales value is the list price without the retailer's part."""
    retail = kept.face_minor.get("loyalty_price", 0)
    match = kept.face_minor.get("coupon_match", 0)
    coupon = kept.face_minor.get("manufacturer_coupon", 0)
    return ManufacturerSums(kept.lines, kept.quantity, kept.list_minor - retail - match, retail, coupon, match)


def _source_sums(sample: Sample) -> dict[str, ManufacturerSums]:
    rows = duckdb.execute(
        "select coalesce(manufacturer_id::varchar, $unlisted), count(*), sum(quantity),"
        " sum(round(sales_value * 100)::bigint), sum(round(retail_disc * 100)::bigint),"
        " sum(round(coupon_disc * 100)::bigint), sum(round(coupon_match_disc * 100)::bigint)"
        " from read_parquet($lines) left join read_parquet($products) using (product_id) group by 1",
        {"unlisted": UNLISTED, "lines": str(sample.file("transactions")), "products": str(sample.file("products"))},
    ).fetchall()
    return {name: ManufacturerSums(*(int(figure) for figure in figures)) for name, *figures in rows}
