"""Which facts are the segments of the market, and what each item gave to a shop's growth? SQL over the fact store.

A segment is a leaf category in one currency. An item is on offer from its first sale to its last, and from its listing
on where that is known. The half years end on `end_day` and on `middle_day`.
"""

HALVES = """
with sold as (
    select l.category_id, s.currency, l.shop_id, l.item_id, l.order_id, l.buyer_id, l.paid_day, l.quantity
    from order_lines l join shops s on s.shop_id = l.shop_id
    where l.paid_day >= $first_day and l.paid_day < $end_day and l.category_id is not null
      and not coalesce(l.simulated, false)
), offered as (
    select o.category_id, o.currency, o.shop_id, o.item_id,
        least(min(o.paid_day), coalesce(any_value(i.first_listed_day), min(o.paid_day))) as since,
        max(o.paid_day) as until
    from sold o left join items i on i.shop_id = o.shop_id and i.item_id = o.item_id
    group by o.category_id, o.currency, o.shop_id, o.item_id
), supply as (
    select category_id, currency, count(*) filter (since < $middle_day) as items_before,
        count(*) filter (until >= $middle_day) as items_after
    from offered group by all
), demand as (
    select category_id, currency,
        count(distinct order_id) filter (paid_day < $middle_day) as orders_before,
        count(distinct order_id) filter (paid_day >= $middle_day) as orders_after,
        sum(quantity) filter (paid_day < $middle_day) as units_before,
        sum(quantity) filter (paid_day >= $middle_day) as units_after,
        count(distinct buyer_id) filter (paid_day < $middle_day) as buyers_before,
        count(distinct buyer_id) filter (paid_day >= $middle_day) as buyers_after,
        count(distinct shop_id) filter (paid_day < $middle_day) as shops_before,
        count(distinct shop_id) filter (paid_day >= $middle_day) as shops_after
    from sold group by all
)
select d.category_id, d.currency, c.name_zh, c.name_en, p.name_zh, p.name_en,
    d.orders_before, coalesce(d.units_before, 0)::bigint, d.buyers_before, s.items_before, d.shops_before,
    d.orders_after, coalesce(d.units_after, 0)::bigint, d.buyers_after, s.items_after, d.shops_after
from demand d join supply s using (category_id, currency) left join categories c on c.category_id = d.category_id
left join categories p on p.category_id = c.parent_id
order by d.category_id, d.currency
"""

REACH = """
with firsts as (
    select l.category_id, s.currency, l.buyer_id, min(l.paid_day) as day
    from order_lines l join shops s on s.shop_id = l.shop_id
    where l.paid_day >= $first_day and l.paid_day < $end_day and l.category_id is not null
      and not coalesce(l.simulated, false)
    group by all
)
select category_id, currency, list(week), list(buyers) from (
    select category_id, currency, ((day - $first_day) // 7)::bigint as week, count(*) as buyers from firsts group by all
) group by category_id, currency order by category_id, currency
"""

BANDS = """
with pieces as (
    select l.category_id, s.currency, l.paid_day >= $middle_day as is_after, l.quantity,
        l.paid_minor / l.quantity as price
    from order_lines l join shops s on s.shop_id = l.shop_id
    where l.paid_day >= $first_day and l.paid_day < $end_day and l.category_id is not null and l.quantity > 0
      and not coalesce(l.simulated, false)
), cuts as (
    select category_id, currency, quantile_cont(price, 1/3) as low, quantile_cont(price, 2/3) as high
    from pieces group by all
)
select p.category_id, p.currency, any_value(c.low)::bigint, any_value(c.high)::bigint,
    (coalesce(sum(quantity) filter (not is_after and price < low), 0))::bigint,
    (coalesce(sum(quantity) filter (is_after and price < low), 0))::bigint,
    (coalesce(sum(quantity) filter (not is_after and price >= low and price < high), 0))::bigint,
    (coalesce(sum(quantity) filter (is_after and price >= low and price < high), 0))::bigint,
    (coalesce(sum(quantity) filter (not is_after and price >= high), 0))::bigint,
    (coalesce(sum(quantity) filter (is_after and price >= high), 0))::bigint
from pieces p join cuts c using (category_id, currency) group by p.category_id, p.currency
"""

LEADERS = """
select category_id, currency, shop_id, item_id, title, place from (
    select l.category_id, s.currency, l.shop_id, l.item_id, any_value(i.title) as title,
        row_number() over (partition by l.category_id, s.currency
            order by sum(l.paid_minor) desc, l.shop_id, l.item_id) as place
    from order_lines l join shops s on s.shop_id = l.shop_id
    left join items i on i.shop_id = l.shop_id and i.item_id = l.item_id
    where l.paid_day >= $middle_day and l.paid_day < $end_day and l.category_id is not null
      and not coalesce(l.simulated, false)
    group by l.category_id, s.currency, l.shop_id, l.item_id
) where place <= $leaders order by category_id, currency, place
"""

BRANDS = """
select l.category_id, s.currency, l.shop_id, any_value(s.name),
    count(distinct l.order_id) filter (l.paid_day < $middle_day),
    count(distinct l.order_id) filter (l.paid_day >= $middle_day)
from order_lines l join shops s on s.shop_id = l.shop_id
where l.paid_day >= $first_day and l.paid_day < $end_day and l.category_id is not null
  and not coalesce(l.simulated, false)
group by l.category_id, s.currency, l.shop_id
having count(distinct l.order_id) filter (l.paid_day >= $middle_day) >= $orders_min
order by l.category_id, s.currency, l.shop_id
"""

ITEM_GROWTH = """
with sold as (
    select item_id, buyer_id, paid_day >= $middle_day as is_after, quantity, paid_minor
    from order_lines
    where shop_id = $shop_id and paid_day >= $first_day and paid_day < $end_day and not coalesce(simulated, false)
), first_ever as (
    select buyer_id, min(paid_day) as day from order_lines
    where shop_id = $shop_id and paid_day < $end_day and buyer_id is not null and not coalesce(simulated, false)
    group by buyer_id
), newcomers as (
    select l.item_id, count(distinct l.buyer_id) as people
    from order_lines l join first_ever f on f.buyer_id = l.buyer_id and f.day = l.paid_day
    where l.shop_id = $shop_id and l.paid_day >= $middle_day and l.paid_day < $end_day
      and not coalesce(l.simulated, false)
    group by l.item_id
)
select s.item_id, any_value(i.title),
    (coalesce(sum(paid_minor) filter (not is_after), 0))::bigint,
    (coalesce(sum(paid_minor) filter (is_after), 0))::bigint,
    count(distinct s.buyer_id) filter (not is_after), count(distinct s.buyer_id) filter (is_after),
    (coalesce(sum(quantity) filter (not is_after), 0))::bigint,
    (coalesce(sum(quantity) filter (is_after), 0))::bigint,
    coalesce(any_value(n.people), 0)
from sold s left join items i on i.shop_id = $shop_id and i.item_id = s.item_id
left join newcomers n on n.item_id = s.item_id
group by s.item_id order by s.item_id
"""

NEWCOMERS = """
select count(*) from (
    select buyer_id from order_lines
    where shop_id = $shop_id and paid_day < $end_day and buyer_id is not null and not coalesce(simulated, false)
    group by buyer_id having min(paid_day) >= $middle_day
)
"""
