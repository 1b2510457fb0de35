"""What is asked for these SKUs of any shops at an instant? One question for a whole cart."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from peakday.kernel.database import Tx
from peakday.trade.price_history.model import Offer, OfferKind, PricesAt, Window

DealRef = tuple[UUID, UUID, int]  # shop_id, order_id, line_no
_FIRST: DealRef = (UUID(int=0), UUID(int=0), 0)
_UNDERCUT = """
select distinct d.shop_id, d.order_id, d.line_no
from price_history.offer o
join price_history.deal d on d.shop_id = o.shop_id and d.item_id = o.item_id and d.paid_at >= $3
where lower(o.valid) > $1 and lower(o.valid) <= $2 and o.kind <> 'member'
    and (d.sku_id is null or d.sku_id = o.sku_id) and d.currency = o.currency and d.paid_at < lower(o.valid)
    and d.quantity > 0 and d.dealt_minor > o.price_minor and d.refunded_minor < d.paid_minor
    and (d.shop_id, d.order_id, d.line_no) > ($4, $5, $6)
order by 1, 2, 3 limit $7
"""
# how an offer begins or ends between a quote and the instant at which it is taken
_SWITCHED = """
select w.place::int from unnest($1::uuid[], $2::uuid[], $3::timestamptz[])
    with ordinality as w(shop_id, sku_id, since, place)
where exists (
    select from (select * from price_history.offer o where o.sku_id = w.sku_id offset 0) o
    where o.shop_id = w.shop_id and o.valid && tstzrange(w.since, $4, '(]')
        and (lower(o.valid) > w.since or upper(o.valid) <= $4))
"""
# The instant comes back even where nothing is offered: whoever asks for "now" prices everything else by it too. The
# inner select knows the SKU only and ends with `offset 0`: so it goes SKU by SKU through the small index `offer_sku`,
# which answers seven times as fast as the one that keeps prices from overlapping.
_PRICES_OF = """
select n.at, o.* from (select coalesce($3::timestamptz, statement_timestamp()) as at) n left join lateral (
    select o.shop_id, o.item_id, o.sku_id, o.kind, o.price_minor, o.currency, lower(o.valid), upper(o.valid),
        o.source, o.event_ref, o.offer_no
    from unnest($1::uuid[], $2::uuid[]) as w(shop_id, sku_id)
    cross join lateral (select * from price_history.offer o where o.sku_id = w.sku_id offset 0) o
    where o.shop_id = w.shop_id and o.valid @> n.at order by o.price_minor, o.kind
) o on true
"""
_KINDS = {kind.value: kind for kind in OfferKind}


async def prices_of(tx: Tx, pairs: Sequence[tuple[UUID, UUID]], at: datetime | None) -> PricesAt:
    """The offers that hold at an instant for these (shop_id, sku_id); None is now by the database's clock."""
    rows = await tx.fetch(_PRICES_OF, [shop_id for shop_id, _ in pairs], [sku_id for _, sku_id in pairs], at)
    found = PricesAt(rows[0]["at"], {})
    for _, shop_id, item_id, sku_id, kind, *rest in rows:
        if sku_id is not None:
            offer = Offer(shop_id, item_id, sku_id, _KINDS[kind], *rest)
            found.offers.setdefault((shop_id, sku_id), []).append(offer)
    return found


async def list_undercut(
    tx: Tx, began: Window, paid_after: datetime, after: DealRef | None, limit: int
) -> list[DealRef]:  # fmt: skip
    """Paid lines that cost more a piece than an offer for everybody that began in a span, in order, behind `after`."""
    rows = await tx.fetch(_UNDERCUT, began.starts_at, began.ends_at, paid_after, *(after or _FIRST), limit)
    return [(row["shop_id"], row["order_id"], row["line_no"]) for row in rows]


async def list_switched(
    tx: Tx, seen: Sequence[tuple[UUID, UUID, datetime]], at: datetime
) -> set[tuple[UUID, UUID, datetime]]:  # fmt: skip
    """Those of (shop_id, sku_id, instant) of which an offer began or ended after that instant and until `at`."""
    rows = await tx.fetch(
        _SWITCHED, [shop_id for shop_id, _, _ in seen], [sku_id for _, sku_id, _ in seen],
        [since for *_, since in seen], at,
    )  # fmt: skip
    return {seen[row["place"] - 1] for row in rows}
