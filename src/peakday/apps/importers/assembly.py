"""How do a translated format's rows become orders with ids and sums? The last step of every file importer.

The importer leaves, with its own references instead of ids:
    order_in   shop_ref, order_ref, checkout_ref, buyer_ref, kind, terminal, region_id, status, currency, created_at,
               paid_at, closed_at, postage_minor, flags[], rows
    line_in    shop_ref, order_ref, line_no, item_ref, quantity, list_minor, paid_minor, discounts (JSON), flags[]
    refund_in  shop_ref, order_ref, line_no (null: the whole order), refund_ref, amount_minor, completed_at
`assemble` adds the ids of the rooms, sums lines into orders, and gives each order the flags of its lines too.
"""

from collections.abc import Sequence

import duckdb
import pyarrow as pa

from peakday.apps.importers.desk import lay_ids
from peakday.apps.importers.loading import Market
from peakday.market.accounts.model import buyer_id_of
from peakday.market.catalog.model import NewItem, item_id_of, sku_id_of
from peakday.market.shops.model import shop_id_of

_INPUTS = """
create table order_in (
    shop_ref varchar, order_ref varchar, checkout_ref varchar, buyer_ref varchar, kind varchar, terminal varchar,
    region_id varchar, status varchar, currency varchar, created_at timestamp, paid_at timestamp, closed_at timestamp,
    postage_minor bigint, flags varchar[], rows bigint);
create table line_in (
    shop_ref varchar, order_ref varchar, line_no int, item_ref varchar, quantity int, list_minor bigint,
    paid_minor bigint, discounts varchar, flags varchar[]);
create table refund_in (
    shop_ref varchar, order_ref varchar, line_no int, refund_ref varchar, amount_minor bigint, completed_at timestamp);
"""
_NEW_ORDER = """
create table new_order as
with of_line as (
    select shop_ref, order_ref, sum(list_minor)::bigint as list_minor, sum(paid_minor)::bigint as paid_minor,
        flatten(list(flags)) as flags
    from line_in group by all
), of_refund as (
    select shop_ref, order_ref, sum(amount_minor)::bigint as refund_minor
    from refund_in where completed_at is not null group by all
), named as (
    select o.*, s.id as shop_id, l.list_minor, l.paid_minor, coalesce(r.refund_minor, 0) as refund_minor,
        list_sort(list_distinct(list_concat(o.flags, l.flags))) as all_flags,
        derived_id(epoch_ms(created_at), concat_ws(chr(31), 'order', s.id, $source, order_ref)) as order_id
    from order_in o
    join shop_ids s on s.ref = o.shop_ref
    join of_line l using (shop_ref, order_ref)
    left join of_refund r using (shop_ref, order_ref)
)
select row_number() over (order by shop_id, order_id) as n, shop_id, order_id,
    case when checkout_ref is not null then
        derived_id(epoch_ms(created_at), concat_ws(chr(31), 'checkout', $source, checkout_ref)) end as checkout_id,
    b.id as buyer_id, $source as source, order_ref as source_ref, kind, terminal, region_id, status, currency,
    created_at, paid_at, closed_at, list_minor, list_minor - paid_minor as discount_minor, postage_minor,
    paid_minor + postage_minor as paid_minor, refund_minor, '{' || array_to_string(all_flags, ',') || '}' as flags,
    false as simulated, rows
from named left join buyer_ids b on b.ref = buyer_ref
"""
_NEW_LINE = """
create table new_line as
with of_refund as (
    select shop_ref, order_ref, line_no, sum(amount_minor)::bigint as refund_minor
    from refund_in where completed_at is not null and line_no is not null group by all
)
select o.n, o.shop_id, o.order_id, l.line_no, i.item_id, i.sku_id, i.category_id, l.quantity, l.list_minor,
    l.paid_minor, coalesce(r.refund_minor, 0) as refund_minor, l.discounts,
    '{' || array_to_string(l.flags, ',') || '}' as flags
from line_in l
join shop_ids s on s.ref = l.shop_ref
join new_order o on o.shop_id = s.id and o.source_ref = l.order_ref
join item_ids i on i.shop_ref = l.shop_ref and i.item_ref = l.item_ref
left join of_refund r on (r.shop_ref, r.order_ref, r.line_no) = (l.shop_ref, l.order_ref, l.line_no)
"""
_NEW_REFUND = """
insert into new_refund
select o.n, o.shop_id, derived_id(epoch_ms(r.completed_at), concat_ws(chr(31), 'refund', s.id, $source, refund_ref)),
    o.order_id, r.line_no, r.amount_minor, r.completed_at
from refund_in r
join shop_ids s on s.ref = r.shop_ref
join new_order o on o.shop_id = s.id and o.source_ref = r.order_ref
"""


def lay_inputs(desk: duckdb.DuckDBPyConnection) -> None:
    """Make the three empty tables that an importer fills."""
    desk.execute(_INPUTS)


def assemble(desk: duckdb.DuckDBPyConnection, source: str, market: Market) -> None:
    """Make `new_order`, `new_line` and `new_refund` of what the importer left; the market's nouns give the ids."""
    shop_ids = {shop.source_ref: shop_id_of(source, shop.source_ref) for shop in market.shops}
    lay_ids(desk, "shop_ids", shop_ids)
    lay_ids(desk, "buyer_ids", {buyer.source_ref: buyer_id_of(source, buyer.source_ref) for buyer in market.buyers})
    _lay_items(desk, {str(shop_id): ref for ref, shop_id in shop_ids.items()}, market.items)
    desk.execute(_NEW_ORDER, {"source": source})
    desk.execute(_NEW_LINE)
    desk.execute(_NEW_REFUND, {"source": source})


def _lay_items(desk: duckdb.DuckDBPyConnection, shop_refs: dict[str, str], items: Sequence[NewItem]) -> None:
    rows = pa.table({
        "shop_ref": [shop_refs[str(item.shop_id)] for item in items],
        "item_ref": [item.source_ref for item in items],
        "item_id": [str(item_id_of(item.shop_id, item.source_ref)) for item in items],
        "sku_id": [str(sku_id_of(item.shop_id, item.source_ref, item.source_ref)) for item in items],
        "category_id": pa.array([item.leaf_category_id and str(item.leaf_category_id) for item in items], pa.string()),
    })  # fmt: skip
    desk.register("incoming_items", rows)
    desk.execute("create table item_ids as from incoming_items")
    desk.unregister("incoming_items")
