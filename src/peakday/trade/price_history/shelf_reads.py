"""What is asked for these SKUs of any shops at an instant? One question for a whole cart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from peakday.kernel.database import Tx
from peakday.trade.price_history.model import Offer, OfferKind, PricesAt
from peakday.trade.price_history.store import OFFER_COLUMNS

# how an offer begins or ends between a quote and the instant at which it is taken
_SWITCHED = """
select w.place::int from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    with ordinality as w(shop_id, sku_id, since, place)
where exists (
    select from price_history.offer o where o.shop_id = w.shop_id and o.sku_id = w.sku_id
        and o.valid && tstzrange(w.since, $4, '(]') and (lower(o.valid) > w.since or upper(o.valid) <= $4))
"""
# the instant comes back even where nothing is offered: whoever asks for "now" prices everything else by it too
_PRICES_OF = f"""
with now as materialized (select coalesce($3::timestamptz, statement_timestamp()) as at)
select now.at, {OFFER_COLUMNS} from now left join (
    unnest($1::uuid[], $2::uuid[]) as w(shop_id, sku_id)
    join price_history.offer o on o.shop_id = w.shop_id and o.sku_id = w.sku_id
) on o.valid @> now.at
order by o.sku_id, o.price_minor, o.kind
"""


async def prices_of(tx: Tx, pairs: Sequence[tuple[UUID, UUID]], at: datetime | None) -> PricesAt:
    """The offers that hold at an instant for these (shop_id, sku_id); None is now by the database's clock."""
    rows = await tx.fetch(_PRICES_OF, [shop_id for shop_id, _ in pairs], [sku_id for _, sku_id in pairs], at)
    found = PricesAt(rows[0]["at"], {})
    for row in rows:
        if row["sku_id"] is not None:
            found.offers.setdefault((row["shop_id"], row["sku_id"]), []).append(_offer(row))
    return found


async def list_switched(
    tx: Tx, seen: Sequence[tuple[UUID, UUID, datetime]], at: datetime
) -> set[tuple[UUID, UUID, datetime]]:  # fmt: skip
    """Those of (shop_id, sku_id, instant) of which an offer began or ended after that instant and until `at`."""
    rows = await tx.fetch(
        _SWITCHED, [shop_id for shop_id, _, _ in seen], [sku_id for _, sku_id, _ in seen],
        [since for *_, since in seen], at,
    )  # fmt: skip
    return {seen[row["place"] - 1] for row in rows}


def _offer(row: asyncpg.Record) -> Offer:
    values = {**dict(row), "kind": OfferKind(row["kind"])}
    del values["at"]
    return Offer(**values)
