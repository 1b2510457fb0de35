"""From when on was a list price asked that a source only states? From the listing of the item until a change is known.

A source of items (an import of a whole market) names one price an item and no history. The SKUs that have no list
price in the history yet get that price as asked from their listing on, by COPY and one statement; a SKU with any list
offer keeps what is known. So a proof has a candidate where otherwise nothing could be proven.
"""

from collections.abc import Iterable
from datetime import datetime

from peakday.kernel.database import Tx
from peakday.trade.price_history.model import Offer, OfferKind
from peakday.trade.price_history.store import BULK_ROWS, COPY_SECONDS_MAX, lock_offers

LOCKED_SHOPS_MAX = 500  # of a whole market none: two prices at once are refused by the table itself
_COLUMNS = ("shop_id", "item_id", "sku_id", "price_minor", "currency", "valid_from", "source")
_STAGE = """
create temp table if not exists staged_offer (shop_id uuid, item_id uuid, sku_id uuid, price_minor bigint,
    currency text, valid_from timestamptz, source text) on commit drop;
truncate staged_offer
"""
_INSERT = """
insert into price_history.offer (shop_id, item_id, sku_id, kind, price_minor, currency, valid, source, recorded_at)
select distinct on (shop_id, sku_id) shop_id, item_id, sku_id, 'list', price_minor, currency,
    tstzrange(valid_from, null), source, $1
from staged_offer s where not exists (select from price_history.offer o
    where o.shop_id = s.shop_id and o.sku_id = s.sku_id and o.kind = 'list')
order by shop_id, sku_id, valid_from
"""


async def copy_first_offers(tx: Tx, offers: Iterable[Offer], now: datetime) -> int:
    """List prices without an end, of SKUs that have none yet; how many were added. Repeating adds nothing."""
    rows = []
    for offer in offers:
        assert (offer.kind, offer.valid_until) == (OfferKind.LIST, None), offer
        rows.append((
            offer.shop_id, offer.item_id, offer.sku_id, offer.price_minor, offer.currency, offer.valid_from,
            offer.source,
        ))  # fmt: skip
    shops = {row[0] for row in rows}
    await lock_offers(tx, shops if len(shops) <= LOCKED_SHOPS_MAX else ())
    await tx.execute(_STAGE)
    await tx.copy_records_to_table("staged_offer", columns=_COLUMNS, records=rows, timeout=COPY_SECONDS_MAX)
    done: str = await tx.execute(_INSERT, now, timeout=COPY_SECONDS_MAX)
    added = int(done.rsplit(" ", 1)[1])
    if added >= BULK_ROWS:
        await tx.execute("analyze price_history.offer")
    return added
