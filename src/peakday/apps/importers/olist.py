"""How does the Olist marketplace become shops and orders?

A seller is a shop; an order is divided into one order a seller, with the order as its checkout. What we make of it:
- Freight is the order's postage, per item added up. The price is both list price and paid amount: Olist states no
  discount. Where the payments of a checkout are not price plus freight, its orders are flagged.
- created, approved, invoiced, processing, shipped, delivered → our states; canceled and unavailable are closed. The
  approval is the payment; a delivered order without one is dated with its purchase and flagged.
- Buyers are `customer_unique_id`s. Times have no zone and are read as the market's wall clock.
- 775 of the 8,135 orders of the published part have no items, so they belong to no seller: refused, in the error file.
"""

import asyncio
import hashlib
from pathlib import Path
from types import MappingProxyType

import duckdb

from peakday.apps.importers.assembly import assemble, lay_inputs
from peakday.apps.importers.desk import as_utc, open_desk, rows_of
from peakday.apps.importers.loading import Market, Report, Translation, import_translated
from peakday.apps.importers.text_tables import lay_file
from peakday.kernel.house import House
from peakday.kernel.imports import ImportRun
from peakday.kernel.refusal import Problem
from peakday.kernel.rowfiles.loading import file_key
from peakday.market.accounts.model import NewBuyer
from peakday.market.catalog.model import CATEGORY_UNKNOWN, NewCategory, NewItem, category_id_of
from peakday.market.shops.model import NewRegion, NewShop, ShopKind, shop_id_of

KIND = "olist"
CURRENCY = "BRL"
_TABLES = MappingProxyType({
    "orders": ("olist_orders_dataset.csv", (
        "order_id", "customer_id", "order_status", "order_purchase_timestamp", "order_approved_at",
        "order_delivered_customer_date")),
    "items": ("olist_order_items_dataset.csv", (
        "order_id", "order_item_id", "product_id", "seller_id", "price", "freight_value")),
    "payments": ("olist_order_payments_dataset.csv", ("order_id", "payment_value")),
    "customers": ("olist_customers_dataset.csv", (
        "customer_id", "customer_unique_id", "customer_zip_code_prefix", "customer_city", "customer_state")),
    "sellers": ("olist_sellers_dataset.csv", ("seller_id", "seller_city", "seller_state")),
    "products": ("olist_products_dataset.csv", ("product_id", "product_category_name")),
    "words": ("product_category_name_translation.csv", ("product_category_name", "product_category_name_english")),
})  # fmt: skip

_CHECK_ORDERS = """
create table checked_order as
select *, market_time(as_time(order_purchase_timestamp)) as created_at,
    market_time(as_time(order_approved_at)) as approved_at,
    market_time(as_time(order_delivered_customer_date)) as delivered_at,
    row_number() over (partition by order_id order by row) as occurrence,
    case when order_status = 'created' then 'awaiting_payment'
         when order_status in ('approved', 'invoiced', 'processing') then 'awaiting_shipment'
         when order_status = 'shipped' then 'shipped' when order_status = 'delivered' then 'completed'
         when order_status in ('canceled', 'unavailable') then 'closed' end as status
from orders;
insert into refused
select 'orders', row, f.field, f.value, f.code from checked_order o, lateral (
    select * from (values
        ('order_id', order_id, case when order_id is null then 'missing' when occurrence > 1 then 'duplicate'
            when order_id not in (select order_id from items where order_id is not null) then 'no_lines' end),
        ('order_status', order_status, case when status is null then 'unknown_status' end),
        ('order_purchase_timestamp', order_purchase_timestamp, case when created_at is null then 'not_a_time' end),
        ('order_approved_at', order_approved_at,
            case when order_approved_at is not null and approved_at is null then 'not_a_time' end),
        ('order_delivered_customer_date', order_delivered_customer_date,
            case when order_delivered_customer_date is not null and delivered_at is null then 'not_a_time' end)
    ) as t(field, value, code) where code is not null
) f
"""
_CHECK_ITEMS = """
create table checked_item as
select *, minor(price) as price_minor, minor(freight_value) as freight_minor,
    row_number() over (partition by order_id, order_item_id order by row) as occurrence
from items;
insert into refused
select 'items', row, f.field, f.value, f.code from checked_item i, lateral (
    select * from (values
        ('order_id', order_id, case when order_id is null then 'missing'
            when order_id not in (select order_id from orders where order_id is not null) then 'unknown_order' end),
        ('order_item_id', order_item_id, case when try_cast(order_item_id as int) is null then 'not_a_number'
            when occurrence > 1 then 'duplicate' end),
        ('product_id', product_id, case when product_id is null then 'missing' end),
        ('seller_id', seller_id, case when seller_id is null then 'missing' end),
        ('price', price, case when price_minor is null then 'not_an_amount' when price_minor < 0 then 'negative' end),
        ('freight_value', freight_value,
            case when freight_minor is null then 'not_an_amount' when freight_minor < 0 then 'negative' end)
    ) as t(field, value, code) where code is not null
) f;
-- an order comes whole: what shares an order with a refused row is refused with it
create table bad_order as
select distinct order_id from (
    select order_id from checked_item
    where row in (select row from refused where file = 'items' and code <> 'duplicate')
    union all
    select order_id from checked_order
    where row in (select row from refused where file = 'orders' and code <> 'duplicate')
) where order_id is not null;
insert into refused
select 'items', row, 'order_id', order_id, 'order_incomplete' from checked_item
where order_id in (from bad_order) and row not in (select row from refused where file = 'items');
insert into refused
select 'orders', row, 'order_id', order_id, 'order_incomplete' from checked_order
where order_id in (from bad_order) and row not in (select row from refused where file = 'orders');
delete from checked_item where row in (select row from refused where file = 'items');
delete from checked_order where row in (select row from refused where file = 'orders')
"""
_TRANSLATE = f"""
create table paid_sum as select order_id, sum(minor(payment_value)) as minor from payments group by order_id;
create table item_sum as
select order_id, seller_id, count(*) as items, sum(freight_minor)::bigint as freight_minor,
    sum(sum(price_minor + freight_minor)) over (partition by order_id) as checkout_minor,
    row_number() over (partition by order_id order by seller_id) as part
from checked_item group by order_id, seller_id;
insert into order_in
select s.seller_id, o.order_id, o.order_id, c.customer_unique_id, 'spot', 'pc', '{KIND}:' || c.customer_state, o.status,
    '{CURRENCY}', o.created_at,
    case when o.status in ('awaiting_shipment', 'shipped', 'completed') then coalesce(o.approved_at, o.created_at)
         when o.status = 'closed' then o.approved_at end,
    o.delivered_at, s.freight_minor,
    list_filter([
        case when coalesce(p.minor, 0) <> s.checkout_minor then 'paid_differs_from_amount' end,
        case when o.status in ('awaiting_shipment', 'shipped', 'completed') and o.approved_at is null
            then 'payment_time_unknown' end], lambda f: f is not null),
    s.items + (s.part = 1)::int
from checked_order o
join item_sum s using (order_id)
left join customers c using (customer_id)
left join paid_sum p using (order_id);
insert into line_in
select seller_id, order_id, row_number() over (partition by order_id, seller_id order by order_item_id::int),
    product_id, 1, price_minor, price_minor, '[]', []
from checked_item
"""


