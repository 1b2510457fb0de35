"""How are units taken, and what belongs to them written, in one statement?

In the hot minute a batch that asks, decides and then writes waits for the network six times while it holds the row that
everybody wants. Where nothing is to decide but whether there are enough units (`rules/plain_levels`) one statement does
it all: it locks the levels, compares, and only if every single condition holds writes levels, holds and what the
companion hands over; it is a transaction of its own, so what it answers is durable. If one does not hold it writes
nothing.

Each level is looked up by its key (`lateral`), in the order in which everybody locks: a plan is made when tables are
small, and kept. What is common to many claims travels once, as JSON; of each claim only its ids, as an array's text.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from peakday.kernel.database import Tx
from peakday.kernel.database.arrays import plain_array
from peakday.trade.stock.model import NO_EVENT, Written
from peakday.trade.stock.rules.plain_levels import Wanted


async def take_ahead(tx: Tx, every: Sequence[Wanted], sql: str, written: Written) -> datetime | None:
    """When they were taken, by the database's clock under the lock; None: nothing was, look first.

    Outside of a transaction. `sql` is the companion's: statements of a `with` that read `go (at)` and $2. Fails with
    `UniqueViolationError` when another process took one of the claims meanwhile.
    """
    groups = ",".join(_group(wanted) for wanted in every)
    levels = len({wanted.key for wanted in every})
    at: datetime | None = await tx.fetchval(
        _TAKE_AHEAD.format(companion=sql), f"[{groups}]", written.values, levels, written.until
    )
    return at


def _group(wanted: Wanted) -> str:
    need, claims = wanted.need, wanted.claims
    shared = {
        "shop_id": str(need.shop_id), "sku_id": str(need.sku_id), "level_ref": wanted.key.event_ref,
        "event_ref": need.event_ref or NO_EVENT, "quantity": need.quantity, "units": wanted.units,
        "seconds": claims[0].expires_seconds, "claims": plain_array([claim.claim_id for claim in claims]),
        "buyers": plain_array([claim.buyer_id for claim in claims]),
    }  # fmt: skip
    return msgspec.json.encode(shared).decode()


_TAKE_AHEAD = """
with wanted as materialized (
    select * from jsonb_to_recordset($1::text::jsonb) as w (shop_id uuid, sku_id uuid, level_ref text, event_ref text,
        quantity int, units bigint, seconds int, claims text, buyers text)
), bought as materialized (
    select w.shop_id, w.sku_id, w.level_ref, w.event_ref, w.quantity, w.seconds, b.claim_id, b.buyer_id
    from wanted w, unnest(w.claims::uuid[], w.buyers::uuid[]) as b (claim_id, buyer_id)
), locked as materialized (
    select w.shop_id, w.sku_id, w.level_ref as event_ref, l.rest
    from (
        select shop_id, sku_id, level_ref, sum(units)::bigint as units from wanted group by 1, 2, 3 order by 1, 2, 3
    ) w
    cross join lateral (
        select available - w.units as rest from stock.level
        where shop_id = w.shop_id and sku_id = w.sku_id and event_ref = w.level_ref and available >= w.units
            and mode = 'order' and buyer_limit is null and (low_mark is null or available - w.units > low_mark)
        for update
    ) l
), go as materialized (
    select at
    from (select count(*) as levels, max(moment) as at from (select clock_timestamp() as moment from locked) m) n
    where levels = $3::int and at < $4::timestamptz
        and not exists (select from stock.hold h join bought b on b.claim_id = h.claim_id)
        and not exists (select from wanted w join stock.event_limit e on e.shop_id = w.shop_id
            and e.event_ref = w.event_ref)
        and not exists (select from wanted w join stock.level l on l.shop_id = w.shop_id and l.sku_id = w.sku_id
            and l.event_ref = w.event_ref where w.event_ref <> w.level_ref)
), counted as (
    update stock.level l set available = k.rest, changed_at = go.at from go, locked k
    where l.shop_id = k.shop_id and l.sku_id = k.sku_id and l.event_ref = k.event_ref
), held as (
    insert into stock.hold
        (claim_id, sku_id, shop_id, buyer_id, quantity, status, level_ref, event_ref, held_at, expires_at)
    select b.claim_id, b.sku_id, b.shop_id, b.buyer_id, b.quantity, 'held', b.level_ref, b.event_ref, go.at,
        go.at + make_interval(secs => b.seconds)
    from go, bought b
), {companion}
select at from go
"""
