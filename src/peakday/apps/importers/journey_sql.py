"""How do the Complete Journey tables become orders, lines and exposures? Named SQL steps, run in this order.

What the source says and what we make of it:
- Its timestamps are UTC; in the clock of the stores (New York) its weeks begin at Monday 0:00 and the year runs from
  2017-01-01 to 2017-12-31. That wall clock is read as the market's, moved by whole days (`shift_days`).
- Money is in doubles of whole cents. list = sales_value + retail_disc + coupon_match_disc; the retailer bears the
  shelf discount and the coupon match (funder platform), the manufacturer its coupon (funder merchant).
- 3,507 lines have a coupon above the price: the discount is what the coupon could take off, its face stays as
  `raw_minor`, and the line is flagged. So each of the four sums of the source can be read back to the cent.
"""

# raw_line, raw_product, raw_promotion are views on the package's files; the tables of ids come from the rooms.
PREPARE_LINES = """
create table journey_line as
with moment as (  -- a zone is looked up once a moment, not once a line
    select transaction_timestamp, market_time(timezone('America/New_York', timezone('UTC', transaction_timestamp))
        + to_days($shift_days::int)) as created_at
    from (select distinct transaction_timestamp from raw_line)
)
select basket_id, household_id, store_id, product_id, quantity,
    coalesce(p.manufacturer_id::varchar, 'unlisted') as shop_ref, p.product_id is null as is_unlisted,
    created_at, cents(sales_value) as sales_minor, cents(retail_disc) as retail_minor,
    cents(coupon_match_disc) as match_minor, cents(coupon_disc) as coupon_minor
from raw_line join moment using (transaction_timestamp) left join raw_product p using (product_id)
"""

ORDERS = """
create table journey_order as
select *, row_number() over (order by shop_id, order_id) as n
from (
    select any_value(s.id) as shop_id, basket_id, shop_ref,
        derived_id(epoch_ms(any_value(created_at)),
            concat_ws(chr(31), 'order', any_value(s.id), $source, basket_id || '/' || shop_ref)) as order_id,
        any_value(household_id) as household_id, any_value(store_id) as store_id, any_value(created_at) as created_at,
        count(*) as lines, sum(sales_minor + retail_minor + match_minor)::bigint as list_minor,
        sum(sales_minor - least(coupon_minor, sales_minor))::bigint as paid_minor,
        bool_or(is_unlisted) as is_unlisted, bool_or(quantity = 0) as has_zero,
        bool_or(coupon_minor > sales_minor) as has_excess
    from journey_line l join shop_ids s on s.ref = l.shop_ref
    group by basket_id, shop_ref
)
"""

NEW_ORDERS = """
create table new_order as
with checkout as (
    select basket_id, derived_id(epoch_ms(any_value(created_at)),
        concat_ws(chr(31), 'checkout', $source, basket_id)) as checkout_id
    from journey_order group by basket_id
)
select o.n, o.shop_id, o.order_id, c.checkout_id, b.id as buyer_id, $source as source,
    basket_id || '/' || shop_ref as source_ref, 'spot' as kind, 'store' as terminal,
    $source || ':' || store_id as region_id,
    'completed' as status, 'USD' as currency, o.created_at, o.created_at as paid_at, o.created_at as closed_at,
    list_minor, list_minor - paid_minor as discount_minor, 0 as postage_minor, paid_minor, 0 as refund_minor,
    '{' || concat_ws(',', case when is_unlisted then 'not_in_product_table' end,
        case when has_zero then 'zero_quantity' end,
        case when has_excess then 'coupon_exceeds_price' end) || '}' as flags,
    false as simulated, o.lines as rows
from journey_order o
join checkout c using (basket_id)
join buyer_ids b on b.ref = o.household_id::varchar
order by o.n
"""

NEW_LINES = """
create table new_line as
select o.n, o.shop_id, o.order_id,
    row_number() over (partition by o.n order by l.product_id) as line_no,
    i.item_id, i.sku_id, i.category_id, quantity::int as quantity,
    sales_minor + retail_minor + match_minor as list_minor,
    sales_minor - least(coupon_minor, sales_minor) as paid_minor, 0 as refund_minor,
    '[' || concat_ws(',',
        case when retail_minor > 0 then
            '{"instrument":"loyalty_price","level":"shop","funder":"platform","minor":' || retail_minor || '}' end,
        case when match_minor > 0 then
            '{"instrument":"coupon_match","level":"item","funder":"platform","minor":' || match_minor || '}' end,
        case when coupon_minor > 0 then
            '{"instrument":"manufacturer_coupon","level":"item","funder":"merchant","minor":'
            || least(coupon_minor, sales_minor)
            || case when coupon_minor > sales_minor then ',"raw_minor":' || coupon_minor else '' end || '}' end
    ) || ']' as discounts,
    '{' || concat_ws(',', case when l.is_unlisted then 'not_in_product_table' end,
        case when quantity = 0 then 'zero_quantity' end,
        case when coupon_minor > sales_minor then 'coupon_exceeds_price' end) || '}' as flags
from journey_line l
join journey_order o using (basket_id, shop_ref)
join item_ids i on i.product_id = l.product_id
order by o.n, line_no
"""

# Week 1 is the Sunday 2017-01-01; the others begin on Monday. Sorted by shop and week, so that what a shop asks of
# a period lies near: what is sorted are numbers (an enum is one), the ids become text again on the way out.
EXPOSURES = """
select shop_id::varchar as shop_id, item_id::varchar as item_id, '{source}:' || store_id as region_id,
    (date '2016-12-26' + (7 * (week - 1) + {shift_days})::int)::date as week_start, display, mailer
from (
    select i.shop_key as shop_id, i.item_key as item_id, store_id::int as store_id, week::smallint as week,
        display_location as display, mailer_location as mailer
    from raw_promotion join item_ids i using (product_id)
    order by i.shop_key, week, i.item_key
)
"""

CATEGORIES = """
select distinct department, coalesce(product_category, '') as category, coalesce(product_type, '') as type
from raw_product order by all
"""

SHOPS = """
select shop_ref, min(created_at) as opened_at, mode(p.department) as department
from journey_line left join raw_product p using (product_id) group by shop_ref
union all
select manufacturer_id::varchar, null, mode(department) from raw_product
where manufacturer_id not in (select p.manufacturer_id from raw_line join raw_product p using (product_id))
group by manufacturer_id
order by shop_ref
"""

# An item's list price is the latest one that was asked for a single unit; null when it was never sold.
ITEMS = """
with sale as (
    select product_id, min(created_at) as first_sold_at,
        arg_max((sales_minor + retail_minor + match_minor) // quantity, created_at) filter (quantity > 0) as price_minor
    from journey_line group by product_id
)
select coalesce(product_id, sale.product_id) as product_id, p.manufacturer_id, department, product_category,
    product_type, brand, package_size, first_sold_at, price_minor
from raw_product p full join sale using (product_id)
order by p.manufacturer_id, product_id
"""

BUYERS = """
select l.household_id, l.created_at, h.* exclude (household_id)
from (select household_id, min(created_at) as created_at from journey_line group by household_id) l
left join raw_household h using (household_id)
order by l.household_id
"""

STORES = """
select distinct store_id from (select store_id from raw_line union select store_id from raw_promotion) order by store_id
"""
