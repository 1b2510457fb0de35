"""Which facts are the weeks of segments and items? SQL over the relations of the fact store.

Weeks begin on Mondays of the market's calendar. `SEGMENT_WEEKS`: units by leaf category and shop, as lists of weeks.
`ITEM_WEEKS`: an item's money, its leaf's, and its rank in the leaf over the rolling weeks, for every week from its
first sale on, of all shops.
"""

SEGMENT_WEEKS = """
with sold as (
    select category_id, shop_id, (paid_day - $first_day) // 7 as week, sum(quantity)::double as units
    from order_lines
    where paid_day >= $first_day and paid_day < $end_day and category_id is not null
      and not coalesce(simulated, false)
    group by all
)
select s.category_id, s.shop_id, list(s.week), list(s.units), any_value(c.parent_id), any_value(c.name_zh),
    any_value(c.name_en)
from sold s left join categories c on c.category_id = s.category_id
group by s.category_id, s.shop_id
order by s.category_id, s.shop_id
"""

ITEM_WEEKS = """
with sold as (
    select l.shop_id, l.item_id, coalesce(i.category_id, '') as leaf, date_trunc('week', l.paid_day)::date as week,
        sum(l.paid_minor)::bigint as minor
    from order_lines l left join items i on i.shop_id = l.shop_id and i.item_id = l.item_id
    where l.paid_day < $end_day and not coalesce(l.simulated, false)
    group by all
), weeks as (select distinct week from sold),
leaves as (select leaf, week, sum(minor)::bigint as minor from sold group by all),
grid as (
    select f.shop_id, f.item_id, f.leaf, w.week, coalesce(s.minor, 0)::bigint as minor
    from (select shop_id, item_id, leaf, min(week) as first_week from sold group by all) f
    join weeks w on w.week >= f.first_week
    left join sold s on s.shop_id = f.shop_id and s.item_id = f.item_id and s.week = w.week
), rolled as (
    select *, sum(minor) over (partition by shop_id, item_id order by week
        rows between $before preceding and current row)::bigint as rolling
    from grid
), ranked as (
    select *, percent_rank() over (partition by leaf, week order by rolling desc) as rank_share from rolled
)
select r.shop_id, r.item_id, r.week, r.minor, coalesce(v.minor, 0)::bigint as leaf_minor, r.rank_share
from ranked r left join leaves v on v.leaf = r.leaf and v.week = r.week
order by r.shop_id, r.item_id, r.week
"""

OWN_WEEKS = """
select w.item_id, w.week, w.minor, w.leaf_minor, w.rank_share, any_value(i.title), any_value(i.first_listed_day)
from read_parquet('{path}') w left join items i on i.shop_id = w.shop_id and i.item_id = w.item_id
where w.shop_id = $shop_id
group by w.item_id, w.week, w.minor, w.leaf_minor, w.rank_share
order by w.item_id, w.week
"""

OWN_SEGMENTS = """
select category_id, sum(quantity)::double from order_lines
where shop_id = $shop_id and paid_day >= $first_day and paid_day < $end_day and category_id is not null
group by category_id
"""