async def import_olist(house: House, folder: Path, report: Report) -> ImportRun:
    """Import the tables in `folder`, or go on; the same tables again change nothing. Refuses `FileUnreadable`."""
    desk = open_desk()
    faults: list[Problem] = []
    for table, (name, columns) in _TABLES.items():
        faults += await asyncio.to_thread(
            lay_file, desk, table, folder / name, dict(zip(columns, columns, strict=True))
        )
    key = await asyncio.to_thread(_key, folder)
    return await import_translated(house, Translation(KIND, key, desk, _translate, faults), report)


def _key(folder: Path) -> str:
    keys = "".join(file_key(folder / name) for name, _ in _TABLES.values())
    return hashlib.sha256(keys.encode()).hexdigest()


def _translate(desk: duckdb.DuckDBPyConnection) -> Market:
    lay_inputs(desk)
    for step in (_CHECK_ORDERS, _CHECK_ITEMS, _TRANSLATE):
        desk.execute(step)
    market = _market(desk)
    assemble(desk, KIND, market)
    return market


def _market(desk: duckdb.DuckDBPyConnection) -> Market:
    sellers = rows_of(
        desk,
        "select i.seller_id, any_value(s.seller_city), min(o.created_at) from checked_item i"
        " join checked_order o using (order_id) left join sellers s using (seller_id) group by 1 order by 1",
    )
    buyers = rows_of(
        desk,
        "select customer_unique_id, min(o.created_at), any_value(customer_zip_code_prefix), any_value(customer_city),"
        " any_value(customer_state) from customers join checked_order o using (customer_id) group by 1 order by 1",
    )
    states = rows_of(desk, "select distinct customer_state from customers where customer_state is not null order by 1")
    return Market(
        shops=[
            NewShop(KIND, ref, f"Seller {ref[:8]}", CURRENCY, as_utc(opened), kind=ShopKind.TAOBAO, city=city or "")
            for ref, city, opened in sellers
        ],
        buyers=[
            NewBuyer(KIND, ref, as_utc(created), {"zip": postcode, "city": city, "state": state})
            for ref, created, postcode, city, state in buyers
        ],
        items=_items(desk),
        regions=[NewRegion(f"{KIND}:{state}", state, KIND) for (state,) in states],
        categories=_categories(desk),
    )


def _categories(desk: duckdb.DuckDBPyConnection) -> list[NewCategory]:
    rows = rows_of(
        desk,
        "select distinct product_category_name, coalesce(product_category_name_english, product_category_name)"
        " from products left join words using (product_category_name)"
        " where product_category_name is not null order by 1",
    )
    return [NewCategory(KIND, ref, name, name) for ref, name in rows]


def _items(desk: duckdb.DuckDBPyConnection) -> list[NewItem]:
    """Every product of every seller; its list price is the latest one asked. Olist gives products no name."""
    rows = rows_of(
        desk,
        "select seller_id, product_id, any_value(product_category_name), any_value(product_category_name_english),"
        " arg_max(price_minor, o.created_at), min(o.created_at) from checked_item"
        " join checked_order o using (order_id) left join products using (product_id)"
        " left join words using (product_category_name) group by 1, 2 order by 1, 2",
    )
    return [
        NewItem(
            shop_id_of(KIND, seller), KIND, product, f"{english or category or 'product'} {product[:8]}",
            leaf_category_id=category_id_of(KIND, category) if category else None, list_price_minor=price_minor,
            currency=CURRENCY, first_listed_at=as_utc(listed), flags=() if category else (CATEGORY_UNKNOWN,),
        )
        for seller, product, category, english, price_minor, listed in rows
    ]  # fmt: skip
